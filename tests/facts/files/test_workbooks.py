"""Sheets of workbooks: a cell is read as it is shown, and what cannot be read is named by row and column."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles.numbers import is_date_format
from python_calamine import CalamineWorkbook

from graph.errors import RecordError
from graph.facts.files import read
from graph.facts.files.sources import Opening
from graph.facts.files.workbooks.cell_texts import cell_text, number_text, shown
from graph.facts.files.workbooks.sheet_rows import column_of, letters
from tests.conftest import samples
from tests.facts.files.written import ods, ods_row, raw_xlsx, read_table, table, xlsx

# What XML can hold, without carriage returns, which it reads as line breaks.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)
DAYS = st.dates(date(1900, 3, 1), date(2199, 12, 31))
INSTANTS = st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31, 23, 59, 59)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)


def said(value: Any) -> str | None:
    """What a cell of this value is to be read as."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float):
        return number_text(repr(value)) if value != int(value) else str(int(value))  # type: ignore[return-value]
    return None if value is None else str(value)


VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.integers(-(10**15) + 1, 10**15 - 1),
    # openpyxl writes no more digits than a workbook can be relied on to keep.
    st.floats(-1e14, 1e14, allow_nan=False).map(lambda value: float(f"{value:.15g}")),
    st.booleans(),
    DAYS,
    INSTANTS,
)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=6))
@settings(max_examples=samples(25, 150))
def test_what_a_program_writes_into_a_workbook_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, Any]]
) -> None:
    path = xlsx(tmp_path_factory.mktemp("book") / "book.xlsx", [("one", "two"), *rows])
    expected = [
        (line, *map(said, row)) for line, row in enumerate(rows, start=2) if any(cell is not None for cell in row)
    ]
    assert table(path) == (["one", "two"], expected)


@given(st.lists(st.lists(TEXTS | st.none(), min_size=2, max_size=2), max_size=6))
@settings(max_examples=samples(20, 100))
def test_texts_of_both_forms_are_read_as_another_program_reads_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str | None]]
) -> None:
    folder = tmp_path_factory.mktemp("book")
    xlsx(folder / "book.xlsx", [["one", "two"], *rows])
    ods(folder / "book.ods", {"One": ods_row("one", "two") + "".join(ods_row(*row) for row in rows)})
    for path in (folder / "book.xlsx", folder / "book.ods"):
        _, found = table(path)
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        theirs = [[str(cell) for cell in row] + [""] * (2 - len(row)) for row in sheet[1:]]
        assert [[cell or "" for cell in row[1:]] for row in found] == [row for row in theirs if any(row)], path


@given(st.floats(-1e14, 1e14, allow_nan=False))
def test_a_number_is_written_in_full_and_read_back(value: float) -> None:
    text = number_text(repr(value))
    assert isinstance(text, str)
    assert float(text) == value
    assert not set(text) - set("-0123456789.")


@pytest.mark.parametrize(
    ("written", "part"), [("1e15", "15 digits"), ("-1E+16", "15 digits"), ("1_0", "none"), ("nan", "none")]
)
def test_a_number_that_a_workbook_cannot_have_kept_is_named(written: str, part: str) -> None:
    fault = number_text(written)
    assert not isinstance(fault, str)
    assert (fault.value, part in fault.reason) == (written, True)


def test_seventeen_digits_of_a_double_are_the_number_that_was_typed() -> None:
    assert number_text("0.10000000000000001") == "0.1"
    assert number_text("1250.5") == "1250.5"
    assert number_text("17850.0") == "17850"
    assert number_text("1e-7") == "0.0000001"


# A format, and what it makes of a number.
FORMATS = [
    ("General", "number"),
    ("0.00E+00", "number"),
    ("#,##0.00 [$€-407]", "number"),
    ('0 "days"', "number"),
    ("[Red]-0", "number"),
    ("[h]:mm:ss", "number"),
    ("@", "number"),
    (r"0.00\ \h", "number"),
    ("yyyy-mm-dd", "day"),
    ("DD.MM.YYYY", "day"),
    ("[$-407]d. mmmm yyyy;@", "day"),
    ("mmm/yy", "day"),
    ("m/d/yy h:mm", "instant"),
    ("yyyy\\-mm\\-dd\\ hh:mm:ss.000", "instant"),
    ("h:mm AM/PM", "time"),
    ("mm:ss.0", "time"),
]


@pytest.mark.parametrize(("code", "expected"), FORMATS)
def test_the_format_of_a_cell_says_whether_its_number_is_a_day(code: str, expected: str) -> None:
    assert shown(164, code) == expected
    if "[h]" not in code:  # a length of time is a day to others
        assert is_date_format(code) == (expected != "number")


