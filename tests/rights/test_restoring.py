"""Which journal will do for a backup: one that is as new as the backup knew it, whole, and of the same graph."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.errors import RecordError, Refused
from graph.rights.restoring import since
from graph.store.journal import FILE, KEYS, Journal, key_of

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OWN, OTHER = {"journal": "aa" * 32, "objections": "bb" * 32}, {"journal": "cc" * 32, "objections": "dd" * 32}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def add(journal: Journal, *who: str, at: datetime = NOW, secrets: dict[str, str] = OWN) -> None:
    with journal.alone():
        journal.append([{"kind": "left", "who": each, "at": at, "told": {}} for each in who], secrets)


def backed_up(journal: Journal) -> dict[str, Any]:
    """What the manifest of a backup that is made now says."""
    add(journal)
    place = journal.end()
    return {"at": NOW.isoformat(), "journal": {"number": place.number, "hash": place.hash, "key": key_of(OWN)}}


def who(journal: Journal, told: dict[str, Any], *, without_journal: bool = False) -> list[str]:
    return [each.who for each in since(journal, told, without_journal=without_journal)]


@pytest.mark.parametrize("before", [(), ("ann",), ("ann", "bob")])
def test_what_came_after_the_backup_is_repeated_and_a_journal_that_will_do_is_not_done_without(
    journal: Journal, before: tuple[str, ...]
) -> None:
    add(journal, *before)
    told = backed_up(journal)
    assert who(journal, told) == []
    add(journal, "cat", "dan", at=LATER)
    assert who(journal, told) == ["cat", "dan"]
    with pytest.raises(Refused, match=r"goes as far as the backup knew.*without --without-journal"):
        who(journal, told, without_journal=True)


def rewritten(change: Callable[[list[str]], list[str]]) -> Callable[[Journal, Path], None]:
    def do(journal: Journal, _: Path) -> None:
        lines = (journal.folder / FILE).read_text().splitlines(keepends=True)
        (journal.folder / FILE).write_text("".join(change(lines)))

    return do


def begun_anew(journal: Journal, _: Path) -> None:
    """Somebody removed it, and then the next ones left."""
    (journal.folder / FILE).unlink()
    add(journal, "cat", "dan", "eve", at=LATER)


def of_the_day_before(journal: Journal, older: Path) -> None:
    shutil.rmtree(journal.folder)
    shutil.copytree(older, journal.folder)


def of_another_graph(journal: Journal, _: Path) -> None:
    shutil.rmtree(journal.folder)
    add(journal, "ann", "cat", at=LATER, secrets=OTHER)


def nowhere(journal: Journal, _: Path) -> None:
    shutil.rmtree(journal.folder)


def without_its_key(journal: Journal, _: Path) -> None:
    (journal.folder / KEYS).write_text(json.dumps({key_of(OTHER): OTHER}))


def forged(lines: list[str]) -> list[str]:
    """The line of cat says what is harmless, with a hash that is right for it."""
    lines[-1] = lines[-1].replace('"left"', '"objects-no-more"')
    return lines


@pytest.mark.parametrize(
    ("do", "why"),
    [
        (rewritten(lambda lines: lines[:1]), "ends with line 1, or is another: the backup of .* knew its line 2"),
        (rewritten(lambda lines: lines[:1] + lines[2:]), "this line is not the one that was written"),
        (rewritten(lambda lines: lines[::-1]), "this line is not the one that was written"),
        (rewritten(forged), "this line is not the one that was written"),
        (rewritten(lambda _: []), "there is no journal in"),
        (begun_anew, "or is another"),
        (of_the_day_before, "or is another|there is no journal"),
        (of_another_graph, "or is another"),
        (nowhere, "there is no journal in"),
        (without_its_key, "lacks the key"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_with_a_journal_that_will_not_do_nothing_is_restored(
    journal: Journal, tmp_path: Path, do: Callable[[Journal, Path], None], why: str
) -> None:
    add(journal)
    shutil.copytree(journal.folder, tmp_path / "older")
    add(journal, "ann")
    told = backed_up(journal)
    add(journal, "cat", at=LATER)
    do(journal, tmp_path / "older")
    with pytest.raises((Refused, RecordError), match=why):
        who(Journal(journal.folder), told)


def test_a_journal_that_was_removed_before_anything_had_ended_is_missed_as_well(journal: Journal) -> None:
    told = backed_up(journal)
    begun_anew(journal, journal.folder)
    with pytest.raises(Refused, match="or is another"):
        who(journal, told)


def test_without_a_journal_those_of_whom_a_lesser_one_tells_are_not_back_either(
    journal: Journal, tmp_path: Path
) -> None:
    add(journal, "ann")
    told = backed_up(journal)
    begun_anew(journal, tmp_path)
    add(journal, "of another graph", at=LATER, secrets=OTHER)
    add(journal, "before the backup", at=NOW - timedelta(days=1))
    assert who(journal, told, without_journal=True) == ["cat", "dan", "eve"]
    rewritten(lambda lines: lines[::-1])(journal, tmp_path)
    assert who(Journal(journal.folder), told, without_journal=True) == []
    nowhere(journal, tmp_path)
    assert who(Journal(journal.folder), told, without_journal=True) == []
