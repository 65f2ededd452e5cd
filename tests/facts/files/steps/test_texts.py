"""trim, nothing, case, whole, joined: what becomes of texts, and of several columns that make one id."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.files.steps import joined
from graph.facts.files.steps.texts import EXACT, trimmed, whole
from tests.facts.files.steps.mapped import mapped, taken

WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8)
BLANKS = st.text(st.sampled_from(" \t\u00a0\u3000"), max_size=3)


def test_trimmed_cells_have_no_blanks_at_their_ends_and_one_where_several_were(tmp_path: Path) -> None:
    found = taken(
        tmp_path, "who\n  Ann \u00a0 Smith \n \u00a0\n", mapped("entities", id='column = "who", trim = true')
    )
    assert found.column("id") == ["Ann Smith"]
    assert found.refused == [(3, "who", " \u00a0")]


@given(words=st.lists(WORDS, min_size=1, max_size=4), before=BLANKS, behind=BLANKS, between=BLANKS)
def test_a_text_is_trimmed_to_itself_whatever_blanks_are_around_it(
    words: list[str], before: str, behind: str, between: str
) -> None:
    assert trimmed(before + f" {between}".join(words) + behind) == " ".join(words)


def test_words_for_nothing_are_empty_cells_for_one_column_or_for_all(tmp_path: Path) -> None:
    content = "who,how\nann,-\n-,NULL\n\\N,x\n"
    one = mapped("entities", id='column = "who", nothing = ["\\\\N"]', name='column = "how"')
    assert taken(tmp_path, content, one).column("id") == ["ann", "-"]
    every = mapped("entities", 'nothing = ["-", "NULL", "\\\\N"]', name='column = "how"')
    found = taken(tmp_path, content, every)
    assert (found.column("id"), found.column("name")) == (["ann"], [None])
    assert found.refused == [(3, "who", "-"), (4, "who", "\\N")]


def test_a_word_for_nothing_is_one_however_its_accents_were_typed(tmp_path: Path) -> None:
    made = mapped("entities", 'nothing = ["kein Ver\u00e4hltnis"]', name='column = "how"')
    found = taken(tmp_path, "who,how\nann,kein Vera\u0308hltnis\n", made)
    assert found.column("name") == [None]


def test_letters_are_all_small_or_all_capitals(tmp_path: Path) -> None:
    made = mapped("entities", id='column = "who", case = "lower"', name='column = "who", case = "upper"')
    found = taken(tmp_path, "who\nAnN\n", made)
    assert (found.column("id"), found.column("name")) == (["ann"], ["ANN"])


@given(st.integers(1 - EXACT, EXACT - 1), st.sampled_from([".0", ",0", ".00", "."]))
def test_a_whole_number_loses_the_fraction_that_a_program_gave_it(number: int, fraction: str) -> None:
    assert whole(f"{number}{fraction}") == whole(str(number)) == str(number)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("17850.5", "not a whole number"),
        ("17.000", "not a whole number"),
        ("1.23457E+12", "digits are lost"),
        ("1e+16", "digits are lost"),
        ("9007199254740993.0", "too long"),
        ("9" * 5_000 + ".0", "too long"),
    ],
)
def test_a_number_whose_digits_are_in_doubt_is_nobodys_id(text: str, part: str, tmp_path: Path) -> None:
    found = taken(tmp_path, f"who\n{text}\n", mapped("entities", id='column = "who", whole = true'))
    assert found.rows == []
    assert part in found.rejects[0].reason


def test_what_is_no_number_stays_as_it_is(tmp_path: Path) -> None:
    found = taken(tmp_path, "who\n85123A\n0017850\nE5\n", mapped("entities", id='column = "who", whole = true'))
    assert found.column("id") == ["85123A", "0017850", "E5"]


JOINED = 'joined = ["loan", "part"]'


def test_an_id_is_made_of_several_columns(tmp_path: Path) -> None:
    made = mapped("entities", id=f'{JOINED}, by = "/", trim = true, whole = true, prefix = "l-"')
    assert taken(tmp_path, "loan,part\n 17,1.0\n17,2\n", made).column("id") == ["l-17/1", "l-17/2"]


def test_a_cell_that_would_make_two_ids_one_is_refused_by_its_own_column(tmp_path: Path) -> None:
    found = taken(tmp_path, "loan,part\n1-2,3\n1,2-3\n1,\n", mapped("entities", id=JOINED))
    assert found.rows == []
    assert found.refused == [(2, "loan", "1-2"), (3, "part", "2-3"), (4, "part", "")]
    assert [each.reason for each in found.rejects] == [joined.why("-")] * 2 + ["empty, and the id is made of it"]


def test_a_joined_id_that_is_none_is_named_by_all_of_its_columns(tmp_path: Path) -> None:
    found = taken(tmp_path, f"loan,part\n{'1' * 150},{'2' * 150}\n", mapped("entities", id=JOINED))
    assert [(each.column, each.reason) for each in found.rejects] == [
        ("loan + part", "longer than 200 characters")
    ]


PARTS = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(PARTS, PARTS), min_size=2, max_size=2, unique=True))
def test_different_columns_never_make_one_id(rows: list[tuple[str, str]]) -> None:
    one, other = (pd.Series([row[at] for row in rows], dtype="str") for at in (0, 1))
    if not (joined.holding(one, "-") | joined.holding(other, "-")).any():
        assert joined.join([one, other], "-").is_unique
