"""The journal of endings: each line is on the disk before anybody is told, and one that was touched is found."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.errors import NotRecorded, RecordError
from graph.store.journal import FILE, KEYS, START, Journal, Position, key_of

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SECRETS = {"journal": "aa" * 32, "objections": "bb" * 32}


def ending(kind: str = "erased", who: str = "cc" * 32, **told: Any) -> dict[str, Any]:
    return {"kind": kind, "who": who, "at": NOW, "told": told}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def add(journal: Journal, *endings: dict[str, Any]) -> None:
    with journal.alone():
        journal.append(endings or [ending()], SECRETS)


def test_what_was_appended_is_read_again_and_each_line_knows_the_one_before(journal: Journal) -> None:
    assert (journal.endings(), journal.end(), journal.secrets()) == ([], Position(0, START), {})
    add(journal, ending(), ending("objected", objection="dd", until=None))
    add(journal, ending("token", "a-token", until="2026-07-01T00:00:00+00:00"))
    found = journal.endings()
    assert [(each.number, each.kind, dict(each.told)) for each in found] == [
        (2, "erased", {}),
        (3, "objected", {"objection": "dd"}),
        (4, "token", {"until": "2026-07-01T00:00:00+00:00"}),
    ]
    assert {each.key for each in found} == {key_of(SECRETS)}
    assert all(each.at == NOW for each in found)
    assert len({each.hash for each in found}) == 3
    assert journal.end() == Position(4, found[-1].hash)
    assert journal.secrets() == {key_of(SECRETS): SECRETS}


def test_nobody_else_may_read_it(journal: Journal) -> None:
    add(journal)
    assert {each.stat().st_mode & 0o077 for each in (journal.folder, *journal.folder.iterdir())} == {0}


def test_secrets_of_a_graph_that_was_made_anew_stand_beside_those_of_before(journal: Journal) -> None:
    add(journal)
    other = {"journal": "ee" * 32}
    with journal.alone():
        journal.append([ending()], other)
    assert journal.secrets() == {key_of(SECRETS): SECRETS, key_of(other): other}
    assert [each.key for each in journal.endings()] == [key_of(SECRETS), key_of(other)]


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("how", ["a word", "the time", "taken out", "put in twice", "no JSON", "no object"])
def test_a_line_that_was_touched_is_found_and_named(journal: Journal, number: int, how: str) -> None:
    add(journal, *(ending(who=f"{n:064x}") for n in range(4)))
    file = journal.folder / FILE
    lines = file.read_text().splitlines(keepends=True)
    line = lines[number - 1]
    lines[number - 1] = {
        "a word": line.replace('"erased"', '"left"').replace('"begun"', '"left"'),
        "the time": line.replace("2026", "2025"),
        "taken out": "",
        "put in twice": line + line,
        "no JSON": "{\n",
        "no object": "7\n",
    }[how]
    file.write_text("".join(lines))
    at = number + (how == "put in twice")
    with pytest.raises(RecordError, match=rf"journal\.jsonl:{at}: this line is not the one that was written"):
        journal.endings()
    with pytest.raises(RecordError), journal.alone():
        journal.append([ending()], SECRETS)


def test_half_a_line_that_a_killed_writer_left_is_no_line_and_the_next_takes_its_place(journal: Journal) -> None:
    add(journal, ending(), ending("left"))
    file = journal.folder / FILE
    whole = file.read_bytes()
    last = len(whole.splitlines()[-1])
    for cut in (1, last // 2, last):
        file.write_bytes(whole[:-cut])
        assert len(journal.endings()) == 1
        add(journal, ending("left"))
        assert file.read_bytes() == whole


def test_lines_that_were_cut_off_at_the_end_are_missed_by_whoever_knew_them(journal: Journal) -> None:
    """The chain alone does not tell; a backup knows how far the journal went."""
    add(journal, ending(), ending("left"))
    known = journal.end()
    assert journal.has(known)
    assert journal.has(Position())
    file = journal.folder / FILE
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    assert not journal.has(known)
    add(journal, ending("grant"))
    assert not journal.has(known)


def _many(folder: Path, number: int) -> None:
    journal = Journal(folder)
    for each in range(20):
        with journal.alone():
            journal.append([ending(who=f"{number}-{each}")], SECRETS)


def test_processes_that_append_at_once_make_one_chain(journal: Journal) -> None:
    context = multiprocessing.get_context("fork")
    all_of_them = [context.Process(target=_many, args=(journal.folder, n)) for n in range(3)]
    for each in all_of_them:
        each.start()
    for each in all_of_them:
        each.join()
    assert sorted(each.who for each in journal.endings()) == sorted(
        f"{n}-{e}" for n in range(3) for e in range(20)
    )


def test_a_place_that_cannot_be_written_is_told_before_anything_ends(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Journal(tmp_path / "file" / "journal")
    with pytest.raises(NotRecorded, match="Set INNERCIRCLE_JOURNAL right"):
        journal.ready()
    with pytest.raises(NotRecorded), journal.alone():
        pass


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "\xff"])
def test_secrets_that_cannot_be_read_are_told_with_their_file(journal: Journal, text: str) -> None:
    add(journal)
    (journal.folder / KEYS).write_text(text, encoding="latin-1")
    with pytest.raises(RecordError, match=r"keys\.json holds no secrets of a journal"):
        journal.secrets()
    assert json.loads((journal.folder / FILE).read_text().splitlines()[0])["n"] == 1


def test_times_of_any_zone_are_kept_as_the_instant_that_they_are(journal: Journal) -> None:
    from zoneinfo import ZoneInfo

    at = NOW.astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(microseconds=7)
    add(journal, {**ending(), "at": at})
    assert journal.endings()[0].at == at
