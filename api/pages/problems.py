"""What goes wrong under a page is told as a page: one plain sentence or two, with the status of the problem."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from api.pages import PLACES
from api.pages.rendering import render
from api.problems import BUSY, MEDIA_TYPE, NO_METHOD, NO_ROUTE, NOT_LOOPBACK, TOO_LARGE, TOO_LONG, TOO_SLOW
from api.whole import answer, held
from graph import errors


@dataclass(frozen=True)
class Telling:
    """How a problem is told to somebody who reads a page."""

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
    TOO_LONG: WRONG,
    TOO_SLOW: LATER,
    BUSY: LATER,
    errors.TooMany.code: Telling("That was too fast", "Please wait a few seconds and then try again."),
    errors.StoreUnavailable.code: LATER,
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
"Of which the service's own words say what to put right, and nothing that who asks may not know."


def told(code: str) -> Telling:
    return TELLINGS.get(code, SORRY)


class ProblemPages:
    """A problem document under a path of the pages leaves as a page, with its status and its other headers."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].split("/")[1:2] not in [[place] for place in PLACES]:
            await self.app(scope, receive, send)
            return

        def is_problem(_status: int, headers: MutableHeaders) -> bool:
            return headers.get("content-type", "").startswith(MEDIA_TYPE)

        async def as_page(status: int, headers: MutableHeaders, body: bytes) -> None:
            page = _page(json.loads(body), scope["path"])
            for name, value in page.headers.items():
                headers[name] = value
            del headers["www-authenticate"]
            await answer(send, status, headers, page.body)

        await self.app(scope, receive, held(send, is_problem, as_page))


def _page(problem: dict[str, Any], path: str) -> Any:
    exactly = problem["detail"] if problem["code"] in EXACTLY else ""
    return render("problem.html.jinja", telling=told(problem["code"]), problem=problem, exactly=exactly, path=path)
