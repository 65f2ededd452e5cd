"""Disputes: a member says that a fact of its own is wrong, and the fact counts for nothing until that is decided.

A reviewer upholds the dispute, and the fact is removed; or rejects it, and the fact counts again. After DUE_DAYS
the decision is overdue, after REMOVED_DAYS the fact is removed without one. A dispute keeps the kind and the id of
its fact, and no copy of its content. The id is enough: loading the same file again does not bring the fact back.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

from graph.errors import NotFound, ParameterError, Refused
from graph.facts.kinds import FACTS, STORED
from graph.model import Changes
from graph.rights.entity_locks import hold
from graph.rights.parties import have_a_part, names_of
from graph.store.client import Database, utc
from graph.store.error_mapping import Gone
from graph.store.transaction import Transaction
from graph.text.days import days_left
from graph.text.plain import identifier, plain

REMINDED_DAYS, DUE_DAYS, REMOVED_DAYS = 25, 30, 45
OPEN = "open"


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
    "open, upheld, rejected, expired or withdrawn"
    opened: datetime
    due: datetime
    "when a decision is overdue"
    days_left: int | None
    "from today to the day of `due`, in UTC; below 0 it is overdue; None where it has ended"
    overdue: bool
    reminded: datetime | None
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
    """An open dispute without its member, its statement and its fact."""

    id: str
    kind: str
    opened: datetime
    due: datetime
    days_left: int
    "from today to the day of `due`, in UTC; below 0 it is overdue"
    reminded: datetime | None


@dataclass
class Due:
    """What came due: the disputes that were reminded of, and those whose facts are removed."""

    reminded: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)


def dispute(
    transaction: Transaction,
    entity: str,
    *,
    kind: str,
    fact: str,
    statement: str,
    now: datetime,
    by: str | None = None,
) -> tuple[str, Changes]:
    """The fact is disputed and counts for nothing; returns the dispute's id and what has to be re-rated.

    entity: the owner of the fact: its first end, or either end of a contact. A member of some scheme.
    by:     the subject of the token that says so for the entity.
    Raises ParameterError (no such kind, a statement that is no plain text), NotFound (the entity has no such fact,
    or has joined nothing), Refused (it is disputed already, or was before and the dispute was rejected).
    """
    if kind not in FACTS:
        raise ParameterError(f"kind: {kind!r} is none of {', '.join(FACTS)}")
    statement = plain(statement, "statement")
    hold(transaction, entity)
    found = _fact(transaction, kind, fact)
    if found is None or entity not in found["owners"]:
        raise NotFound(f"{entity!r} has no {fact!r} among its {kind}")
    if found["disputed"] is not None:
        raise Refused(f"{fact!r} of the {kind} is disputed already")
    if found["rejected"] is not None:
        raise Refused(
            f"a dispute of {fact!r} of the {kind} was rejected, and the fact has not been corrected since"
        )
    id_, stored = str(uuid.uuid4()), STORED[kind]
    opened = transaction.optional(
        "open_dispute",
        id=id_,
        entity=entity,
        kind=kind,
        fact=fact,
        ref=found["ref"],
        type=stored.type,
        both=stored.touches_both,
        statement=statement,
        by=by,
        now=now,
    )
    if opened is None:
        _explain_nothing(transaction, entity, kind, fact, found["ref"])
    changes = Changes()
    changes.add(kind, opened["touched"])
    return id_, changes


def _explain_nothing(transaction: Transaction, entity: str, kind: str, fact: str, ref: str) -> NoReturn:
    found = _fact(transaction, kind, fact)
    if found is None or found["ref"] != ref:
        raise Gone(f"{fact!r} of the {kind} was removed at that moment")
    if found["disputed"] is not None:  # somebody was faster
        raise Refused(f"{fact!r} of the {kind} is disputed already")
    raise NotFound(f"{entity!r} is a member of no scheme")


def says(database: Database, entity: str, *, kind: str, fact: str) -> dict[str, Any]:
    """What a fact of the entity's own says, for a member that is about to dispute it. Raises NotFound."""
    found = _fact(database, kind, fact)
    if found is None or entity not in found["owners"]:
        raise NotFound(f"{entity!r} has no {fact!r} among its {kind}")
    return _said(found["says"])


