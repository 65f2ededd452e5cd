"""One store written into another, node by node and relationship by relationship, and both compared by a sum.

The sum of a store is taken over every node and relationship with its labels or type, its properties and its ends;
nodes go by the numbers that they have in the new store. Two stores with the same sum are the same.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from graph.errors import LocalServerFailed
from graph.store.client import Database
from graph.text.counts import counted

BATCH = 10_000
"Nodes that are asked for at once, and relationships that are written in one transaction."
WIDEST_GAP = 50_000_000
"Numbers in a row that no node has, after which the count of nodes is taken for wrong."
UNKNOWN = -1

Progress = Callable[[str], None]
Row = dict[str, Any]


@dataclass
class Contents:
    """What a store holds: how many, and the sum over all of them."""

    nodes: int = 0
    relationships: int = 0
    sum: int = field(default=0, repr=False)

    def add_node(self, row: Row, number: int) -> None:
        self.nodes += 1
        self._add(number, sorted(row["labels"]), row)

    def add_relationship(self, row: Row, source: int, target: int) -> None:
        self.relationships += 1
        self._add(source, target, row["type"], row)

    def _add(self, *parts: Any) -> None:
        *others, row = parts
        text = repr((others, sorted(row["properties"], key=itemgetter(0))))
        self.sum = (self.sum + int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")) % (1 << 256)

    def __str__(self) -> str:
        return f"{counted(self.nodes, 'nodes')}, {counted(self.relationships, 'relationships')}"


def copy(old: Database, new: Database, progress: Progress, numbers: dict[int, int] | None = None) -> Contents:
    """Everything in the old store is in the new one, which was empty; returns what the old one holds.

    Constraints and indexes come last, when all is there, and are populated when this returns.
    numbers: filled with each node's number in the old store, and the one that it has in the new one.
    """
    contents, prefix = Contents(), ""
    numbers = {} if numbers is None else numbers
    for rows in _nodes(old):
        ids = new.one("paste_nodes", rows=[_split_properties(row) for row in rows])["ids"]
        for row, id_ in zip(rows, ids, strict=True):
            prefix, numbers[row["number"]] = _split(id_)
            contents.add_node(row, numbers[row["number"]])
        progress(f"copying: {contents}")
    for rows in _relationships(old, numbers):
        for row in rows:
            ends = numbers[row["source"]], numbers[_split(row["target"])[1]]
            contents.add_relationship(row, *ends)
            row["source"], row["target"] = (f"{prefix}{end}" for end in ends)
        new.run("paste_relationships", rows=[_split_properties(row) for row in rows])
        progress(f"copying: {contents}")
    for name, statement in schema(old).items():
        progress(f"copying: {name}")
        new.statement(statement)
    new.statement("CALL db.awaitIndexes(3600)")
    return contents


def whole(database: Database) -> tuple[list[Row], list[Row]]:
    """All nodes and relationships of a small store; ends of relationships are numbers of nodes."""
    nodes = [row for rows in _nodes(database) for row in rows]
    found = _relationships(database, [row["number"] for row in nodes])
    return nodes, [row | {"target": _split(row["target"])[1]} for rows in found for row in rows]


def read(database: Database, progress: Progress, numbers: Mapping[int, int] | None = None) -> Contents:
    """What a store holds.

    numbers: those that nodes have in another store, to compare the two; those that are not there are all alike.
    """
    contents, found = Contents(), list[int]()

    def number(own: int) -> int:
        return own if numbers is None else numbers.get(own, UNKNOWN)

    for rows in _nodes(database):
        for row in rows:
            contents.add_node(row, number(row["number"]))
            found.append(row["number"])
        progress(f"checking: {contents}")
    for rows in _relationships(database, found):
        for row in rows:
            contents.add_relationship(row, number(row["source"]), number(_split(row["target"])[1]))
        progress(f"checking: {contents}")
    return contents


def schema(database: Database) -> dict[str, str]:
    """Constraints, and the indexes that belong to none, by name: each as the statement that makes it."""
    rows = database.statement("SHOW CONSTRAINTS YIELD name, createStatement")
    rows += database.statement(
        "SHOW INDEXES YIELD name, type, owningConstraint, createStatement "
        "WHERE type <> 'LOOKUP' AND owningConstraint IS NULL RETURN name, createStatement"
    )
    return {row["name"]: row["createStatement"] for row in rows}


def _nodes(database: Database) -> Iterator[list[Row]]:
    """All nodes, in batches by number.

    Raises LocalServerFailed for a store without migrations, and one that counts nodes which it does not have.
    """
    extent = database.one("extent")
    if extent["example"] is None and extent["nodes"]:
        raise LocalServerFailed("this graph is not one of innercircle: run `innercircle migrate` first")
    first = found = last = 0
    while found < extent["nodes"]:
        rows = database.run("copy_nodes", prefix=_split(extent["example"])[0], first=first, end=first + BATCH)
        if rows:
            found, last = found + len(rows), first
            yield rows
        elif first - last > WIDEST_GAP:
            raise LocalServerFailed(f"the store counts {counted(extent['nodes'], 'nodes')}, and there: {found:,}")
        first += BATCH


def _relationships(database: Database, numbers: Any) -> Iterator[list[Row]]:
    """All relationships, in batches by the number of the node that they leave; `numbers`: of all nodes."""
    prefix = _split(database.one("extent")["example"] or ":")[0]
    for first in range(0, max(numbers, default=-1) + 1, BATCH):
        rows = database.run("copy_relationships", prefix=prefix, first=first, end=first + BATCH)
        for start in range(0, len(rows), BATCH):
            yield rows[start : start + BATCH]


def _split_properties(row: Row) -> Row:
    """The row as it is written: what can be set at once, and the instants, which are texts."""
    return row | {
        "properties": {key: value for key, value, instant in row["properties"] if not instant},
        "instants": [[key, value] for key, value, instant in row["properties"] if instant],
    }


def _split(id_: str) -> tuple[str, int]:
    """Neo4j's own id of a node: what all begin with, and the number."""
    prefix, _, number = id_.rpartition(":")
    return f"{prefix}:", int(number)