@pytest.mark.parametrize(
    ("serial", "shown_as", "from_1904", "text"),
    [
        ("46053", "day", False, "2026-01-31"),
        ("46053.729166666664", "instant", False, "2026-01-31 17:30:00"),
        ("46053", "instant", False, "2026-01-31 00:00:00"),
        ("46053.5", "day", False, "2026-01-31 12:00:00"),
        ("46053.999999999", "instant", False, "2026-02-01 00:00:00"),
        ("44591", "day", True, "2026-01-31"),
        ("1", "day", False, "1900-01-01"),
        ("59", "day", False, "1900-02-28"),
        ("61", "day", False, "1900-03-01"),
        ("0.72916666666666663", "time", False, "17:30:00"),
        ("25569", "day", False, "1970-01-01"),
        ("109574", "day", False, "2199-12-31"),
        ("46053", "number", False, "46053"),
    ],
)
def test_a_day_is_read_as_it_is_shown(serial: str, shown_as: Any, from_1904: bool, text: str) -> None:
    assert cell_text(serial, shown_as, from_1904=from_1904) == text


@pytest.mark.parametrize("serial", ["60", "0.5", "-1", "2958466", "1e14"])
def test_a_number_that_no_day_has_is_no_day(serial: str) -> None:
    assert not isinstance(cell_text(serial, "day", from_1904=False), str)


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [letters(at) for at in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_of(f"{letters(at)}7") == at for at in range(0, 16_384, 37))
    assert [column_of(each) for each in ("", "7", "a7", "AB", "A7B", "ABCD1")] == [-1] * 6


def test_an_error_of_a_formula_is_no_empty_cell(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [("id", "settled", "note"), ("1", None, None), ("2", None, None)])
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "settled", "note"])
    sheet.append(["1", "#N/A", ""])
    sheet.append(["2", "2026-01-31", "#DIV/0!"])
    book.save(path)
    names, rows, rejects = read_table(path)
    assert rows == []
    assert [(each.line, each.column, each.value) for each in rejects] == [
        (2, "settled", "#N/A"),
        (3, "note", "#DIV/0!"),
    ]
    assert "an error of a formula" in rejects[0].reason
    assert names == ["id", "settled", "note"]


def test_a_formula_without_its_result_is_no_empty_cell(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "amount"])
    sheet.append(["1", "=1+1"])
    book.save(tmp_path / "book.xlsx")
    _, rows, [reject] = read_table(tmp_path / "book.xlsx")
    assert (rows, reject.line, reject.column) == ([], 2, "amount")
    assert "save it again" in reject.reason


def test_a_formula_is_read_as_what_it_gave(tmp_path: Path) -> None:
    sheet = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="str"><f>1</f><v>two</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>"x"</f><v>x</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
        '<row r="4"><c r="B4" t="b"><v>1</v></c></row>'
    )
    assert table(raw_xlsx(tmp_path / "book.xlsx", sheet)) == (["id", "two"], [(2, "x", None), (4, None, "true")])


def test_a_text_has_its_parts_and_escapes_but_not_how_it_is_spoken(tmp_path: Path) -> None:
    texts = (
        "<si><r><t>id</t></r></si><si><r><t>An</t></r><r><t>n</t></r><rPh sb='0' eb='1'><t>en</t></rPh></si>"
        "<si><t>a_x0041_b_xD83D_</t></si>"
    )
    sheet = (
        '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c></row>'
        '<row><c t="s"><v>3</v></c></row>'
    )
    _, rows, [reject] = read_table(raw_xlsx(tmp_path / "book.xlsx", sheet, texts=texts))
    assert rows == [(2, "Ann"), (3, "aAb_xD83D_")]
    assert (reject.line, reject.value, reject.reason) == (4, "3", "a text that the workbook does not have")


def test_a_cell_twice_or_a_row_behind_a_later_one_refuses_the_sheet(tmp_path: Path) -> None:
    head = '<row r="1"><c r="A1"><v>1</v></c></row>'
    for sheet, line in (
        ('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>', 2),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', 1),
        ('<row r="1048577"><c><v>1</v></c></row>', 1_048_577),
        ('<row r="3"><c r="XFE3"><v>1</v></c></row>', 3),
    ):
        path = raw_xlsx(tmp_path / "book.xlsx", head + sheet)
        with pytest.raises(RecordError, match="twice, or behind a later one") as caught:
            read_table(path)
        assert caught.value.line == line


