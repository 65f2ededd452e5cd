"""What a column is searched for at once: no text with a fault is passed over by it."""

import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts import files
from graph.facts.files.checks import cells_of
from graph.facts.formats import CASE_NUMBER, ID, NAME, TEXT, TEXT_LENGTH, Format
from graph.text.plain import MAYBE_ODD, odd_blank, unseen

HEAD = "id,source,target,at,channel\n"
REACHED = (
    ("tel-", "5551234567", "looks like a telephone number, which is not kept"),
    ("", "a@b.example", "looks like an address of mail or of the web, which is not kept"),
    ("", "+49 30 1234567", "looks like a telephone number, which is not kept"),
)


def test_every_character_with_a_fault_is_one_that_is_looked_at() -> None:
    maybe = re.compile(MAYBE_ODD)
    for text in [*map(chr, range(sys.maxunicode + 1)), "a  b"]:
        assert maybe.search(text) or not (unseen(text) or odd_blank(text)), ascii(text)


QUICKLY = {"text": TEXT, "a name": NAME, "an id": ID, "a case": CASE_NUMBER}
PIECES = (
    "a",
    "p-0001",
    "7",
    " ",
    "at",
    "@",
    ".",
    "com",
    "+49",
    "030",
    "tel",
    "\n",
    "\u200b",
    "\u00a0",
    "\uff20",
    "/",
    "(",
)
TEXTS = st.one_of(
    st.text(min_size=1, max_size=9),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.integers(TEXT_LENGTH - 1, TEXT_LENGTH + 1).map("a".__mul__),
    st.sampled_from([id_ for _, id_, _ in REACHED]),
)


@pytest.mark.parametrize("format_", QUICKLY.values(), ids=QUICKLY)
@given(text=TEXTS)
def test_a_text_with_a_fault_is_never_clean_at_a_quick_look(format_: Format, text: str) -> None:
    cells = cells_of(["p-1", text, "p-2"])
    if any(fault(cells).any() for fault, _ in format_.faults):
        assert not format_.is_clean(cells)


@pytest.mark.parametrize("format_", QUICKLY.values(), ids=QUICKLY)
def test_plain_texts_are_clean_at_a_quick_look(format_: Format) -> None:
    assert format_.is_clean(cells_of(["made-up-contact-0000001", "a" * TEXT_LENGTH, "Made-up Person 7"]))


@pytest.mark.parametrize(("prefix", "id_", "reason"), REACHED)
def test_a_way_to_reach_someone_is_named_also_where_the_prefix_makes_it_one(
    prefix: str, id_: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(HEAD + "".join(f"{each},a,b,2026-01-01T00:00:00Z,\n" for each in ("plain-1", id_, "plain-2")))
    [chunk] = files.read(path, prefix=prefix or None)
    assert [(each.line, each.column, each.value, each.reason) for each in chunk.rejects] == [
        (3, "id", id_, reason)
    ]
    assert [row["id"] for row in chunk.rows] == [f"{prefix}plain-1", f"{prefix}plain-2"]
