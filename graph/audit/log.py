"""The audit log of reads: one chain of hashes for each membership, written before the answer leaves.

A record is written in the transaction that checks whether the read is allowed. If it cannot be written, the
transaction fails, and the read with it. `graph/audit/verify.py` checks the chains.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

import msgspec

from graph.errors import NotRecorded, StoreError
from graph.store.client import Database, utc
from graph.store.error_mapping import Gone
from graph.store.transaction import Transaction

T = TypeVar("T")

ANSWERED = "answered"
START = "0" * 64
"The hash before the first record of a ledger."
BROKEN = (
    "a ledger does not end as it says: `innercircle verify-access` finds which; nothing is read until it is put "
    "right"
)
NOT_IN_TIME = "the read could not be recorded in time, and so it is refused: try again"
AT_ONCE = 200
"Reads that are recorded in one transaction: few enough to be done in time on a machine that is busy."
PATIENCE_SECONDS = 5
"How long a read waits for its turn at a ledger before it is refused."


@dataclass(frozen=True)
class Access:
    """One read of a person by another, as it is on record."""

    id: str
    "the ledger's id, a bar and the number"
    ledger: str
    "Membership.id of the member that was read, `|entity` of no scheme; without the entity where it was no member"
    number: int
    "from 1, in order"
    at: datetime
    who: str
    "the subject of a client's token, or the operator's name"
    role: str
    purpose: str
    what: str
    "what was asked for, such as points or explain"
    outcome: str
    "answered, or why not"
    previous: str
    "hash of the record before; 64 zeros for the first"
    hash: str

    @property
    def scheme(self) -> str:
        return self.ledger.partition("|")[0]


FIELDS = frozenset(Access.__dataclass_fields__)
MICROSECONDS = 6
"Digits."


def seal(access: Access) -> str:
    """The record's hash: SHA-256, in hex, of the hash before it and the rest of the record.

    The rest is JSON in UTF-8: sorted keys, no spaces, `at` as 2026-07-01T09:30:00.000000Z.
    """
    return sealed({**vars(access), "at": written(access.at)})


def sealed(record: Mapping[str, Any]) -> str:
    """The hash of a record whose instant is text. Raises TypeError, AttributeError for what is none."""
    rest = dict(record)
    previous = rest.pop("previous")
    rest.pop("hash", None)
    return hashlib.sha256(previous.encode() + msgspec.json.encode(rest, order="sorted")).hexdigest()


@lru_cache(maxsize=256)
def written(at: datetime) -> str:
    """An instant as it is hashed; that of a thousand reads of one request is one."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def access_of(record: Mapping[str, Any]) -> Access:
    """The record of these properties. Raises TypeError, AttributeError where they are not those of a record."""
    at: Any = record.get("at")
    if at.tzinfo is None or at.nanosecond % 1000:
        raise TypeError("an instant is in UTC, to the microsecond")
    return Access(**{**record, "at": utc(at)})


def record(
    transaction: Transaction,
    scheme: str,
    entity: str,
    *,
    who: str,
    role: str,
    purpose: str,
    what: str,
    outcome: str = ANSWERED,
    now: datetime,
) -> None:
    """The read of this entity is on record, in this transaction.

    scheme: '' for a read that is of no scheme. The rest is as in Access.
    Raises NotRecorded: its ledger does not end as it says. Nobody else appends to it until the transaction ends.
    """
    record_all(transaction, scheme, {entity: outcome}, who=who, role=role, purpose=purpose, what=what, now=now)


def record_all(
    transaction: Transaction,
    scheme: str,
    outcomes: Mapping[str, str],
    *,
    who: str,
    role: str,
    purpose: str,
    what: str | Mapping[str, str],
    now: datetime,
) -> None:
    """The reads of several entities are on record; outcomes, and what where it differs: by entity."""
    held = hold(transaction, scheme, outcomes)
    common = {"who": who, "role": role, "purpose": purpose, "at": now}
    whats = {entity: what if isinstance(what, str) else what[entity] for entity in outcomes}
    append(
        transaction,
        held,
        [(entity, common | {"what": whats[entity], "outcome": outcomes[entity]}) for entity in sorted(outcomes)],
    )


class Held(msgspec.Struct, frozen=True):
    """The ledger for reads of an entity: nobody else appends to it until the transaction ends."""

    ledger: str
    own: bool
    "whether it is the entity's, and not the scheme's"


def hold(
    transaction: Transaction, scheme: str, entities: Iterable[str], *, known: bool = False
) -> dict[str, Held]:
    """The ledgers for reads of these, by entity, each locked. Lock them before anything else of these entities.

    known: whether every known entity has a ledger in the scheme, member or not.
    """
    rows = transaction.many("hold_ledgers", scheme=scheme, entities=sorted(set(entities)), known=known, head=START)
    return {row["entity"]: Held(row["ledger"], row["own"]) for row in rows}


