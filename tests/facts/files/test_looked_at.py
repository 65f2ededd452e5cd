"""What a column is searched for at once: no text with a fault is passed over by it."""

import re
import sys
from pathlib import Path

import pytest

from graph.facts import files
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
