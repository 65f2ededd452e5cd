"""A member's rating in one scheme: the number, why it is so, what it is made of, and the forms around it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.deps.auth import SignedInMember, own_entity
from api.deps.parameters import SchemeId, TheDatabase
from api.pages import forms
from api.pages.drawing import scale, steps
from api.pages.me import Note
from api.pages.rendering import render
from api.pages.viewing import SHORT, Contact, listed, member_of, names_of, opened, picture, rated
from api.problems import NO_STORE
from graph import disclosure
from graph.audit import log
from graph.errors import NOTHING_OPEN, NotFound
from graph.policy.publishing import policy_of
from graph.rights import contests, dispute_records, founders, grants

router = APIRouter(prefix="/me/schemes/{scheme}")
FEWEST = 5
"Reads on the page of a rating."
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("")
def rating_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase, done: Note = "") -> Response:
    """The rating with its reasons, the circle, the newest facts, the history, reads and grants."""
    entity, now = own_entity(member), datetime.now(UTC)
    joined, policy = member_of(database, entity, scheme)
    found = opened(database, entity, scheme)
    met = disclosure.met(database, entity)
    states = disclosure.history(database, entity, scheme).states if found else ()
    return render(
        "rating.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        membership=joined,
        found=found,
        scale=scale(policy, found.rating.band, found.rating.whole_points) if found else None,
        met=met,
        names=names_of(database, found, met),
        states=states,
        line=steps(states, now) if states else None,
        looked=log.accesses(database, entity, scheme=scheme, limit=FEWEST),
        grants=[
            each
            for each in grants.given(database, entity, now=now)
            if each.scheme == scheme and each.state == "live"
        ],
        disputed=[each for each in dispute_records.of_entity(database, entity, now=now) if each.state == "open"],
        contest=next(
            (
                each
                for each in contests.of_entity(database, entity)
                if (each.scheme, each.state) == (scheme, "open")
            ),
            None,
        ),
        short=SHORT,
        done=done,
    )


@router.get("/circle.json")
def circle_picture(member: SignedInMember, scheme: SchemeId, database: TheDatabase, response: Response) -> Any:
    """The member's contacts for the picture: nothing that the page does not say in words too."""
    entity = own_entity(member)
    member_of(database, entity, scheme)
    response.headers.update(NO_STORE)
    found, met = opened(database, entity, scheme), disclosure.met(database, entity)
    return picture(found, met, entity, names_of(database, found, met, entity))


@router.get("/contact")
def contact_page(
    member: SignedInMember, scheme: SchemeId, database: TheDatabase, contact: Contact, done: Note = ""
) -> Response:
    """The member's own days with one contact, and the tie with it."""
    entity = own_entity(member)
    joined, policy = member_of(database, entity, scheme)
    days = next((each for each in disclosure.met(database, entity) if each.entity == contact), None)
    paused = next((each for each in joined.pauses if each.contact == contact), None)
    if days is None and paused is None:
        raise NotFound(NOTHING_OPEN)
    found = opened(database, entity, scheme)
    return render(
        "contact.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        contact=contact,
        met=days,
        paused=paused,
        line=found.named().get(contact) if found else None,
        names=disclosure.names(database, [contact]),
        done=done,
    )


@router.get("/facts")
def facts_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase, page: PageNumber = 1) -> Response:
    """All own facts that the rating is made from, or could be, a page at a time."""
    found = rated(database, own_entity(member), scheme)
    return render(
        "facts.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy_of(database, scheme),
        facts=listed(found.facts, page),
        names=names_of(database, found, []),
    )


@router.get("/contacts")
def contacts_page(
    member: SignedInMember, scheme: SchemeId, database: TheDatabase, page: PageNumber = 1
) -> Response:
    """All contacts of the member, a page at a time."""
    entity = own_entity(member)
    joined, policy = member_of(database, entity, scheme)
    found, met = opened(database, entity, scheme), disclosure.met(database, entity)
    return render(
        "contacts.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        named=found.named() if found else {},
        paused={each.contact for each in joined.pauses},
        contacts=listed(met, page),
        names=names_of(database, None, met),
    )


@router.get("/history")
def history_page(
    member: SignedInMember,
    scheme: SchemeId,
    database: TheDatabase,
    page: PageNumber = 1,
    since: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Every state of the rating that is kept, the newest first, and what changed since one of them."""
    entity = own_entity(member)
    _joined, policy = member_of(database, entity, scheme)
    found = disclosure.history(database, entity, scheme, since=_instant(since))
    return render(
        "history.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        history=found,
        line=steps(found.states, datetime.now(UTC)),
        states=listed([*reversed(found.states)], page),
    )


@router.get("/leave")
def leave_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase) -> Response:
    """What leaving does, before it is done."""
    _joined, policy = member_of(database, own_entity(member), scheme)
    return render("leave.html.jinja", principal=member, scheme=scheme, policy=policy)


@router.get("/founding")
def founding_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase) -> Response:
    """What a founder is and, where the member was named, the buttons to accept, decline or give it up."""
    joined, policy = member_of(database, own_entity(member), scheme)
    return render(
        "founding.html.jinja",
        principal=member,
        scheme=scheme,
        policy=policy,
        founding=joined.founding,
        counts=founders.at_least(policy) is not None,
    )


@router.get("/contest")
def contest_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase) -> Response:
    """The form to contest the rating as a whole."""
    return forms.contest(database, member, scheme)


@router.get("/grants")
def grants_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase, done: Note = "") -> Response:
    """The grants, and the form to give one."""
    return forms.grants(database, member, scheme, done=done)


@router.get("/report")
def report_page(member: SignedInMember, scheme: SchemeId, database: TheDatabase) -> Response:
    """The form to make a report."""
    return forms.report(database, member, scheme)


def _instant(text: str) -> datetime | None:
    """The instant that the text names; None where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
