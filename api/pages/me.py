"""A member's own pages outside of any one scheme: its memberships, reads, disputes, and all its data."""

import io
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.actions import decisions
from api.actions.told import told_of
from api.deps import pagination
from api.deps.auth import SignedInMember, one_text, own_entity
from api.deps.idempotency import TheFormKey
from api.deps.parameters import TheDatabase
from api.deps.sessions import Sessions
from api.http.in_flight import TheUnderWay
from api.pages.filling import REFUSALS, Filled, refused
from api.pages.rendering import PRIVATE, new_key, render
from api.pages.viewing import FULL
from api.prefix import at
from graph import disclosure
from graph.audit import log
from graph.disclosure import archive
from graph.errors import ParameterError
from graph.facts import wording
from graph.identity import Principal
from graph.identity.verifying import revoke
from graph.policy.publishing import policy_of
from graph.rights import answers, dispute_records, disputes, membership
from graph.store.client import Database

ERASE = "erase"
"What a member types to erase everything."

router = APIRouter()
Note = Annotated[str, Query(max_length=40)]
Text = Annotated[str, Form(max_length=4_000)]
Written = Annotated[str, Form()]
"A text that a member wrote: if it is too long, the form comes back with it, and says so."


def led_to(path: str, done: str = "") -> RedirectResponse:
    """The way on after a form, with a word on what was done: going back and forth repeats nothing."""
    return RedirectResponse(at(f"{path}?done={done}" if done else path), status_code=303, headers=PRIVATE)


@router.get("/me")
def my_page(member: SignedInMember, database: TheDatabase, done: Note = "") -> Response:
    """Where the member takes part: one rating for each scheme, side by side, and nothing that combines them."""
    entity = own_entity(member)
    part = membership.taking_part(database, entity)
    ratings = {each.scheme: each for each in disclosure.side_by_side(database, entity)} if part.memberships else {}
    schemes = [
        (each, policy_of(database, each.scheme).title, ratings.get(each.scheme)) for each in part.memberships
    ]
    asked = answers.waiting(database, entity)
    return render("me.html.jinja", principal=member, part=part, schemes=schemes, asked=asked, done=done)


@router.get("/me/accesses")
def my_readers(
    member: SignedInMember, database: TheDatabase, after: Annotated[str | None, Query(max_length=1_000)] = None
) -> Response:
    """The reads of the member's ratings, the newest first."""
    entity = own_entity(member)
    whose, before = f"accesses {entity}", None
    if after is not None:
        at, id_ = pagination.read(database, whose, after)
        before = (datetime.fromisoformat(at), id_)
    found = log.accesses(database, entity, before=before, limit=FULL)
    last = found[-1] if len(found) == FULL else None
    following = last and pagination.cursor(database, whose, [last.at.isoformat(), last.id])
    return render("accesses.html.jinja", principal=member, accesses=found, next=following, first=after is None)


@router.get("/me/disputes")
def my_disputes(member: SignedInMember, database: TheDatabase, done: Note = "") -> Response:
    """The facts that the member disputes, and what became of that."""
    found = dispute_records.of_entity(database, own_entity(member), now=datetime.now(UTC))
    names = disclosure.names(database, {id_ for each in found for id_ in wording.ends(each.kind, each.says)})
    return render("disputes.html.jinja", principal=member, disputes=found, names=names, done=done)


@router.get("/me/dispute")
def dispute_page(
    member: SignedInMember,
    database: TheDatabase,
    kind: Annotated[str, Query(max_length=20)],
    fact: Annotated[str, Query(max_length=200)],
) -> Response:
    """The form to dispute one fact."""
    return _dispute_form(database, member, kind, fact, Filled())


def _dispute_form(database: Database, member: Principal, kind: str, fact: str, filled: Filled) -> Response:
    with one_text():
        says = dispute_records.says(database, own_entity(member), kind=kind, fact=fact)
        names = disclosure.names(database, wording.ends(kind, says))
    words: dict[str, Any] = {"kind": kind, "fact": fact, "says": says, "names": names, "key": new_key()}
    words |= {"filled": filled}
    return render("dispute.html.jinja", principal=member, status=filled.status, **words)


