"""Which of the mappings that come with the software a file fits: the one all of whose columns it has.

A mapping that does not name the columns itself, since the one who loads says which they are, fits nothing here.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from graph.errors import RecordError
from graph.facts.assistant.sampled import ROWS, Sample
from graph.facts.files.answers import MARK
from graph.facts.files.mapping import SHIPPED, shipped
from graph.facts.files.nested import json_records, xml_records
from graph.facts.files.nested.paths import Paths, steps
from graph.facts.files.open_file import opened, opened_stream
from graph.facts.files.sources import Fault, Opening
from graph.facts.kinds import KINDS

NESTED = (".json", ".jsonl", ".ndjson", ".xml")
TYPED = (".xlsx", ".ods", ".parquet")
FEWEST = 3
"Columns that a mapping must name, to be told from others by them."


@dataclass(frozen=True)
class Known:
    """A shipped mapping: what it is for, what it asks, what its files cannot say."""

    name: str
    about: str
    asks: tuple[str, ...]
    cannot_know: tuple[str, ...]
    columns: frozenset[str]
    "that a file must have"
    rows: str
    is_chat: bool

    def lines(self, file: str) -> list[str]:
        """What somebody is told who has such a file."""
        command = " ".join([f"--mapping {self.name}", *(f"--set {name}=..." for name in self.asks), file])
        return [
            f"It fits the shipped mapping {self.name}: {self.about}",
            f"Load it with: innercircle load {command}",
            *(f"It cannot know {what}." for what in self.cannot_know),
        ]


def fitting(path: Path, sample: Sample | None) -> Known | None:
    """The mapping with the most columns of those that the file fits.

    sample: the beginning of a table; None for a text that is none.
    """
    known = [each for each in map(_read, shipped()) if each is not None]
    if sample is None:
        return next((each for each in known if each.is_chat and _is_chat(path)), None)
    found = [
        each for each in known if not each.is_chat and len(each.columns) >= FEWEST and _has(path, sample, each)
    ]
    return max(found, key=lambda each: len(each.columns), default=None)


def _read(name: str) -> Known | None:
    """None of a mapping that has the header itself."""
    raw = tomllib.loads((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))
    if "header" in raw:
        return None
    used = set(_columns([raw[kind] for kind in KINDS if kind in raw])) - set(raw.get("optional", ()))
    return Known(
        name,
        raw["about"],
        tuple(raw.get("asks", {})),
        tuple(raw.get("cannot_know", ())),
        frozenset(column for column in used if not column.startswith(MARK)),
        raw.get("rows", ""),
        raw.get("form") == "chat",
    )


def _columns(tables: Any) -> Iterator[str]:
    if isinstance(tables, list):
        for each in tables:
            yield from _columns(each)
    elif isinstance(tables, dict):
        for key, value in tables.items():
            if key in ("column", "times"):
                yield value
            elif key in ("columns", "joined"):
                yield from value
            elif key != "values":
                yield from _columns(value)


def _has(path: Path, sample: Sample, known: Known) -> bool:
    if path.name.lower().endswith(TYPED):
        return known.columns <= set(sample.columns)
    try:
        with opened_stream(path) as (ending, stream):
            found = _found(ending, stream, str(path), known) if ending in NESTED else set(sample.columns)
    except RecordError:  # the file is not of the shape that this mapping reads
        return False
    return known.columns <= found


def _found(ending: str, stream: Any, file: str, known: Known) -> set[str]:
    """Those of the paths that lead to something in the first records."""
    rows: Sequence[Any] = steps(known.rows, file) if known.rows else ()
    columns = {name: steps(name, file) for name in known.columns}
    if ending == ".json":
        records = json_records.in_lists(stream, file, rows)
    elif ending == ".xml":
        records = xml_records.elements(stream, file, rows, list(columns.values()))
    elif known.rows:
        return set()
    else:
        records = json_records.on_lines(stream, file)
    paths, found = Paths(columns, file), set[str]()
    for record in islice(records, ROWS):
        for row in islice(paths.rows(record), ROWS):
            found |= {name for name in row.found if not isinstance(row.cells[name], Fault)}
    return found


def _is_chat(path: Path) -> bool:
    try:
        with opened(path, Opening(form="chat")):
            return True
    except RecordError:
        return False
