"""The text between quotes is one cell of one row, whatever it says; a file that leaves that open is refused."""

import csv
import gzip
import io
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError
from graph.facts.files import read
from graph.facts.files.csv_source import CsvSource
from graph.facts.files.quoting import RECORD_BYTES
from tests.conftest import samples

HERE = Path(__file__).parent / "newline"
AT = "2026-01-31T09:30:00Z"
HEAD = "id,entity,site,at\n"
ROW = f"%s,ann,s1,{AT}\n"


def found(
    path: Path, mapping: Path | None = None, chunk_rows: int = 10_000
) -> tuple[list[tuple[int, str]], list[int]]:
    """(line, id) of each row, and the lines of the rejects."""
    chunks = list(read(path, mapping=mapping, chunk_rows=chunk_rows))
    rows = [pair for chunk in chunks for pair in zip(chunk.lines, [row["id"] for row in chunk.rows], strict=True)]
    return rows, [reject.line for chunk in chunks for reject in chunk.rejects]


@pytest.mark.parametrize("chunk_rows", [1, 2, 10_000])
def test_a_line_inside_a_quoted_field_is_never_a_row(chunk_rows: int) -> None:
    def rows(file: str, mapping: str | None = None) -> tuple[list[tuple[int, str]], list[int]]:
        return found(HERE / file, HERE / mapping if mapping else None, chunk_rows=chunk_rows)

    assert rows("orders-forged.csv", "shop.toml") == ([(2, "s1-1003"), (5, "s1-1004")], [])
    assert rows("orders-honest.csv", "shop.toml") == ([(2, "s1-1001"), (4, "s1-1002")], [])
    assert rows("invoices-forged.csv", "bank.toml") == ([(2, "1")], [])
    assert rows("siblings/chat.csv", "siblings/chat.toml") == ([], [])
    assert rows("siblings/entities-name.csv") == ([], [2])


def test_quotes_behind_backslashes_refuse_the_file_and_name_the_line() -> None:
    with pytest.raises(RecordError, match=r"orders-backslash\.csv:2: a quote is opened on this line"):
        found(HERE / "orders-backslash.csv", HERE / "shop.toml")


