"""Standing: whether an entity is restricted by a court. No rating leads to it, nor does it lead to any.

An entity is restricted if a judgment against it is past due and unpaid, and for no other reason. Payment lifts
that at once.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from graph.audit import log, refusals
from graph.errors import NOTHING_OPEN, NotFound, PurposeMismatch, StoreConflict
from graph.policy.publishing import policies
from graph.store.client import Database, utc
from graph.store.transaction import Transaction

ORGANISATION = "organisation"
"The kind of entity that is no person: a sole trader is one."
CLIENT, WHAT = "client", "standing"
"The role and what is read, as they are on record."


@dataclass(frozen=True)
class Judgment:
    """A judgment that is past due and unpaid."""

    id: str
    court: str
    case_number: str
    amount: float
    currency: str
    issued: datetime
    due: datetime


@dataclass(frozen=True)
class Standing:
    """Whether an entity is restricted, and by which judgments."""

    entity: str
    restricted: bool
    judgments: tuple[Judgment, ...]
    "those due first; what was paid is not among them"


def standing(source: Database | Transaction, entity: str, *, now: datetime) -> Standing:
    """The entity's standing at this instant. Raises NotFound."""
    row = source.optional("unpaid_judgments", id=entity, now=now)
    if row is None:
        raise NotFound(f"there is no entity {entity!r}")
    return _standing(entity, row)


def standing_for_client(database: Database, entity: str, *, client: str, purpose: str, now: datetime) -> Standing:
    """The same, for a client that names its purpose: the read is on record before this returns.

    An organisation's standing is open to any client for a purpose of some published scheme. That of a person, and
    of a sole trader, only under a grant to this client for this purpose, in whatever scheme.
    Raises PurposeMismatch (no scheme has this purpose), NotFound (nothing of this entity is open), NotRecorded.
    """
    asked = _Request(entity, client, purpose, now)
    found = _look(database, asked)
    if found.outcome == log.ANSWERED:
        found = log.recorded(database, partial(_record, asked=asked, scheme=found.scheme))
    if found.outcome != log.ANSWERED:
        _note_refused(database, asked, found)
    if found.outcome == PurposeMismatch.code:
        raise PurposeMismatch(f"{purpose!r} is not a purpose of any scheme here: their policies list them")
    if found.outcome != log.ANSWERED or found.row is None:
        raise NotFound(NOTHING_OPEN)
    return _standing(entity, found.row)


@dataclass(frozen=True)
class _Request:
    """What a client asks."""

    entity: str
    client: str
    purpose: str
    now: datetime


@dataclass(frozen=True)
class _Found:
    """What is open to the client, and what comes of its request."""

    row: dict[str, Any] | None
    "None: there is no such entity"
    scheme: str
    "of the grant; empty where it takes none"
    outcome: str


def _look(source: Database | Transaction, asked: _Request) -> _Found:
    """What is open, by the same queries whatever the answer, and without waiting for anybody."""
    row = source.optional("unpaid_judgments", id=asked.entity, now=asked.now)
    grants = source.run(
        "live_grants",
        entities=[asked.entity],
        client=asked.client,
        scheme=None,
        purpose=asked.purpose,
        now=asked.now,
    )
    if not any(asked.purpose in policy.purpose for policy in policies(source)):
        outcome = PurposeMismatch.code
    elif row is None:
        outcome = "not-known"
    elif row["kind"] != ORGANISATION and not grants:
        outcome = "no-grant"
    else:
        outcome = log.ANSWERED
    return _Found(row, grants[0]["grant"]["scheme"] if grants else "", outcome)


def _record(transaction: Transaction, asked: _Request, scheme: str) -> _Found:
    """The same; if it is open, the read is on record, and the grant does not end before."""
    held = log.hold(transaction, scheme, [asked.entity])
    ends = log.ends(transaction, held)  # before the grants: decisions about an entity hold it before them
    transaction.run("hold_grants", entities=[asked.entity], client=asked.client)
    found = _look(transaction, asked)
    if found.outcome == log.ANSWERED:
        if found.scheme != scheme:
            raise StoreConflict("the grant is another one now: ask again")
        said = {"at": asked.now, "who": asked.client, "role": CLIENT, "purpose": asked.purpose}
        append = said | {"what": WHAT, "outcome": found.outcome}
        log.append(transaction, held, [(asked.entity, append)], ends)
    return found


def _note_refused(database: Database, asked: _Request, found: _Found) -> None:
    there = found.row is not None
    refusals.note(
        database,
        "",
        {asked.entity: found.outcome} if there else {},
        [] if there else [asked.entity],
        who=asked.client,
        role=CLIENT,
        purpose=asked.purpose,
        outcome=found.outcome,
        now=asked.now,
    )


def _standing(entity: str, row: dict[str, Any]) -> Standing:
    judgments = tuple(
        Judgment(
            id=each["id"],
            court=each["court"],
            case_number=each["case_number"],
            amount=each["amount"],
            currency=each["currency"],
            issued=utc(each["issued"]),
            due=utc(each["due"]),
        )
        for each in row["judgments"]
    )
    return Standing(entity, bool(judgments), judgments)
