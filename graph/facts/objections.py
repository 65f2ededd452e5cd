"""Objections to being listed as a contact: all that is kept of one is a salted hash of the objector's id.

The salt is in the same graph, since the loader has to ask whether a given id objects. So can anybody with the
database's password. But nobody can tell the ids from the hashes alone.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from graph.facts.kinds import KINDS
from graph.model import Row
from graph.store.client import Database
from graph.store.transaction import Transaction

REASON = "objects to being listed as a contact"


def lock_objections(transaction: Transaction) -> tuple[bytes, bool]:
    """(the salt, whether anybody objects); until the transaction ends, none is made and none is taken back."""
    [row] = transaction.run("hold_objections", value=secrets.token_hex(32))
    return bytes.fromhex(row["salt"]), row["any"]


def glanced_at(store: Database | Transaction) -> tuple[bytes, bool]:
    """The same without a lock, so that nobody has to wait."""
    row = store.optional("secret", name="objections")
    return (b"", False) if row is None else (bytes.fromhex(row["value"]), True)


def hashed(salt: bytes, entity: str) -> str:
    """What an objection keeps of an Entity.id."""
    return hashlib.sha256(salt + entity.encode()).hexdigest()


def objecting(store: Database | Transaction, salt: bytes, entities: Iterable[str]) -> set[str]:
    """Those of the entities that object."""
    by_hash = {hashed(salt, entity): entity for entity in set(entities)}
    return {by_hash[row["hash"]] for row in store.run("objections", hashes=list(by_hash))}


def refused(
    transaction: Transaction, kind: str, rows: Sequence[Row], *, hold: bool = True
) -> list[dict[str, Any]]:
    """A reject for each row that names an objector, where its kind may not.

    hold: no objection is made or taken back until the transaction ends, so that no row slips in beside one.
    """
    columns = KINDS[kind].names
    if not columns:
        return []
    salt, some = lock_objections(transaction) if hold else glanced_at(transaction)
    if not some:
        return []
    who = objecting(transaction, salt, (row[column] for row in rows for column in columns))
    named = [(row, next((column for column in columns if row[column] in who), "")) for row in rows] if who else []
    return [
        {"line": row["line"], "column": column, "value": row[column], "reason": REASON}
        for row, column in named
        if column
    ]
