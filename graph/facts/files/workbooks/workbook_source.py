"""A sheet of a workbook as pieces: the first row that is not empty is its header, and lines are its rows.

The sheet is gone through once before its first row is taken, so that no row is taken of a damaged one.
"""

from collections.abc import Iterator, Mapping, Sequence

from graph.errors import RecordError
from graph.facts.files.hints import of_header
from graph.facts.files.sources import (
    CELL_CHARACTERS,
    TOO_LONG,
    Fault,
    Gathering,
    Opening,
    Piece,
    clipped,
    no_twins,
)
from graph.facts.files.workbooks.sheet_rows import (
    Sheet,
    SheetRow,
    Workbook,
    filled,
    letters,
    must_be_named,
    there,
)
from graph.text.plain import visible


class WorkbookSource:
    """A sheet of an open workbook."""

    def __init__(self, workbook: Workbook, file: str, opening: Opening):
        self._workbook = workbook
        self._sheet = _chosen(workbook, file, opening)
        if len(workbook.sheets) > 1:
            file = f"{file} ({visible(self._sheet.name)})"
        self.file, self._needed = file, opening.columns
        self.types: Mapping[str, str] = {}
        self.line: int | None = None
        self.first: Sequence[str] = ()
        self.names: Sequence[str] = opening.header
        self._header = 0
        self._is_ours, self._decimals = bool(opening.kind), opening.decimals
        self._skip = opening.layout.skip_lines
        written = self._rows()
        first = next(written, None)
        if first is None:
            raise RecordError(f"the sheet {self._sheet.name!r} is empty", file=file)
        if opening.header:
            self.first = [_shown(first[1].get(at)) for at in range(len(opening.header))]
        else:
            self.line = self._header = first[0]
            self.names = self._named(first[1])
        no_twins(self.names, file, self.line, opening.columns)
        for _ in written:
            """The whole sheet can be read."""

    def hint(self, wanted: Sequence[str]) -> str:
        """What to do about a header without these columns."""
        following = []
        for number, row in self._rows():
            if number > self._header:
                following.append([_shown(row.get(at)) for at in range(max(row) + 1)])
            if len(following) >= 20:
                break
        return of_header(self.names, wanted, following)

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        places = {name: at for at, name in enumerate(self.names) if name in columns}
        gathering = self._gathering(columns, rows)
        for number, row in self._rows():
            if number <= self._header:
                continue
            beyond = max(row)
            if self._is_ours and beyond >= len(self.names):
                cell = Fault(_shown(row[beyond]), "a cell under no name: the header has none for this column")
                gathering.refuse(number, letters(beyond), cell)
            else:
                gathering.add(number, {name: _bounded(row.get(at)) for name, at in places.items()})
            if gathering.full:
                yield gathering.piece()
                gathering = self._gathering(columns, rows)
        if gathering.has_any:
            yield gathering.piece()

    def _gathering(self, columns: Sequence[str], rows: int) -> Gathering:
        return Gathering(self.file, columns, rows, self._decimals, self._needed)

    def _rows(self) -> Iterator[SheetRow]:
        """The rows of the sheet but for those that the mapping skips."""
        return (row for row in self._workbook.rows(self._sheet) if row[0] > self._skip)

    def _named(self, row: Mapping[int, str | Fault]) -> list[str]:
        """The columns of a header; one without a name has its letter as one."""
        names = []
        for at in range(max(row) + 1):
            cell = row.get(at, "")
            if isinstance(cell, Fault):
                message = f"the header cannot be read: {cell.value or 'a cell'}: {cell.reason}"
                raise RecordError(message, file=self.file, line=self.line, column=letters(at))
            names.append(cell or letters(at))
        return names


def _chosen(workbook: Workbook, file: str, opening: Opening) -> Sheet:
    """The sheet that is asked for. Raises RecordError, which names those that there are."""
    sheets = workbook.sheets
    if not sheets:
        raise RecordError("a workbook without a sheet", file=file)
    if isinstance(opening.sheet, int):
        if opening.sheet > len(sheets):
            raise RecordError(f"no sheet {opening.sheet}: {there(workbook)}", file=file)
        return sheets[opening.sheet - 1]
    named = [sheet for sheet in sheets if _is_named(sheet, opening)]
    if len(named) > 1:
        message = (
            f"{len(named)} sheets are named {named[0].name!r}: rename the others, or say its number in a mapping"
        )
        raise RecordError(message, file=file)
    if named:
        return named[0]
    if opening.sheet:
        raise RecordError(f"no sheet {opening.sheet!r}: {there(workbook)}", file=file)
    with_something = [] if must_be_named(workbook) else filled(workbook)
    if len(with_something) != 1:
        named_for = f"name one {opening.kind!r}, or " if opening.kind else ""
        example = f"say in a mapping: sheet = {clipped(sheets[0].name)!r}"
        message = f"which sheet is meant? {there(workbook)}: {named_for}{example}"
        raise RecordError(message, file=file)
    return with_something[0]


def _is_named(sheet: Sheet, opening: Opening) -> bool:
    """Whether a mapping names this sheet, or it is named for the kind of the rows and can be seen."""
    if opening.sheet:
        return sheet.name == opening.sheet
    return bool(opening.kind) and sheet.name.lower() == opening.kind and not sheet.hidden


def _bounded(cell: str | Fault | None) -> str | Fault | None:
    return Fault(cell, TOO_LONG) if isinstance(cell, str) and len(cell) > CELL_CHARACTERS else cell


def _shown(cell: str | Fault | None) -> str:
    return cell.value if isinstance(cell, Fault) else cell or ""
