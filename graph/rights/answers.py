"""Answers: the other side of a disputed fact is told of the dispute, and may answer once before it is decided.

The other side is the other end of the fact, where that is an entity: the creditor of a debt, the other end of a
contact. It is told when the fact is set aside, and not of what is only proposed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graph.errors import NotFound, Refused
from graph.rights.dispute_records import DUE_DAYS, OPEN, row_of, rows, said
from graph.rights.entity_locks import hold
from graph.rights.parties import have_a_part, names_of
from graph.store.client import Database, utc
from graph.store.transaction import Transaction
from graph.text.plain import plain


@dataclass(frozen=True)
class Told:
    """A dispute as the other side sees it: the fact is its own too."""

    id: str
    entity: str
    "the member that disputes the fact"
    kind: str
    fact: str
    "the fact's id"
    statement: str
    state: str
    opened: datetime
    due: datetime
    "by when it is to be decided, and so answered"
    decided: datetime | None
    "when it ended"
    answer: str | None
    "what this side said"
    answered: datetime | None
    says: dict[str, Any] | None
    "what the fact says; None where it is gone"

    @property
    def waits(self) -> bool:
        """Whether this side can answer still."""
        return self.state == OPEN and self.answered is None


def told(database: Database | Transaction, entity: str) -> list[Told]:
    """The disputes of which the entity is the other side, the newest first, with what became of them."""
    ids = [row["id"] for row in database.run("disputes_told", entity=entity)]
    found = {row["id"]: row for row in rows(database, ids)} if ids else {}
    return [_told(found[id_]) for id_ in ids if id_ in found]


def waiting(database: Database, entity: str) -> int:
    """How many disputes the entity can answer still; nobody is read for it."""
    return sum(row["waits"] for row in database.run("disputes_told", entity=entity))


def answer(
    transaction: Transaction,
    entity: str,
    id_: str,
    *,
    statement: str,
    by: str,
    now: datetime,
    acts_for: Collection[str] = (),
    operator: str = "",
) -> None:
    """The other side has answered; the reviewer and the member who disputes see it.

    by:       the subject of the token that answers for the entity.
    acts_for: other entities that this subject acts for.
    operator: the operator's name, who answers for nobody.
    Raises ParameterError (no plain text), NotFound (no such dispute, or another is its other side), Refused (it
    has ended, is answered already, or the answer comes from who disputes the fact or from the operator).
    """
    statement = plain(statement, "statement")
    member = row_of(transaction, id_)["entity"]
    hold(transaction, entity, member)
    found = row_of(transaction, id_)
    if found["told"] != entity:
        raise NotFound(f"{entity!r} is not the other side of a dispute {id_!r}")
    if have_a_part(names_of(by, acts_for), (found["entity"], found["by"], *found["disputing"])):
        raise Refused(f"{by!r} acts for the side that disputes the fact, and cannot answer for the other")
    if have_a_part([by], [operator]):
        raise Refused(f"{by!r} is the operator, and cannot answer for a side")
    if transaction.optional("hold_dispute", id=id_, state=OPEN) is None:
        raise Refused(f"the dispute has ended: it was {row_of(transaction, id_)['state']}")
    if row_of(transaction, id_)["answered"] is not None:
        raise Refused("the dispute is answered already, and each side speaks once")
    transaction.run("answer_dispute", id=id_, answer=statement, by=by, now=now)


def _told(row: dict[str, Any]) -> Told:
    opened = utc(row["opened"])
    return Told(
        **{name: row[name] for name in ("id", "entity", "kind", "fact", "statement", "state", "answer")},
        opened=opened,
        due=opened + timedelta(days=DUE_DAYS),
        decided=row["decided"] and utc(row["decided"]),
        answered=row["answered"] and utc(row["answered"]),
        says=row["says"] and said(row["says"]),
    )
