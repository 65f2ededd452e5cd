"""Contests: a member says that its rating as a whole is not right.

From then on the rating is shown as contested, and nobody may rely on it, until a reviewer, by name and with a
reason, has closed the contest.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.errors import NotFound, Refused
from graph.rights.entity_locks import hold
from graph.rights.parties import have_a_part, names_of
from graph.store.client import Database, utc
from graph.store.transaction import Transaction
from graph.text.plain import identifier, plain

OPEN = "open"


@dataclass(frozen=True)
class Contest:
    """One contest, as its member and its reviewer see it."""

    id: str
    entity: str
    "the member that opened it"
    by: str | None
    "the subject of the token that said so for it; None: not known"
    scheme: str
    statement: str
    state: str
    "open, closed, or left: the member has left the scheme"
    opened: datetime
    closed: datetime | None
    reviewer: str | None
    reason: str | None


def contest(
    transaction: Transaction, entity: str, scheme: str, *, statement: str, now: datetime, by: str | None = None
) -> str:
    """The rating is contested; returns the contest's id.

    by: the subject of the token that says so for the entity.
    Raises ParameterError (a statement that is no plain text), NotFound (no such member, or not rated yet), Refused
    (it is contested already).
    """
    statement = plain(statement, "statement")
    hold(transaction, entity)
    id_, membership = str(uuid.uuid4()), f"{scheme}|{entity}"
    opened = transaction.optional(
        "open_contest", id=id_, membership=membership, statement=statement, by=by, now=now
    )
    if opened is None:
        found = transaction.optional("rating", id=membership)
        if found is None or not found["contested"]:
            raise NotFound(f"{entity!r} has no rating in {scheme!r}")
        raise Refused(f"the rating of {entity!r} in {scheme!r} is contested already")
    return id_


def close(
    transaction: Transaction,
    id_: str,
    *,
    reason: str,
    reviewer: str,
    now: datetime,
    acts_for: Collection[str] = (),
) -> Contest:
    """The contest is closed, and the rating may be relied on again; returns it as it is then.

    reviewer:        a name, and not that of the member who contests.
    acts_for: entities that the reviewer acts for or belongs to.
    Raises ParameterError (a reason that is no plain text), NotFound (no such contest), Refused (it has ended, or
    this reviewer may not close it).
    """
    reason = plain(reason, "reason")
    reviewer = identifier(reviewer.strip(), "reviewer")
    found = transaction.optional("contest", id=id_)
    if found is not None:
        hold(transaction, found["entity"])
        found = transaction.optional("contest", id=id_)
    if found is None:
        raise NotFound(f"there is no contest {id_!r}")
    if have_a_part(
        names_of(reviewer, acts_for), (found["entity"], found["by"], found["name"], *found["subjects"])
    ):
        raise Refused(f"{reviewer!r} is, or acts for, the member who contests the rating, and cannot close that")
    if transaction.optional("close_contest", id=id_, reviewer=reviewer, reason=reason, now=now) is None:
        raise Refused("the contest has ended")
    [closed] = (each for each in of_entity(transaction, found["entity"]) if each.id == id_)
    return closed


def open_ones(database: Database) -> list[Contest]:
    """The contests that wait to be closed, the oldest first."""
    return [_contest(row) for row in database.run("open_contests")]


def of_entity(database: Database | Transaction, entity: str) -> list[Contest]:
    """The contests that the entity opened, the newest first."""
    return [_contest(row) for row in database.run("contests_of", entity=entity)]


def _contest(row: dict[str, Any]) -> Contest:
    found = row["contest"]
    closed = found.get("closed")
    return Contest(
        id=found["id"],
        entity=row["entity"],
        by=found.get("by"),
        scheme=found["scheme"],
        statement=found["statement"],
        state=found["state"],
        opened=utc(found["opened"]),
        closed=closed and utc(closed),
        reviewer=found.get("reviewer"),
        reason=found.get("reason"),
    )
