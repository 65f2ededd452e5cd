"""A graph that many tests begin with is made once in a session, and put back later: to make it takes longer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from neo4j.time import DateTime

from graph.store.client import Database
from tests.conftest import WIPE

NODES = """
MATCH (n) WHERE NOT n:Migration
RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties
"""
TIES = """
MATCH (n)-[tie]->(other)
RETURN elementId(n) AS start, elementId(other) AS end, type(tie) AS type, properties(tie) AS properties
"""
PUT_BACK = """
UNWIND $nodes AS node
CREATE (n) SET n = node.properties, n:$(node.labels)
WITH collect(n) AS made
UNWIND $ties AS tie
WITH made[tie.start] AS start, made[tie.end] AS end, tie
CREATE (start)-[new:$(tie.type)]->(end) SET new = tie.properties
"""


@dataclass(frozen=True)
class Content:
    """All that a graph says; the ends of a tie are places in the list of nodes."""

    nodes: list[dict[str, Any]]
    ties: list[dict[str, Any]]

    @classmethod
    def of(cls, database: Database) -> "Content":
        nodes = [_as_stored(node) for node in database.statement(NODES)]
        places = {node["id"]: place for place, node in enumerate(nodes)}
        ties = [
            _as_stored(tie) | {"start": places[tie["start"]], "end": places[tie["end"]]}
            for tie in database.statement(TIES)
        ]
        return cls(nodes, ties)

    def put_back(self, database: Database) -> None:
        """The empty graph says this."""
        database.statement(PUT_BACK, nodes=self.nodes, ties=self.ties)


def _as_stored(value: Any) -> Any:
    """The value as it is sent back: the driver's UTC would be stored as a zone of that name, and not as `Z`."""
    if isinstance(value, dict):
        return {name: _as_stored(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_stored(each) for each in value]
    if isinstance(value, DateTime) and value.tzinfo is not None and value.tzinfo.tzname(None) == "UTC":
        return value.replace(tzinfo=UTC)
    return value


_KEPT: dict[tuple[object, ...], Content] = {}
SIZE = "RETURN COUNT { MATCH (n) WHERE NOT n:Migration } AS nodes, COUNT { ()-->() } AS ties"


def kept(database: Database, make: Callable[[], object], of: object = None) -> Database:
    """The graph is as `make` leaves the graph that it finds: made the first time, and put back afterwards.

    A function of the same module and name is taken to make the same of a graph with as many nodes and ties.
    of: what else it depends on.
    """
    [size] = database.statement(SIZE)
    key = make.__module__, make.__qualname__, of, *size.values()
    if key in _KEPT:
        if any(size.values()):
            database.statement(WIPE)
        _KEPT[key].put_back(database)
    else:
        make()
        _KEPT[key] = Content.of(database)
    return database
