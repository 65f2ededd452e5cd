"""Standing: whether an entity is restricted by a court. No rating leads to it, nor does it lead to any.

Restricted is who has a judgment against it that is past due and unpaid, and nobody else. Payment lifts that at
once.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from graph import access, grants
from graph.database import Database, Transaction, utc
from graph.errors import NOTHING_OPEN, NotFound, PurposeMismatch

ORGANISATION = "organisation"
"The kind of entity that is no person: a sole trader is one."


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
    """The same, for a client who says what for: the read is on record before this returns.

    An organisation's standing is open to any client for a purpose of some published scheme. That of a person, and
    of a sole trader, only under a grant to this client for this purpose, in whatever scheme.
    Raises PurposeMismatch (no scheme has this purpose), NotFound (nothing of this entity is open), NotRecorded.
    """
    found, outcome = access.recorded(
        database, partial(_read_for_client, entity=entity, client=client, purpose=purpose, now=now)
    )
    if outcome == PurposeMismatch.code:
        raise PurposeMismatch(f"{purpose!r} is not a purpose of any scheme here: their policies list them")
    if found is None:
        raise NotFound(NOTHING_OPEN)
    return found


def _read_for_client(
    transaction: Transaction, *, entity: str, client: str, purpose: str, now: datetime
) -> tuple[Standing | None, str]:
    """(the standing where it is open, the outcome that is on record); the same is asked whatever the answer."""
    row = transaction.optional("unpaid_judgments", id=entity, now=now)
    grant = grants.live(transaction, entity, client=client, scheme=None, purpose=purpose, now=now)
    purposes = {
        each
        for scheme in transaction.run("policies")
        for each in grants.policy_of(transaction, scheme["id"]).purpose
    }
    if purpose not in purposes:
        outcome = PurposeMismatch.code
    elif row is None:
        outcome = "not-known"
    elif row["kind"] != ORGANISATION and grant is None:
        outcome = "no-grant"
    else:
        outcome = access.ANSWERED
    access.record(
        transaction,
        grant.scheme if grant else "",
        entity,
        who=client,
        role="client",
        purpose=purpose,
        what="standing",
        outcome=outcome,
        now=now,
    )
    return _standing(entity, row) if row is not None and outcome == access.ANSWERED else None, outcome


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
