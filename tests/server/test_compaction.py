"""A store that is written anew holds the same graph, and no byte of what was removed from it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.errors import LocalServerFailed
from graph.model import OpenRating
from graph.rating import published
from graph.rating.rerate import passed_on
from graph.rights import erasure
from graph.server import compaction, local
from graph.server.compaction import Contents, copy, read, schema
from graph.server.connect import connect
from graph.server.home import parts_of_compaction, settle
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from tests.worlds.all_kept_about_one import AS_OF, ENTITY, NAME, build, dump

# What the graph does not have, and a store can: every kind of value, and nodes and ties without the usual form.
ODD = """
CREATE (n:Odd:Odder {text: 'a\\u0000b \\u202e', whole: -9007199254740993, part: 0.1, none: 0.0/0.0, most: 1.0/0.0,
         yes: true, list: [1, 2], texts: ['a', ''], day: date('2026-02-28'),
         zoned: datetime('2026-03-29T01:30:00[Europe/Berlin]'),
         named: datetime('2026-01-01T00:00:00[UTC]'), offset: datetime('2026-01-01T00:00:00+00:00'),
         local: localdatetime('2026-01-01T00:00:00.123456789'), length: duration('P1M2DT3.5S'),
         place: point({x: 1.0, y: 2.0})}),
       (n)-[:LOOPS]->(n), (n)-[:LOOPS {at: datetime('2026-01-01T00:00:00Z')}]->(n), ()-[:`odd type`]->(n)
"""


def nowhere(_step: str) -> None:
    """Progress that nobody watches."""


@dataclass
class Store:
    """What stands in a store, apart from what compacting makes of it."""

    texts: list[str]
    counts: str
    schema: dict[str, str]
    ratings: list[OpenRating]


def look(settings: Settings) -> Store:
    with connect(settings) as database:
        migrations.require(database)
        ratings = [
            published.open_rating(database, row["entity"], "reliability")
            for row in database.run("members", scheme="reliability", after="", limit=100)
        ]
        return Store(dump(database), str(read(database, nowhere)), schema(database), ratings)


def written_anywhere(home: Path) -> list[str]:
    """The files below this folder, whatever they are, with a byte of the name or the id in them."""
    wanted = [text.encode(form) for text in (ENTITY, NAME) for form in ("utf-8", "utf-16-le", "utf-16-be")]
    return [
        str(file.relative_to(home))
        for file in sorted(home.rglob("*"))
        if file.is_file() and any(each in file.read_bytes() for each in wanted)
    ]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A managed Neo4j of this module's own, with the community in it, one of whom has been erased."""
    settings = Settings(home=tmp_path_factory.mktemp("compacting") / "a home", pagecache_megabytes=64)
    local.start(settings)
    with connect(settings) as database:
        migrations.apply(database)
        build(database, tmp_path_factory.mktemp("community"))
        database.statement(ODD)
        done = database.write(lambda transaction: erasure.erase(transaction, ENTITY, now=AS_OF))
        assert passed_on(database, done.changes)
    yield settings
    for part in (settings.home, *parts_of_compaction(settings.home)):
        if server := local.status(settings.model_copy(update={"home": part})):
            os.kill(server.pid, signal.SIGKILL)
            while local.status(settings.model_copy(update={"home": part})):
                time.sleep(0.02)
    shutil.rmtree(settings.home, ignore_errors=True)


@pytest.mark.slow
def test_after_erasure_a_store_still_holds_the_bytes_and_after_compacting_no_file_does(own: Settings) -> None:
    found = written_anywhere(own.home)
    assert {file.partition("/")[0] for file in found} == {"data"}
    before = look(own)

    done = compaction.compact(own)

    assert written_anywhere(own.home) == []
    after = look(own)
    assert after == before
    assert f"{done.nodes} nodes, {done.relationships} relationships" == before.counts
    assert sorted(path.name for path in own.home.iterdir() if path.is_dir() and "data" in path.name) == ["data"]
    assert not (own.home / "compacting").exists()


@pytest.mark.slow
def test_compacting_that_is_killed_at_any_moment_leaves_the_graph_as_it_was(own: Settings) -> None:
    before = look(own)
    _, new = parts_of_compaction(own.home)
    moments = (new / "password", new / "data" / "databases" / "neo4j", own.home / "data.new")
    for moment in moments:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("innercircle"), "compact"],
            env={**os.environ, "INNERCIRCLE_HOME": str(own.home), "INNERCIRCLE_PAGECACHE_MEGABYTES": "64"},
        )
        deadline = time.monotonic() + 120
        while not moment.exists():
            assert process.poll() is None, f"it ended before {moment}"
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.kill()
        process.wait()
        local.start(own)
        assert look(own) == before
        assert sorted(path.name for path in own.home.glob("data*")) == ["data"]
        assert not (own.home / "compacting").exists()
        assert running(own.home) == 1


def running(home: Path) -> int:
    """How many servers of this home and of homes inside it run."""
    listed = subprocess.run(["ps", "-eww", "-o", "command="], capture_output=True, text=True, check=True)
    return sum(f"--home-dir={home}" in line for line in listed.stdout.splitlines())


@pytest.mark.slow
def test_a_fresh_store_that_is_not_the_same_is_thrown_away(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = look(own)

    def change_one(old: Database, new: Database, progress: compaction.Progress) -> Contents:
        contents = copy(old, new, progress)
        new.statement("MATCH ()-[owed:OWED {id: 'o2'}]->() SET owed.amount = owed.amount + 0.01")
        return contents

    monkeypatch.setattr(compaction, "copy", change_one)
    with pytest.raises(LocalServerFailed, match="everything is as before"):
        compaction.compact(own)
    assert look(own) == before


# What is found where a compaction was broken off ------------------------------------------------------


def home_with(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "which").write_text(name)
    return folder


@pytest.mark.parametrize(
    ("there", "stays"),
    [
        (("data",), "data"),
        (("data", "compacting/new/data"), "data"),  # half a fresh store
        (("data", "data.new"), "data.new"),  # complete and compared, not yet put in place
        (("data.old", "data.new"), "data.new"),  # the old one moved away
        (("data.old", "data"), "data"),  # the fresh one in place
    ],
)
def test_wherever_compacting_was_broken_off_one_whole_store_is_found(
    there: tuple[str, ...], stays: str, tmp_path: Path
) -> None:
    home = home_with(tmp_path, *there)
    old, _ = parts_of_compaction(home)
    old.mkdir(parents=True)
    (old / "data").symlink_to(home / "data", target_is_directory=True)
    settle(home)
    assert (home / "data" / "which").read_text() == stays
    assert [path.name for path in home.iterdir()] == ["data"]


def test_logs_of_a_server_that_had_the_former_store_go_with_it(tmp_path: Path) -> None:
    home = home_with(tmp_path, "data", "data.new", "logs")
    settle(home)
    assert [path.name for path in home.iterdir()] == ["data"]


def test_only_the_store_of_a_managed_neo4j_is_written_anew(tmp_path: Path) -> None:
    configured = Settings.model_validate(
        {"home": tmp_path, "neo4j_uri": "bolt://127.0.0.1:1", "neo4j_password": "x"}
    )
    with pytest.raises(
        LocalServerFailed, match=r"INNERCIRCLE_NEO4J_URI=bolt://127\.0\.0\.1:1 is set.*erasure\.md"
    ):
        compaction.compact(configured)
    with pytest.raises(LocalServerFailed, match="there is no managed Neo4j"):
        compaction.compact(Settings(home=tmp_path))
