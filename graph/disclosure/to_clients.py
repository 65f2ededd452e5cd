"""What a client reads of others: as much as each of them granted, on record before it is told.

An entity may be no member, not be rated, have given no grant or not exist: the client gets the same answer in each
case, from the same queries, which wait for nobody. The refusal is on record a moment later
(graph/audit/refusals.py): with the member, if there is one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct, structs

from graph.disclosure.granted_reads import CONTESTED, Asked, look, note_refused, put_on_record
from graph.disclosure.masking import veil_width, within
from graph.disclosure.rating import Opened, ShownPart, open_veiled, show
from graph.disclosure.set_aside import caption
from graph.errors import NOTHING_OPEN, NotFound, ParameterError
from graph.explain import read_facts
from graph.explain.reasons import Reasons, find
from graph.model import SetAside
from graph.policy.publishing import check_purpose
from graph.policy.scheme import NEW, whole
from graph.rating.seen import SeenRating, seen
from graph.rights.grants import What
from graph.store.client import Database

MOST_IDS = 1_000
TOGETHER = "contacts together"


class Told(Struct, frozen=True, omit_defaults=True):
    """What a client is told of one rating. What is not granted is None, and so is all of a contested one."""

    entity: str
    scheme: str
    what: What
    "how much is open"
    contested: bool
    "nobody may rely on it until a reviewer has closed the contest"
    set_aside: SetAside | None = None
    "facts that the rating lacks, since they are in dispute: told with every part of the rating"
    band: str | None = None
    caption: str | None = None
    "all of the rating that is told, in one line: `682 sound, 7 facts in dispute`"
    whole_points: int | None = None
    "of a new member neither these are told nor what could be added up to them, whatever is granted"
    within_points: float | None = None
    "how far the points can be from those that the operator sees"
    parts: tuple[ShownPart, ...] | None = None
    "they sum to the points; contacts are one line, and nobody is named"
    reasons: Reasons | None = None
    run: str | None = None
    as_of: datetime | None = None
    stale: bool | None = None
    version: str | None = None
    "of the policy that the run used"
    hash: str | None = None


def ask_one(database: Database, scheme: str, entity: str, *, client: str, purpose: str, now: datetime) -> Told:
    """What the client is told of this entity's rating.

    Raises NotFound (nothing of the entity is open to the client: always in the same words), PurposeMismatch,
    NotRecorded, StoreConflict.
    """
    found = ask(database, scheme, [entity], client=client, purpose=purpose, now=now)
    if not found:
        raise NotFound(NOTHING_OPEN)
    return found[0]


def ask(
    database: Database, scheme: str, entities: Sequence[str], *, client: str, purpose: str, now: datetime
) -> list[Told]:
    """What the client is told of these, by entity; an entity of which nothing is open is left out.

    Raises NotFound (no such scheme), PurposeMismatch, ParameterError for too many, NotRecorded, StoreConflict.
    """
    wanted = sorted(set(entities))
    if len(wanted) > MOST_IDS:
        raise ParameterError(f"at most {MOST_IDS:,} ids can be looked up at once, not {len(wanted):,}")
    request, found = look(database, scheme, wanted, client=client, purpose=purpose, now=now)
    opening = [each for each in found.values() if each.opens]
    rows = None
    if opening:
        recorded, rows = put_on_record(database, request, opening)
        found |= recorded
    note_refused(database, request, [each for each in found.values() if not each.opens])
    check_purpose(request.policy, purpose)
    open_ = [found[entity] for entity in wanted if found[entity].opens]
    answered = [each.entity for each in open_ if each.outcome != CONTESTED]
    ratings = seen(database, answered, scheme, rows) if answered else {}
    told = (_told(database, scheme, each, ratings.get(each.entity)) for each in open_)
    return [each for each in told if each is not None]


def _told(database: Database, scheme: str, asked: Asked, rating: SeenRating | None) -> Told | None:
    """What the client is told of what is open; None: the member has left this moment."""
    if asked.what is None or (rating is None and asked.outcome != CONTESTED):
        return None
    if rating is None or rating.contested:
        return Told(asked.entity, scheme, asked.what, contested=True)
    if asked.what == "reasons" and rating.band != NEW.name:
        return _told_with_reasons(database, scheme, asked.entity)
    points = whole(rating.points) if asked.what != "band" and rating.band != NEW.name else None
    return Told(
        asked.entity,
        scheme,
        asked.what,
        contested=False,
        set_aside=rating.set_aside,
        band=rating.band,
        caption=caption(rating.band, rating.set_aside, points=points),
        whole_points=points,
        within_points=None if points is None else _within(database, rating),
        run=rating.run,
        as_of=rating.as_of,
        stale=rating.stale,
        version=rating.version,
        hash=rating.hash,
    )


def _within(database: Database, rating: SeenRating) -> float:
    """How far the points can be from those that the operator sees."""
    return within(rating.contacts, veil_width(database, rating.run), rating.policy)


def _told_with_reasons(database: Database, scheme: str, entity: str) -> Told | None:
    """All of a rating that can be granted, from the rating opened; None: the member has left this moment."""
    try:
        opened = open_veiled(database, entity, scheme)
    except NotFound:
        return None
    rating = opened.rating
    if rating.contested:
        return Told(entity, scheme, "reasons", contested=True)
    told = Told(
        entity,
        scheme,
        "reasons",
        contested=False,
        set_aside=rating.set_aside,
        band=rating.band,
        caption=caption(rating.band, rating.set_aside),
        run=rating.run,
        as_of=rating.as_of,
        stale=rating.stale,
        version=rating.version,
        hash=rating.hash,
    )
    if rating.band == NEW.name:
        return told
    shown = show(opened)
    return structs.replace(
        told,
        caption=caption(rating.band, rating.set_aside, points=shown.whole_points),
        whole_points=shown.whole_points,
        within_points=shown.within_points,
        parts=_nameless(shown.parts),
        reasons=_reasons(database, opened),
    )


def _nameless(parts: Sequence[ShownPart]) -> tuple[ShownPart, ...]:
    """The parts with all contacts in one line: a contact shows its part to its followers, not to clients."""
    own = tuple(part for part in parts if not part.contacts)
    company = [part for part in parts if part.contacts]
    if not company:
        return own
    points, contacts = sum(part.whole for part in company), sum(part.contacts for part in company)
    return (*own, ShownPart("contacts", TOGETHER, points, contacts))


def _reasons(database: Database, opened: Opened) -> Reasons:
    """Why the rating is not higher, without any name: no contact and no creditor."""
    rating = opened.rating
    given = read_facts(database, rating.scheme, [rating.entity], run=rating.run, as_of=rating.as_of)[rating.entity]
    circle = tuple(replace(each, entity="") for each in rating.circle)
    return find(replace(rating, circle=circle), opened.policy, [replace(fact, other="") for fact in given])
