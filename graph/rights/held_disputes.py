"""A dispute that waits, held with its fact: who may decide about it, and what a decision does to both at once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from graph.facts.kinds import STORED
from graph.model import Changes
from graph.rights.dispute_records import fact_of, row_of
from graph.rights.entity_locks import hold
from graph.rights.parties import check_reviewer
from graph.store.error_mapping import Gone
from graph.store.transaction import Transaction
from graph.text.plain import identifier, plain


@dataclass(frozen=True)
class Held:
    """A dispute that nobody else decides about until the transaction ends. found: its fact; None: it is gone."""

    id: str
    kind: str
    fact: str
    found: dict[str, Any] | None


def take(transaction: Transaction, id_: str, state: str) -> Held | None:
    """The dispute, held; None: it is not in this state."""
    held = transaction.optional("hold_dispute", id=id_, state=state)
    if held is None:
        return None
    return Held(id_, held["kind"], held["fact"], fact_of(transaction, held["kind"], held["fact"]))


def act(transaction: Transaction, query: str, held: Held, **said: Any) -> Changes:
    """What the query does to the dispute and its fact is done; returns what has to be re-rated.

    Raises Gone: the fact is another one than when the dispute was taken, and all can be done again.
    """
    stored = STORED[held.kind]
    about = {"ref": held.found and held.found["ref"], "type": stored.type, "both": stored.touches_both}
    done = transaction.optional(query, id=held.id, **about, **said)
    if done is None:
        raise Gone(f"{held.fact!r} of the {held.kind} was removed, or disputed, at that moment")
    changes = Changes()
    changes.add(held.kind, done["touched"])
    return changes


def review(
    transaction: Transaction, id_: str, *, reason: str, reviewer: str, acts_for: Collection[str]
) -> dict[str, str]:
    """The reviewer may decide about this dispute, for this reason; returns both as they are kept.

    Raises ParameterError (a reason that is no plain text), NotFound (no such dispute), Refused (a party, or who
    loaded the fact).
    """
    kept = {"reason": plain(reason, "reason"), "reviewer": identifier(reviewer.strip(), "reviewer")}
    hold(transaction, row_of(transaction, id_)["entity"])
    check_reviewer(row_of(transaction, id_), kept["reviewer"], acts_for)
    return kept
