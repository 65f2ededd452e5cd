"""where: which rows are taken; and fill_down, totals: rows of sheets that are no rows of a table."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import SchemeInvalid
from graph.facts.files.sources import Piece
from graph.facts.files.steps import totals
from graph.facts.files.steps.fill_down import FillDown, Filler
from graph.model import Reject
from tests.conftest import samples
from tests.facts.files.steps.mapped import mapped, taken

ROWS = "who,n,how\na,1,paid\nb,2,late\nc,3,\nd,,paid\n"


@pytest.mark.parametrize(
    ("where", "who"),
    [
        ('{ column = "n", empty = true }', "d"),
        ('{ column = "n", empty = false }', "abc"),
        ('{ column = "how", one_of = ["late", "lost"] }', "b"),
        ('{ column = "how", not_one_of = ["late", "lost"] }', "acd"),
        ('{ column = "n", one_of = [1, 3] }', "ac"),
        ('{ column = "n", not_one_of = [1, 3] }', "bd"),
        ('{ column = "n", between = [2, 3] }', "bc"),
        ('{ column = "n", between = [2, 3] }, { column = "how", empty = false }', "b"),
    ],
)
def test_rows_are_taken_by_what_is_there_and_what_is_not(where: str, who: str, tmp_path: Path) -> None:
    found = taken(tmp_path, ROWS, mapped("entities", where=where))
    assert (found.column("id"), found.rejects) == (list(who), [])


def test_texts_are_compared_however_their_accents_were_typed(tmp_path: Path) -> None:
    made = mapped("entities", where='{ column = "how", other_than = "\u00fcberf\u00e4llig" }')
    found = taken(tmp_path, "who,how\na,u\u0308berfa\u0308llig\nb,paid\n", made)
    assert found.column("id") == ["b"]


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ("between = [3, 2]", "the lower number comes first"),
        ('one_of = [1, "b"]', "texts or numbers, and not both"),
        ("one_of = []", "length >= 1"),
        ("between = [1]", "length 2"),
    ],
)
def test_a_condition_that_says_nothing_is_refused(condition: str, part: str) -> None:
    with pytest.raises(SchemeInvalid, match=part):
        mapped("entities", where=f'{{ column = "n", {condition} }}')


ORDERS = "who,order,paid\na,1,yes\nb,1,\nc,2,\nd,2,no\ne,2,\n"


def test_an_empty_cell_says_what_the_row_above_it_says(tmp_path: Path) -> None:
    made = mapped("entities", 'fill_down = { columns = ["paid"] }', '{ column = "paid", equals = "yes" }')
    assert taken(tmp_path, ORDERS, made).column("id") == ["a", "b", "c"]


def test_a_cell_is_filled_from_rows_of_the_same_order_only(tmp_path: Path) -> None:
    made = mapped("entities", 'fill_down = { columns = ["paid"], within = "order" }', name='column = "paid"')
    for chunk_rows in (1, 2, 100):
        found = taken(tmp_path, ORDERS, made, chunk_rows=chunk_rows)
        assert found.column("name") == ["yes", "yes", None, "no", "no"]


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_nothing_is_filled_across_a_line_that_is_no_record(chunk_rows: int, tmp_path: Path) -> None:
    made = mapped("entities", 'fill_down = { columns = ["paid"] }', name='column = "paid"')
    found = taken(tmp_path, "who,paid\na,yes\nb\nc,\nd,no\n", made, chunk_rows=chunk_rows)
    assert found.column("name") == ["yes", None, "no"]
    assert found.refused == [(3, "", "b")]


def test_who_is_filled_down_is_named_by_the_reject_as_well(tmp_path: Path) -> None:
    made = mapped("visits", 'fill_down = { columns = ["who"] }', entity='column = "who"', at='column = "at"')
    found = taken(tmp_path, "who,at\nx\u200by,2026-01-31T09:30:00Z\n,2026-01-31T09:30:00Z\n", made)
    assert found.refused == [(2, "who", "x\u200by"), (3, "who", "x\u200by")]


CELLS = st.sampled_from([None, "x", "y"])


@settings(max_examples=samples(20, 200))
@given(st.lists(st.tuples(st.sampled_from("abc"), CELLS, st.booleans()), max_size=12), st.integers(1, 5))
def test_filling_down_is_the_same_in_whatever_pieces_a_file_is_read(
    rows: list[tuple[str, str | None, bool]], size: int
) -> None:
    """Each row: its order, its cell, and whether a line that is no record comes before it."""
    wanted: list[str | None] = []
    last: tuple[str, str | None] = ("", None)
    for order, cell, broken in rows:
        above = last[1] if last[0] == order and not broken else None
        last = (order, cell if cell is not None else above)
        wanted.append(last[1])
    filler, found = Filler(FillDown(columns=("cell",), within="order")), []
    for at in range(0, len(rows), size):
        piece = rows[at : at + size]
        frame = pd.DataFrame(
            {name: pd.Series([row[k] for row in piece], dtype="str") for k, name in enumerate(("order", "cell"))}
        )
        lines = [10 * (at + k) for k in range(len(piece))]
        filled = filler.fill(frame, lines, [line - 5 for line, row in zip(lines, piece, strict=True) if row[2]])
        found += [None if cell != cell else cell for cell in filled["cell"]]
    assert found == wanted


TOTALS = 'totals = ["Total", "Sum:"]'


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
@pytest.mark.parametrize(
    ("end", "who"),
    [
        ("Total,5,\n", "ab"),
        (",Total,\nSum:,5,\n", "ab"),
        ("Total;5\n", "ab"),
        ('"Total",5\n', "ab"),
        ("Total,5,\nc,1,\n", ["a", "b", "Total", "c"]),
        ("c,Total,\n", "abc"),
        ("Totally,1,\n", ["a", "b", "Totally"]),
    ],
)
def test_totals_are_left_out_at_the_very_end_and_nowhere_else(
    end: str, who: str, chunk_rows: int, tmp_path: Path
) -> None:
    found = taken(tmp_path, f"who,n,how\na,1,\nb,2,\n{end}", mapped("entities", TOTALS), chunk_rows=chunk_rows)
    assert (found.column("id"), found.rejects) == (list(who), [])


def test_a_file_that_breaks_off_has_no_totals_at_its_end() -> None:
    cut = Reject("export.csv", 4, "", "", "the file breaks off here")
    pieces = [Piece({"who": ["a", "Total"]}, [2, 3]), Piece({"who": []}, [], [cut], broken=True)]
    found = list(totals.without(iter(pieces), ["Total"]))
    assert [line for piece in found for line in piece.lines] == [2, 3]
    assert [reject for piece in found for reject in piece.rejects] == [cut]


def test_rows_that_may_be_totals_are_not_held_without_end() -> None:
    pieces = [Piece({"who": ["Total"] * 80}, range(at, at + 80)) for at in (2, 82, 162)]
    found = list(totals.without(iter(pieces), ["Total"]))
    assert [line for piece in found for line in piece.lines] == list(range(2, 142))