def withdraw(transaction: Transaction, entity: str, id_: str, *, now: datetime) -> Changes:
    """The fact counts again: the member takes its dispute back.

    Withdrawing a dispute twice changes nothing.
    Raises NotFound (the entity opened no such dispute), Refused (it has ended otherwise).
    """
    hold(transaction, entity)
    found = _one(transaction, id_)
    if found["entity"] != entity:
        raise NotFound(f"{entity!r} opened no dispute {id_!r}")
    if found["state"] == "withdrawn":
        return Changes()
    return _close(transaction, id_, "withdrawn", now=now)


def decide(
    transaction: Transaction,
    id_: str,
    *,
    upheld: bool,
    reason: str,
    reviewer: str,
    now: datetime,
    acts_for: Collection[str] = (),
) -> Changes:
    """The dispute is decided: its fact is removed (upheld) or counts again; returns what has to be re-rated.

    reviewer:        a name, but not of an entity in the fact, nor of a person who loaded it.
    acts_for: entities that the reviewer acts for or belongs to.
    Raises ParameterError (a reason that is no plain text), NotFound (no such dispute), Refused (it has ended, or
    this reviewer may not decide it).
    """
    reason = plain(reason, "reason")
    reviewer = identifier(reviewer.strip(), "reviewer")
    hold(transaction, _one(transaction, id_)["entity"])
    found = _one(transaction, id_)
    says = found["says"] or {}
    parties = (
        found["entity"],
        found["by"],
        says.get("source"),
        says.get("target"),
        *found["subjects"],
        *found["names"],
    )
    names = names_of(reviewer, acts_for)
    if have_a_part(names, parties):
        raise Refused(f"{reviewer!r} is a party of this dispute, and cannot decide it")
    if have_a_part(names, found["loaders"]):
        raise Refused(f"{reviewer!r} loaded the disputed fact, and cannot decide on it")
    return _close(transaction, id_, "upheld" if upheld else "rejected", now=now, reviewer=reviewer, reason=reason)


def due(transaction: Transaction, *, now: datetime) -> Due:
    """Open disputes are reminded of after 25 days, and after 45 their facts are removed.

    Repeating it changes nothing.
    """
    done = Due()
    hold(transaction, *(row["entity"] for row in transaction.run("open_disputes") if _comes_due(row, now)))
    for row in transaction.run("open_disputes"):  # as they are now, that nobody else decides about them
        age = now - utc(row["opened"])
        if age >= timedelta(days=REMOVED_DAYS):
            changes = _end(transaction, row["id"], "expired", now=now)
            if changes is not None:
                done.expired.append(row["id"])
                done.changes.include(changes)
        elif age >= timedelta(days=REMINDED_DAYS) and row["reminded"] is None:
            transaction.run("remind_of_dispute", id=row["id"], now=now)
            done.reminded.append(row["id"])
    return done


def _comes_due(row: dict[str, Any], now: datetime) -> bool:
    return now - utc(row["opened"]) >= timedelta(days=REMINDED_DAYS)


def of_entity(database: Database | Transaction, entity: str, *, now: datetime) -> list[Dispute]:
    """The disputes that the entity opened, the newest first, with what became of them."""
    return _read(database, [row["id"] for row in database.run("disputes_of", entity=entity)], now)


def open_ones(database: Database, *, now: datetime) -> list[Dispute]:
    """The disputes that wait for a decision, the oldest first."""
    return _read(database, [row["id"] for row in database.run("open_disputes")], now)


