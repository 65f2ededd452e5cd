"""Exports of chats: who wrote to whom, and when; no text, no system, no group, and nothing out of order."""

import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError
from graph.facts.files import mapping
from graph.facts.files.mapping import Mapping
from graph.facts.files.open_file import opened
from graph.facts.files.sources import Opening
from tests.conftest import samples
from tests.facts.files.steps.mapped import of_file

TABLE = "name,id\nAnn,ann\nBea,bea\n"
Rows = list[tuple[int, str | None, str | None, str | None]]


def chat(directory: Path, *lines: str) -> Path:
    path = directory / "chat.txt"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def read_rows(path: Path, *formats: str) -> Rows:
    with opened(path, Opening(form="chat", formats=formats)) as source:
        return [
            row
            for piece in source.pieces(2, source.names)
            for row in zip(piece.lines, *(piece.columns[name] for name in ("at", "from", "to")), strict=True)
        ]


def mapped(directory: Path, dates: str = "%d/%m/%Y, %H:%M") -> Mapping:
    table = directory / "members.csv"
    table.write_text(TABLE)
    return mapping.read("whatsapp-chat", {"members": str(table), "zone": "Europe/Berlin", "dates": dates})


FORMS = {
    "[{:%d/%m/%Y, %H:%M:%S}] {}: {}": "%d/%m/%Y, %H:%M",
    "\u200e[{:%m/%d/%y, %I:%M:%S\u202f%p}] {}: {}": "%m/%d/%y, %I:%M %p",
    "{:%d.%m.%y, %H:%M} - {}: {}": "%d.%m.%y, %H:%M",
    "{:%Y-%m-%d, %I:%M %p} - {}: {}": "%Y-%m-%d, %I:%M %p",
}
WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u200e"), max_size=20)


@settings(max_examples=samples(15, 200))
@given(
    st.sampled_from(list(FORMS)),
    st.lists(st.tuples(st.booleans(), st.integers(0, 90_000), WORDS), min_size=2, max_size=12),
)
def test_every_message_of_every_form_is_read_back_without_its_text(
    tmp_path_factory: pytest.TempPathFactory, form: str, said: list[tuple[bool, int, str]]
) -> None:
    directory = tmp_path_factory.mktemp("chat")
    at, lines, expected = datetime(2026, 1, 1), [], []
    for number, (first, seconds, text) in enumerate([(True, 0, "hi"), (False, 0, "hi"), *said]):
        at += timedelta(seconds=seconds)
        one, other = ("Ann", "Bea") if first else ("Bea", "Ann")
        # A second line of a message, which begins no other.
        lines += [form.format(at, one, text), f"and: {text}"]
        expected.append((2 * number + 1, at.strftime(FORMS[form]), one, other))
    found = read_rows(chat(directory, *lines), FORMS[form])
    assert [each[0] for each in found] == [each[0] for each in expected]
    assert [(each[2], each[3]) for each in found] == [(each[2], each[3]) for each in expected]
    assert [each[1] for each in found] == [each[1] for each in expected]


def test_lines_of_the_system_are_no_messages_and_an_archive_of_one_chat_is_read(tmp_path: Path) -> None:
    path = chat(
        tmp_path,
        "\u200e[15/01/2026, 09:30:12] Bea: \u200eMessages and calls are end-to-end encrypted.",
        "[15/01/2026, 09:30:12] Ann: hello",
        "[15/01/2026, 09:30:13] Your security code with Bea changed.",
        "[15/01/2026, 09:31:13] Bea: hi",
    )
    found = read_rows(path)
    assert [each[0] for each in found] == [2, 4]
    archive = tmp_path / "WhatsApp Chat - Bea.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(path, "_chat.txt")
    assert read_rows(archive) == found


@pytest.mark.parametrize(
    ("lines", "line", "part"),
    [
        (
            ["15/01/2026, 09:30 - Ann: a", "15/01/2026, 09:31 - Bea: b", "15/01/2026, 09:32 - Eve: c"],
            3,
            "of a group",
        ),
        (["15/01/2026, 09:30 - Ann: a", "15/01/2026, 09:31 - Ann: b"], None, "1 name wrote in it"),
        (["Ann: hello", "Bea: hi"], None, "0 names wrote in it"),
        (["16/01/2026, 09:30 - Ann: a", "02/01/2026, 09:31 - Bea: b"], 2, "in the order of its times"),
        # The days of three months, read as months of three days.
        (
            ["05/03/2026, 09:30 - Ann: a", "06/03/2026, 09:30 - Bea: b", "01/04/2026, 09:30 - Ann: c"],
            3,
            "day and month may be the other way round",
        ),
    ],
)
def test_what_is_no_chat_of_two_in_its_order_is_refused_as_a_whole(
    lines: list[str], line: int | None, part: str, tmp_path: Path
) -> None:
    dates = "%m/%d/%Y, %H:%M" if "other way" in part else "%d/%m/%Y, %H:%M"
    with pytest.raises(RecordError) as caught:
        of_file(chat(tmp_path, *lines), mapped(tmp_path, dates))
    assert caught.value.line == line
    assert part in str(caught.value)
    assert "Eve" not in str(caught.value)


def test_who_is_in_no_table_is_left_out_and_named_nowhere(tmp_path: Path) -> None:
    path = chat(tmp_path, "15/01/2026, 09:30 - Ann: a", "15/01/2026, 09:31 - Aunt Eve: b")
    found = of_file(path, mapped(tmp_path))
    assert (found.rows, found.rejects) == ([], [])


def test_a_text_that_looks_like_a_message_is_one_as_the_page_says(tmp_path: Path) -> None:
    """Nothing in the file tells it from one: it is the word of the one who gives it."""
    path = chat(
        tmp_path,
        "15/01/2026, 09:30 - Ann: look what she said:",
        "15/01/2026, 09:30 - Bea: I owe you",
        "15/01/2026, 09:31 - Bea: I never did",
    )
    assert [row["source"] for row in of_file(path, mapped(tmp_path)).rows] == ["ann", "bea", "bea"]


@pytest.mark.parametrize("name", ["chat.csv", "chat.json"])
def test_a_mapping_of_chats_reads_no_table(name: str, tmp_path: Path) -> None:
    path = chat(tmp_path, "15/01/2026, 09:30 - Ann: a").rename(tmp_path / name)
    with pytest.raises(RecordError, match=r"end in \.txt or \.zip"):
        of_file(path, mapped(tmp_path))


def test_a_text_is_no_table_without_such_a_mapping(tmp_path: Path) -> None:
    path = chat(tmp_path, "15/01/2026, 09:30 - Ann: a")
    with pytest.raises(RecordError, match="by the end of its name"):
        of_file(path, mapping.read("bitcoin-otc"))
