"""Admissions: a fact that outlived a dispute is set aside again only when a reviewer has admitted a new one.

Otherwise whoever disputes, and takes it back, and disputes again, never has the fact in its rating. A proposed
dispute changes no rating. From its admission on it is like any other, and its days begin then.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from graph.errors import Refused
from graph.model import Changes
from graph.rights.dispute_records import PROPOSED, row_of
from graph.rights.held_disputes import Held, act, review, take
from graph.rights.parties import are_alike
from graph.store.transaction import Transaction

UNDECIDED = ("withdrawn", "refused")
"How a dispute ends without a decision on its fact."


def are_needed(
    transaction: Transaction, entity: str, found: dict[str, Any], *, kind: str, fact: str, statement: str
) -> bool:
    """Whether a new dispute of the fact has to be admitted, as facts_by_id found it.

    A dispute that somebody else took back binds only that one: the other end of a contact may open its own.
    Raises Refused where nothing new is said.
    """
    if found["rejected"] is None:
        return False
    before = [row for row in transaction.run("disputes_about", kind=kind, fact=fact) if row["state"] != PROPOSED]
    if before and all(row["state"] in UNDECIDED and row["entity"] != entity for row in before):
        return False
    if any(are_alike(row["statement"], statement) for row in before):
        raise Refused(
            f"a dispute of {fact!r} of the {kind} with this statement has ended already, and the fact has not "
            "been corrected since: say what is new"
        )
    return True


def admit(
    transaction: Transaction,
    id_: str,
    *,
    admitted: bool,
    reason: str,
    reviewer: str,
    now: datetime,
    acts_for: Collection[str] = (),
) -> Changes:
    """The proposed dispute is open, and its fact counts for nothing from now on; or it is refused.

    reviewer, acts_for: as for a decision, with the same people kept from it.
    Raises ParameterError (a reason that is no plain text), NotFound (no such dispute), Refused (it is not
    proposed, this reviewer may not admit it, or its fact is gone or disputed otherwise).
    """
    said = review(transaction, id_, reason=reason, reviewer=reviewer, acts_for=acts_for)
    if not admitted:
        end(transaction, id_, "refused", now=now, **said)
        return Changes()
    held = _held(transaction, id_)
    if held.found is None:
        raise Refused(f"{held.fact!r} of the {held.kind} is gone, and there is nothing to set aside: refuse it")
    if held.found["disputed"] is not None:
        raise Refused(f"{held.fact!r} of the {held.kind} is disputed already: refuse it")
    return act(transaction, "admit_dispute", held, now=now, **said)


def end(
    transaction: Transaction,
    id_: str,
    state: str,
    *,
    now: datetime,
    reviewer: str | None = None,
    reason: str | None = None,
) -> None:
    """What was proposed is refused, or withdrawn; its fact counts as before. Raises Refused where it has ended."""
    _held(transaction, id_)
    transaction.run("end_proposal", id=id_, state=state, now=now, reviewer=reviewer, reason=reason)


def _held(transaction: Transaction, id_: str) -> Held:
    held = take(transaction, id_, PROPOSED)
    if held is None:
        raise Refused(f"the dispute does not wait to be admitted: it is {row_of(transaction, id_)['state']}")
    return held
