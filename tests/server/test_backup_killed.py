"""Backups and restores that are killed: one whole store is there, no half backup, and it can be done again."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from graph.rights import membership
from graph.rights.backing_up import back_up
from graph.rights.restoring import restore
from graph.server import admin_tool, backups, bulk_import, local, packing, seals
from graph.server.connect import connect, journal
from graph.server.home import read_state
from graph.settings import Settings
from tests.own_home import own_market, with_passphrase
from tests.worlds.three_in_touch import SCHEME

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FORK = multiprocessing.get_context("fork")
MEMBERS = "MATCH (e:Entity)-[:JOINED]->(:Membership) RETURN e.id AS id ORDER BY id"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Settings]:
    """A home of its own, with the market, and a passphrase."""
    with own_market(with_passphrase(tmp_path)) as settings:
        yield settings


def killed(work: Callable[[], Any], when: Callable[[], bool]) -> None:
    """The work is begun in a process of its own, which is killed as soon as it has come so far."""
    child = FORK.Process(target=work)
    child.start()
    while not when():
        assert child.is_alive(), "it ended before it could be killed"
        time.sleep(0.001)
    child.kill()
    child.join()


def says(file: Path) -> bool:
    """Somebody's pid is in the file."""
    try:
        return bool(file.read_text().strip())
    except OSError:
        return False


def tools(home: Path) -> list[int]:
    """Neo4j's admin tools at work on this home."""
    found = []
    for each in psutil.process_iter(["cmdline"]):
        words = " ".join(each.info["cmdline"] or ())
        if admin_tool.TOOL in words and str(home) in words:
            found.append(each.pid)
    return found


def members(settings: Settings) -> list[str]:
    local.start(settings)
    with connect(settings) as database:
        return [row["id"] for row in database.statement(MEMBERS)]


def hidden_server_runs(home: Path) -> bool:
    state = read_state(bulk_import.folder(home) / "home")
    return state is not None and state.pid is not None


@pytest.mark.slow
def test_wherever_a_backup_is_killed_there_is_none_and_it_can_be_made_again(
    home: Settings, tmp_path: Path
) -> None:
    folder, scratch = tmp_path / "backups", home.home / backups.SCRATCH
    for when in (
        lambda: says(scratch / admin_tool.PID),  # Neo4j is down, and its tool at work
        lambda: any(folder.glob(".writing-*")),
    ):
        killed(lambda: back_up(home, folder, now=NOW), when)
        assert [each for each in folder.iterdir() if each.suffix == ".backup"] == []
    done = back_up(home, folder, now=NOW)
    assert packing.manifest_of(done.file, seals.opener(home))["nodes"] == done.nodes > 0
    assert [each.name for each in folder.iterdir()] == [done.file.name], "what was left unfinished is gone"
    assert (scratch.exists(), tools(home.home)) == (False, [])
    assert members(home) == ["ann", "bob", "cat"]


@pytest.mark.slow
def test_wherever_a_restore_is_killed_the_old_store_is_there_and_it_can_be_done_again(
    home: Settings, tmp_path: Path
) -> None:
    done = back_up(home, tmp_path / "backups", now=NOW)
    with connect(home) as database:
        database.write(lambda t: membership.leave(t, "cat", SCHEME.id, now=NOW))
        database.statement("CREATE (:Entity:Person {id: 'after the backup'})")
    for when in (lambda: says(bulk_import.pid_of(home.home)), lambda: hidden_server_runs(home.home)):
        killed(lambda: restore(home, done.file, replace=True), when)
        assert members(home) == ["ann", "bob"]
        assert (bulk_import.folder(home.home).exists(), tools(home.home)) == (False, [])
        with connect(home) as database:
            assert database.optional("entity", id="after the backup") is not None
    assert restore(home, done.file, replace=True).repeated == {"left": 1}
    assert members(home) == ["ann", "bob"]
    with connect(home) as database:
        assert database.optional("entity", id="after the backup") is None
    assert [each.kind for each in journal(home).endings()] == ["left"]
