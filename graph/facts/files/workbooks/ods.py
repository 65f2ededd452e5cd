"""Workbooks in ODS: an archive with one XML file, which has all sheets.

A row or a cell stands for as many as it says. Programs write so what is empty; little else is repeated often.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from graph.errors import RecordError
from graph.facts.files.sources import CELL_CHARACTERS, Fault
from graph.facts.files.workbooks.cell_texts import number_text
from graph.facts.files.workbooks.sheet_rows import ERROR, MOST_COLUMNS, MOST_ROWS, NOT_COMPUTED, Sheet, SheetRow
from graph.facts.files.xml_events import parse
from graph.facts.files.zip_archive import unpacked

MEMBER = "content.xml"
# Of rows and cells that are not empty: one is written for so many at most, and so many cells are made at most.
MOST_REPEATED, MOST_CELLS = 1_000, 20_000_000
MOST_BLANKS = 100
_CLOCK = re.compile(r"PT([0-9]{1,2})H([0-9]{1,2})M([0-9]{1,2})(?:[.,]([0-9]{1,9}))?S")
_ROWS, _COLUMNS = "number-rows-repeated", "number-columns-repeated"
# What stands in a cell and is not what it says: notes and pronunciations. Nor is a table in a table.
_ASIDE = ("annotation", "ruby-text")


class Ods:
    """An open workbook. Raises RecordError where the archive is none."""

    def __init__(self, archive: zipfile.ZipFile, file: str):
        self._archive, self.file = archive, file
        if MEMBER not in archive.namelist():
            raise RecordError(f"no workbook: {MEMBER} is not in it", file=file)
        self.sheets: Sequence[Sheet] = self._tables()

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        cells = _Cells(self.file, int(sheet.member))
        with unpacked(self._archive, self._archive.getinfo(MEMBER), self.file) as stream:
            for _ in parse(stream, self.file, cells.start, cells.end, cells.text):
                yield from cells.taken()
            yield from cells.taken()

    def _tables(self) -> list[Sheet]:
        """The sheets, in their order. Styles, one of which may hide a sheet, come before all of them."""
        sheets: list[Sheet] = []
        hiding: set[str] = set()
        depth, style = 0, ""

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal depth, style
            if name == "style":
                style = attributes.get("name", "")
            elif name == "table-properties" and attributes.get("display") == "false":
                hiding.add(style)
            elif name == "table":
                depth += 1
                if depth == 1:
                    hidden = attributes.get("style-name", "") in hiding
                    sheets.append(Sheet(attributes.get("name", ""), str(len(sheets)), hidden))

        def end(name: str) -> None:
            nonlocal depth
            depth -= name == "table"

        with unpacked(self._archive, self._archive.getinfo(MEMBER), self.file) as stream:
            for _ in parse(stream, self.file, start, end, lambda data: None):
                """Tables are taken as they come."""
        return sheets


class _Cells:
    """Cells of a sheet on their way into rows."""

    def __init__(self, file: str, wanted: int):
        self._file, self._wanted = file, wanted
        self._table, self._depth, self._aside = -1, 0, 0
        self._rows: list[SheetRow] = []
        self._row: dict[int, str | Fault] = {}
        self._number, self._repeated, self._column, self._made = 0, 1, 0, 0
        self._cell: Mapping[str, str] | None = None
        self._parts: list[str] = []
        self._size, self._paragraphs, self._in_paragraph = 0, 0, 0

    def taken(self) -> list[SheetRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table" and not self._depth:
            self._depth, self._table = 1, self._table + 1
        elif not self._depth or self._table != self._wanted:
            self._depth += name == "table"
        elif self._aside or name == "table" or (self._cell is not None and name in _ASIDE):
            self._aside += 1
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._parts, self._size, self._paragraphs = attributes, [], 0, 0
        elif name == "table-row":
            self._row, self._column, self._repeated = {}, 0, _times(attributes.get(_ROWS))
        elif self._cell is not None:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: Mapping[str, str]) -> None:
        """A paragraph begins in the cell, or there is a sign in one."""
        if name == "p":
            if self._paragraphs:
                self._say("\n")
            self._paragraphs += 1
            self._in_paragraph += 1
        elif name == "s":
            self._say(" " * min(_times(attributes.get("c")), MOST_BLANKS))
        elif name == "tab":
            self._say("\t")
        elif name == "line-break":
            self._say("\n")

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name == "table":
            self._depth -= 1
        elif not self._depth or self._table != self._wanted:
            return
        elif name == "p" and self._cell is not None:
            self._in_paragraph -= 1
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._cell_ended(self._cell)
            self._cell = None
        elif name == "table-row":
            self._row_ended()

    def text(self, data: str) -> None:
        if self._cell is not None and self._in_paragraph and not self._aside:
            self._say(data)

    def _say(self, text: str) -> None:
        if self._size <= CELL_CHARACTERS:
            kept = text[: CELL_CHARACTERS + 1 - self._size]
            self._parts.append(kept)
            self._size += len(kept)

    def _cell_ended(self, cell: Mapping[str, str]) -> None:
        times = _times(cell.get(_COLUMNS))
        if said := _said(cell, "".join(self._parts)):
            if times > MOST_REPEATED or self._column + times > MOST_COLUMNS:
                raise RecordError(f"a cell that stands for {times:,}", file=self._file, line=self._number + 1)
            for column in range(self._column, self._column + times):
                self._row[column] = said
        self._column += times

    def _row_ended(self) -> None:
        first, self._number = self._number + 1, self._number + self._repeated
        if not self._row:
            return
        self._made += self._repeated * len(self._row)
        if self._repeated > MOST_REPEATED or self._number > MOST_ROWS or self._made > MOST_CELLS:
            message = f"more rows or cells than are written: a row stands for {self._repeated:,}"
            raise RecordError(message, file=self._file, line=first)
        self._rows += [(number, self._row) for number in range(first, self._number + 1)]


def _times(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and 0 < len(text) < 9 else 1


def _said(cell: Mapping[str, str], text: str) -> str | Fault:
    """What a cell says; nothing where it is empty. `value-type` is there twice: the later one knows errors."""
    kind = cell.get("value-type", "")
    if kind == "error" or (cell.get("formula") and text.startswith(("#", "Err:")) and kind in ("", "string")):
        return Fault(text, ERROR)
    if kind in ("float", "percentage", "currency"):
        return number_text(cell.get("value", ""))
    if kind == "date":
        return cell.get("date-value", "").replace("T", " ")
    if kind == "time":
        return _clock(cell.get("time-value", ""), text)
    if kind == "boolean":
        return cell.get("boolean-value", "")
    if not text and not kind and cell.get("formula"):
        return Fault("", NOT_COMPUTED)
    return cell.get("string-value") or text


def _clock(value: str, text: str) -> str | Fault:
    """`17:30:00` of `PT17H30M00S`."""
    found = _CLOCK.fullmatch(value)
    if not found or int(found[1]) > 23:
        return Fault(text or value, "a length of time, and no time of day")
    part = (found[4] or "").rstrip("0")
    return f"{int(found[1]):02}:{int(found[2]):02}:{int(found[3]):02}" + (f".{part}" if part else "")
