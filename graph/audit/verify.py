"""Whether the record of reads is whole: every chain of hashes is computed anew, every record found in its place.

It finds a record that was altered, removed, put in or moved, and an end that was cut off. No chain shows by itself
that it was written anew from some record to its end, or that a ledger is gone with all its records. A reader who
noted the count and the head of a ledger can tell (docs/decisions/0013-a-plain-chain-of-reads.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from graph.audit.log import START, access_of, seal
from graph.store.client import Database
from graph.store.transaction import Transaction
from graph.text.counts import counted

PAGE = 1_000
"Ledgers and records that are read at once."
PIECE = 20_000
"Records that a piece of a verification looks at: some seconds' work."


@dataclass(frozen=True)
class Fault:
    """Where a ledger does not hold, and why."""

    ledger: str
    number: int | None
    "of the record; None: the ledger itself"
    why: str


@dataclass
class Verified:
    """What was found in some ledgers."""

    whole: int = 0
    "ledgers that hold"
    broken: int = 0
    records: int = 0
    "that hold, from the first of each ledger on"
    faults: list[Fault] = field(default_factory=list)
    "the first of each broken ledger, by ledger"

    @property
    def holds(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class Place:
    """How far a verification has come: what to begin the next piece with."""

    ledger: str = ""
    "every ledger before this one in order of id is done"
    number: int = 0
    "and of this one so many records hold"
    head: str = START
    "the hash of the last of these"
    strays: str | None = None
    "where all ledgers are done: the id of the last record that was looked at for hanging elsewhere"


def verify(database: Database, *, scheme: str | None = None) -> Verified:
    """Every ledger of a scheme, or of all."""
    found = Verified()
    place: Place | None = Place()
    while place is not None:
        place = verify_piece(database, found, place, scheme=scheme)
    return found


def verify_piece(
    database: Database, found: Verified, place: Place, *, scheme: str | None = None, records: int = PIECE
) -> Place | None:
    """Some more records are looked at, and added to what was found; returns where to go on, None at the end.

    Go on from there now or another day: reads that came meanwhile are no fault.
    """
    prefix = f"{scheme}|" if scheme else ""
    if place.strays is not None:
        return _add_strays(database, prefix, found, place.strays, records)
    rows = database.run("ledgers", prefix=prefix, after=place.ledger, limit=PAGE)
    ids = [row["id"] for row in rows]
    if place.number:
        ids.insert(0, place.ledger)
    if not ids:
        return Place(strays="")
    shapes = {row["id"]: row for row in database.run("ledger_shape", ids=ids)}
    some, wanted = [], 0
    for id_ in ids:
        some.append(id_)
        wanted += shapes[id_]["records"] if id_ in shapes else 0
        if wanted >= records:
            break
    begun = {place.ledger: place} if place.number else {}
    last = _verify(database, some, found, begun=begun, most=records)
    if last is not None and last.unfinished:
        return Place(last.ledger, last.checked, last.head)
    return Place(some[-1])


def verify_entity(database: Database, entity: str, *, scheme: str | None = None) -> Verified:
    """The ledgers of one entity, in one scheme or in all."""
    there = {row["id"] for row in database.run("ledgers_about", entity=entity)}
    named = there | {f"{id_}|{entity}" for id_ in ("", *(row["id"] for row in database.run("schemes")))}
    ids = sorted(id_ for id_ in named if scheme is None or id_ == f"{scheme}|{entity}")
    found = Verified()
    _verify(database, [id_ for id_ in ids if id_ in there], found)
    for id_ in ids:
        place: Place | None = Place(strays="")
        while place is not None:
            place = _add_strays(database, f"{id_}|", found, place.strays or "", PIECE, only=id_)
    return found


def _verify(
    database: Database,
    ids: Sequence[str],
    found: Verified,
    *,
    begun: Mapping[str, Place] | None = None,
    most: int | None = None,
) -> "_Chain | None":
    """Ledgers are looked at while reads go on; one that seems broken is looked at again under its lock.

    begun: where to go on with a ledger. most: records of the last ledger that are looked at; returns that ledger.
    """
    begun, chain = begun or {}, None
    for chain in _look(database, ids, begun, most):
        if chain.fault is not None:
            with database.rolled_back() as transaction:
                transaction.run("hold_ledger", id=chain.ledger)
                (chain,) = _look(transaction, [chain.ledger], begun, most)  # noqa: PLW2901
        found.records += chain.checked - (begun[chain.ledger].number if chain.ledger in begun else 0)
        if chain.unfinished:
            continue
        if chain.fault is None:
            found.whole += 1
        else:
            found.broken += 1
            found.faults.append(chain.fault)
    return chain


@dataclass
class _Chain:
    """One ledger, checked as far as `checked`."""

    ledger: str
    shape: dict[str, Any] | None
    checked: int = 0
    head: str = START
    most: int | None = None
    "records to look at now; None: all"
    fault: Fault | None = None
    unfinished: bool = False

    def fail(self, why: str, number: int | None = None) -> None:
        self.fault = self.fault or Fault(self.ledger, number, why)

    def wanted(self) -> Iterator[dict[str, Any]]:
        """The records to look for: as many as the ledger says it has, or as hang on it if these are more."""
        entity = self.ledger.partition("|")[2]
        if self.shape is None:
            self.fail("the ledger is gone")
        elif self.shape["about"] != ([entity] if entity else []):
            self.fail("it is not about the entity that its id names")
        else:
            said = self.shape["count"] if isinstance(self.shape["count"], int) else 0
            first, last = self.checked + 1, max(said, self.shape["records"])
            if self.most is not None and last - self.checked > self.most:
                last, self.unfinished = self.checked + self.most, True
            for number in range(first, last + 1):
                if self.fault is not None:
                    return
                yield {"ledger": self.ledger, "number": number}

    def take(self, row: dict[str, Any]) -> None:
        """The next record, in order of number."""
        if self.fault is None and (why := _fault_of(row, self.head)):
            self.fail(why, row["number"])
        if self.fault is None:
            self.head, self.checked = row["record"]["hash"], self.checked + 1

    def end(self) -> None:
        shape = self.shape or {}
        self.unfinished = self.unfinished and self.fault is None
        if self.unfinished:
            return
        if self.fault is None and (shape["head"], shape["count"]) != (self.head, self.checked):
            self.fail("its end is not the one that it says it has")
        if self.fault is None and shape["records"] != self.checked:
            self.fail(f"it says {counted(self.checked, 'records')}, and on it hang {shape['records']:,}")


def _look(
    source: Database | Transaction, ids: Sequence[str], begun: Mapping[str, Place], most: int | None
) -> list[_Chain]:
    shapes = {row["id"]: row for row in source.run("ledger_shape", ids=list(ids))}
    places = {id_: begun.get(id_, Place()) for id_ in ids}
    chains = {id_: _Chain(id_, shapes.get(id_), places[id_].number, places[id_].head, most) for id_ in ids}
    wanted = (each for chain in chains.values() for each in chain.wanted())
    while page := list(islice(wanted, PAGE)):
        for row in sorted(source.run("ledger_records", wanted=page), key=lambda row: int(row["number"])):
            chains[row["ledger"]].take(row)
    for chain in chains.values():
        chain.end()
    return list(chains.values())


def _fault_of(row: dict[str, Any], head: str) -> str | None:
    if row["record"] is None:
        return "it is missing"
    try:
        access = access_of(row["record"])
        sealed = access.hash == seal(access)
    except (TypeError, AttributeError):
        return "it was altered"
    if not sealed or (access.ledger, access.number) != (row["ledger"], row["number"]):
        return "it was altered"
    if access.previous != head:
        return "it does not follow the one before it"
    return None if row["hangs"] else "it does not hang on its ledger"


def _add_strays(
    database: Database, prefix: str, found: Verified, after: str, limit: int, *, only: str | None = None
) -> Place | None:
    """A record that hangs on no ledger, or on a wrong one, is a fault of the ledger that its id names.

    So many records are looked at from this id on; returns where to go on.
    """
    known = {fault.ledger for fault in found.faults}
    last, strays = _strays(database, prefix, after, limit)
    if strays:
        strays &= _strays(database, prefix, after, limit)[1]  # what was being written hangs on its ledger by now
    for id_ in sorted(strays):
        name, _, number = id_.rpartition("|")
        if name in known or only not in (None, name):  # an entity's id may begin with another's and a bar
            continue
        known.add(name)
        [chain] = _look(database, [name], {}, None)
        if chain.shape is not None and chain.fault is not None:  # an earlier piece has found that it is broken
            continue
        found.broken += 1
        found.whole -= chain.shape is not None
        why = "it hangs on no ledger, or on another's"
        found.faults.append(Fault(name, int(number) if number.isdecimal() else None, why))
    found.faults.sort(key=lambda fault: (fault.ledger, fault.number or 0))
    return None if last is None else Place(strays=last)


def _strays(database: Database, prefix: str, after: str, limit: int) -> tuple[str | None, set[str]]:
    """(the last id that was looked at, where more may follow; those that are strays)."""
    rows = database.run("stray_records", prefix=prefix, after=after, limit=limit)
    return (rows[-1]["id"] if len(rows) == limit else None), {row["id"] for row in rows if row["stray"]}
