"""A table of a mapping -> Output: where the columns of one kind of ours come from, checked before any row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.errors import SchemeInvalid
from graph.facts.files.cell import Cell, Condition, WordTable
from graph.facts.files.steps import chain, words
from graph.facts.files.steps.chain import Defaults
from graph.facts.files.steps.where import contradiction
from graph.facts.files.toml_values import convert
from graph.facts.files.word_tables import filled
from graph.facts.kinds import KINDS


@dataclass(frozen=True)
class Output:
    """The rows of one kind that a file holds: `cells` by column of ours. Several may be of one kind."""

    kind: str
    cells: dict[str, Cell]
    where: tuple[Condition, ...]


def sources(outputs: Sequence[Output]) -> list[str]:
    """The columns of the file that these outputs use, each once."""
    used = [name for output in outputs for cell in output.cells.values() for name in cell.used]
    used += [condition.column for output in outputs for condition in output.where]
    return list(dict.fromkeys(used))


def formats(output: Output) -> Iterator[str]:
    """How the times of these rows are written."""
    for cell in output.cells.values():
        yield from (cell.format,) if isinstance(cell.format, str) else (cell.format or ())


def files_of_words(outputs: Sequence[Output]) -> list[str]:
    """The files of words that cells name, each once."""
    named = [cell.values_from for output in outputs for cell in output.cells.values()]
    return list(dict.fromkeys(name for name in named if isinstance(name, str)))


@dataclass(frozen=True)
class Named:
    """Where the words lie that cells name: files of the folder, and tables that the mapping describes."""

    folder: Path
    tables: dict[str, WordTable]


def of_one_kind(kind: str, given: object) -> Iterator[tuple[str, object]]:
    """(key, table) of each table of this kind: `[contacts]` is one, and each `[[contacts]]` is another."""
    if isinstance(given, list):
        yield from ((f"{kind}[{number}]", table) for number, table in enumerate(given))
    else:
        yield kind, given


def of_table(kind: str, table: object, file: str, named: Named, defaults: Defaults, place: str) -> Output:
    """The rows of a kind that this table takes; `place` is its key, and `file` the mapping's name, in errors.

    Raises SchemeInvalid with the dotted path of the offending key.
    """
    if not isinstance(table, dict):
        raise SchemeInvalid("must be a table", file=file, key=place)
    where = convert(table.pop("where", []), tuple[Condition, ...], file, f"{place}.where")
    for number, condition in enumerate(where):
        if message := contradiction(condition):
            raise SchemeInvalid(message, file=file, key=f"{place}.where[{number}]")
    columns = {column.name: column for column in KINDS[kind].columns}
    cells: dict[str, Cell] = {}
    for name, value in table.items():
        key = f"{place}.{name}"
        if name not in columns:
            known = ", ".join(columns)
            raise SchemeInvalid(f"no such column; {kind} have {known}", file=file, key=key)
        cell = convert(value, Cell, file, key)
        several = kind in chain.NUMBERED and name == "id"
        for message in chain.contradictions(cell, columns[name].format, several=several):
            raise SchemeInvalid(message, file=file, key=key)
        try:
            cells[name] = filled(cell, named.folder, named.tables)
            words.of(cells[name], trim=defaults.trim or cell.has("trim"))
        except ValueError as error:
            raise SchemeInvalid(str(error), file=file, key=key) from error
    for column in columns.values():
        if column.required and column.name not in cells:
            raise SchemeInvalid("missing: no row is good without it", file=file, key=f"{place}.{column.name}")
    return Output(kind, cells, where)
