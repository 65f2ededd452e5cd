"""A workbook, as workbook_source.py sees it: its sheets, and the rows of one of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from graph.errors import RecordError
from graph.facts.files.sources import Fault, clipped

# As many as a sheet of the usual programs has.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
# Rows without anything that are written down nevertheless; programs leave some where something was deleted.
MOST_EMPTY_ROWS = 100_000
MOST_EMPTY_CELLS = 1_000_000
# Sheets that are looked into without being asked for, and that a message names.
MOST_LOOKED_AT = 20

ERROR = "an error of a formula: mend it, and save the workbook again"
NOT_COMPUTED = (
    "a formula whose result is not in the file: open the workbook in a spreadsheet program, and save it again"
)

SheetRow: TypeAlias = tuple[int, Mapping[int, str | Fault]]
"The number of a row, from 1, and what its cells say, by column from 0; cells that are not there are empty."


class Sheet(NamedTuple):
    """A sheet of a workbook; `member` is where it is."""

    name: str
    member: str
    hidden: bool = False


class Workbook(Protocol):
    """An open workbook; closed by its opener."""

    sheets: Sequence[Sheet]

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """The rows of a sheet that are written down, in their order. Raises RecordError."""


def filled(workbook: Workbook) -> list[Sheet]:
    """Those of the first sheets to be seen that are not empty: each is read up to a row that says something."""
    return [sheet for sheet in _to_be_seen(workbook)[:MOST_LOOKED_AT] if next(iter(workbook.rows(sheet)), None)]


def must_be_named(workbook: Workbook) -> bool:
    """Whether it has more sheets than anyone looks into to find the one that is meant."""
    return len(_to_be_seen(workbook)) > MOST_LOOKED_AT


def _to_be_seen(workbook: Workbook) -> list[Sheet]:
    return [sheet for sheet in workbook.sheets if not sheet.hidden]


def there(workbook: Workbook) -> str:
    """The sheets by name, as the end of a message."""
    names = [f"{clipped(sheet.name)!r}" for sheet in workbook.sheets]
    more = f" and {len(names) - MOST_LOOKED_AT:,} more" if len(names) > MOST_LOOKED_AT else ""
    return f"it has {', '.join(names[:MOST_LOOKED_AT])}{more}"


class Order:
    """Rows and columns come in order: a sheet whose do not could be read in two ways."""

    def __init__(self, file: str):
        self._file = file
        self.row = 0
        self.column = -1
        self._empty = 0
        self._cells = 0

    def at_row(self, number: int) -> None:
        if not self.row < number <= MOST_ROWS:
            raise RecordError("the sheet has this row twice, or behind a later one", file=self._file, line=number)
        self.row, self.column = number, -1

    def at_column(self, number: int) -> None:
        if not self.column < number < MOST_COLUMNS:
            message = f"the sheet has a cell of column {letters(number)} twice, or behind a later one"
            raise RecordError(message, file=self._file, line=self.row)
        self.column = number
        self._cells += 1
        if self._cells > MOST_EMPTY_CELLS:
            raise self._too_empty(f"{MOST_EMPTY_CELLS:,} empty cells")

    def row_ended(self, *, is_empty: bool) -> None:
        self._empty = self._empty + 1 if is_empty else 0
        self._cells = self._cells if is_empty else 0
        if self._empty > MOST_EMPTY_ROWS:
            raise self._too_empty(f"{MOST_EMPTY_ROWS:,} empty rows")

    def _too_empty(self, what: str) -> RecordError:
        message = (
            f"more than {what} end here: delete the rows below the table, not only what is in them, and save the "
            "workbook again"
        )
        return RecordError(message, file=self._file, line=self.row)


def letters(column: int) -> str:
    """The name of a column from 0, as spreadsheets show it: A, Z, AA."""
    name = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        name, column = chr(65 + rest) + name, column - 1
    return name


def column_of(reference: str) -> int:
    """The column from 0 of a cell such as `AB12`; -1 where that is none."""
    number = 0
    for at, sign in enumerate(reference):
        if "A" <= sign <= "Z" and at < 3:
            number = number * 26 + ord(sign) - 64
        else:
            return number - 1 if at and reference[at:].isdigit() else -1
    return -1
