"""Signing in by a link that works once, and signing out.

Opening the link changes nothing, because programs that look at mail open it too. The button on that page uses it
up.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps.auth import MaybeSignedIn, SignedIn, take_of_address
from api.deps.parameters import TheDatabase
from api.deps.sessions import Sessions
from api.pages.rendering import PRIVATE, render
from api.prefix import at
from graph.errors import Unauthenticated
from graph.identity import Principal, Role, Verifier, sessions
from graph.identity.tokens import LONGEST_TOKEN
from graph.identity.verifying import refuse_revoked, revoke
from graph.store.client import Database

FIRST = {Role.MEMBER: "/me", Role.OPERATOR: "/operator"}
"Where somebody who has signed in is led; others are led to the start."

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    greeted: MaybeSignedIn,
    database: TheDatabase,
    link: Annotated[str, Query(max_length=LONGEST_TOKEN)] = "",
) -> Response:
    """The person that the link signs in, and the button for it."""
    try:
        principal = _linked(request, link)
        refuse_revoked(database, principal)
    except Unauthenticated:
        if somebody := _somebody(request, database):  # a used link leads to where it led
            return _led_to(FIRST.get(somebody.role, "/"))
        raise
    return render("sign_in.html.jinja", principal=greeted, link=link, linked=principal)


@router.post("/sign-in")
def sign_in(
    request: Request, database: TheDatabase, link: Annotated[str, Form(max_length=LONGEST_TOKEN)] = ""
) -> Response:
    """The link is used up, and the browser is signed in."""
    given: Sessions = request.app.state.sessions
    verifier: Verifier = request.app.state.verifier
    given.refuse_other_origins(request)
    try:
        principal = _linked(request, link)
        session = sessions.begin(
            database,
            verifier.ring,
            principal,
            issuer=verifier.issuer,
            audience=verifier.audience,
            now=datetime.now(UTC),
            hours=given.hours,
        )
    except Unauthenticated:
        if somebody := _somebody(request, database):  # a used link leads to where it led
            return _led_to(FIRST.get(somebody.role, "/"))
        raise
    answer = _led_to(FIRST.get(principal.role, "/"))
    given.keep(answer, session)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, somebody: SignedIn, database: TheDatabase) -> Response:
    """The session has ended, here and wherever a copy of its cookie may be."""
    given: Sessions = request.app.state.sessions
    now = datetime.now(UTC)
    revoke(database, somebody.token, now, until=given.latest(now))
    answer = _led_to("/")
    given.forget(answer)
    return answer


def _linked(request: Request, link: str) -> Principal:
    given: Sessions = request.app.state.sessions
    try:
        return given.check_link(link)
    except Unauthenticated:
        take_of_address(request)
        raise


def _somebody(request: Request, database: Database) -> Principal | None:
    """The person that is signed in already, whatever became of the link; None: nobody."""
    given: Sessions = request.app.state.sessions
    try:
        somebody = given.check(request)
        refuse_revoked(database, somebody)
    except Unauthenticated:
        return None
    return somebody


def _led_to(path: str) -> RedirectResponse:
    return RedirectResponse(at(path), status_code=303, headers=PRIVATE)
