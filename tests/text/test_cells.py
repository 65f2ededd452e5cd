"""No cell of a CSV file that we write is a formula to a spreadsheet."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.files import write_rejects
from graph.model import Reject
from graph.text.plain import no_formula

PLAIN = ("=1+1", "+1", "-1+1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x")
FORMULAS = (*PLAIN, "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1", "\x0c=1")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_takes_for_a_formula_has_an_apostrophe_before_it(text: str) -> None:
    assert no_formula(text) == f"'{text}"


@given(st.text("=+-@\t\r\n ＝＋－＠'ab,\"", max_size=6))
def test_a_cell_begins_with_no_sign_of_a_formula_and_its_text_is_all_there(text: str) -> None:
    cell = no_formula(text)
    assert not cell.strip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert cell in (text, f"'{text}")


def test_what_was_rejected_is_no_formula_in_the_rejects_file(tmp_path: Path) -> None:
    file, value = "=cmd.csv", '=HYPERLINK("x"),1'
    with write_rejects(tmp_path / "rejects.csv") as write:
        write([Reject(file, 2, "at", value, "not a time"), Reject("plain.csv", 3, "id", "a-b", "known")])
    written = (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(written, newline="")))[1:] == [
        [f"'{file}", "2", "at", f"'{value}", "not a time"],
        ["plain.csv", "3", "id", "a-b", "known"],
    ]