@router.post("/me/disputes", status_code=303)
def dispute_fact(
    member: SignedInMember,
    database: TheDatabase,
    asked: TheFormKey,
    kind: Text = "",
    fact: Text = "",
    statement: Written = "",
) -> Response:
    """The fact counts for nothing until somebody has decided, or somebody has to admit the dispute first."""
    words = " ".join(statement.split())
    try:
        opened = decisions.dispute(database, member, asked, kind=kind, fact=fact, statement=words)
    except REFUSALS as error:
        return _dispute_form(database, member, kind, fact, refused(error, statement=statement))
    return led_to("/me/disputes", "proposed" if opened.state == dispute_records.PROPOSED else "disputed")


@router.post("/me/disputes/withdraw", status_code=303)
def withdraw_dispute(member: SignedInMember, database: TheDatabase, dispute: Text = "") -> Response:
    """The fact counts again."""
    entity, now = own_entity(member), datetime.now(UTC)
    decisions.decide(database, lambda transaction: disputes.withdraw(transaction, entity, dispute, now=now))
    return led_to("/me/disputes", "withdrawn")


@router.get("/me/disputed")
def told_disputes(member: SignedInMember, database: TheDatabase, done: Note = "") -> Response:
    """The disputes of which the member is the other side, with a form to answer each that is open."""
    return _told_page(database, member, Filled(), done=done)


def _told_page(
    database: Database, member: Principal, filled: Filled, *, dispute: str = "", done: str = ""
) -> Response:
    """dispute: the one whose form is filled."""
    return render(
        "told.html.jinja",
        principal=member,
        status=filled.status,
        told=told_of(database, own_entity(member)),
        dispute=dispute,
        filled=filled,
        empty=Filled(),
        key=new_key(),
        done=done,
    )


@router.post("/me/disputed/answer", status_code=303)
def answer_dispute(
    request: Request,
    member: SignedInMember,
    database: TheDatabase,
    asked: TheFormKey,
    dispute: Text = "",
    statement: Written = "",
) -> Response:
    """What the member says goes to the reviewer, and to the other side. It cannot be changed."""
    operator: str = request.app.state.operator
    words = " ".join(statement.split())
    try:
        decisions.answer(database, member, asked, dispute=dispute, statement=words, operator=operator)
    except REFUSALS as error:
        return _told_page(database, member, refused(error, statement=statement), dispute=dispute)
    return led_to("/me/disputed", "answered")


@router.get("/me/archive")
def my_archive(member: SignedInMember, database: TheDatabase) -> Response:
    """Everything that is kept about the member, as one file."""
    out = io.BytesIO()
    with one_text():
        archive.write(archive.gather(database, own_entity(member), now=datetime.now(UTC)), out)
    name = 'attachment; filename="archive.zip"'
    return Response(out.getvalue(), media_type="application/zip", headers=PRIVATE | {"Content-Disposition": name})


@router.get("/me/erase")
def erase_page(member: SignedInMember) -> Response:
    """What erasing does, before it is done."""
    return _erase_form(member, Filled())


def _erase_form(member: Principal, filled: Filled) -> Response:
    return render("erase.html.jinja", principal=member, word=ERASE, filled=filled, status=filled.status)


@router.post("/me/erase", status_code=303)
def erase_me(
    request: Request,
    member: SignedInMember,
    database: TheDatabase,
    under_way: TheUnderWay,
    sure: Text = "",
) -> Response:
    """The member is gone with all that was kept about it, and signed out."""
    if sure.strip().lower() != ERASE:
        return _erase_form(member, refused(ParameterError(f"sure: type the word {ERASE}"), sure=sure))
    sessions: Sessions = request.app.state.sessions
    now = datetime.now(UTC)
    decisions.erase(database, member, now=now)
    under_way.let_leave(member.entity)
    revoke(database, member.token, now, until=sessions.latest(now))
    answer = led_to("/")
    sessions.forget(answer)
    return answer
