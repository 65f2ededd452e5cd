"""Locks of entities: a decision about an entity, or for it, and erasure lock it first and read it only then.

Of two decisions at the same time, the second sees what the first has done. Reads by others do not wait for this
lock: they wait for the lock of the ledger (graph/audit/log.py). docs/decisions/0031-who-waits-for-whom.md has the
order of all locks.
"""

from graph.store.transaction import Transaction


def hold(transaction: Transaction, *entities: str) -> set[str]:
    """Those of the entities that exist; nobody else decides about them until the transaction ends."""
    return {row["entity"] for row in transaction.run("hold_entities", entities=sorted(set(entities)))}
