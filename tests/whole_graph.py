"""Two whole graphs, compared: every node with its relationships and every property."""

from typing import Any

import pytest

from graph.store.client import Database

WHOLE = """
MATCH (n) WHERE NOT n:Migration AND NOT n:Load AND NOT n:Secret
RETURN labels(n) AS labels, properties(n) AS properties,
       COLLECT { MATCH (n)-[r]->(o)
                 RETURN [type(r), coalesce(o.id, o.name), r {.*, load: null, also: null}] } AS relationships
"""
# What tells two loads and two runs apart although they did the same; beside it, when something was done.
OF_THE_RUN = {"started", "finished", "run", "id"}
OF_OTHERS = {"run", "seal", "since", "changed", "brought", "load", "also"}
Graph = dict[str, list[float]]


def whole_graph(database: Database) -> Graph:
    """Every node with its relationships and every property, as text without its floats, and those floats."""
    found: Graph = {}
    for row in database.statement(WHOLE):
        of_run = OF_THE_RUN if "Run" in row["labels"] else OF_OTHERS
        floats: list[float] = []
        properties = {name: value for name, value in row["properties"].items() if name not in of_run}
        relationships = sorted(row["relationships"], key=str)
        text = f"{sorted(row['labels'])} {_text(properties, floats)} {_text(relationships, floats)}"
        assert text not in found
        found[text] = floats
    return found


def _text(value: Any, floats: list[float]) -> str:
    """The value as text, its floats moved to `floats`."""
    if isinstance(value, float):
        floats.append(value)
        return "_"
    if isinstance(value, list):
        return f"[{', '.join(_text(each, floats) for each in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_text(each, floats)}' for name, each in sorted(value.items()))}}}"
    return str(value)


def differences(found: Graph, expected: Graph) -> list[str]:
    """What one graph has and the other has not. The last bits of a sum may differ: its order is the store's."""
    missing = [f"- {text}" for text in expected if text not in found]
    surplus = [f"+ {text}" for text in found if text not in expected]
    other = [
        f"{text}: {found[text]} instead of {floats}"
        for text, floats in expected.items()
        if text in found and found[text] != pytest.approx(floats, abs=1e-12)
    ]
    return missing + surplus + other
