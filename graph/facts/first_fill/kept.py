"""What an empty store has all the same, in the importer's files: schemes and secrets stay as they are.

The importer writes a whole store anew, so whatever is not in its files is gone. Records of migrations are left
out: `innercircle migrate` makes the constraints again, and with them its records.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from graph.errors import Refused
from graph.facts.first_fill.forms import ARRAY_DELIMITER
from graph.model import Row
from graph.store.client import Database

MOST_NODES = 10_000
USE_LOAD = "a first fill is for an empty store: use `innercircle load`"
_TYPES: dict[type, str] = {bool: "boolean", int: "long", float: "double", str: "string"}
Typed = tuple[str, Any]
"The importer's word for the type, and the value."


def require_empty(database: Database) -> None:
    """Nobody and nothing was loaded yet. Raises Refused, which says what is there."""
    row = database.one("not_empty")
    if row["found"]:
        raise Refused(f"the graph has nodes of {', '.join(row['found'])}, and {USE_LOAD}")
    if row["nodes"] > MOST_NODES:
        raise Refused(f"the graph has {row['nodes']:,} nodes, and {USE_LOAD}")


def changed(nodes: Iterable[Row], next_rids: Mapping[str, int]) -> list[Row]:
    """The nodes without records of migrations; schemes count the members that have joined.

    nodes: as `whole` of graph.server.compaction has them.
    """
    found = []
    for node in nodes:
        if "Migration" in node["labels"]:
            continue
        of = {key: value for key, value, _ in node["properties"]}
        if "Scheme" in node["labels"] and of["id"] in next_rids:
            kept = [each for each in node["properties"] if each[0] != "next_rid"]
            found.append(node | {"properties": [*kept, ["next_rid", next_rids[of["id"]], False]]})
        else:
            found.append(node)
    return found


def node_of_load(properties: Mapping[str, Any], number: int) -> Row:
    """A load's node in the same form."""
    written = [
        [key, value.isoformat() if isinstance(value, datetime) else value, isinstance(value, datetime)]
        for key, value in properties.items()
        if value is not None
    ]
    return {"number": number, "labels": ["Load"], "properties": written}


def write(directory: Path, nodes: Sequence[Row], ties: Sequence[Row]) -> list[str]:
    """Files with these nodes and relationships; returns the importer's arguments for them.

    Raises Refused for a property that the importer's files cannot carry.
    """
    arguments = []
    numbers = {node["number"] for node in nodes}
    for place, (labels, keys, rows) in enumerate(_alike(nodes, lambda node: ":".join(sorted(node["labels"])))):
        header = [":ID(Kept)", *keys]
        lines = [[str(row["number"]), *(cell for _, cell in cells)] for row, cells in rows]
        arguments.append(f"--nodes={labels}={_file(directory, f'kept-{place}.csv', [header, *lines])}")
    there = [tie for tie in ties if {tie["source"], tie["target"]} <= numbers]
    for place, (type_, keys, rows) in enumerate(_alike(there, lambda tie: tie["type"])):
        header = [":START_ID(Kept)", ":END_ID(Kept)", *keys]
        lines = [[str(row["source"]), str(row["target"]), *(cell for _, cell in cells)] for row, cells in rows]
        arguments.append(f"--relationships={type_}={_file(directory, f'kept-ties-{place}.csv', [header, *lines])}")
    return arguments


def _alike(rows: Iterable[Row], of: Any) -> list[tuple[str, tuple[str, ...], list[tuple[Row, list[Typed]]]]]:
    """(what they are, the headers of their properties, the rows with the cells of these) for each form of row."""
    found: dict[tuple[str, tuple[str, ...]], list[tuple[Row, list[Typed]]]] = defaultdict(list)
    for row in rows:
        properties = sorted(row["properties"])
        cells = [("datetime", str(value)) if instant else _cell(key, value) for key, value, instant in properties]
        keys = tuple(f"{key}:{type_}" for (key, _, _), (type_, _) in zip(properties, cells, strict=True))
        found[of(row), keys].append((row, cells))
    return [(what, keys, those) for (what, keys), those in sorted(found.items())]


def _cell(key: str, value: Any) -> Typed:
    if isinstance(value, list):
        types = {type(each) for each in value}
        texts = [_text(each) for each in value]
        if len(types) == 1 and types <= set(_TYPES) and all(texts) and ARRAY_DELIMITER not in "".join(texts):
            return f"{_TYPES[types.pop()]}[]", ARRAY_DELIMITER.join(texts)
    elif type(value) in _TYPES:
        return _TYPES[type(value)], _text(value)
    raise Refused(f"the graph has a property {key!r} that no file of the importer can carry, and {USE_LOAD}")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _file(directory: Path, name: str, lines: Iterable[Sequence[str]]) -> str:
    """A file of these cells, each in quotes, so that an empty text is one; its name."""
    with os.fdopen(os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        for number, cells in enumerate(lines):
            quoted = cells if number == 0 else ['"' + cell.replace('"', '""') + '"' for cell in cells]
            out.write(",".join(quoted) + "\n")
    return name