def waiting(database: Database, *, now: datetime) -> list[Waiting]:
    """The same without names, for an operator who only sees to it that they are decided: nobody is read."""
    found = []
    for row in database.run("open_disputes"):
        opened = utc(row["opened"])
        due_at = opened + timedelta(days=DUE_DAYS)
        reminded = row["reminded"] and utc(row["reminded"])
        found.append(Waiting(row["id"], row["kind"], opened, due_at, days_left(due_at, now), reminded))
    return found


def by_id(database: Database | Transaction, ids: Sequence[str], *, now: datetime) -> list[Dispute]:
    """These disputes, in this order; ids that are not known are left out."""
    return _read(database, ids, now)


def _fact(database: Database | Transaction, kind: str, fact: str) -> dict[str, Any] | None:
    return database.optional("facts_by_id", kind=kind, ids=[fact])


def _one(transaction: Transaction, id_: str) -> dict[str, Any]:
    found = _rows(transaction, [id_])
    if not found:
        raise NotFound(f"there is no dispute {id_!r}")
    return found[0]


def _rows(source: Database | Transaction, ids: Sequence[str]) -> list[dict[str, Any]]:
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


def _close(
    transaction: Transaction,
    id_: str,
    state: str,
    *,
    now: datetime,
    reviewer: str | None = None,
    reason: str | None = None,
) -> Changes:
    changes = _end(transaction, id_, state, now=now, reviewer=reviewer, reason=reason)
    if changes is None:
        raise Refused(f"the dispute has ended: it was {_one(transaction, id_)['state']}")
    return changes


def _end(
    transaction: Transaction,
    id_: str,
    state: str,
    *,
    now: datetime,
    reviewer: str | None = None,
    reason: str | None = None,
) -> Changes | None:
    """The dispute has ended so; returns what has to be re-rated, None where it had ended before."""
    held = transaction.optional("hold_dispute", id=id_)
    if held is None:
        return None
    kind, stored = held["kind"], STORED[held["kind"]]
    found = _fact(transaction, kind, held["fact"])
    closed = transaction.optional(
        "close_dispute",
        id=id_,
        ref=found["ref"] if found else None,
        type=stored.type,
        both=stored.touches_both,
        state=state,
        now=now,
        reviewer=reviewer,
        reason=reason,
    )
    if closed is None:
        raise Gone(f"{held['fact']!r} of the {kind} was removed at that moment")
    changes = Changes()
    changes.add(kind, closed["touched"])
    return changes


def _read(database: Database | Transaction, ids: Sequence[str], now: datetime) -> list[Dispute]:
    rows = {row["id"]: row for row in _rows(database, ids)} if ids else {}
    return [_dispute(rows[id_], now) for id_ in ids if id_ in rows]


def _dispute(row: dict[str, Any], now: datetime) -> Dispute:
    opened = utc(row["opened"])
    due_at, is_open = opened + timedelta(days=DUE_DAYS), row["state"] == OPEN
    says = row["says"] and _said(row["says"])
    return Dispute(
        id=row["id"],
        entity=row["entity"],
        by=row["by"],
        kind=row["kind"],
        fact=row["fact"],
        statement=row["statement"],
        state=row["state"],
        opened=opened,
        due=due_at,
        days_left=days_left(due_at, now) if is_open else None,
        overdue=is_open and now > due_at,
        reminded=row["reminded"] and utc(row["reminded"]),
        decided=row["decided"] and utc(row["decided"]),
        reviewer=row["reviewer"],
        reason=row["reason"],
        says=says,
        load=row["load"],
        since=row["since"] and utc(row["since"]),
        readers=tuple(Reader(**each | {"last": utc(each["last"])}) for each in row["readers"]),
    )


def _said(says: dict[str, Any]) -> dict[str, Any]:
    """What a fact says, without what it does not have."""
    return {key: _plain_value(value) for key, value in says.items() if value is not None}


def _plain_value(value: Any) -> Any:
    return utc(value) if hasattr(value, "to_native") else value
