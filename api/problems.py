"""Every failure becomes a problem document (RFC 9457); the only place that knows the statuses of failures.

A kind of problem is named by its code, the same as in `--json` output and in docs/errors.md. The message of a
failure that is no fault of the request may tell of this machine. So the caller is told what to do instead, and the
log has the message beside the problem's `instance`.
"""

import logging
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api import request_ids
from api.invalid_input import words
from api.prefix import at
from api.schemas.service import Problem, Unfit
from graph import errors
from graph.errors import InnerCircleError

LOG = logging.getLogger("innercircle.api")
MEDIA_TYPE = "application/problem+json"
# A refusal tells of a person too, for example that they are no member.
NO_STORE = {"Cache-Control": "no-store"}
# A browser that is led here runs, embeds and passes on nothing.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
QUOTING = {kind.code for kind in (errors.StoreConflict, errors.QueryRejected, errors.NotRecorded)}
"Failures whose messages repeat the words of the database."


@dataclass(frozen=True)
class Kind:
    """One kind of problem; it has an advice or an example."""

    status: int
    title: str
    advice: str = ""
    "what the caller is told in place of the error's own message"
    example: str = ""
    "such a message, where the caller is told it"
    retry_seconds: int | None = None
    "when to ask again, where that helps"


_OPERATOR = "the operator finds the reason in the log, beside this problem's instance"

# An entry for every leaf of the tree in graph/errors.py: tests/api/test_problems.py walks it.
KINDS: dict[type[InnerCircleError], Kind] = {
    errors.RecordError: Kind(
        422, "A row or file cannot be used", example="contacts.csv:7:at: a time without a zone"
    ),
    errors.ParameterError: Kind(
        422, "A parameter does not hold", example="body.ids: List should have at most 1000 items"
    ),
    errors.NotFound: Kind(404, "There is no such thing", example="'q-1' is not a member of 'reliability'"),
    errors.Refused: Kind(
        409, "This cannot be done as things stand", example="the obligation 'o-1' is disputed already"
    ),
    errors.Conflict: Kind(
        409,
        "The key was used for another request",
        example="this Idempotency-Key was used for another request: take a new one",
    ),
    errors.Unauthenticated: Kind(
        401, "The caller is not known", example="the token has expired: ask for a new one"
    ),
    errors.Forbidden: Kind(
        403, "The caller may not", example="this is for the role member, and the token is for client"
    ),
    errors.TooMany: Kind(
        429, "Too many requests", example="more than 600 requests in a minute: ask again later", retry_seconds=1
    ),
    errors.IssuerUnavailable: Kind(
        503,
        "The issuer of the token does not answer",
        f"ask again in 5 seconds; {_OPERATOR}",
        retry_seconds=5,
    ),
    errors.SchemeInvalid: Kind(500, "A policy does not hold", f"a stored policy cannot be used: {_OPERATOR}"),
    errors.PurposeMismatch: Kind(
        403, "The scheme is not for this purpose", example="'hiring' is not a purpose of 'trading'"
    ),
    errors.NotConverged: Kind(
        500, "A run missed its tolerance", f"nothing was published, and the old ratings stand: {_OPERATOR}"
    ),
    errors.StoreUnavailable: Kind(
        503, "The database does not answer", f"ask again in 5 seconds; {_OPERATOR}", retry_seconds=5
    ),
    errors.StoreFull: Kind(
        503,
        "The disk of the database is full",
        f"nothing is written until there is room again: ask again later; {_OPERATOR}",
        retry_seconds=30,
    ),
    errors.StoreConflict: Kind(503, "Another writer was faster", "ask again in a second", retry_seconds=1),
    errors.CommitUnknown: Kind(
        503, "The connection broke during a commit", "ask again: repeating is safe", retry_seconds=1
    ),
    errors.QueryRejected: Kind(500, "The database refused a query", f"this is a fault of ours: {_OPERATOR}"),
    errors.NotRecorded: Kind(
        503,
        "It could not be recorded",
        f"what has to be on record cannot be recorded: ask again; {_OPERATOR}",
        retry_seconds=5,
    ),
    errors.SettingInvalid: Kind(503, "A setting of the service does not hold", _OPERATOR),
    errors.QueryFileInvalid: Kind(503, "A query file does not hold", f"this is a fault of ours: {_OPERATOR}"),
    errors.MigrationEdited: Kind(
        503,
        "An applied migration was edited",
        example="migration 0001-identities was applied with other content than its file has now: restore the "
        "file, and put the change into a new migration",
    ),
    errors.MigrationPending: Kind(
        503,
        "The database is behind the migrations",
        example="the database lacks 0001-identities: run `innercircle migrate`",
    ),
    errors.LocalServerFailed: Kind(
        503, "No Neo4j runs", "the operator starts it with `innercircle up`; then ask again", retry_seconds=5
    ),
}

