"""Records -> columns: each path that leads to a single value, with its cells in the first records."""

import json
from collections.abc import Iterator
from typing import Any

from graph.facts.files.nested.paths import Element
from graph.facts.files.sources import CELL_CHARACTERS, Fault, Number

MOST_COLUMNS = 200


def by_path(records: Iterator[Any], most: int) -> tuple[dict[str, list[str | None]], bool]:
    """(columns, whether a record lacks one): paths to single values, and through the first list that a record has.

    most: rows that are looked at.
    """
    through: list[str] = []
    rows: list[dict[str, str | None]] = []
    for record in records:
        rows += _flat(record, through, most)
        if len(rows) >= most:
            break
    names = list(dict.fromkeys(name for row in rows for name in row))[:MOST_COLUMNS]
    lacks = any(name not in row for name in names for row in rows)
    return {name: [row.get(name) for row in rows[:most]] for name in names}, lacks


def to_list(record: dict[str, Any]) -> str:
    """The path to the list in an object that is nothing but an envelope around it; empty where there is none."""
    for key, value in record.items():
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value[:10]):
            others = [each for other, each in record.items() if other != key and isinstance(each, (dict, list))]
            return _named(key) if not others else ""
    return ""


def _flat(record: Any, through: list[str], most: int) -> list[dict[str, str | None]]:
    own: dict[str, str | None] = {}
    inner: list[dict[str, str | None]] = []
    for path, value in _leaves(record, ""):
        if not isinstance(value, list):
            own[path] = value
        elif path in through or not through:
            through[:] = [path]
            inner += [
                {f"{path}[*]{name if name.startswith('[') else '.' + name}": cell for name, cell in row.items()}
                for each in value[:most]
                for row in _flat(each, [], most)
            ]
    return [own | row for row in inner] if inner else [own]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each single value with its path, and each list of objects with its own."""
    if isinstance(value, Element):
        for name, children in value.children.items():
            way = f"{path}.{_named(name)}" if path else _named(name)
            if len(children) > 1:
                yield way, children
            else:
                yield from _leaves(children[0], way)
        if value.text and path:
            yield path, value.text[:CELL_CHARACTERS]
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from _leaves(inside, f"{path}.{_named(key)}" if path else _named(key))
    elif isinstance(value, list):
        if value and all(isinstance(each, dict) for each in value):
            yield path, value
        elif len(value) in (3, 5, 6, 7) and all(isinstance(each, Number) for each in value):
            yield path, "-".join(each.zfill(2) for each in value[:3])
    elif not isinstance(value, Fault) and path:
        yield path, value if value is None or isinstance(value, str) else json.dumps(value)


def _named(key: str) -> str:
    """A key as a path has it."""
    if key and not set(key) & set('.[]"'):
        return key
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