# (what is wrong, the rows, the line where the quote opened, part of the message)
REFUSED = [
    ("never closed", [ROW % 1, '2,"ann\n', ROW % 3], 3, "closed nowhere"),
    ("closed in the middle of a line", [ROW % 1, '2,"ann"a,s1\n', ROW % 3], 3, "text follows"),
    ("closed in the middle, lines below", [ROW % 1, '2,"ann\n', ROW % 3, 'a"b\n'], 3, "text follows"),
    ("closed behind a backslash", [ROW % 1, '2,"\\"\n', ROW % 3, 'x"\n'], 3, "behind a backslash"),
    ("behind a backslash at the end", [ROW % 1, '2,ann,s1,"\\"'], 3, "behind a backslash"),
    ("behind a blank", [ROW % 1, '2, "ann\n', ROW % 3, 'x",s1\n'], 3, "behind a blank"),
    ("behind a wide blank", [ROW % 1, '2,\u3000\u00a0"ann\n', ROW % 3, 'x",s1\n'], 3, "behind a blank"),
    ("behind a tab", [ROW % 1, '2,\t"ann\n', ROW % 3, 'x",s1\n'], 3, "behind a blank"),
    ("behind a carriage return", [ROW % 1, '2,a\r"ann\n', ROW % 3, 'x",s1\n'], 3, "carriage return"),
    ("behind a second mark", [ROW % 1, '\ufeff"2\n', ROW % 3, 'x",s1\n'], 3, "behind a blank"),
    ("behind very many blanks", [ROW % 1, "2," + " " * RECORD_BYTES + '"ann\n', ROW % 3], 3, "behind a blank"),
    ("very far below", [ROW % 1, '2,"' + "a\n" * RECORD_BYTES, ROW % 3], 3, "closed nowhere"),
    ("in the header", ['i"d,"en\n', ROW % 3], 2, "closed nowhere"),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("lines", "line", "part"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_file_whose_quotes_leave_a_choice_is_refused_before_its_first_row(
    lines: list[str], line: int, part: str, packed: bool, tmp_path: Path
) -> None:
    path = tmp_path / ("visits.csv.gz" if packed else "visits.csv")
    content = (HEAD + "".join(lines)).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(RecordError) as caught:
        next(read(path, chunk_rows=1))
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert part in str(caught.value)


@pytest.mark.parametrize("chunk_rows", [1, 3, 10_000])
def test_line_numbers_are_those_of_the_file(chunk_rows: int, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    wrong = f'4,"a\n\n\nb",s1,{AT}\n'
    path.write_text(HEAD + "\n" + ROW % 3 + wrong + '5,"x"\n\n' + ROW % 10 + ROW % '"11"' + f"12,,s1,{AT}\n")
    assert found(path, chunk_rows=chunk_rows) == ([(3, "3"), (10, "10"), (11, "11")], [4, 8, 12])


def test_a_record_without_end_is_refused_alone_and_not_held(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    forged = ROW % "forged"
    path.write_text(HEAD + ROW % 1 + '2,"' + forged * 9_000 + f'",s1,{AT}\n' + ROW % 3)
    chunks = list(read(path))
    assert [row["id"] for chunk in chunks for row in chunk.rows] == ["1", "3"]
    [reject] = [reject for chunk in chunks for reject in chunk.rejects]
    assert (reject.line, len(reject.value)) == (3, 201)
    assert "longer than 131,072 bytes" in reject.reason


def test_gzip_that_breaks_off_inside_a_quoted_field_gives_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv.gz"
    packed = gzip.compress((HEAD + ROW % 1 + '2,"').encode() + b"text\n" * 90_000, 0)
    path.write_bytes(packed[: len(packed) // 2])
    rows, rejects = found(path)
    assert rows == [(2, "1")]
    assert len(rejects) == 1


def cells(content: str, rows: int) -> list[tuple[int, list[str | None]]]:
    """(line, cells) of each record, which has three cells and no header."""
    names = ["a", "b", "c"]
    source = CsvSource(io.BytesIO(content.encode()), "x.csv", names, ",")
    taken: list[tuple[int, list[str | None]]] = []
    for piece in source.pieces(rows, names):
        assert piece.rejects == []
        taken += zip(piece.lines, map(list, zip(*piece.columns.values(), strict=True)), strict=True)
    return taken


# What a reader may trip over, besides any other text.
TEXT = st.lists(st.sampled_from(['"', "\\", "\n", "\r\n", ",", " ", "x", "\u2028", "\x85", "王"]), max_size=6).map(
    "".join
)
TABLE = st.lists(st.tuples(TEXT, TEXT, TEXT).filter(any), min_size=1, max_size=6)


@settings(max_examples=samples(40, 400))
@given(
    TABLE, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(["\n", "\r\n"]), st.integers(1, 4)
)
def test_what_the_csv_module_writes_is_read_as_it_was_or_refused_for_a_backslash(
    table: list[tuple[str, str, str]], quoting: Literal[0, 1], end: str, rows: int
) -> None:
    stream = io.StringIO()
    writer, lines = csv.writer(stream, quoting=quoting, lineterminator=end), []
    for row in table:
        lines.append(stream.getvalue().count("\n") + 1)
        writer.writerow(row)
    if any(cell.endswith("\\") for row in table for cell in row):
        with suppress(RecordError):
            cells(stream.getvalue(), rows)
        return
    taken = cells(stream.getvalue(), rows)
    assert taken == [(line, list(row)) for line, row in zip(lines, table, strict=True)]


@settings(max_examples=samples(60, 600))
@given(TEXT, TEXT, st.sampled_from(["doubled", "backslash", "blank"]), st.integers(1, 4))
def test_no_text_that_a_writer_put_in_quotes_becomes_a_row(before: str, behind: str, way: str, rows: int) -> None:
    """However the writer escapes quotes, and with a blank before them or not: refused, or one cell."""
    text = f"{before}\nforged,ann,s1\n{behind}"
    inside = text.replace('"', '""')
    if way == "backslash":
        inside = text.replace("\\", "\\\\").replace('"', '\\"')
    content = f'1,ann,{" " if way == "blank" else ""}"{inside}"\n2,bea,s1\n'
    try:
        taken = cells(content, rows)
    except (RecordError, AssertionError):
        return
    assert "forged" not in [row[0] for _, row in taken]
