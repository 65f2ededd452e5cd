"""An open file, as other modules see it: pieces of text columns, whatever the columns mean.

csv_source.py, parquet_source.py, chat_source.py, workbooks/ and nested/ read it. None ever has a whole file in
memory, and all check everything that can be known about a file before its first record.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    beginnings: by line, the first cell of rows that are rejects for another of their cells.
    """

    columns: Mapping[str, Sequence[str | None]]
    lines: Sequence[int]
    rejects: list[Reject] = field(default_factory=list)
    broken: bool = False
    beginnings: Mapping[int, str] = field(default_factory=dict)


class Source(Protocol):
    """An open file; closed by its opener.

    file:  how messages name it; of a workbook of several sheets, with the sheet.
    names: the columns; those that are read are all different.
    types: by column, in the words of parquet_source.py; empty for all other files, where all is text.
    line:  of the header, where there is one.
    first: the first record of a CSV file or a sheet whose header is given, as far as it is one line.
    """

    file: str
    names: Sequence[str]
    types: Mapping[str, str]
    line: int | None
    first: Sequence[str]

    def hint(self, wanted: Sequence[str]) -> str:
        """What to do about a file that lacks these columns; empty where nothing can be said."""

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        """The records in pieces of at most `rows`, with these columns of theirs."""


def separates(sign: str) -> bool:
    """Whether this can separate the fields of a CSV file."""
    return len(sign) == 1 and sign.isascii() and sign not in '"\r\n\0\\'


def clipped(value: str) -> str:
    """The value as a rejects file shows it: its first VALUE_LENGTH characters."""
    return value if len(value) <= VALUE_LENGTH else value[:VALUE_LENGTH] + "…"


def first_twice(names: Iterable[str]) -> str | None:
    """The first name that was there before; None where all differ. One pass, however many there are."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def no_twins(names: Sequence[str], file: str, line: int | None, read: Sequence[str] | None = None) -> None:
    """Raises RecordError where two columns have one name.

    read: those that a mapping reads, of which one alone can be meant; None: all.
    """
    name = first_twice(names if read is None else filter(set(read).__contains__, names))
    if name is not None:
        message = (
            "a column that is there twice: give one of the two another name"
            if name
            else ("columns without a name; where something stands above the header, remove it")
        )
        raise RecordError(message, file=file, line=line, column=name)


class Gathering:
    """Rows and faults on their way into one piece; it is `full` once it has enough of either, or of text.

    needed: the columns in which a cell that cannot be read refuses its row; None: all. Of others, which only show
            where a row begins, it is taken as what is written there.
    """

    def __init__(
        self,
        file: str,
        columns: Sequence[str],
        rows: int,
        decimals: Mapping[str, str],
        needed: Sequence[str] | None = None,
    ):
        self._file, self._most, self._needed = file, rows, needed
        self._columns = [(name, decimals.get(name, ".")) for name in columns]
        self._cells: list[list[str | None]] = []
        self._lines: list[int] = []
        self._rejects: list[Reject] = []
        self._beginnings: dict[int, str] = {}
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
                if self._needed is None or name in self._needed:
                    self.refuse(line, name, cell, cells)
                    return
                cell = cell.value or None
            if mark != "." and isinstance(cell, Number):
                cell = cell.replace(".", mark)
            row.append(cell)
            self._characters += len(cell) if cell else 0
        self._cells.append(row)
        self._lines.append(line)

    def refuse(
        self, line: int, column: str, fault: Fault, cells: Mapping[str, str | Fault | None] | None = None
    ) -> None:
        """The row is refused. cells: all of it; by the first one totals.py knows a row that sums up others."""
        first = next((cell for name, _ in self._columns if (cell := (cells or {}).get(name))), "")
        begins = first.value if isinstance(first, Fault) else first
        reject = Reject(self._file, line, column, clipped(fault.value), fault.reason)
        self._rejects.append(reject)
        self._beginnings[line] = begins

    def piece(self) -> Piece:
        names = [name for name, _ in self._columns]
        columns = zip(*self._cells, strict=True) if self._cells else [() for _ in names]
        return Piece(
            dict(zip(names, columns, strict=True)), self._lines, self._rejects, beginnings=self._beginnings
        )
