"""What is in the graph, for comparing before with after."""

from pathlib import Path
from typing import Any

from graph.database import Database

NODES = """
MATCH (n) WHERE NOT n:Migration
RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS properties
"""
# In one row and as text: an object of the driver for every fact and time would take ten times as long.
FACTS = """
MATCH (a)-[r]->(b)
RETURN collect([elementId(r), type(r), a.id, b.id,
                [key IN keys(r) | key + ' ' + valueType(r[key]) + ' ' + toString(r[key])]]) AS facts
"""


def whole(database: Database) -> list[list[Any]]:
    """Every node and relationship, each as a list: which one it is, and everything that it holds."""
    nodes = [
        [n["element"], sorted(n["labels"]), sorted(n["properties"].items())] for n in database.statement(NODES)
    ]
    [row] = database.statement(FACTS)
    facts = [[*fact, sorted(properties)] for *fact, properties in row["facts"]]
    return sorted(nodes, key=str) + sorted(facts, key=str)


def content(database: Database) -> list[str]:
    """The same whichever elements hold it and whenever it came: equal for two graphs that say the same."""
    return sorted(repr([names, *map(_timeless, rest)]) for _, names, *rest in whole(database))


def _timeless(value: Any) -> Any:
    """Properties with no more of `changed` than that it is there."""
    if not isinstance(value, list):
        return value
    return [(each[0], "") if isinstance(each, tuple) and each[0] == "changed" else each for each in value]


def written(directory: Path, name: str, *lines: str) -> Path:
    """A file of these lines."""
    path = directory / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
