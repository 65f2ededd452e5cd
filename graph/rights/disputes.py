"""Disputes: a member says that a fact of its own is wrong, and the fact counts for nothing until that is decided.

A reviewer upholds the dispute, and the fact is removed; or rejects it, and the fact counts again. After DUE_DAYS
the decision is overdue, after REMOVED_DAYS the fact is removed without one. A dispute keeps the kind and the id of
its fact, and no copy of its content. The id is enough: loading the same file again does not bring the fact back.

A fact that outlived a dispute is set aside again only when a reviewer admits it: graph/rights/admissions.py.
The other side of a fact is told of the dispute, and may answer: graph/rights/answers.py.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

from graph.errors import NotFound, ParameterError, Refused
from graph.facts.kinds import FACTS, STORED
from graph.model import Changes
from graph.rights import admissions
from graph.rights.dispute_records import OPEN, PROPOSED, REMINDED_DAYS, REMOVED_DAYS, fact_of, row_of
from graph.rights.entity_locks import hold
from graph.rights.held_disputes import act, review, take
from graph.store.client import utc
from graph.store.error_mapping import Gone
from graph.store.transaction import Transaction
from graph.text.plain import plain


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

    Where a dispute of it was rejected before, or the entity took one back, and the fact was not corrected since,
    this one is proposed instead: nothing changes until a reviewer has admitted it.

    entity: the owner of the fact: its first end, or either end of a contact. A member of some scheme.
    by:     the subject of the token that says so for the entity.
    Raises ParameterError (no such kind, a statement that is no plain text), NotFound (the entity has no such fact,
    or has joined nothing), Refused (it is disputed already, or what is said was said before).
    """
    if kind not in FACTS:
        raise ParameterError(f"kind: {kind!r} is none of {', '.join(FACTS)}")
    statement = plain(statement, "statement")
    hold(transaction, entity)
    found = fact_of(transaction, kind, fact)
    if found is None or entity not in found["owners"]:
        raise NotFound(f"{entity!r} has no {fact!r} among its {kind}")
    if found["disputed"] is not None:
        raise Refused(f"{fact!r} of the {kind} is disputed already")
    id_, stored = str(uuid.uuid4()), STORED[kind]
    about: dict[str, Any] = {
        **{"id": id_, "entity": entity, "kind": kind, "fact": fact, "ref": found["ref"], "type": stored.type},
        **{"both": stored.touches_both, "statement": statement, "by": by, "now": now},
    }
    changes = Changes()
    if admissions.are_needed(transaction, entity, found, kind=kind, fact=fact, statement=statement):
        opened = transaction.optional("propose_dispute", **about)
    else:
        opened = transaction.optional("open_dispute", **about)
        changes.add(kind, opened["touched"] if opened else ())
    if opened is None:
        _explain_nothing(transaction, entity, kind, fact, found["ref"])
    return id_, changes


def _explain_nothing(transaction: Transaction, entity: str, kind: str, fact: str, ref: str) -> NoReturn:
    found = fact_of(transaction, kind, fact)
    if found is None or found["ref"] != ref:
        raise Gone(f"{fact!r} of the {kind} was removed at that moment")
    if found["disputed"] is not None:  # somebody was faster
        raise Refused(f"{fact!r} of the {kind} is disputed already")
    if any(row["state"] == PROPOSED for row in transaction.run("disputes_about", kind=kind, fact=fact)):
        raise Refused(f"a dispute of {fact!r} of the {kind} waits to be admitted already")
    raise NotFound(f"{entity!r} is a member of no scheme")


def withdraw(transaction: Transaction, entity: str, id_: str, *, now: datetime) -> Changes:
    """The fact counts again: the member takes its dispute back, or what it proposed.

    Withdrawing a dispute twice changes nothing.
    Raises NotFound (the entity opened no such dispute), Refused (it has ended otherwise).
    """
    hold(transaction, entity)
    found = row_of(transaction, id_)
    if found["entity"] != entity:
        raise NotFound(f"{entity!r} opened no dispute {id_!r}")
    if found["state"] == "withdrawn":
        return Changes()
    if found["state"] == PROPOSED:
        admissions.end(transaction, id_, "withdrawn", now=now)
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
    Raises ParameterError (a reason that is no plain text), NotFound (no such dispute), Refused (it is not open, or
    this reviewer may not decide it).
    """
    said = review(transaction, id_, reason=reason, reviewer=reviewer, acts_for=acts_for)
    return _close(transaction, id_, "upheld" if upheld else "rejected", now=now, **said)


def due(transaction: Transaction, *, now: datetime) -> Due:
    """Disputes that wait are reminded of after 25 days, and after 45 the facts of the open ones are removed.

    What is only proposed never removes a fact. Repeating it changes nothing.
    """
    done = Due()
    hold(transaction, *(row["entity"] for row in transaction.run("open_disputes") if _comes_due(row, now)))
    for row in transaction.run("open_disputes"):  # as they are now, that nobody else decides about them
        if row["state"] == OPEN and now - utc(row["opened"]) >= timedelta(days=REMOVED_DAYS):
            changes = _end(transaction, row["id"], "expired", now=now)
            if changes is not None:
                done.expired.append(row["id"])
                done.changes.include(changes)
        elif _comes_due(row, now) and row["reminded"] is None:
            transaction.run("remind_of_dispute", id=row["id"], now=now)
            done.reminded.append(row["id"])
    return done


def _comes_due(row: dict[str, Any], now: datetime) -> bool:
    return now - utc(row["opened"]) >= timedelta(days=REMINDED_DAYS)


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
        state = row_of(transaction, id_)["state"]
        if state == PROPOSED:
            raise Refused("the dispute is only proposed: admit or refuse it first")
        raise Refused(f"the dispute has ended: it was {state}")
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
    held = take(transaction, id_, OPEN)
    if held is None:
        return None
    return act(transaction, "close_dispute", held, state=state, now=now, reviewer=reviewer, reason=reason)