# What only HTTP knows.
NO_ROUTE, NO_METHOD, NOT_LOOPBACK, UNEXPECTED = "no-route", "no-method", "not-loopback", "unexpected"
TOO_LONG, TOO_LARGE, TOO_SLOW, BUSY = "too-long", "too-large", "too-slow", "busy"
MEDIA_TYPE_UNKNOWN = "media-type"
WEB: dict[str, Kind] = {
    NO_ROUTE: Kind(404, "There is no such route", example="there is no /v2: /openapi.json lists the routes"),
    NO_METHOD: Kind(405, "The route does not take this method", example="/v1/schemes does not take DELETE"),
    NOT_LOOPBACK: Kind(
        421, "The request is not for this service", example="the host of the request is 'example.org'"
    ),
    TOO_LARGE: Kind(413, "The body is too large", example="the body of a request has at most 1,000,000 bytes"),
    MEDIA_TYPE_UNKNOWN: Kind(
        415,
        "The body is not of a kind that is read",
        example="nothing says what the body is: send JSON, with the header Content-Type: application/json",
    ),
    TOO_LONG: Kind(
        414, "The address is too long", example="the path and query of a request have at most 8,000 bytes"
    ),
    TOO_SLOW: Kind(408, "The request came too slowly", example="the body of a request is there within 20 s"),
    BUSY: Kind(
        503,
        "The service is busy",
        example="more is asked at once than can be answered: ask again in a second",
        retry_seconds=1,
    ),
    UNEXPECTED: Kind(500, "The service failed", f"this is a fault of ours: {_OPERATOR}"),
}

CATALOGUE: dict[str, Kind] = {leaf.code: kind for leaf, kind in KINDS.items()} | WEB


def document(code: str, detail: str, *, unfit: Sequence[Unfit] = (), instance: uuid.UUID) -> Problem:
    """A failure of this kind as the caller is told of it."""
    kind = CATALOGUE[code]
    return Problem(
        type=at(f"/problems/{code}"),
        title=kind.title,
        status=kind.status,
        detail=kind.advice or detail,
        instance=instance.urn,
        code=code,
        errors=list(unfit),
    )


def _without_values(detail: str) -> str:
    """The words of the database without its quotations, which may be ids or names."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "...", detail)


def answer(
    code: str, detail: str, *, unfit: Sequence[Unfit] = (), headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response to a failure, with the id of its request; the log has what the caller is not told."""
    instance = request_ids.current() or uuid.uuid4()
    kind, problem = CATALOGUE[code], document(code, detail, unfit=unfit, instance=instance)
    if kind.advice:
        LOG.error("%s %s: %s", problem.instance, code, _without_values(detail) if code in QUOTING else detail)
    retry = {"Retry-After": str(kind.retry_seconds)} if kind.retry_seconds else {}
    return JSONResponse(
        problem.model_dump(mode="json", exclude_defaults=True),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers={**NO_STORE, **SAFE, request_ids.HEADER: str(instance), **retry, **(headers or {})},
    )


def install(app: FastAPI) -> None:
    """Whatever goes wrong in a route, or on the way to one, is answered as a problem document."""
    app.exception_handler(InnerCircleError)(_ours)
    app.exception_handler(RequestValidationError)(_unfit)
    app.exception_handler(HTTPException)(_http)


async def _ours(request: Request, error: InnerCircleError) -> JSONResponse:
    if str(error) == errors.NOTHING_OPEN and (lost := await run_in_threadpool(_lost_scheme, request)):
        return answer(errors.NotFound.code, lost)
    headers = {}
    if isinstance(error, errors.Unauthenticated):
        # RFC 6750: without a token nothing more is said
        asked = request.headers.get("authorization")
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if asked else "Bearer"
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.retry_seconds)
    return answer(error.code if error.code in CATALOGUE else UNEXPECTED, str(error), headers=headers)


def _lost_scheme(request: Request) -> str:
    """The words for an unknown scheme that the path or query names; the list of schemes is public.

    The question is the same for any entity, and comes after its refusal, so it tells nothing of the entity.
    """
    scheme = request.path_params.get("scheme") or request.query_params.get("scheme")
    if not isinstance(scheme, str) or not scheme:
        return ""
    try:
        with request.app.state.store.use() as database:
            if database.optional("scheme", id=scheme) is not None:
                return ""
    except InnerCircleError:
        return ""
    return f"there is no scheme {scheme!r}: GET {at('/v1/schemes')} lists those that there are"


def _unfit(_request: Request, error: RequestValidationError) -> JSONResponse:
    """Says what is wrong and where, without repeating what was sent: it may be long, or no text at all."""
    unfit = [Unfit(where=".".join(map(str, each["loc"])), message=words(each)) for each in error.errors()]
    detail = "; ".join(f"{each.where}: {each.message}" for each in unfit[:3])
    return answer(errors.ParameterError.code, detail, unfit=unfit)


def _http(request: Request, error: HTTPException) -> JSONResponse:
    """Requests that the framework refuses by itself."""
    path = at(request.url.path)
    if error.status_code == WEB[NO_ROUTE].status:
        fault = f"there is no {path}: {at('/openapi.json')} lists the routes"
        if at("") and request.url.path.startswith(at("/")):
            fault += f"; a proxy in front of the service has to take {at('')} off a path before it passes it on"
        return answer(NO_ROUTE, fault)
    if error.status_code == WEB[NO_METHOD].status:
        return answer(NO_METHOD, f"{path} does not take {request.method}", headers=error.headers)
    return answer(errors.ParameterError.code, str(error.detail))
