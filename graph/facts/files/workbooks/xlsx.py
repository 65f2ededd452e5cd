"""Workbooks in XLSX: an archive of XML files, one for each sheet, and one for all texts."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from graph.errors import RecordError
from graph.facts.files.sources import CELL_CHARACTERS, Fault
from graph.facts.files.workbooks.cell_texts import GENERAL, Shown, cell_text, shown
from graph.facts.files.workbooks.sheet_rows import ERROR, NOT_COMPUTED, Order, Sheet, SheetRow, column_of
from graph.facts.files.xml_events import Start, parse
from graph.facts.files.zip_archive import unpacked

# All texts of a workbook are in memory while one of its sheets is read, each once.
MOST_TEXTS, MOST_CHARACTERS = 500_000, 100_000_000
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")


class Xlsx:
    """An open workbook. Raises RecordError where the archive is none."""

    def __init__(self, archive: zipfile.ZipFile, file: str):
        self._archive, self.file = archive, file
        book = self._relations("").get("officeDocument", {})
        self._book = next(iter(book.values()), "xl/workbook.xml")
        if self._book.endswith(".bin"):
            raise RecordError("a binary workbook (XLSB): save it as .xlsx", file=file)
        self.sheets: Sequence[Sheet] = []
        self._from_1904 = False
        self._read_book()
        self._texts: list[str] | None = None
        self._formats: list[Shown] | None = None

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        if self._texts is None:
            self._texts, self._formats = self._shared_texts(), self._cell_formats()
        cells = _Cells(self.file, self._texts, self._formats or [], from_1904=self._from_1904)
        with self._opened(sheet.member) as stream:
            for _ in parse(stream, self.file, cells.start, cells.end, cells.text):
                yield from cells.taken()
            yield from cells.taken()

    def _opened(self, member: str) -> io.BufferedReader:
        try:
            return unpacked(self._archive, self._archive.getinfo(member), self.file)
        except KeyError as error:
            raise RecordError(f"no workbook: {member} is not in it", file=self.file) from error

    def _relations(self, member: str) -> dict[str, dict[str, str]]:
        """What a file of the archive refers to, by the last word of the type and by id."""
        folder, name = posixpath.split(member)
        by_type: dict[str, dict[str, str]] = {}

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                by_type.setdefault(kind, {})[attributes.get("Id", "")] = target.lstrip("/")

        self._events(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return by_type

    def _read_book(self) -> None:
        targets = self._targets = self._relations(self._book)
        sheets: list[Sheet] = []

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "workbookPr":
                self._from_1904 = attributes.get("date1904") in _TRUE
            elif element == "sheet":
                # A sheet that is a chart has no cells.
                member = targets.get("worksheet", {}).get(attributes.get("id", ""))
                if member:
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(Sheet(attributes.get("name", ""), member, hidden))

        self._events(self._book, start)
        self.sheets = sheets

    def _cell_formats(self) -> list[Shown]:
        """What each format of cells makes of a number, in the order in which cells name them."""
        codes: dict[int, str] = {}
        ids: list[int] = []
        inside = False

        def start(element: str, attributes: Mapping[str, str]) -> None:
            nonlocal inside
            if element == "numFmt":
                codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif element in ("cellXfs", "cellStyleXfs"):
                inside = element == "cellXfs"
            elif element == "xf" and inside:
                ids.append(_whole(attributes.get("numFmtId")))

        for member in self._targets.get("styles", {}).values():
            self._events(member, start)
        by_id = {id_: shown(id_, codes.get(id_)) for id_ in set(ids)}
        return [by_id[id_] for id_ in ids]

    def _shared_texts(self) -> list[str]:
        texts = _SharedTexts(self.file)
        for member in self._targets.get("sharedStrings", {}).values():
            with self._opened(member) as stream:
                for _ in parse(stream, self.file, texts.start, texts.end, texts.text):
                    """The texts are kept as they come."""
        return texts.all

    def _events(self, member: str, start: Start) -> None:
        with self._opened(member) as stream:
            for _ in parse(stream, self.file, start, lambda name: None, lambda data: None):
                """Elements are taken as they come."""


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else GENERAL


class _Texts:
    """The text of an element, as much of it as a cell may have and one character more."""

    def __init__(self) -> None:
        self._parts: list[str] | None = None
        self._size = 0

    def _begin(self) -> None:
        self._parts, self._size = [], 0

    def text(self, data: str) -> None:
        if self._parts is not None and self._size <= CELL_CHARACTERS:
            kept = data[: CELL_CHARACTERS + 1 - self._size]
            self._parts.append(kept)
            self._size += len(kept)

    def _ended(self) -> str:
        parts, self._parts = self._parts or [], None
        return "".join(parts)


class _SharedTexts(_Texts):
    """The texts that cells refer to by number."""

    def __init__(self, file: str):
        super().__init__()
        self.all: list[str] = []
        self._file, self._characters, self._said = file, 0, ""
        self._spoken = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        if name == "si":
            self._said = ""
        elif name == "rPh":
            self._spoken = True
        elif name == "t" and not self._spoken:
            self._begin()

    def end(self, name: str) -> None:
        if name == "t" and self._parts is not None:
            self._said = (self._said + self._ended())[: CELL_CHARACTERS + 1]
        elif name == "rPh":
            self._spoken = False
        elif name == "si":
            self.all.append(unescaped(self._said))
            self._characters += len(self._said)
            if len(self.all) > MOST_TEXTS or self._characters > MOST_CHARACTERS:
                raise RecordError("too many different texts: save the sheet as CSV, in UTF-8", file=self._file)


class _Cells(_Texts):
    """Cells of a sheet on their way into rows."""

    def __init__(self, file: str, texts: Sequence[str], formats: Sequence[Shown], *, from_1904: bool):
        super().__init__()
        self._file, self._texts, self._formats, self._from_1904 = file, texts, formats, from_1904
        self._order = Order(file)
        self._rows: list[SheetRow] = []
        self._row: dict[int, str | Fault] = {}
        self._inside = self._spoken = self._computed = False
        self._type, self._style, self._value, self._said = "n", GENERAL, "", ""

    def taken(self) -> list[SheetRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheetData":
            self._inside = True
        elif not self._inside:
            return
        elif name == "c":
            self._order.at_column(self._column(attributes.get("r")))
            self._type, self._style = attributes.get("t", "n"), _whole(attributes.get("s"))
            self._computed, self._value, self._said = False, "", ""
        elif name == "f":
            self._computed = True
        elif name == "rPh":
            self._spoken = True
        elif name == "v" or (name == "t" and not self._spoken):
            self._begin()
        elif name == "row":
            number = attributes.get("r")
            self._order.at_row(self._order.row + 1 if number is None else _whole(number))
            self._row = {}

    def end(self, name: str) -> None:
        if not self._inside:
            return
        if name == "v":
            self._value = self._ended()
        elif name == "t" and self._parts is not None:
            self._said = (self._said + self._ended())[: CELL_CHARACTERS + 1]
        elif name == "rPh":
            self._spoken = False
        elif name == "c":
            if cell := self._cell():
                self._row[self._order.column] = cell
        elif name == "row":
            self._order.row_ended(is_empty=not self._row)
            if self._row:
                self._rows.append((self._order.row, self._row))
        elif name == "sheetData":
            self._inside = False

    def _column(self, reference: str | None) -> int:
        return self._order.column + 1 if reference is None else column_of(reference)

    def _cell(self) -> str | Fault:
        """What the cell says; nothing where it is empty."""
        value = self._value
        if self._type == "inlineStr":
            return unescaped(self._said)
        if not value:
            return Fault("", NOT_COMPUTED) if self._computed and self._type != "str" else ""
        if self._type == "s":
            at = int(value) if value.isdecimal() and len(value) < 9 else len(self._texts)
            missing = Fault(value, "a text that the workbook does not have")
            return self._texts[at] if at < len(self._texts) else missing
        if self._type == "str":
            return unescaped(value)
        if self._type == "b":
            return "true" if value in _TRUE else "false"
        if self._type == "e":
            return Fault(value, ERROR)
        if self._type == "d":
            return value
        known = self._style < len(self._formats)
        return cell_text(value, self._formats[self._style] if known else "number", from_1904=self._from_1904)


def unescaped(text: str) -> str:
    """The text, with the characters that XML cannot hold: `_x000D_` is a carriage return."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escaped: re.Match[str]) -> str:
    number = int(escaped[1], 16)
    return escaped[0] if 0xD800 <= number < 0xE000 else chr(number)  # half of a character stays as it is written
