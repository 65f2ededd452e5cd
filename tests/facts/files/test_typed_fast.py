"""The colleague who types fast: what people do to spreadsheets is read rightly, or refused with what to do."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from graph.errors import InnerCircleError, RecordError
from graph.facts.files import mapping
from graph.facts.files.sources import Opening
from tests.facts.files.steps.mapped import Taken, of_file
from tests.facts.files.written import ods, ods_row, read_table, xlsx

MAPPING = """
about = "Invoices, as a colleague types them."
sheet = "Invoices"
{top}
[obligations]
id = {{ column = "Invoice" }}
debtor = {{ column = "Customer", trim = true }}
creditor = {{ column = "Supplier", trim = true }}
amount = {{ column = "Amount" }}
currency = {{ value = "EUR" }}
due = {{ column = "Due", day = {{ zone = "Europe/Berlin", end = true }} }}
settled = {{ column = "Paid", day = {{ zone = "Europe/Berlin" }} }}
"""
HEADER = ("Invoice", "Customer", "Supplier", "Amount", "Due", "Paid")
GOOD = ("R1", "ann", "mill", 12.5, date(2026, 1, 31), None)
Rows = list[tuple[Any, ...]]
Change = Callable[[Path], object]


def loaded(path: Path, top: str = "", sheet: str = '"Invoices"') -> Taken:
    text = MAPPING.format(top=top).replace('"Invoices"', sheet)
    return of_file(path, mapping.parse(text, "m.toml"))


def book(folder: Path, rows: Rows, name: str = "Invoices") -> Path:
    """A workbook with another sheet before the one that is meant."""
    return xlsx(folder / "coop.xlsx", [("nothing",)], **{name: rows})


def cell(path: Path, place: str, value: Any, kind: str = "", sheet: str = "Invoices") -> Path:
    """The workbook, with something typed in a cell. kind: as openpyxl has it, e for an error, f for a formula."""
    opened = load_workbook(path)
    opened[sheet][place].value = value
    if kind:
        opened[sheet][place].data_type = kind
    opened.save(path)
    return path


# (what is typed, in which column, what the reject says)
TYPED: list[tuple[Any, str, str]] = [
    ("31.01.2026", "Due", 'a mapping can say format = "%d.%m.%Y", or mend the cell'),
    ("31.02.2026", "Due", "as %d.%m.%Y: no such local time or day: day is out of range for month"),
    ("03/04/2026", "Due", 'format = "%d/%m/%Y" or format = "%m/%d/%Y", and only you know which'),
    (46_053, "Due", "to a spreadsheet this is a day: give the cell the format of a day"),
    ("tomorrow", "Due", "not written as in 2026-01-31"),
    ("'2026-01-31", "Due", "not written as in 2026-01-31"),
    (date(1926, 1, 31), "Due", "no day between 1970 and 2200"),
    ("#NV", "Paid", "not written as in 2026-01-31"),
    ("1.250,50", "Amount", "or have a mapping say its marks with decimal and thousands"),
    ("1.250.50", "Amount", "or have a mapping say its marks with decimal and thousands"),
    ("12,50 EUR", "Amount", "write it as in 1250.50, without a currency or a unit"),
    ("€12", "Amount", "write it as in 1250.50, without a currency or a unit"),
    ("12.5 %", "Amount", "write it as in 1250.50, without a percent sign"),
    ("'12.50", "Amount", "not a number; write it as in 1250.50"),
    (-12.5, "Amount", "negative; an amount is 0 or more"),
    (10.0**16, "Amount", "give the column the format of text"),
    (None, "Customer", "empty"),
]


@pytest.mark.parametrize(("value", "column", "part"), TYPED, ids=[f"{case[0]}" for case in TYPED])
def test_what_is_typed_wrongly_is_named_with_its_sheet_row_and_value(
    value: Any, column: str, part: str, tmp_path: Path
) -> None:
    row = [value if name == column else good for name, good in zip(HEADER, GOOD, strict=True)]
    found = loaded(book(tmp_path, [HEADER, ("R0", *GOOD[1:]), tuple(row)]))
    assert [row["id"] for row in found.rows] == ["R0"]
    [reject] = found.rejects
    assert (reject.file, reject.line, reject.column) == (f"{tmp_path / 'coop.xlsx'} (Invoices)", 3, column)
    assert part in reject.reason


def test_an_error_and_a_formula_without_a_result_refuse_their_rows(tmp_path: Path) -> None:
    path = book(tmp_path, [HEADER, ("R0", *GOOD[1:]), GOOD, ("R2", *GOOD[1:])])
    cell(cell(path, "F3", "#N/A", "e"), "D4", "=6*2")
    found = loaded(path)
    assert [(each.line, each.column, each.value) for each in found.rejects] == [
        (3, "Paid", "#N/A"),
        (4, "Amount", ""),
    ]
    assert len(found.rows) == 1


def test_an_error_in_a_column_that_the_mapping_does_not_name_is_nobodys_business(tmp_path: Path) -> None:
    path = cell(book(tmp_path, [(*HEADER, "Remarks"), (*GOOD, "x")]), "G2", "#REF!", "e")
    for top in ("", 'totals = ["Total"]'):
        found = loaded(path, top)
        assert (len(found.rows), found.rejects) == (1, [])


def test_a_total_whose_formula_has_no_result_is_a_total_all_the_same(tmp_path: Path) -> None:
    path = book(tmp_path, [HEADER, GOOD, (), ("Total", None, None, 0)])
    found = loaded(cell(path, "D4", "=SUM(D2:D2)"), 'totals = ["Total"]')
    assert (len(found.rows), found.rejects) == (1, [])
    row = ("Total", "ann", "mill", 0, date(2026, 1, 31))
    found = loaded(cell(book(tmp_path, [HEADER, row, GOOD]), "D2", "=SUM(D3)"), 'totals = ["Total"]')
    assert [each.line for each in found.rejects] == [2], "further up it is a row"


def test_two_columns_of_one_name_matter_only_where_they_are_read(tmp_path: Path) -> None:
    path = book(tmp_path, [(*HEADER, "Note", "Note"), (*GOOD, "x", "y")])
    assert len(loaded(path).rows) == 1
    with pytest.raises(RecordError, match=r"\(Invoices\):1:Due: .* give one of the two another name"):
        loaded(book(tmp_path, [(*HEADER, "Due"), (*GOOD, None)]))
    csv = tmp_path / "a.csv"
    csv.write_text("Invoice,Customer,Supplier,Amount,Due,Paid,,\nR1,ann,mill,12.5,2026-01-31,,,\n")
    assert len(loaded(csv, sheet='"any"').rows) == 1


# (what is done, what becomes of the header or the sheet, parts of the message)
WHOLE: list[tuple[str, Callable[[Path], Taken], list[str]]] = [
    (
        "a sheet of another name",
        lambda folder: loaded(book(folder, [HEADER, GOOD], "Invoces")),
        ["no sheet 'Invoices'", "'Invoces'"],
    ),
    ("sheet 0", lambda folder: loaded(book(folder, [HEADER, GOOD]), sheet="0"), ["m.toml: sheet", "1 or more"]),
    (
        "a column of another name",
        lambda folder: loaded(book(folder, [(*HEADER[:4], "Due date", "Paid"), GOOD])),
        ["(Invoices):1:Due: a column is missing; there are 'Due date', 'Invoice'"],
    ),
    (
        "a blank behind a name",
        lambda folder: loaded(book(folder, [(*HEADER[:4], "Due ", "Paid"), GOOD])),
        ["it has 'Due ', which is like it"],
    ),
    (
        "a title above the header",
        lambda folder: loaded(book(folder, [("Our invoices",), HEADER, GOOD])),
        ["the header seems to come 1 record further down", "skip_lines"],
    ),
    (
        "a column without a name",
        lambda folder: loaded(book(folder, [("Invoice", None, *HEADER[2:]), GOOD])),
        [":1:Customer: a column is missing", "'B'"],
    ),
]


@pytest.mark.parametrize(("act", "parts"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE])
def test_what_is_wrong_with_a_sheet_as_a_whole_says_what_to_do(
    act: Callable[[Path], Taken], parts: list[str], tmp_path: Path
) -> None:
    with pytest.raises(InnerCircleError) as caught:
        act(tmp_path)
    for part in parts:
        assert part in str(caught.value)


def test_a_hidden_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    path = book(tmp_path, [HEADER, GOOD])
    opened = load_workbook(path)
    opened["Invoices"].sheet_state = "hidden"
    opened.save(path)
    assert len(loaded(path).rows) == 1


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def archive(*names: str) -> Change:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as made:
            for name in names:
                made.writestr(name, "x")

    return write


# (the name of the file, what is in it, part of the message)
FILES: list[tuple[str, Change, str]] = [
    (
        "~$coop.xlsx",
        lambda path: path.write_bytes(b"\x04olga".ljust(165)),
        "has the workbook open: close it there",
    ),
    ("coop.xls", lambda path: path.write_bytes(OLE), "save it as .xlsx or .ods"),
    ("coop.xlsm", archive("xl/workbook.xml"), "save it as .xlsx or .ods"),
    ("coop.numbers", archive("Index/Document.iwa"), "save it as .xlsx or .ods"),
    (
        "secret.xlsx",
        lambda path: path.write_bytes(OLE),
        "one with a password: save it as .xlsx, without one",
    ),
    ("numbers.xlsx", archive("Index/Document.iwa"), "a document of Numbers: export it as Excel (.xlsx) there"),
    ("letter.xlsx", archive("_rels/.rels", "word/document.xml"), "a text document"),
    (
        "other.xlsx",
        lambda path: ods(path, {"One": ods_row("a")}),
        "ODS: give it a name that ends in .ods",
    ),
    ("other.ods", lambda path: xlsx(path, [("a",)]), "XLSX: give it a name that ends in .xlsx"),
    ("coop.csv", lambda path: xlsx(path.with_suffix(".xlsx"), [("a",)]).rename(path), "ends in .xlsx"),
]


@pytest.mark.parametrize(("name", "write", "part"), FILES, ids=[case[0] for case in FILES])
def test_a_file_that_is_no_table_says_what_it_is_and_what_to_do(
    name: str, write: Change, part: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    with pytest.raises(RecordError) as caught:
        loaded(path)
    assert part in str(caught.value)
    assert str(path) in str(caught.value)


def test_of_one_sheet_messages_name_the_file_alone(tmp_path: Path) -> None:
    path = cell(xlsx(tmp_path / "a.xlsx", [("a", "b"), (1, 2)]), "B2", "#N/A", "e", "Sheet")
    _, _, [reject] = read_table(path, Opening())
    assert (reject.file, reject.line, reject.column) == (str(path), 2, "b")