def test_a_sheet_is_taken_by_its_name_its_number_or_its_kind(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [("a",), ("1",)], visits=[("b",), ("2",)], Empty=[])
    assert table(path, Opening(sheet="visits")) == (["b"], [(2, "2")])
    assert table(path, Opening(sheet=1)) == (["a"], [(2, "1")])
    assert table(path, Opening(kind="visits")) == (["b"], [(2, "2")])
    for opening, part in (
        (Opening(), "which sheet is meant?"),
        (Opening(kind="contacts"), "name one 'contacts'"),
        (Opening(sheet="Sales"), "no sheet 'Sales'"),
        (Opening(sheet=4), "no sheet 4"),
        (Opening(sheet="Empty"), "the sheet 'Empty' is empty"),
    ):
        with pytest.raises(RecordError) as caught:
            table(path, opening)
        assert part in str(caught.value)
        assert "'visits'" in str(caught.value) or "empty" in part


def test_two_sheets_of_one_name_and_a_hidden_one_are_not_chosen_from(tmp_path: Path) -> None:
    twice = {"One": ods_row("a"), 'One" table:print="false': ods_row("b"), "Visits": "", "visits": ""}
    path = ods(tmp_path / "book.ods", twice)
    for opening in (Opening(sheet="One"), Opening(kind="visits")):
        with pytest.raises(RecordError, match="2 sheets are named"):
            table(path, opening)
    assert table(path, Opening(sheet=2)) == (["b"], [])
    book = Workbook()
    book.active.append(["seen"])
    hidden = book.create_sheet("visits")
    hidden.append(["not seen"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "book.xlsx")
    assert table(tmp_path / "book.xlsx", Opening(kind="visits")) == (["seen"], [])
    assert table(tmp_path / "book.xlsx", Opening(sheet="visits")) == (["not seen"], [])


def test_a_hidden_sheet_of_an_open_document_is_taken_only_if_a_mapping_names_it(tmp_path: Path) -> None:
    hides = (
        '<office:automatic-styles><style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body>'
    )
    path = ods(tmp_path / "book.ods", {"visits": ods_row("not seen"), "One": ods_row("seen")})
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    content = content.replace("<office:body>", hides, 1).replace(
        'table:name="visits"', 'table:name="visits" table:style-name="ta2"'
    )
    content = content.replace("<office:document-content", '<office:document-content xmlns:style="urn:style"', 1)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", content)
    assert table(path, Opening(kind="visits")) == (["seen"], [])
    assert table(path, Opening(sheet="visits")) == (["not seen"], [])


def test_the_only_sheet_with_something_in_it_is_taken(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [], Members=[(), ("a",), ("1",)], Notes=[])
    assert table(path) == (["a"], [(3, "1")])


def test_a_column_without_a_name_has_its_letter_as_one(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [("a", None, "c"), ("1", "2", "3", "beside the table")])
    assert table(path) == (["a", "B", "c"], [(2, "1", "2", "3")])


def test_a_cell_beside_a_table_in_our_form_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "sites.xlsx", [("id", "category"), ("s1", "games"), ("s2", "games", "closed")])
    [chunk] = read(path)
    assert [row["id"] for row in chunk.rows] == ["s1"]
    assert [(each.line, each.column, each.value) for each in chunk.rejects] == [(3, "C", "closed")]


def test_a_workbook_in_our_form_is_loaded_by_its_name(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "sites.xlsx", [("id", "category"), (17850, "games"), ("s2", "no such")])
    [chunk] = read(path)
    assert chunk.rows == [{"id": "17850", "category": "games"}]
    assert [(each.line, each.column, each.value) for each in chunk.rejects] == [(3, "category", "no such")]


def test_pieces_end_where_they_are_asked_to(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [("a",), *((str(at),) for at in range(7))])
    assert table(path, rows=3) == table(path)


def test_a_cell_that_is_far_too_long_costs_its_row_alone(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [("a",), ("x" * 1_024,), ("x" * 1_025,)])
    _, [(line, text)], [reject] = read_table(path)
    assert (line, text) == (2, "x" * 1_024)
    assert (reject.line, reject.column, reject.reason) == (3, "a", "longer than 1,024 characters")


