"""A member's decisions in one scheme: pausing, showing its part, being a founder, contesting, grants, reports.

Each is a form that leads back to a page. A form that is sent twice has one effect.
"""

from datetime import UTC, date, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from api.actions import decisions, report
from api.deps.auth import SignedInMember, one_text, own_entity
from api.deps.idempotency import TheFormKey
from api.deps.parameters import SchemeId, TheDatabase
from api.http.in_flight import TheUnderWay
from api.pages import forms
from api.pages.filling import REFUSALS, refused
from api.pages.me import Text, Written, led_to
from api.pages.rendering import PRIVATE
from api.pages.viewing import member_of
from graph.disclosure.report.page import HEADERS, render
from graph.errors import NotFound, ParameterError
from graph.model import Changes
from graph.rights import founders, grants, membership
from graph.store.transaction import Transaction
from graph.text.instants import end_of

router = APIRouter(prefix="/me/schemes/{scheme}")


@router.post("/pause", status_code=303)
def pause_tie(
    member: SignedInMember, scheme: SchemeId, database: TheDatabase, contact: Text = "", do: Text = ""
) -> Response:
    """The tie with the contact counts for neither of the two, or counts again."""
    entity, now = own_entity(member), datetime.now(UTC)
    if do not in ("pause", "resume"):
        raise ParameterError("do: pause or resume")

    def work(transaction: Transaction) -> Changes:
        if do == "pause":
            return membership.pause(transaction, entity, scheme, contact, now=now)
        return membership.resume(transaction, entity, scheme, contact)

    decisions.decide(database, work)
    return led_to(f"/me/schemes/{scheme}/contact?with={quote(contact, safe='')}&done={do}d")


@router.post("/sharing", status_code=303)
def share_part(member: SignedInMember, scheme: SchemeId, database: TheDatabase, shares: Text = "") -> Response:
    """Members with this one in their circle see its part, or do not."""
    entity = own_entity(member)
    if shares not in ("yes", "no"):
        raise ParameterError("shares: yes or no")

    def work(transaction: Transaction) -> Changes:
        membership.share(transaction, entity, scheme, shares=shares == "yes")
        return Changes()

    decisions.decide(database, work)
    return led_to(f"/me/schemes/{scheme}", "shown" if shares == "yes" else "hidden")


@router.post("/founding", status_code=303)
def answer_founding(
    member: SignedInMember, scheme: SchemeId, database: TheDatabase, accepts: Text = ""
) -> Response:
    """The member is a founder, or is none and not asked any more."""
    entity, now = own_entity(member), datetime.now(UTC)
    if accepts not in ("yes", "no"):
        raise ParameterError("accepts: yes or no")

    def work(transaction: Transaction) -> Changes:
        founders.answer(transaction, entity, scheme, accepts=accepts == "yes", now=now)
        return Changes()

    decisions.decide(database, work)
    return led_to(f"/me/schemes/{scheme}", "founder" if accepts == "yes" else "no-founder")


@router.post("/contest", status_code=303)
def contest_rating(
    member: SignedInMember,
    scheme: SchemeId,
    database: TheDatabase,
    asked: TheFormKey,
    under_way: TheUnderWay,
    statement: Written = "",
) -> Response:
    """Nobody may rely on the rating until somebody has decided."""
    words = " ".join(statement.split())
    try:
        decisions.contest(database, member, asked, scheme=scheme, statement=words)
    except REFUSALS as error:
        return forms.contest(database, member, scheme, refused(error, statement=statement))
    under_way.let_leave(member.entity)
    return led_to(f"/me/schemes/{scheme}", "contested")


@router.post("/grants", status_code=303)
def give_grant(
    member: SignedInMember,
    scheme: SchemeId,
    database: TheDatabase,
    asked: TheFormKey,
    under_way: TheUnderWay,
    client: Text = "",
    purpose: Text = "",
    what: Text = "",
    until: Text = "",
) -> Response:
    """The client may look at as much as `what` says, to the end of the day that `until` names."""
    try:
        with one_text():
            _, ended = decisions.grant(
                database,
                member,
                asked,
                scheme=scheme,
                client=client.strip(),
                purpose=purpose,
                what=_what(what),
                until=_end_of(until),
            )
    except REFUSALS as error:
        filled = refused(error, client=client, purpose=purpose, what=what, until=until)
        return forms.grants(database, member, scheme, filled)
    if ended:
        under_way.let_leave(member.entity)
    return led_to(f"/me/schemes/{scheme}/grants", "granted")


@router.post("/grants/revoke", status_code=303)
def revoke_grant(
    member: SignedInMember, scheme: SchemeId, database: TheDatabase, under_way: TheUnderWay, grant: Text = ""
) -> Response:
    """The grant holds no longer, and no answer under it leaves any more."""
    entity, now = own_entity(member), datetime.now(UTC)
    member_of(database, entity, scheme)
    with one_text():
        revoked = database.write(lambda transaction: grants.revoke(transaction, grant, entity=entity, now=now))
    if revoked.revoked == now:  # it was not ended before
        under_way.let_leave(entity)
    return led_to(f"/me/schemes/{scheme}/grants", "revoked")


@router.post("/report")
def make_report(
    request: Request,
    member: SignedInMember,
    scheme: SchemeId,
    database: TheDatabase,
    audience: Text = "",
    purpose: Text = "",
) -> Response:
    """A signed report to hand on, as a file. Making it is on the member's record of reads."""
    try:
        made, signed = report.made_for(request, member, database, scheme, audience=audience, purpose=purpose)
    except REFUSALS as error:
        return forms.report(database, member, scheme, refused(error, audience=audience, purpose=purpose))
    headers = PRIVATE | HEADERS | {"Content-Disposition": 'attachment; filename="report.html"'}
    return Response(render(made, signed), media_type="text/html", headers=headers)


@router.post("/leave", status_code=303)
def leave_scheme(
    member: SignedInMember, scheme: SchemeId, database: TheDatabase, under_way: TheUnderWay
) -> Response:
    """The rating and its history are gone. A member who has left already is led to the same page."""
    entity, now = own_entity(member), datetime.now(UTC)
    try:
        decisions.decide(database, lambda transaction: membership.leave(transaction, entity, scheme, now=now))
    except NotFound:
        return led_to("/me", "left")
    under_way.let_leave(entity)
    return led_to("/me", "left")


def _what(text: str) -> grants.What:
    for each in grants.WHATS:
        if each == text:
            return each
    raise ParameterError(f"what: one of {', '.join(grants.WHATS)}")


def _end_of(text: str) -> datetime:
    """The end of this UTC day. Raises ParameterError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ParameterError("until: a day such as 2026-12-31") from None
    return end_of(day, "until")
