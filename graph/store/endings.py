"""Endings on their way to the journal: noted in the transaction that ends something, written out after its commit.

So the journal has what was committed and nothing else, and whoever is told that it is done is in the journal. What
a process that was killed in between leaves waits in the graph, and goes out with the next.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from graph.store.journal import SECRET, Journal

Kind = Literal["erased", "left", "objected", "objects-no-more", "grant", "token"]
OF: dict[str, str] = {
    **dict.fromkeys(("erased", "objected", "objects-no-more"), "entity"),
    **{"left": "membership", "grant": "grant"},
}
"What the name of an ending is of; hashed along, for an entity may be called `scheme|somebody`, like a membership."
KEPT = (SECRET, "objections")
"The secrets that the journal needs to be read without the graph that it is of."


Rows = list[dict[str, Any]]


class Asked(Protocol):
    """A database, as far as it is needed here."""

    def run(self, name: str, /, **params: Any) -> Rows: ...


class Noting(Asked, Protocol):
    """A transaction, as far as it is needed here."""

    journal: Journal | None
    noted: bool

    def optional(self, name: str, /, **params: Any) -> dict[str, Any] | None: ...


def note(transaction: Noting, kind: Kind, who: str, *, at: datetime, **told: str | None) -> None:
    """The ending is in the journal once the transaction is committed, and before anybody is told so.

    who: the name that ended, of which a keyed hash is kept; of a token its id, which is kept as it is.
    Raises NotRecorded where the journal cannot be written. Does nothing where the database has none.
    """
    if transaction.journal is None:
        return
    transaction.journal.ready()
    key = _key(transaction)
    transaction.run(
        "note_ending",
        kind=kind,
        who=who if kind == "token" else hashed(key, OF[kind], who),
        at=at,
        objection=told.get("objection"),
        until=told.get("until"),
    )
    transaction.noted = True


def hashed(key: bytes, of: str, name: str) -> str:
    """What the journal keeps of a name. of: entity, membership or grant."""
    return hashlib.blake2b(f"{of}:{name}".encode(), key=key, digest_size=32).hexdigest()


def flush(asked: Asked, journal: Journal) -> int:
    """What waits is in the journal, on the disk, and waits no more; returns how many endings that were.

    Raises NotRecorded: then they wait on.
    """
    with journal.alone():
        rows = asked.run("endings_waiting")
        if rows:
            journal.append([_line(row) for row in rows], kept(asked))
            asked.run("forget_endings", ids=[row["id"] for row in rows])
    return len(rows)


def kept(asked: Asked) -> dict[str, str]:
    """The secrets of this graph that its journal keeps, by name."""
    return {name: row["value"] for name in KEPT for row in asked.run("secret", name=name)}


def _key(transaction: Noting) -> bytes:
    found = transaction.optional("secret", name=SECRET)
    if found is None:
        [found] = transaction.run("make_secret", name=SECRET, value=secrets.token_hex(32))
    return bytes.fromhex(found["value"])


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {"objection": row["objection"], "until": row["until"]}
    return {"kind": row["kind"], "who": row["who"], "at": row["at"].to_native().astimezone(UTC), "told": told}
