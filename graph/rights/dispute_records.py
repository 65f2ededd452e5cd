"""The records of disputes, as they are read: by their members, by reviewers, and by an operator without names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graph.errors import NotFound
from graph.facts.kinds import STORED
from graph.store.client import Database, utc
from graph.store.transaction import Transaction
from graph.text.days import days_left

REMINDED_DAYS, DUE_DAYS, REMOVED_DAYS = 25, 30, 45
OPEN, PROPOSED = "open", "proposed"
WAIT = (OPEN, PROPOSED)
"The states in which somebody has to decide: on the fact, or on whether the dispute is admitted."


@dataclass(frozen=True)
class Reader:
    """A client who read a rating of the member while the fact was in it."""

    who: str
    scheme: str
    purpose: str | None
    times: int
    last: datetime


@dataclass(frozen=True)
class Dispute:
    """One dispute, as its member and its reviewer see it."""

    id: str
    entity: str
    "the member that opened it"
    by: str | None
    "the subject of the token that said so for it; None: not known"
    kind: str
    fact: str
    "the fact's id"
    statement: str
    state: str
    "proposed, open, refused, upheld, rejected, expired or withdrawn"
    proposed: datetime | None
    "when it was proposed, where a reviewer had to admit it; None: it was open at once"
    opened: datetime
    "from when on the fact is set aside; of one that was never admitted, when it was proposed"
    due: datetime
    "when a decision is overdue"
    days_left: int | None
    "from today to the day of `due`, in UTC; below 0 it is overdue; None where it is not open"
    overdue: bool
    reminded: datetime | None
    admitted_by: str | None
    "the reviewer who admitted it"
    admission: str | None
    "why"
    answer: str | None
    "what the other side says"
    answered: datetime | None
    decided: datetime | None
    "when it ended"
    reviewer: str | None
    reason: str | None
    says: dict[str, Any] | None
    "what the fact says; None where it is gone"
    load: str | None
    "the load that brought the fact, where that was known"
    since: datetime | None
    "when the fact was loaded, or when it was; None: neither is known, and every reader counts"
    readers: tuple[Reader, ...]


@dataclass(frozen=True)
class Waiting:
    """A dispute that waits, without its member, its statement and its fact."""

    id: str
    kind: str
    state: str
    "open, or proposed: a reviewer has to admit it first"
    opened: datetime
    due: datetime
    days_left: int | None
    "from today to the day of `due`, in UTC; below 0 it is overdue; None where it is not open"
    reminded: datetime | None


def of_entity(database: Database | Transaction, entity: str, *, now: datetime) -> list[Dispute]:
    """The disputes that the entity opened, the newest first, with what became of them."""
    return by_id(database, [row["id"] for row in database.run("disputes_of", entity=entity)], now=now)


def open_ones(database: Database, *, now: datetime) -> list[Dispute]:
    """The disputes that wait for a decision, the oldest first; also those that wait to be admitted."""
    return by_id(database, [row["id"] for row in database.run("open_disputes")], now=now)


def waiting(database: Database, *, now: datetime) -> list[Waiting]:
    """The same without names, for an operator who only sees to it that they are decided: nobody is read."""
    found = []
    for row in database.run("open_disputes"):
        opened = utc(row["opened"])
        due_at = opened + timedelta(days=DUE_DAYS)
        left = days_left(due_at, now) if row["state"] == OPEN else None
        reminded = row["reminded"] and utc(row["reminded"])
        found.append(Waiting(row["id"], row["kind"], row["state"], opened, due_at, left, reminded))
    return found


def by_id(database: Database | Transaction, ids: Sequence[str], *, now: datetime) -> list[Dispute]:
    """These disputes, in this order; ids that are not known are left out."""
    found = {row["id"]: row for row in rows(database, ids)} if ids else {}
    return [_dispute(found[id_], now) for id_ in ids if id_ in found]


def says(database: Database, entity: str, *, kind: str, fact: str) -> dict[str, Any]:
    """What a fact of the entity's own says, for a member that is about to dispute it. Raises NotFound."""
    found = fact_of(database, kind, fact)
    if found is None or entity not in found["owners"]:
        raise NotFound(f"{entity!r} has no {fact!r} among its {kind}")
    return said(found["says"])


def fact_of(database: Database | Transaction, kind: str, fact: str) -> dict[str, Any] | None:
    """The fact as facts_by_id finds it; None: there is none."""
    return database.optional("facts_by_id", kind=kind, ids=[fact])


def row_of(transaction: Transaction, id_: str) -> dict[str, Any]:
    """The dispute as the query `disputes` gives it. Raises NotFound."""
    found = rows(transaction, [id_])
    if not found:
        raise NotFound(f"there is no dispute {id_!r}")
    return found[0]


def rows(source: Database | Transaction, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What the disputes with these ids say, with what their facts say that are there still."""
    about: dict[str, dict[str, str]] = {}
    for row in source.run("disputed_facts", ids=list(ids)):
        about.setdefault(row["kind"], {})[row["id"]] = row["fact"]
    refs: dict[str, str] = {}
    for kind, facts in about.items():
        found = source.run("facts_by_id", kind=kind, ids=sorted(set(facts.values())))
        by_fact = {row["id"]: row["ref"] for row in found}
        refs |= {id_: by_fact[fact] for id_, fact in facts.items() if fact in by_fact}
    types = {kind: stored.type for kind, stored in STORED.items()}
    return source.run("disputes", ids=list(ids), refs=refs, types=types)


def said(says: dict[str, Any]) -> dict[str, Any]:
    """What a fact says, without what it does not have."""
    return {key: _plain_value(value) for key, value in says.items() if value is not None}


def _dispute(row: dict[str, Any], now: datetime) -> Dispute:
    opened = utc(row["opened"])
    due_at, is_open = opened + timedelta(days=DUE_DAYS), row["state"] == OPEN
    as_it_is: dict[str, Any] = {name: row[name] for name in _AS_THEY_ARE}
    as_it_is |= {name: row[name] and utc(row[name]) for name in _INSTANTS}
    return Dispute(
        **as_it_is,
        opened=opened,
        due=due_at,
        days_left=days_left(due_at, now) if is_open else None,
        overdue=is_open and now > due_at,
        says=row["says"] and said(row["says"]),
        readers=tuple(Reader(**each | {"last": utc(each["last"])}) for each in row["readers"]),
    )


_AS_THEY_ARE = (
    *("id", "entity", "by", "kind", "fact", "statement", "state"),
    *("admitted_by", "admission", "answer", "reviewer", "reason", "load"),
)
_INSTANTS = ("proposed", "reminded", "answered", "decided", "since")


def _plain_value(value: Any) -> Any:
    return utc(value) if hasattr(value, "to_native") else value
