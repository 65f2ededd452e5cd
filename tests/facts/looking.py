"""What is in the graph, for comparing before with after."""

from pathlib import Path
from typing import Any

from graph.store.client import Database

NODES = """
MATCH (n) WHERE NOT n:Migration AND NOT (n:Load AND coalesce(n.rejected, 0) > 0)
RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS properties
"""
# In one row and as text: an object of the driver for every fact and time would take ten times as long.
FACTS = """
MATCH (a)-[r]->(b)
RETURN collect([elementId(r), type(r), a.id, b.id,
                [key IN keys(r) | key + ' ' + valueType(r[key]) + ' ' +
                 CASE WHEN r[key] IS :: LIST<STRING> THEN reduce(text = '', each IN r[key] | text + ', ' + each)
                      ELSE toString(r[key]) END]]) AS facts
"""
OTHER_LOADS = ("also", "before", "lacked")


def whole(database: Database) -> list[list[Any]]:
    """Every node and relationship, each as a list: which one it is, and everything that it holds.

    But for the record of a load that had rows rejected, which says so: tests/facts/test_provenance.py.
    """
    nodes = [
        [n["element"], sorted(n["labels"]), sorted(n["properties"].items())] for n in database.statement(NODES)
    ]
    [row] = database.statement(FACTS)
    facts = [[*fact, sorted(properties)] for *fact, properties in row["facts"]]
    return sorted(nodes, key=str) + sorted(facts, key=str)


def content(database: Database) -> list[str]:
    """The same whichever elements hold it, whichever load brought it: equal for two graphs that say the same."""
    rows = [row for row in whole(database) if row[1] not in (["Load"], ["Secret"])]
    return sorted(repr([names, *map(_timeless, rest)]) for _, names, *rest in rows)


def _timeless(value: Any) -> Any:
    """Properties with no more of `changed` and `load` than that they are there; other loads are left out."""
    if not isinstance(value, list):
        return value
    return [_there(each) for each in value if not _of_loads(each)]


def _there(each: Any) -> Any:
    if isinstance(each, tuple) and each[0] in ("changed", "load", "brought"):
        return each[0], ""
    return "load" if isinstance(each, str) and each.startswith("load ") else each


def _of_loads(each: Any) -> bool:
    """Whether a property says which other loads say the same, or said it before, and what each of them filled."""
    name = each[0] if isinstance(each, tuple) else each.split(" ")[0] if isinstance(each, str) else ""
    return name in OTHER_LOADS


def written(directory: Path, name: str, *lines: str) -> Path:
    """A file of these lines."""
    path = directory / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
