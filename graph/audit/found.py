"""Reads that were found open without a lock are put on record by one statement, all of them or none.

`log.append` is for ledgers that are held: they are held first, then looked at, then written to, and each time a
read waits for the database. Here the ends of the ledgers are known from a look that held nothing. The records are
made for these ends, and the statement that writes them holds everything and looks whether it is as it was. Nearly
always it is. Where somebody else reads the same member at that moment, or ends a grant, nothing is written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from graph.audit import log
from graph.errors import NotRecorded, StoreConflict, StoreError
from graph.store.client import Database
from graph.store.transaction import Rows


class Read(msgspec.Struct, frozen=True):
    """One read of a member, as it was found."""

    ledger: str
    number: int
    "of its last record"
    head: str
    "the hash of that"
    grant: str | None
    "Grant.id of what the read is under, which has to hold still; None: it takes none"
    what: str
    outcome: str


def append(
    database: Database,
    reads: Sequence[Read],
    then: tuple[str, Mapping[str, Any]],
    *,
    who: str,
    role: str,
    purpose: str,
    now: datetime,
) -> Rows | None:
    """The reads are on record, one for each ledger; returns the rows of the read `then`, which comes right after.

    None: something is not as it was found, and nothing was written. The rest is as in `log.Access`.
    Raises NotRecorded where it cannot be written in time, or for any other reason of the store's.
    """
    said = {"who": who, "role": role, "purpose": purpose, "at": log.written(now)}
    write = "append_found", {"rows": [_row(each, said) for each in reads], "said": said}
    try:
        [[done], rows] = database.write_once(write, then, timeout_seconds=log.PATIENCE_SECONDS)
    except StoreConflict:  # a deadlock, or what was waited for is gone
        return None
    except StoreError as error:
        raise NotRecorded(log.NOT_IN_TIME) from error
    return rows if done["recorded"] else None


def _row(read: Read, said: Mapping[str, str]) -> dict[str, Any]:
    number = read.number + 1
    own = {"ledger": read.ledger, "number": number, "what": read.what, "outcome": read.outcome}
    record = {"id": f"{read.ledger}|{number}", "previous": read.head, **own, **said}
    return {**own, "previous": read.head, "hash": log.sealed(record), "grant": read.grant}
