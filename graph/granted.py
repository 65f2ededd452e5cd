"""What a client reads of others: as much as each of them granted, on record before it is told.

Whether somebody is no member, is not rated, gave no grant or is not there at all is the same to who asks, and is
found out by the same queries. It is on record all the same: with the member, where there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from graph import access, grants
from graph.database import Database, Transaction
from graph.errors import NOTHING_OPEN, NotFound, ParameterError
from graph.explaining import read_facts
from graph.grants import WHATS, Grant, What
from graph.model import SetAside
from graph.reasons import Reasons, find
from graph.scheme import Scheme
from graph.showing.ratings import Opened, ShownPart, open_veiled, show

CLIENT = "client"
MOST_IDS = 1_000
OPEN: What = "points"
"What of an organisation is open to every client, where the policy says so."
NOTHING = "nothing"
"What is on record where nothing is open."
CONTESTED = "contested"
LONGEST_KEPT = 200
"Characters that the record keeps of a purpose that is none of the scheme's."
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
    "facts that the rating lacks, since they are in dispute: told with whatever is told of it"
    band: str | None = None
    whole_points: int | None = None
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

    Raises NotFound in the same words for everybody of whom nothing is open to the client, PurposeMismatch,
    NotRecorded, StoreConflict.
    """
    found = ask(database, scheme, [entity], client=client, purpose=purpose, now=now)
    if not found:
        raise NotFound(NOTHING_OPEN)
    return found[0]


def ask(
    database: Database, scheme: str, entities: Sequence[str], *, client: str, purpose: str, now: datetime
) -> list[Told]:
    """What the client is told of these, by entity; of whom nothing is open is left out.

    Raises NotFound (no such scheme), PurposeMismatch, ParameterError for too many, NotRecorded, StoreConflict.
    """
    wanted = sorted(set(entities))
    if len(wanted) > MOST_IDS:
        raise ParameterError(f"at most {MOST_IDS:,} ids can be looked up at once, not {len(wanted):,}")
    policy = _policy(database, scheme)

    def work(transaction: Transaction) -> list[_Asked]:
        given = grants.live_all(transaction, wanted, client=client, scheme=scheme, purpose=purpose, now=now)
        rows = transaction.run("asked", scheme=scheme, entities=wanted)
        found = [_asked(row, given.get(row["entity"]), policy, purpose) for row in rows]
        access.record_all(
            transaction,
            scheme,
            {each.entity: each.outcome for each in found},
            who=client,
            role=CLIENT,
            purpose=purpose if purpose in policy.purpose else _readable(purpose),
            what={each.entity: each.what or NOTHING for each in found},
            now=now,
        )
        return found

    found = access.recorded(database, work)
    grants.check_purpose(policy, purpose)
    told = (_told(database, scheme, each) for each in found)
    return [each for each in told if each is not None]


def _readable(purpose: str) -> str:
    """What a client said, as it can be shown to whoever looks at the record: it may be anything."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in purpose[:LONGEST_KEPT])


@dataclass(frozen=True)
class _Asked:
    """One entity that was asked for: how much of it is open, and what comes of it."""

    entity: str
    what: What | None
    outcome: str


def _policy(database: Database, scheme: str) -> Scheme:
    try:
        return grants.policy_of(database, scheme)
    except NotFound:
        raise NotFound(NOTHING_OPEN) from None


def _asked(row: Mapping[str, Any], grant: Grant | None, policy: Scheme, purpose: str) -> _Asked:
    whats = [grant.what] if grant else []
    if row["organisation"] and policy.access.open_organisations:
        whats.append(OPEN)
    what = max(whats, key=WHATS.index, default=None)
    if purpose not in policy.purpose:
        outcome = "purpose-mismatch"
    elif not row["member"]:
        outcome = "not-a-member"
    elif what is None:
        outcome = "no-grant"
    elif not row["rated"]:
        outcome = "not-rated"
    else:
        outcome = CONTESTED if row["contested"] else access.ANSWERED
    return _Asked(row["entity"], what, outcome)


def _told(database: Database, scheme: str, asked: _Asked) -> Told | None:
    """None: nothing of it is open, or it has left this moment."""
    if asked.what is None or asked.outcome not in (access.ANSWERED, CONTESTED):
        return None
    told = Told(asked.entity, scheme, asked.what, contested=True)
    if asked.outcome == CONTESTED:
        return told
    try:
        opened = open_veiled(database, asked.entity, scheme)
    except NotFound:
        return None
    rating = opened.rating
    if rating.contested:
        return told
    told = replace(
        told,
        contested=False,
        set_aside=rating.set_aside,
        band=rating.band,
        run=rating.run,
        as_of=rating.as_of,
        stale=rating.stale,
        version=rating.version,
        hash=rating.hash,
    )
    if asked.what == "band":
        return told
    shown = show(opened)
    told = replace(told, whole_points=shown.whole_points, within_points=shown.within_points)
    if asked.what == "points":
        return told
    return replace(told, parts=_nameless(shown.parts), reasons=_reasons(database, opened))


def _nameless(parts: Sequence[ShownPart]) -> tuple[ShownPart, ...]:
    """The parts with all contacts in one line: who shows its part does so to its followers, not to clients."""
    own = tuple(part for part in parts if not part.contacts)
    company = [part for part in parts if part.contacts]
    if not company:
        return own
    points, contacts = sum(part.whole for part in company), sum(part.contacts for part in company)
    return (*own, ShownPart("contacts", TOGETHER, points, contacts))


def _reasons(database: Database, opened: Opened) -> Reasons:
    """Why the rating is not higher, naming nobody: no contact, and nobody who is owed."""
    rating = opened.rating
    given = read_facts(database, rating.scheme, [rating.entity], run=rating.run, as_of=rating.as_of)[rating.entity]
    circle = tuple(replace(each, entity="") for each in rating.circle)
    return find(replace(rating, circle=circle), opened.policy, [replace(fact, other="") for fact in given])
