"""What a client reads of others: as much as each of them granted, on record before it is told.

An entity may be no member, not be rated, have given no grant or not exist: the client gets the same answer in each
case, from the same queries, which wait for nobody. The refusal is on record a moment later
(graph/audit/refusals.py): with the member, if there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from graph.audit import log, refusals
from graph.disclosure.masking import veil_width, within
from graph.disclosure.rating import Opened, ShownPart, open_veiled, show
from graph.disclosure.set_aside import caption
from graph.errors import NOTHING_OPEN, NotFound, ParameterError, PurposeMismatch
from graph.explain import read_facts
from graph.explain.reasons import Reasons, find
from graph.model import SetAside
from graph.policy.publishing import check_purpose, parsed
from graph.policy.scheme import NEW, Scheme, whole
from graph.rating.seen import SeenRating, seen
from graph.rights.grants import WHATS, What
from graph.store.client import Database
from graph.store.transaction import Transaction

CLIENT = "client"
MOST_IDS = 1_000
OPEN: What = "points"
"What of an organisation is open to every client, where the policy says so."
NO_MEMBER = "not-a-member"
CONTESTED = "contested"
TOGETHER = "contacts together"


@dataclass(frozen=True)
class Told:
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
    asked, found = _look(database, scheme, wanted, client=client, purpose=purpose, now=now)
    opening = [entity for entity, each in found.items() if each.opens]
    if opening:
        found |= log.recorded(database, partial(_record, asked=asked, entities=opening))
    _note_refused(database, asked, [each for each in found.values() if not each.opens])
    check_purpose(asked.policy, purpose)
    open_ = [found[entity] for entity in wanted if found[entity].opens]
    ratings = seen(database, [each.entity for each in open_ if each.outcome != CONTESTED], scheme)
    told = (_told(database, scheme, each, ratings.get(each.entity)) for each in open_)
    return [each for each in told if each is not None]


@dataclass(frozen=True)
class _Request:
    """What a client asks, without the entities that it asks about."""

    policy: Scheme
    scheme: str
    client: str
    purpose: str
    now: datetime


def _look(
    database: Database, scheme: str, entities: Sequence[str], *, client: str, purpose: str, now: datetime
) -> tuple[_Request, dict[str, "_Asked"]]:
    """What was asked, and what of it is open: without a lock, by one query for any entity. Raises NotFound."""
    named = {"scheme": scheme, "client": client, "purpose": purpose, "now": now}
    published, rows = database.together(
        ("scheme", {"id": scheme}), ("asked", {**named, "entities": list(entities)})
    )
    if not published:
        raise NotFound(NOTHING_OPEN)
    asked = _Request(parsed(published[0]["policy"], scheme), scheme, client, purpose, now)
    return asked, {row["entity"]: _asked(row, asked.policy, purpose) for row in rows}


def _record(transaction: Transaction, asked: _Request, entities: Sequence[str]) -> dict[str, "_Asked"]:
    """What is open of these. The reads are on record, and no grant ends before they are."""
    held = log.hold(transaction, asked.scheme, entities)
    ends = log.ends(transaction, held)  # before the grants: decisions about an entity hold it before them
    transaction.run("hold_grants", entities=list(entities), client=asked.client)
    rows = transaction.many(
        "asked",
        scheme=asked.scheme,
        entities=list(entities),
        client=asked.client,
        purpose=asked.purpose,
        now=asked.now,
    )
    found = [_asked(row, asked.policy, asked.purpose) for row in rows]
    said = {"at": asked.now, "who": asked.client, "role": CLIENT, "purpose": asked.purpose}
    log.append(
        transaction,
        held,
        [(each.entity, said | {"what": each.what, "outcome": each.outcome}) for each in found if each.opens],
        ends,
    )
    return {each.entity: each for each in found}


def _note_refused(database: Database, asked: _Request, refused: Sequence["_Asked"]) -> None:
    if refused:
        mismatch = asked.purpose not in asked.policy.purpose
        refusals.note(
            database,
            asked.scheme,
            {each.entity: each.outcome for each in refused if each.member},
            [each.entity for each in refused if not each.member],
            who=asked.client,
            role=CLIENT,
            purpose=asked.purpose,
            outcome=PurposeMismatch.code if mismatch else NO_MEMBER,
            now=asked.now,
        )


class _Asked(msgspec.Struct, frozen=True):
    """One entity that was asked for: how much of it is open, and what comes of it."""

    entity: str
    member: bool
    what: What | None
    outcome: str

    @property
    def opens(self) -> bool:
        """Whether the client is told anything."""
        return self.what is not None and self.outcome in (log.ANSWERED, CONTESTED)


def _asked(row: Mapping[str, Any], policy: Scheme, purpose: str) -> _Asked:
    whats: list[What] = [row["what"]] if row["what"] else []
    if row["organisation"] and policy.access.open_organisations:
        whats.append(OPEN)
    what = max(whats, key=WHATS.index, default=None)
    if purpose not in policy.purpose:
        outcome = PurposeMismatch.code
    elif not row["member"]:
        outcome = NO_MEMBER
    elif what is None:
        outcome = "no-grant"
    elif not row["rated"]:
        outcome = "not-rated"
    else:
        outcome = CONTESTED if row["contested"] else log.ANSWERED
    return _Asked(row["entity"], row["member"], what, outcome)


def _told(database: Database, scheme: str, asked: _Asked, rating: SeenRating | None) -> Told | None:
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
    return replace(
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
