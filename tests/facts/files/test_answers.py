"""asks: a mapping's questions, and what takes the place of `?name` in it."""

from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from graph.errors import ParameterError, SchemeInvalid
from graph.facts.files import mapping
from graph.facts.files.answers import LONGEST, filled_in, given
from tests.facts.files.steps.mapped import taken

LOANS = """
about = "Installments."
[asks]
members = "a table of members"
zone = "whose days"
lender = "who lends"
[obligations]
debtor = { column = "client", values_from = "?members" }
creditor = { value = "?lender" }
due = { column = "due", day = { zone = "?zone", end = true } }
"""
ANSWERS = {"zone": "Asia/Shanghai", "lender": "coop"}
TEXTS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20).filter(str.isprintable)


@pytest.fixture
def members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to stand in, with a table of members."""
    (tmp_path / "members.csv").write_text("client,id\nAnn Example,ann\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_answers_take_the_place_of_questions_and_files_are_named_from_where_one_stands(members: Path) -> None:
    made = mapping.parse(LOANS, "elsewhere/loans.toml", Path("elsewhere"), {**ANSWERS, "members": "members.csv"})
    assert made.tables == (members / "members.csv",)
    found = taken(members, "client,due\nAnn Example,2026-01-31\n", made)
    assert [(row["debtor"], row["creditor"], row["due"]) for row in found.rows] == [
        ("ann", "coop", "2026-01-31T15:59:59.999999Z")
    ]


@drawn(st.dictionaries(st.from_regex(r"\A[a-z]{1,6}\Z"), TEXTS.filter(lambda text: text[0] != "?"), min_size=1))
def test_every_answer_stands_where_its_question_stood_and_all_else_stays(answers: dict[str, str]) -> None:
    raw = {"t": {"cells": [f"?{name}" for name in answers], "kept": ["?other stays", "x ?a", 7, True]}}
    filled = filled_in(raw, dict.fromkeys(answers, "what"), answers, "m.toml")
    assert filled == {"t": {"cells": list(answers.values()), "kept": ["?other stays", "x ?a", 7, True]}}
    assert given([f"{name}={answer}" for name, answer in answers.items()]) == answers


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        (
            {},
            "say --set members=... (a table of members); --set zone=... (whose days); --set lender=...",
        ),
        ({"zone": "Asia/Shanghai", "members": "members.csv"}, "say --set lender=... (who lends)"),
        ({**ANSWERS, "members": "members.csv", "mood": "good"}, "--set mood: the mapping loans.toml does not ask"),
        ({**ANSWERS, "members": "members.csv", "lender": "?zone"}, "--set lender: not a text"),
        ({**ANSWERS, "members": "members.csv", "lender": "a\nb"}, "--set lender: not a text"),
        ({**ANSWERS, "members": "members.csv", "lender": "x" * (LONGEST + 1)}, "--set lender: not a text"),
    ],
)
def test_an_open_question_and_an_answer_to_none_stop_the_mapping(
    members: Path, answers: dict[str, str], part: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        mapping.parse(LOANS, "loans.toml", answers=answers)
    assert part in str(caught.value)


def test_an_answer_is_checked_as_if_it_had_stood_there(members: Path) -> None:
    with pytest.raises(SchemeInvalid, match="no such zone: 'Berlin'"):
        mapping.parse(LOANS, "m.toml", answers={**ANSWERS, "members": "members.csv", "zone": "Berlin"})
    with pytest.raises(SchemeInvalid, match=r"nowhere\.csv cannot be read"):
        mapping.parse(LOANS, "m.toml", answers={**ANSWERS, "members": "nowhere.csv"})


def test_a_question_that_nothing_waits_for_is_an_error() -> None:
    with pytest.raises(SchemeInvalid) as caught:
        mapping.parse(LOANS.replace('"?lender"', '"coop"'), "m.toml", answers={**ANSWERS, "members": "m"})
    assert caught.value.key == "asks.lender"


@pytest.mark.parametrize("pair", ["zone", "zone=", "=Berlin", ""])
def test_what_is_no_answer_says_how_one_is_written(pair: str) -> None:
    with pytest.raises(ParameterError, match="--set zone=Europe/Berlin"):
        given([pair])


def test_two_answers_to_one_question_are_an_error() -> None:
    assert given(["a=1", "a=1", "b=x=y"]) == {"a": "1", "b": "x=y"}
    with pytest.raises(ParameterError, match="a is answered twice"):
        given(["a=1", "a=2"])
