"""Endings on their way to the journal: noted in the transaction that ends something, written out after its commit.

So the journal has what was committed and nothing else, and whoever is told that it is done is in the journal. What
a process that was killed in between leaves waits in the graph, and goes out with the next.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from graph.store.journal import SECRET, Ending, Journal, Position, key_of

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
    Raises NotRecorded where the journal cannot be written, or lacks a line that the graph knows; RecordError where
    a line does not hold. Does nothing where the database has none.
    """
    if transaction.journal is None:
        return
    key, known = _key(transaction)
    transaction.journal.ready(known)
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
            found = _secrets(asked)
            older = _missed(journal, found[SECRET], rows)
            place = journal.append([_line(row) for row in rows], _values(found))
            remember(asked, _position(found[SECRET]) if older else place, ids=[row["id"] for row in rows])
    return len(rows)


def missed(asked: Asked, journal: Journal, *, waiting: Sequence[Mapping[str, Any]] = ()) -> list[Ending]:
    """What the journal has of this graph and the graph does not know: it is an older one, that somebody put back.

    waiting: what waits in it; a process that was killed may have written that already. Raises RecordError.
    """
    own = asked.run("secret", name=SECRET)
    return _missed(journal, own[0], waiting) if own else []


def _missed(journal: Journal, own: Mapping[str, Any], waiting: Sequence[Mapping[str, Any]]) -> list[Ending]:
    known = _position(own)
    if journal.place() == known:
        return []
    key, waits = key_of({SECRET: own["value"]}), {(row["kind"], row["who"]) for row in waiting}
    return [
        each
        for each in journal.endings()
        if each.number > (known.number if known else 0) and each.key == key and (each.kind, each.who) not in waits
    ]


def remember(asked: Asked, place: Position | None, *, ids: Sequence[str] = ()) -> None:
    """The graph knows that its journal goes as far as this; these endings are in it, and wait no more."""
    number, hash_ = (place.number, place.hash) if place else (None, None)
    asked.run("forget_endings", ids=list(ids), number=number, hash=hash_)


def remembered(asked: Asked) -> Position | None:
    """How far the journal went when the graph last heard of it; None: nothing has ended here yet."""
    rows = asked.run("secret", name=SECRET)
    return _position(rows[0]) if rows else None


def kept(asked: Asked) -> dict[str, str]:
    """The secrets of this graph that its journal keeps, by name."""
    return _values(_secrets(asked))


def begin(asked: Asked, journal: Journal) -> str:
    """The journal is there, also where nothing has ended yet, and the graph has its secret, which is returned.

    The graph knows no lines but those that are there now. Raises NotRecorded, RecordError.
    """
    [found] = asked.run("make_secret", name=SECRET, value=secrets.token_hex(32))
    with journal.alone():
        remember(asked, journal.append([], kept(asked)))
    return str(found["value"])


def _secrets(asked: Asked) -> dict[str, Mapping[str, Any]]:
    """What the graph says of each of these secrets that it has, by name."""
    return {name: row for name in KEPT for row in asked.run("secret", name=name)}


def _values(found: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: row["value"] for name, row in found.items()}


def _position(row: Mapping[str, Any]) -> Position | None:
    return None if row.get("number") is None else Position(row["number"], row["hash"])


def _key(transaction: Noting) -> tuple[bytes, Position | None]:
    """What names are hashed with, and how far the journal went when the graph last heard of it."""
    found = transaction.optional("secret", name=SECRET)
    if found is None:
        [found] = transaction.run("make_secret", name=SECRET, value=secrets.token_hex(32))
    return bytes.fromhex(found["value"]), _position(found)


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {"objection": row["objection"], "until": row["until"]}
    return {"kind": row["kind"], "who": row["who"], "at": row["at"].to_native().astimezone(UTC), "told": told}
