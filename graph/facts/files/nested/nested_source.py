"""Nested records as pieces: a column is a path, and a record gives a row, or one for each entry of a list.

Lines count the rows, from 1. Where each line of a file is a record that gives one row, they are its lines.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from graph.errors import RecordError
from graph.facts.files.nested.paths import Paths, Row, steps
from graph.facts.files.sources import Fault, Gathering, Opening, Piece
from graph.text.counts import counted

MOST_COLUMNS = 1_000
MOST_ROWS_OF_A_RECORD = 1_000_000
Records = Callable[[], Iterator[Any]]


class NestedSource:
    """An open file of nested records. All were looked at once, so that no row is taken of a damaged file."""

    def __init__(self, records: Records, file: str, opening: Opening):
        self.file, self._records = file, records
        columns, self._decimals = opening.columns, opening.decimals
        self.types: Mapping[str, str] = {}
        self.line: int | None = None
        self.first: Sequence[str] = ()
        self._named = columns is not None
        names = _keys(records, file) if columns is None else list(columns)
        paths = {name: steps(name, file) if self._named else (name,) for name in names}
        self._paths = Paths(paths, file)
        self.names: Sequence[str] = names if columns is None else self._found(names)

    @property
    def innermost(self) -> frozenset[str]:
        """The columns whose cells are others in each row; those of an outer record are there again and again."""
        return self._paths.innermost

    def hint(self, wanted: Sequence[str]) -> str:
        """What to do about a file whose records lack one of these columns."""
        if not (self._named and wanted):
            return ""
        return "no record of the file has it; if that can be, name it in the mapping under `optional`"

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        gathering = Gathering(self.file, columns, rows, self._decimals)
        for number, row in self._rows():
            if isinstance(row, Fault):
                gathering.refuse(number, "", row)
            else:
                gathering.add(number, row.cells)
            if gathering.full:
                yield gathering.piece()
                gathering = Gathering(self.file, columns, rows, self._decimals)
        if gathering.has_any:
            yield gathering.piece()

    def _rows(self) -> Iterator[tuple[int, Row | Fault]]:
        """Each row with its number, and in place of a record that is none, what is wrong with it."""
        number = 0
        for record in self._records():
            first = number + 1
            number = first
            if isinstance(record, Fault):
                yield first, record
            elif record is not None and not self._named and not isinstance(record, dict):
                yield first, Fault("", "no object, and so it has no columns")
            elif record is not None:
                for number, row in enumerate(self._paths.rows(record), start=first):
                    if number - first >= MOST_ROWS_OF_A_RECORD:
                        message = f"a record of more than {counted(MOST_ROWS_OF_A_RECORD, 'rows')}"
                        raise RecordError(message, file=self.file, line=first)
                    yield number, row

    def _found(self, names: Sequence[str]) -> list[str]:
        """Those of the columns that some record has; all of them where there is no row."""
        found: set[str] = set()
        is_empty = True
        for _, row in self._rows():
            is_empty = False
            if not isinstance(row, Fault):
                found |= row.found
        return list(names) if is_empty else [name for name in names if name in found]


def _keys(records: Records, file: str) -> list[str]:
    """The keys of the records, in the order in which they come."""
    keys: dict[str, None] = {}
    for record in records():
        if isinstance(record, dict):
            keys.update(dict.fromkeys(record))
        if len(keys) > MOST_COLUMNS:
            raise RecordError(f"the records have more than {counted(MOST_COLUMNS, 'keys')}", file=file)
    return list(keys)
