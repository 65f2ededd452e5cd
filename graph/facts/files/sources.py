"""An open file, as other modules see it: pieces of text columns, whatever the columns mean.

csv_source.py, parquet_source.py, chat_source.py, workbooks/ and nested/ read it. None ever has a whole file in
memory, and all check everything that can be known about a file before its first record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from graph.errors import RecordError
from graph.facts.files.steps.lines import PLAIN, Layout
from graph.model import Reject

VALUE_LENGTH = 200
# More than any text of ours has. A cell of a workbook, of JSON or of XML that is longer is refused, and not kept.
CELL_CHARACTERS = 1_024
TOO_LONG = f"longer than {CELL_CHARACTERS:,} characters"
# A piece ends early where its cells are long, so that memory stays bounded whatever they hold.
PIECE_CHARACTERS = 16_000_000


class Fault(NamedTuple):
    """What is in place of a cell that cannot be read: what is there, and what is wrong with it."""

    value: str
    reason: str


class Number(str):
    """What a file has as a number, in digits; a text of the same digits is no number."""

    __slots__ = ()


@dataclass(frozen=True)
class Opening:
    """How a file is to be opened, as far as it does not say so itself."""

    header: Sequence[str] = ()
    "the columns of a CSV file or of a sheet that does not name them"
    separator: str = ","
    encoding: str = "utf-8"
    "of CSV and JSON, one of text_encodings.ENCODINGS"
    sheet: str | int | None = None
    "of a workbook, by its name or its number from 1; None: the one that is named for `kind`, or the only one"
    kind: str = ""
    "of all rows, where the file is in our form"
    rows: str = ""
    "the path to the list of records in a JSON file, or to the elements that are records in XML"
    columns: Sequence[str] | None = None
    "those to read of JSON and XML, each a path; None: the keys of the records"
    layout: Layout = PLAIN
    "which lines of a CSV file, or rows of a sheet, are none of the table"
    decimals: Mapping[str, str] = field(default_factory=dict)
    "by column: the mark by which its numbers are read; what the file has as a number is written with it"
    form: str = "table"
    "of a text file: `chat` where each message begins a line"
    formats: Sequence[str] = ()
    "how times are written, as far as a mapping says; of a chat"


@dataclass(frozen=True)
class Piece:
    """Consecutive records: text by column (None where Parquet has null), and the line of each record.

    rejects: the lines between them that are no records.
    broken:  whether the file breaks off behind it.
    """

    columns: Mapping[str, Sequence[str | None]]
    lines: Sequence[int]
    rejects: list[Reject] = field(default_factory=list)
    broken: bool = False


class Source(Protocol):
    """An open file; closed by its opener.

    names: the columns, all different.
    types: by column, in the words of parquet_source.py; empty for all other files, where all is text.
    line:  of the header, where there is one.
    first: the first record of a CSV file or a sheet whose header is given, as far as it is one line.
    """

    names: Sequence[str]
    types: Mapping[str, str]
    line: int | None
    first: Sequence[str]

    def hint(self, wanted: Sequence[str]) -> str:
        """What to do about a file that lacks these columns; empty where nothing can be said."""

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        """The records in pieces of at most `rows`, with these columns of theirs."""


def clipped(value: str) -> str:
    """The value as a rejects file shows it: its first VALUE_LENGTH characters."""
    return value if len(value) <= VALUE_LENGTH else value[:VALUE_LENGTH] + "…"


def no_twins(names: Sequence[str], file: str, line: int | None) -> None:
    for name in names:
        if names.count(name) > 1:
            message = (
                "a column that is there twice"
                if name
                else ("columns without a name; where something stands above the header, remove it")
            )
            raise RecordError(message, file=file, line=line, column=name)


class Gathering:
    """Rows and faults on their way into one piece; it is `full` once it has enough of either, or of text."""

    def __init__(self, file: str, columns: Sequence[str], rows: int, decimals: Mapping[str, str]):
        self._file, self._most = file, rows
        self._columns = [(name, decimals.get(name, ".")) for name in columns]
        self._cells: list[list[str | None]] = []
        self._lines: list[int] = []
        self._rejects: list[Reject] = []
        self._characters = 0

    @property
    def full(self) -> bool:
        return len(self._lines) + len(self._rejects) >= self._most or self._characters > PIECE_CHARACTERS

    @property
    def has_any(self) -> bool:
        return bool(self._lines or self._rejects)

    def add(self, line: int, cells: Mapping[str, str | Fault | None]) -> None:
        """The row is taken, or refused for the first of its cells that cannot be read."""
        row: list[str | None] = []
        for name, mark in self._columns:
            cell = cells.get(name)
            if isinstance(cell, Fault):
                self.refuse(line, name, cell)
                return
            if mark != "." and isinstance(cell, Number):
                cell = cell.replace(".", mark)
            row.append(cell)
            self._characters += len(cell) if cell else 0
        self._cells.append(row)
        self._lines.append(line)

    def refuse(self, line: int, column: str, fault: Fault) -> None:
        self._rejects.append(Reject(self._file, line, column, clipped(fault.value), fault.reason))

    def piece(self) -> Piece:
        names = [name for name, _ in self._columns]
        columns = zip(*self._cells, strict=True) if self._cells else [() for _ in names]
        return Piece(dict(zip(names, columns, strict=True)), self._lines, self._rejects)
