"""A backup is made of a home that is in use, and restored into it, without those who left since."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph.errors import LocalServerFailed, ParameterError, Refused
from graph.rights import erasure, membership
from graph.rights.backing_up import back_up
from graph.rights.restoring import restore
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.journal import FILE, Journal
from tests.commands import Run, run
from tests.own_home import own_market, with_passphrase
from tests.worlds.three_in_touch import SCHEME, open_market

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
LEFT = ("bob", "cat", "dan")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Settings]:
    """A home of its own, with the market, and a passphrase."""
    with own_market(with_passphrase(tmp_path, journal=tmp_path / "journal")) as settings:
        yield settings


def members(database: Database) -> list[str]:
    rows = database.statement("MATCH (e:Entity)-[:JOINED]->(:Membership) RETURN e.id AS id ORDER BY id")
    return [row["id"] for row in rows]


@pytest.mark.slow
def test_who_left_after_the_backup_is_not_back_in_the_same_home_and_a_home_without_the_journal_refuses(
    home: Settings, tmp_path: Path
) -> None:
    done = back_up(home, tmp_path / "backups", now=NOW, keep=(1, 0, 0))
    assert done.file.name == "innercircle-20260630T120000Z.backup"
    assert not [word for word in (b"Membership", b"obligations", b"made-up") if word in done.file.read_bytes()]
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


def test_what_is_in_the_way_of_a_backup_is_told_before_anything_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(why: str) -> None:
        with pytest.raises((Refused, ParameterError, LocalServerFailed), match=why):
            run(tmp_path, "backup", str(tmp_path / "b"))

    refused("set INNERCIRCLE_BACKUP_PASSPHRASE_FILE")
    file = tmp_path / "passphrase"
    monkeypatch.setenv("INNERCIRCLE_BACKUP_PASSPHRASE_FILE", str(file))
    refused(r"INNERCIRCLE_BACKUP_PASSPHRASE_FILE=.*No such file")
    file.write_text("secret")
    refused("less than 12 characters")
    file.write_text("correct horse battery staple")
    refused("there is no managed Neo4j in")
    assert list(tmp_path.iterdir()) == [file]
    (tmp_path / "b").touch()
    refused("b is not a directory")


@pytest.mark.parametrize("bad", ["7", "7,4", "a,b,c", "-1,2,3", "7,4,12,1"])
def test_the_numbers_of_keep_are_three(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ParameterError, match="as in 7,4,12"):
        run(tmp_path, "backup", str(tmp_path / "b"), "--keep", bad)


def test_the_journal_is_shown_compared_with_the_graph_and_gone_on_with_when_it_is_lost(
    command: Run, graph: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(graph, rated=False)
    monkeypatch.setattr(graph, "journal", Journal(tmp_path / "journal"))
    monkeypatch.setenv("INNERCIRCLE_JOURNAL", str(tmp_path / "journal"))
    assert "has no line: nothing has ended yet" in command("journal").output
    graph.write(lambda t: membership.leave(t, "cat", SCHEME.id, now=NOW))
    found = json.loads(command("journal", "--json").output)
    assert (found["lines"], found["kinds"], found["compared"]) == (1, {"left": 1}, True)
    assert "1 line in" in command("journal").output
    with pytest.raises(Refused, match="lacks no line that the graph knows"):
        command("journal", "--as-it-is")
    (tmp_path / "journal" / FILE).unlink()
    with pytest.raises(Refused, match="lacks line 2, which the graph knows"):
        command("journal")
    assert command("journal", "--as-it-is").exit_code == 0
    assert "nothing has ended yet" in command("journal").output
    assert "ended in the graph as well: nothing" in command("journal", "--repeat").output