def ends(transaction: Transaction, held: Mapping[str, Held]) -> dict[str, tuple[int, str] | None]:
    """(number, hash) of the last record of each of these ledgers; None where it does not end as it says.

    Raises Gone: an entity was erased while this waited for its ledger.
    """
    wanted = {each.ledger: entity if each.own else None for entity, each in held.items()}
    rows = transaction.many(
        "ledger_ends", held=[{"ledger": ledger, "entity": wanted[ledger]} for ledger in sorted(wanted)]
    )
    if len(rows) < len(wanted):
        raise Gone("somebody who was to be read was erased at that moment: ask again")
    return {row["id"]: end_of(row) for row in rows}


def append(
    transaction: Transaction,
    held: Mapping[str, Held],
    reads: Iterable[tuple[str, Mapping[str, Any]]],
    found: Mapping[str, tuple[int, str] | None] | None = None,
) -> None:
    """These reads are on record, in this order, on ledgers that are held.

    reads: the entity, and of the record: at, who, role, purpose, what, outcome. found: as `ends` gave it.
    Raises NotRecorded (a ledger does not end as it says), Gone.
    """
    reads = list(reads)
    last = dict(ends(transaction, {entity: held[entity] for entity, _ in reads}) if found is None else found)
    made = []
    for entity, said in reads:
        ledger = held[entity].ledger
        end = last[ledger]
        if end is None:
            raise NotRecorded(BROKEN)
        number, previous = end[0] + 1, end[1]
        made.append(
            {
                "id": f"{ledger}|{number}",
                "ledger": ledger,
                "number": number,
                **said,
                "at": written(said["at"]),
                "previous": previous,
            }
        )
        made[-1]["hash"] = hash_ = sealed(made[-1])
        last[ledger] = number, hash_
    transaction.run("append_accesses", rows=made)


def end_of(row: Mapping[str, Any]) -> tuple[int, str] | None:
    """(number, hash) of a ledger's last record; None unless it is what the ledger says: count, head and last."""
    count, head, last = row["count"], row["head"], row["last"]
    try:
        holds = head == (START if count == 0 else _seal_of(last))
    except (TypeError, AttributeError):
        holds = False
    return (count, head) if holds else None


def _seal_of(last: Mapping[str, Any]) -> str:
    """The hash of a last record as Neo4j tells it. Raises TypeError, AttributeError where it has lost its form."""
    at, _, fraction = last["at"].removesuffix("Z").partition(".")
    if last.keys() != FIELDS or len(fraction) > MICROSECONDS:
        raise TypeError("a record has what Access has, and its instant is one to the microsecond")
    return sealed({**last, "at": f"{at}.{fraction:0<{MICROSECONDS}}Z"})


def recorded(database: Database, work: Callable[[Transaction], T]) -> T:
    """What `work` gives, in one write transaction that waits only so long for its turn at a ledger.

    Raises NotRecorded where it cannot be written in that time, or for any other reason of the store's.
    """
    try:
        return database.write(work, timeout_seconds=PATIENCE_SECONDS)
    except NotRecorded:
        raise
    except StoreError as error:
        # the cause may name the entity that was to be read
        raise NotRecorded(NOT_IN_TIME) from error


def accesses(
    database: Database,
    entity: str,
    *,
    scheme: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 100,
) -> list[Access]:
    """The reads of this entity, the newest first.

    scheme: only the reads in this one. before: the instant and id of the last one that is known already.
    Raises NotRecorded for a record that has lost its form.
    """
    at, id_ = before or (None, "")
    found = database.run("accesses", entity=entity, scheme=scheme, before=at, id=id_, limit=limit)
    try:
        return [access_of(row["record"]) for row in found]
    except (TypeError, AttributeError):
        raise NotRecorded("a record was altered: `innercircle verify-access` finds which") from None


def record_reads(
    database: Database,
    scheme: str,
    entities: Iterable[str],
    *,
    who: str,
    role: str,
    purpose: str,
    what: str,
    now: datetime,
) -> None:
    """The reads of these entities are on record, so the answer may leave. Raises NotRecorded."""
    read = sorted(set(entities))
    for first in range(0, len(read), AT_ONCE):
        work = partial(
            record_all,
            scheme=scheme,
            outcomes=dict.fromkeys(read[first : first + AT_ONCE], ANSWERED),
            who=who,
            role=role,
            purpose=purpose,
            what=what,
            now=now,
        )
        recorded(database, work)


@dataclass(frozen=True)
class Ledger:
    """The end of an entity's ledger: a reader who notes it down can tell later if the chain was written anew."""

    id: str
    scheme: str
    count: int
    head: str


def ledgers_of(database: Database, entity: str) -> list[Ledger]:
    """The entity's ledgers, by scheme."""
    return [Ledger(**row) for row in database.run("ledgers_about", entity=entity)]
