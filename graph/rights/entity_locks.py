"""Locks of entities: whoever decides about one, for it, or erases it, holds it first, and looks at it only then.

So of two such things at once the second sees what the first has done. Reads by others do not wait for this lock:
they wait for that of the ledger (graph/audit/log.py). docs/decisions/0031-who-waits-for-whom.md says what is held
in which order.
"""

from graph.store.transaction import Transaction


def hold(transaction: Transaction, *entities: str) -> set[str]:
    """Those of the entities that there are; nobody else decides about them until the transaction ends."""
    return {row["entity"] for row in transaction.run("hold_entities", entities=sorted(set(entities)))}
