"""Whether the record of reads is whole: every chain of hashes is computed anew, every record found in its place.

What it finds: a record that was altered, removed, put in or moved, and an end that was cut off. What no chain
shows by itself: one that was written anew from some record to its end, and a ledger that is gone with all its
records. Whoever noted the count and head of a ledger can tell (docs/decisions/0013-a-plain-chain-of-reads.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from graph.access import START, access_of, seal
from graph.database import Database, Transaction

PAGE = 1_000
"Ledgers and records that are read at once."


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


def verify(database: Database, *, scheme: str | None = None) -> Verified:
    """Every ledger of a scheme, or of all."""
    prefix = f"{scheme}|" if scheme else ""
    found = Verified()
    for ids in _pages(database, prefix):
        _verify(database, ids, found)
    _add_strays(database, prefix, found)
    return found


def verify_entity(database: Database, entity: str, *, scheme: str | None = None) -> Verified:
    """The ledgers of one entity, in one scheme or in all."""
    there = {row["id"] for row in database.run("ledgers_about", entity=entity)}
    named = there | {f"{id_}|{entity}" for id_ in ("", *(row["id"] for row in database.run("schemes")))}
    ids = sorted(id_ for id_ in named if scheme is None or id_ == f"{scheme}|{entity}")
    found = Verified()
    _verify(database, [id_ for id_ in ids if id_ in there], found)
    for id_ in ids:
        _add_strays(database, f"{id_}|", found, only=id_)
    return found


def _pages(database: Database, prefix: str) -> Iterator[list[str]]:
    after = ""
    while rows := database.run("ledgers", prefix=prefix, after=after, limit=PAGE):
        after = rows[-1]["id"]
        yield [row["id"] for row in rows]


def _verify(database: Database, ids: Sequence[str], found: Verified) -> None:
    """Ledgers are looked at as they are; one that seems broken once more, held, since reads go on meanwhile."""
    for chain in _look(database, ids):
        if chain.fault is not None:
            with database.rolled_back() as transaction:
                transaction.run("hold_ledger", id=chain.ledger)
                (chain,) = _look(transaction, [chain.ledger])  # noqa: PLW2901
        found.records += chain.checked
        if chain.fault is None:
            found.whole += 1
        else:
            found.broken += 1
            found.faults.append(chain.fault)


@dataclass
class _Chain:
    """One ledger, checked as far as `checked`."""

    ledger: str
    shape: dict[str, Any] | None
    checked: int = 0
    head: str = START
    fault: Fault | None = None

    def fail(self, why: str, number: int | None = None) -> None:
        self.fault = self.fault or Fault(self.ledger, number, why)

    def wanted(self) -> Iterator[dict[str, Any]]:
        """The records to look for: as many as the ledger says it has, or as hang on it if these are more."""
        entity = self.ledger.partition("|")[2]
        if self.shape is None:
            self.fail("the ledger is gone")
        elif self.shape["about"] != ([entity] if entity else []):
            self.fail("it is not about whom its id names")
        else:
            said = self.shape["count"] if isinstance(self.shape["count"], int) else 0
            for number in range(1, max(said, self.shape["records"]) + 1):
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
        if self.fault is None and (shape["head"], shape["count"]) != (self.head, self.checked):
            self.fail("its end is not the one that it says it has")
        if self.fault is None and shape["records"] != self.checked:
            self.fail(f"it says {self.checked:,} records, and {shape['records']:,} hang on it")


def _look(source: Database | Transaction, ids: Sequence[str]) -> list[_Chain]:
    shapes = {row["id"]: row for row in source.run("ledger_shape", ids=list(ids))}
    chains = {id_: _Chain(id_, shapes.get(id_)) for id_ in ids}
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


def _add_strays(database: Database, prefix: str, found: Verified, *, only: str | None = None) -> None:
    """Records that hang on no ledger, or on another's, are a fault of the one that their id names."""
    known = {fault.ledger for fault in found.faults}
    strays = _strays(database, prefix)
    if strays:
        strays &= _strays(database, prefix)  # what was being written a moment ago hangs on its ledger by now
    for id_ in sorted(strays):
        name, _, number = id_.rpartition("|")
        if name in known or only not in (None, name):  # an entity's id may begin with another's and a bar
            continue
        known.add(name)
        found.broken += 1
        found.whole -= len(database.run("ledger_shape", ids=[name]))
        why = "it hangs on no ledger, or on another's"
        found.faults.append(Fault(name, int(number) if number.isdecimal() else None, why))
    found.faults.sort(key=lambda fault: (fault.ledger, fault.number or 0))


def _strays(database: Database, prefix: str) -> set[str]:
    return {row["id"] for row in database.run("stray_records", prefix=prefix)}
