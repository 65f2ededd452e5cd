"""A backup is made of a home that is in use, and restored into it, without those who left since."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph.errors import LocalServerFailed, Refused
from graph.rights import erasure, membership
from graph.rights.backing_up import back_up
from graph.rights.restoring import restore
from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.journal import FILE, Journal
from tests.conftest import Command
from tests.worlds.three_in_touch import SCHEME, open_market

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
LEFT = ("bob", "cat", "dan")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Settings]:
    """A home of its own, with the market, and a passphrase."""
    (tmp_path / "passphrase").write_text("correct horse battery staple\n")
    settings = Settings(
        home=tmp_path / "home",
        heap_megabytes=512,
        pagecache_megabytes=64,
        backup_passphrase_file=tmp_path / "passphrase",
        journal=tmp_path / "journal",
    )
    local.start(settings)
    with connect(settings) as database:
        migrations.apply(database)
        open_market(database, rated=False)
    try:
        yield settings
    finally:
        local.discard(settings)


def members(database: Database) -> list[str]:
    rows = database.statement("MATCH (e:Entity)-[:JOINED]->(:Membership) RETURN e.id AS id ORDER BY id")
    return [row["id"] for row in rows]


@pytest.mark.slow
def test_who_left_after_the_backup_is_not_back_in_the_same_home_and_a_home_without_the_journal_refuses(
    home: Settings, tmp_path: Path
) -> None:
    done = back_up(home, tmp_path / "backups", now=NOW, keep=(1, 0, 0))
    assert done.file.name == "innercircle-20260630T120000Z.backup"
    assert b"bob" not in done.file.read_bytes()
    assert not (home.home / "backing-up").exists()
    with connect(home) as database:
        assert members(database) == ["ann", "bob", "cat"]
        database.write(lambda t: erasure.erase(t, "bob", now=NOW))
        database.write(lambda t: membership.leave(t, "cat", SCHEME.id, now=NOW))
        database.write(lambda t: membership.object_to_listing(t, "dan", now=NOW))
        with pytest.raises(Refused, match="--replace puts the backup in their place"):
            restore(home, done.file)
        assert members(database) == ["ann"]
    found = restore(home, done.file, replace=True)
    assert found.repeated == {"erased": 1, "left": 1, "objected": 1}
    assert found.at == NOW
    with connect(home) as database:
        migrations.require(database)
        assert members(database) == ["ann"]
        assert database.optional("entity", id="bob") is None
        assert membership.taking_part(database, "dan").objects
        database.write(lambda t: membership.leave(t, "ann", SCHEME.id, now=NOW))  # and the journal goes on
    (home.journal or Path()).rename(tmp_path / "taken away")
    with pytest.raises(Refused, match="there is no journal in"):
        restore(home, done.file, replace=True)
    lines = (tmp_path / "taken away" / FILE).read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["begun", "erased", "left", "objected", "left"]


def test_a_neo4j_elsewhere_is_told_what_to_run_there(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("correct horse battery staple")
    away = Settings(
        home=tmp_path,
        neo4j_uri="bolt://127.0.0.1:1",
        neo4j_password=SecretStr("x"),
        backup_passphrase_file=tmp_path / "passphrase",
    )
    with pytest.raises(LocalServerFailed, match=f"database dump neo4j .*{tmp_path}/journal"):
        back_up(away, tmp_path / "backups", now=NOW)
    with pytest.raises(LocalServerFailed, match="database load neo4j"):
        restore(away, tmp_path / "x.backup")


def test_without_a_passphrase_no_backup_is_made_and_a_short_one_is_refused(
    innercircle: Command, tmp_path: Path
) -> None:
    def told(**more: str) -> str:
        done = innercircle("backup", str(tmp_path / "b"), INNERCIRCLE_HOME=str(tmp_path), **more)
        assert done.returncode == 1
        return done.stderr

    assert "set INNERCIRCLE_BACKUP_PASSPHRASE_FILE" in told()
    (tmp_path / "short").write_text("secret")
    assert "less than 12 characters" in told(INNERCIRCLE_BACKUP_PASSPHRASE_FILE=str(tmp_path / "short"))
    assert not (tmp_path / "b").exists()
    (tmp_path / "passphrase").write_text("correct horse battery staple")
    named = {"INNERCIRCLE_BACKUP_PASSPHRASE_FILE": str(tmp_path / "passphrase")}
    assert "there is no managed Neo4j in" in told(**named)
    assert not (tmp_path / "b").exists()
    (tmp_path / "b").touch()
    assert f"{tmp_path}/b is not a directory" in told(**named)
    assert list(tmp_path.glob("*.lock")) == []


def test_the_numbers_of_keep_are_three(innercircle: Command) -> None:
    for bad in ("7", "7,4", "a,b,c", "-1,2,3", "7,4,12,1"):
        done = innercircle("backup", "/nowhere", "--keep", bad)
        assert done.returncode == 1
        assert "as in 7,4,12" in done.stderr


def test_the_journal_is_shown_compared_with_the_graph_and_gone_on_with_when_it_is_lost(
    innercircle: Command, graph: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*options: str) -> "subprocess.CompletedProcess[str]":
        return innercircle("journal", *options, INNERCIRCLE_JOURNAL=str(tmp_path / "journal"))

    open_market(graph, rated=False)
    monkeypatch.setattr(graph, "journal", Journal(tmp_path / "journal"))
    assert "has no line: nothing has ended yet" in told().stdout
    graph.write(lambda t: membership.leave(t, "cat", SCHEME.id, now=NOW))
    found = json.loads(told("--json").stdout)
    assert (found["lines"], found["kinds"], found["compared"]) == (1, {"left": 1}, True)
    assert "1 line in" in told().stdout
    refused = told("--as-it-is")
    assert (refused.returncode, "lacks no line that the graph knows" in refused.stderr) == (1, True)
    (tmp_path / "journal" / FILE).unlink()
    lost = told()
    assert (lost.returncode, "lacks line 2, which the graph knows" in lost.stderr) == (1, True)
    assert told("--as-it-is").returncode == 0
    assert told().returncode == 0
