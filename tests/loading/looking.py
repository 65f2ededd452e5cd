"""What is in the graph, for comparing before with after."""

from pathlib import Path
from typing import Any

from graph.database import Database

NODES = """
MATCH (n) WHERE NOT n:Migration
RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS properties
"""
# As text: a driver's objects for every time would take three times as long.
FACTS = """
MATCH (a)-[r]->(b)
RETURN elementId(r) AS element, type(r) AS type, a.id AS start, b.id AS end,
       [key IN keys(r) | key + ' ' + valueType(r[key]) + ' ' + toString(r[key])] AS properties
"""


def whole(database: Database) -> list[dict[str, Any]]:
    """Every node and relationship with everything that it holds, and which one it is."""
    rows = database.statement(NODES) + database.statement(FACTS)
    for row in rows:
        row["properties"] = sorted(row["properties"] if "type" in row else row["properties"].items())
    return sorted(rows, key=lambda row: str(row["element"]))


def content(database: Database) -> list[str]:
    """The same whichever elements hold it: equal for two graphs that say the same."""
    rows = whole(database)
    for row in rows:
        del row["element"]
    return sorted(map(repr, rows))


def written(directory: Path, name: str, *lines: str) -> Path:
    """A file of these lines."""
    path = directory / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
