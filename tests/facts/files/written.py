"""Workbooks for tests: XLSX by openpyxl, which is not ours, and ODS as LibreOffice writes it."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape  # it only writes

from openpyxl import Workbook

from graph.facts.files.open_file import opened
from graph.facts.files.sources import Opening
from graph.model import Reject

ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
OF_SHEET = "urn:sheet"
_RELATIONS = "urn:relations"
_OF_OFFICE = "urn:office"


def xlsx(path: Path, rows: Sequence[Sequence[Any]], **others: Sequence[Sequence[Any]]) -> Path:
    """A workbook with these rows in its first sheet, and with sheets of other names. A text is never a formula."""
    book = Workbook()
    first = book.active
    assert first is not None
    for sheet, table in [(first, rows), *((book.create_sheet(name), table) for name, table in others.items())]:
        for number, row in enumerate(table, start=1):
            for place, value in enumerate(row, start=1):
                cell = sheet.cell(number, place, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.save(path)
    return path


def raw_xlsx(path: Path, sheet: str, *, texts: str = "", book: str = "", formats: str = "") -> Path:
    """A workbook whose one sheet is this XML, with these shared texts and formats."""
    members = {
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="a" '
        f'Type="{_OF_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{OF_SHEET}" xmlns:r="{_OF_OFFICE}">{book}<sheets>'
        '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="r1" Type="{_OF_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OF_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{_OF_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{OF_SHEET}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{OF_SHEET}">{formats}</styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{OF_SHEET}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def ods(path: Path, tables: Mapping[str, str]) -> Path:
    """A workbook with these sheets, each of them rows in XML."""
    written = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in tables.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{MANIFEST}"/>')
        archive.writestr("content.xml", ODS.format(tables=written))
    return path


def ods_row(*texts: str | None) -> str:
    """A row of texts; None is an empty cell."""
    cells = (
        "<table:table-cell/>"
        if text is None
        else f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def table(
    path: Path, opening: Opening | None = None, rows: int = 10_000
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns of a file, and its rows as they are read, each behind its line. Nothing is refused."""
    names, found, rejects = read_table(path, opening, rows)
    assert rejects == []
    return names, found


def read_table(
    path: Path, opening: Opening | None = None, rows: int = 10_000
) -> tuple[list[str], list[tuple[Any, ...]], list[Reject]]:
    """The same, with what is refused."""
    found: list[tuple[Any, ...]] = []
    rejects: list[Reject] = []
    with opened(path, opening) as source:
        for piece in source.pieces(rows, source.names):
            found += zip(piece.lines, *(piece.columns[name] for name in source.names), strict=True)
            rejects += piece.rejects
        return list(source.names), found, rejects
