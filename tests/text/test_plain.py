"""An id is what it looks like: in one normal form, and nothing in it that nobody sees."""

import unicodedata
from typing import Any

import click
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from api.deps import parameters
from api.schemas import base
from graph.cli.app import app
from graph.errors import ParameterError
from graph.text.plain import identifier, plain, visible

# Characters that draw nothing, by the reason that Unicode has for it.
UNSEEN = {
    "format": "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2064\ufeff\U0001bca0",
    "direction": "\u202a\u202e\u2066\u2069",
    "annotation": "\ufff9\ufffa\ufffb",
    "fillers": "\u115f\u1160\u3164\uffa0\u2800",
    "joiners and selectors": "\u034f\u17b4\u17b5\u180b\ufe00\ufe0f\U000e0100",
    "tags": "\U000e0001\U000e0041",
    "control": "\0\t\n\r\x1b\x7f\x85\x9b",
    "separators": "\u2028\u2029",
    "private, surrogate, not assigned": "\ue000\ud800\ufdd0\uffff\U0010ffff",
}


@pytest.mark.parametrize("sort", UNSEEN)
def test_no_id_holds_what_nobody_sees_and_the_code_point_is_named(sort: str) -> None:
    for character in UNSEEN[sort]:
        for text in (f"an{character}n", f"ann{character}", f"{character}ann"):
            if text.strip() != text:
                continue  # refused for the blank
            with pytest.raises(ParameterError, match=rf"^entity: .*U\+{ord(character):04X} "):
                identifier(text, "entity")


def test_the_character_is_called_by_its_name() -> None:
    with pytest.raises(ParameterError, match=r"U\+200D ZERO WIDTH JOINER$"):
        identifier("a\u200db", "entity")


@pytest.mark.parametrize("written", ["Zoë", "Ångström", "각", "Nguyễn", "ｱﾞ", "\u212b"])
def test_an_id_is_one_however_its_marks_were_typed(written: str) -> None:
    apart, together = unicodedata.normalize("NFD", written), unicodedata.normalize("NFC", written)
    assert identifier(apart, "entity") == identifier(together, "entity") == together


@given(st.text(max_size=12))
def test_what_is_taken_for_an_id_is_taken_as_it_is_the_second_time(text: str) -> None:
    try:
        taken = identifier(text, "entity")
    except ParameterError:
        return
    assert identifier(taken, "entity") == taken == visible(taken)


@pytest.mark.parametrize("text", ["a\u00a0b", "a\u3000b", "a\u2009b", "a  b", " a", "a\u3000", "", "a" * 201])
def test_no_id_has_a_blank_that_looks_like_another_one_or_a_length_that_nobody_reads(text: str) -> None:
    with pytest.raises(ParameterError, match=r"^entity: "):
        identifier(text, "entity")


@pytest.mark.parametrize("text", ["ann", "Ann Bea", "o/5 Nord", "王小明", "مريم", "नमस्ते", "a|b", "🙂", "x" * 200])
def test_other_ids_are_taken_as_they_are(text: str) -> None:
    assert identifier(text, "entity") == text


@given(st.text(max_size=12))
def test_a_text_that_was_made_visible_moves_no_cursor_and_hides_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert not set(visible(text)) & set("".join(UNSEEN.values()))
    visible(text).encode()


def test_what_is_hidden_in_a_text_is_written_out() -> None:
    assert visible("ann\x1b[2J\u202e\n\udcff.csv") == r"ann\x1b[2J\u202e\n\udcff.csv"


def test_prose_may_join_letters_and_hides_nothing_else() -> None:
    assert plain("می‌خواهم 👩‍🚀", "statement") == "می‌خواهم 👩‍🚀"
    with pytest.raises(ParameterError, match=r"U\+202E"):
        plain("a\u202eb", "statement")


def test_an_id_that_is_typed_as_an_argument_or_in_a_request_is_taken_as_it_is_kept() -> None:
    tokens = ("issue",)  # identifier() looks at what these take
    taken = {"entity", "contact", "without_contact", "settled", "removed", "contact_day"}
    seen = set()

    def walk(group: Any) -> None:
        for command in group.commands.values():
            if hasattr(command, "commands"):
                walk(command)
                continue
            for param in command.params:
                if param.name in taken and command.name not in tokens and not getattr(param, "multiple", False):
                    seen.add(param.name)
                    given = param.process_value(click.Context(command), "Zoe\u0308")
                    assert given == "Zo\u00eb", (command.name, param.name)

    walk(typer.main.get_command(app))
    assert seen == taken
    for kind in (parameters.EntityId, base.EntityId):
        assert TypeAdapter(kind).validate_python("Zoe\u0308") == "Zo\u00eb"
