"""A service that others reach makes its first key: once, whoever starts at once, and however a start ends."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import SettingInvalid
from graph.identity import Keyring

NOW = datetime(2026, 7, 1, tzinfo=UTC)
MAKES = """
import sys, datetime, pathlib
from graph.identity import Keyring
print("ready", flush=True)
sys.stdin.readline()
Keyring(pathlib.Path(sys.argv[1])).create_first(datetime.datetime.now(datetime.UTC))
"""


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "home" / "keys")


def contents(ring: Keyring) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in ring.directory.iterdir()}


def test_the_first_key_is_made_where_there_was_none_and_only_its_owner_reads_it(ring: Keyring) -> None:
    made = ring.create_first(NOW)
    assert made is not None
    assert ring.signing().id == made.id
    [file] = ring.directory.iterdir()
    assert file.name == f"{made.id}.jwk"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, ring.directory)] == [0o600, 0o700]


def test_a_later_start_changes_nothing(ring: Keyring) -> None:
    ring.create_first(NOW)
    before = contents(ring)
    assert ring.create_first(NOW) is None
    assert contents(ring) == before


def test_whoever_revoked_every_key_gets_none_that_nobody_asked_for(ring: Keyring) -> None:
    key = ring.create(NOW)
    ring.revoke(key.id, NOW)
    before = contents(ring)
    assert ring.create_first(NOW) is None
    assert contents(ring) == before
    assert not ring.usable()


def test_a_key_that_cannot_be_read_is_said_and_not_replaced(ring: Keyring) -> None:
    """Or a start with a wrong right on a file would end every token there is."""
    made = ring.create_first(NOW)
    assert made is not None
    file = ring.directory / f"{made.id}.jwk"
    file.chmod(0o644)
    with pytest.raises(SettingInvalid, match=f"chmod 600 {file}"):
        Keyring(ring.directory).create_first(NOW)
    file.chmod(0o600)
    file.write_text("{}")
    with pytest.raises(SettingInvalid, match="is no key of ours"):
        Keyring(ring.directory).create_first(NOW)
    assert list(contents(ring)) == [file.name]


def test_what_a_killed_start_has_left_is_no_key_and_goes(ring: Keyring) -> None:
    ring.directory.mkdir(parents=True)
    left = ring.directory / "abc.new"
    left.write_text('{"d": "half a k')
    assert not ring.usable()
    made = ring.create_first(NOW)
    assert made is not None
    assert list(contents(ring)) == [f"{made.id}.jwk"]


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    for ask in (Keyring.create_first, Keyring.create):
        with pytest.raises(SettingInvalid, match="set INNERCIRCLE_HOME right"):
            ask(Keyring(tmp_path / "home" / "keys"), NOW)


def test_of_many_threads_at_once_one_makes_it(ring: Keyring) -> None:
    rings = [Keyring(ring.directory) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda each: each.create_first(NOW), rings))
    assert len([key for key in made if key]) == 1
    assert len(contents(ring)) == 1


def starting(ring: Keyring) -> "subprocess.Popen[str]":
    """A process that makes the first key when it is told to."""
    return subprocess.Popen(
        [sys.executable, "-c", MAKES, str(ring.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_of_many_processes_at_once_one_makes_it(ring: Keyring) -> None:
    processes = [starting(ring) for _ in range(8)]
    for each in processes:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        each.communicate("go\n")
    assert [each.returncode for each in processes] == [0] * 8
    assert len(contents(ring)) == 1


@pytest.mark.slow
def test_a_start_that_is_killed_at_any_moment_is_repeated_safely(ring: Keyring) -> None:
    """After each kill there is no key or one, which is whole; the next start makes it, or finds it."""
    for number in range(12):
        for each in ring.directory.glob("*"):
            each.unlink()
        process = starting(ring)
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(number * 0.0005)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        before = [json.loads(each.read_text()) for each in ring.directory.glob("*.jwk")]
        assert len(before) <= 1
        assert all("d" in key for key in before)
        made = Keyring(ring.directory).create_first(NOW)
        assert (made is None) == bool(before)
        assert [name.rpartition(".")[2] for name in contents(ring)] == ["jwk"]


@pytest.mark.slow
def test_a_start_waits_for_one_that_is_under_way(ring: Keyring) -> None:
    """Whoever holds the lock and is killed holds up nobody."""
    ring.directory.mkdir(parents=True)
    holds = "import sys, os, fcntl, time; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), 2); print(flush=True)"
    holds += "; time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", holds, str(ring.directory)], stdout=subprocess.PIPE)
    assert holder.stdout
    holder.stdout.readline()
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(ring.create_first, NOW)
        time.sleep(0.2)
        assert not made.done()
        holder.kill()
        holder.communicate()
        assert made.result(timeout=10) is not None
