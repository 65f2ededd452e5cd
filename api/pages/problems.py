"""A failure of a page is told as a page: one plain sentence or two, with the status of the problem.

A member who filled in a form finds its own words there, and can send them again.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps.auth import somebody_signed_in
from api.http.accept import asks_for_document, asks_for_page
from api.http.buffered import answer, buffered
from api.http.limits import LARGEST_BODY
from api.pages import DOCUMENTS, PLACES
from api.pages.rendering import new_key, render
from api.prefix import at
from api.problems import (
    BUSY,
    CATALOGUE,
    MEDIA_TYPE,
    MEDIA_TYPE_UNKNOWN,
    NO_METHOD,
    NO_ROUTE,
    NOT_LOOPBACK,
    TOO_LARGE,
    TOO_LONG,
    TOO_SLOW,
)
from graph import errors


@dataclass(frozen=True)
class Telling:
    """The words for a problem on a page."""

    title: str
    words: str


NOT_THERE = Telling("There is nothing here", "This page is not there, or it is not yours to see.")
SORRY = Telling(
    "Something went wrong", "The fault is ours and not yours. Nothing was lost. Please try again later."
)
LATER = Telling("Please try again", "The service is busy or being looked after. Try again in a few seconds.")
WRONG = Telling("Something does not fit", "Please go back and check what you filled in.")
TELLINGS: dict[str, Telling] = {
    errors.Unauthenticated.code: Telling(
        "You are not signed in",
        "Open your sign-in link. A link works once, and only for a short time. "
        "If yours no longer works, ask those who run this service for a new one. "
        "If you came here from another site, just try again.",
    ),
    errors.Forbidden.code: Telling(
        "This is not for you",
        "You are signed in, but you may not do this. If you filled in a form, open it again.",
    ),
    errors.NotFound.code: NOT_THERE,
    NO_ROUTE: NOT_THERE,
    NO_METHOD: NOT_THERE,
    errors.Refused.code: Telling(
        "This cannot be done now", "Things are not as they were when you opened the page. Go back and look again."
    ),
    errors.Conflict.code: Telling(
        "This form was sent before", "It was sent with other words then. Open the form again to send a new one."
    ),
    errors.ParameterError.code: WRONG,
    errors.PurposeMismatch.code: WRONG,
    TOO_LARGE: WRONG,
    MEDIA_TYPE_UNKNOWN: WRONG,
    TOO_LONG: WRONG,
    TOO_SLOW: LATER,
    BUSY: LATER,
    errors.TooMany.code: Telling("That was too fast", "Please wait a few seconds and then try again."),
    errors.StoreUnavailable.code: LATER,
    errors.StoreFull.code: Telling(
        "Nothing can be saved now",
        "You can read what there is. Please try again later; nothing that was saved is lost.",
    ),
    errors.StoreConflict.code: LATER,
    errors.CommitUnknown.code: Telling(
        "Please try again", "The answer got lost on its way. To send the form once more does no harm."
    ),
    errors.NotRecorded.code: LATER,
    errors.LocalServerFailed.code: LATER,
    errors.MigrationPending.code: LATER,
    NOT_LOOPBACK: Telling("This is not the right address", "The service does not go by this name."),
}
EXACTLY = {errors.ParameterError.code, errors.PurposeMismatch.code, errors.Refused.code}
"Failures whose own words say what to put right, and nothing that the reader may not know."

STRANGERS = {errors.Forbidden.code, NOT_LOOPBACK}
"Failures whose form may come from elsewhere, made up by a stranger: it is not repeated, and nobody is greeted."
TYPED = {"statement", "client", "audience", "purpose", "until", "sure"}
"The fields of forms in which a reader writes or chooses."
FORM, MOST_FIELDS, AGAIN = "application/x-www-form-urlencoded", 20, (429, 503)
USELESS = {errors.NotFound.code, NO_ROUTE, NO_METHOD, TOO_LARGE, TOO_LONG}
"Failures after which the same form would fail again."


def told(code: str) -> Telling:
    return TELLINGS.get(code, SORRY)


class ProblemPages:
    """A problem document leaves as a page, with its status and its other headers, if the caller reads pages.

    It does under a path of the pages, unless it asks for a document; and at an unknown path, if it asks for a
    page.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _reads_pages(scope):
            await self.app(scope, receive, send)
            return
        sent = bytearray()

        async def noted() -> Message:
            message = await receive()
            if len(sent) <= LARGEST_BODY:
                sent.extend(message.get("body", b""))
            return message

        def is_problem(_status: int, headers: MutableHeaders) -> bool:
            return headers.get("content-type", "").startswith(MEDIA_TYPE)

        async def as_page(status: int, headers: MutableHeaders, body: bytes) -> None:
            page = await _page(json.loads(body), Request(scope), bytes(sent))
            for name, value in page.headers.items():
                headers[name] = value
            headers.add_vary_header("Accept")
            del headers["www-authenticate"]
            await answer(send, status, headers, bytes(page.body))

        await self.app(scope, noted, buffered(send, is_problem, as_page))


def _reads_pages(scope: Scope) -> bool:
    place, accept = scope["path"].split("/")[1:2], ",".join(Headers(scope=scope).getlist("accept"))
    if place and place[0] in PLACES:
        return not asks_for_document(accept)
    return (not place or place[0] not in DOCUMENTS) and asks_for_page(accept)


async def _page(problem: dict[str, Any], request: Request, sent: bytes) -> HTMLResponse:
    exactly = problem["detail"] if problem["code"] in EXACTLY else ""
    return render(
        "problem.html.jinja",
        principal=None if problem["code"] in STRANGERS else await somebody_signed_in(request),
        telling=told(problem["code"]),
        problem=problem,
        exactly=exactly,
        path=at(request.url.path),
        form=_form(request, sent, problem["code"]),
    )


def _form(request: Request, sent: bytes, code: str) -> dict[str, str]:
    """The fields of the form that was sent, to be sent again; empty if that is no use, or if it is not our form.

    With its key it has one effect, however often it is sent; a key that is missing or used up is made anew.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind != FORM or code in STRANGERS | USELESS or len(sent) > LARGEST_BODY:
        return {}
    try:
        request.app.state.sessions.refuse_other_origins(request)
        fields = dict(parse_qsl(sent.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (ValueError, errors.Forbidden):
        return {}
    if not fields.keys() & TYPED and CATALOGUE[code].status not in AGAIN:
        return {}
    fresh = {"key": new_key()}
    return fields | fresh if code == errors.Conflict.code else fresh | fields