# Cells of ODS, and what they say; None: refused.
CELLS = [
    ('office:value-type="float" office:value="17850"', "17850", "17850"),
    ('office:value-type="percentage" office:value="0.125"', "12.5%", "0.125"),
    ('office:value-type="currency" office:currency="EUR" office:value="1250.5"', "1.250,50 €", "1250.5"),
    ('office:value-type="date" office:date-value="2026-01-31"', "31.01.26", "2026-01-31"),
    ('office:value-type="date" office:date-value="2026-01-31T17:30:00"', "x", "2026-01-31 17:30:00"),
    ('office:value-type="time" office:time-value="PT17H30M00S"', "17:30", "17:30:00"),
    ('office:value-type="time" office:time-value="PT07H30M00.500000000S"', "x", "07:30:00.5"),
    ('office:value-type="time" office:time-value="PT50H00M00S"', "50:00", None),
    ('office:value-type="boolean" office:boolean-value="true"', "WAHR", "true"),
    ('office:value-type="string" office:string-value="in full"', "cut", "in full"),
    ('table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"', "#N/A", None),
    ('table:formula="of:=1/0" office:value-type="string" office:string-value=""', "#DIV/0!", None),
    ('table:formula="of:=[.A1]"', "", None),
    ('office:value-type="float" office:value="1e15"', "x", None),
]


@pytest.mark.parametrize(("cell", "text", "expected"), CELLS)
def test_a_cell_of_an_open_document_is_read_by_its_value(
    cell: str, text: str, expected: str | None, tmp_path: Path
) -> None:
    row = f"<table:table-row><table:table-cell {cell}><text:p>{text}</text:p></table:table-cell></table:table-row>"
    if not text:
        row = row.replace("<text:p></text:p>", "")
    _, rows, rejects = read_table(ods(tmp_path / "book.ods", {"One": ods_row("a") + row}))
    assert rows == ([] if expected is None else [(2, expected)])
    assert [(each.line, each.column) for each in rejects] == ([(2, "a")] if expected is None else [])


def test_what_stands_beside_a_cell_of_an_open_document_is_not_what_it_says(tmp_path: Path) -> None:
    cell = (
        "<table:table-row><table:table-cell office:value-type='string'><office:annotation><text:p>note</text:p>"
        "</office:annotation><text:p>two<text:s text:c='2'/><text:span>parts</text:span></text:p>"
        "<text:p>below</text:p></table:table-cell></table:table-row>"
    )
    shapes = "<table:shapes><table:table table:name='x'><table:table-row/></table:table></table:shapes>"
    path = ods(tmp_path / "book.ods", {"One": shapes + ods_row("a") + cell, "Two": ods_row("b")})
    assert table(path, Opening(sheet=1)) == (["a"], [(2, "two  parts\nbelow")])
    assert table(path, Opening(sheet="Two")) == (["b"], [])


def test_rows_and_cells_that_stand_for_several_are_as_many(tmp_path: Path) -> None:
    rows = (
        ods_row("a", "b")
        + '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" '
        'office:value-type="float" office:value="1"/><table:table-cell table:number-columns-repeated="16382"/>'
        "</table:table-row>"
        + '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    )
    assert table(ods(tmp_path / "book.ods", {"One": rows})) == (["a", "b"], [(2, "1", "1"), (3, "1", "1")])


NO_WORKBOOKS = [
    ("book.xlsx", b"PK", "not a zip archive"),
    ("book.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "with a password"),
    ("book.ods", b"id,category\n", "something else"),
    ("book.xlsx", b"\xef\xbb\xbf\n<html><table>", "a page or a document in XML"),
    ("book.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx or .ods"),
]


@pytest.mark.parametrize(("name", "content", "part"), NO_WORKBOOKS)
def test_what_is_no_workbook_is_refused(name: str, content: bytes, part: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordError, match=part):
        table(tmp_path / name)


def test_an_archive_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    for name in ("book.xlsx", "book.ods"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("letter.txt", "hello")
        with pytest.raises(RecordError, match="no workbook"):
            table(tmp_path / name)


def test_a_sheet_that_was_cut_off_gives_no_row(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "book.xlsx", '<row><c t="inlineStr"><is><t>a</t></is></c></row><row><c><v>1</v>')
    with pytest.raises(RecordError, match="no XML"):
        table(path)


def test_an_instant_of_a_workbook_is_kept_to_the_millisecond(tmp_path: Path) -> None:
    moments = [
        datetime(2026, 3, 29, 0, 0) + timedelta(milliseconds=137 * step) for step in range(0, 700_000, 9_973)
    ]
    path = xlsx(tmp_path / "book.xlsx", [("at",), *((moment,) for moment in moments)])
    assert [at for _, at in table(path)[1]] == [moment.isoformat(sep=" ") for moment in moments]


def test_a_time_of_day_is_no_day(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", [("at",), (time(17, 30),)])
    assert table(path)[1] == [(2, "17:30:00")]
