"""values_from: the words of a file, which a mapping names by its path or describes as a table of more columns.

    debtor = { column = "customer", values_from = "members.csv" }    # a CSV file of two columns

    [words.members]                                                  # two columns of any file with rows
    file = "cooperative.xlsx"
    sheet = "Members"
    word = "Name"
    means = "No."

A word that is there twice with two meanings, as the name of two members, means nothing: rows with it are refused.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from graph.errors import RecordError, SchemeInvalid
from graph.facts.files.cell import Cell, Value, WordTable
from graph.facts.files.open_file import opened
from graph.facts.files.sources import Opening, Piece, separates
from graph.facts.files.steps import totals
from graph.facts.files.steps.lines import Layout
from graph.facts.files.steps.texts import trimmed
from graph.facts.files.steps.words import Unclear, both
from graph.facts.files.toml_values import convert

LARGEST = 16_000_000
"Bytes of a file of two columns."
MOST = 1_000_000
"Words of a table."
ROWS = 10_000
SEPARATOR_IS = "must be one ASCII character, no quote, no backslash and no line break"


def lists_of(raw: object, file: str) -> dict[str, WordTable]:
    """The tables that say where words stand, by name. Raises SchemeInvalid."""
    if not isinstance(raw, dict):
        raise SchemeInvalid("must be a table of tables, such as [words.members]", file=file, key="words")
    lists: dict[str, WordTable] = {}
    for name, table in raw.items():
        key, lists[name] = f"words.{name}", convert(table, WordTable, file, f"words.{name}")
        if not name or "." in name:
            raise SchemeInvalid("a name has no dot: with one it would be a file's", file=file, key=key)
        if not separates(lists[name].separator):
            raise SchemeInvalid(SEPARATOR_IS, file=file, key=f"{key}.separator")
        if lists[name].word == lists[name].means:
            raise SchemeInvalid("must be another column than word", file=file, key=f"{key}.means")
    return lists


def path_of(name: str, folder: Path, tables: Mapping[str, WordTable]) -> Path:
    """The file that the words of this name are in."""
    return folder / (tables[name].file if name in tables else name)


def filled(cell: Cell, folder: Path, tables: Mapping[str, WordTable]) -> Cell:
    """The cell with the words that it names. Raises ValueError saying what is wrong with the file."""
    if not isinstance(cell.values_from, str):
        return cell
    name = cell.values_from
    if name in tables:
        pairs = _of_table(tables[name], folder / tables[name].file)
    elif "." in name:
        pairs = _of_two_columns(folder / name)
    else:
        raise ValueError(
            f"no table [words.{name}] in the mapping; a file is named with its ending, as members.csv"
        )
    known: dict[str, Value] = {}
    for word, meaning in pairs:
        known[word] = both(known.get(word, meaning), meaning)
        if len(known) > MOST:
            raise ValueError(f"{path_of(name, folder, tables)} has more than {MOST:,} words")
    if not known:
        raise ValueError(
            f"{path_of(name, folder, tables)} has no row with a word and its meaning below its header"
        )
    return msgspec.structs.replace(cell, values=known)


def _of_table(table: WordTable, path: Path) -> Iterator[tuple[str, Value]]:
    """The words of a file with more columns; rows without a word are none of them."""
    opening = Opening(
        separator=table.separator,
        encoding=table.encoding,
        sheet=table.sheet or None,
        columns=[table.word, table.means],
        layout=Layout(skip_lines=table.skip_lines),
    )
    try:
        with opened(path, opening) as source:
            for name in (table.word, table.means):
                if name not in source.names:
                    line = f":{source.line}" if source.line else ""
                    raise ValueError(f"{path}{line}: no column {name!r}; it has {', '.join(source.names)}")
            wanted = list(source.names) if table.totals else [table.word, table.means]
            for piece in totals.without(source.pieces(ROWS, wanted), table.totals or ()):
                yield from _of_piece(piece, table, path)
    except RecordError as error:
        raise ValueError(str(error)) from error


def _of_piece(piece: Piece, table: WordTable, path: Path) -> Iterator[tuple[str, Value]]:
    for reject in piece.rejects:
        where = f", column {reject.column}" if reject.column else ""
        raise ValueError(f"{path}:{reject.line}{where}: {reject.value!r}: {reject.reason}")
    for line, word, means in zip(piece.lines, piece.columns[table.word], piece.columns[table.means], strict=True):
        if not word or not word.strip():
            continue
        meaning = trimmed(means or "")
        yield word, meaning or Unclear(f"has nothing under {table.means!r} there, in row {line}: fill that in")


def _of_two_columns(path: Path) -> Iterator[tuple[str, Value]]:
    """The rows of a file of two columns, below its header."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8: {error.reason} at byte {error.start + 1}; describe it in a table [words.NAME] "
            "of the mapping, which can say its encoding"
        ) from error
    if len(content) > LARGEST:
        raise ValueError(f"{path} has more than {LARGEST:,} bytes")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, row in enumerate(row for row in reader if row):
            if len(row) != 2 or "" in row:
                raise ValueError(
                    f"{path}:{reader.line_num}: two cells are needed, a word and what it means; describe a file "
                    "of more columns in a table [words.NAME] of the mapping"
                )
            if number:
                yield row[0], row[1]
    except csv.Error as error:
        raise ValueError(f"{path}:{reader.line_num}: {error}") from error
