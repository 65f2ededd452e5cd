"""An empty managed Neo4j that is filled by Neo4j's importer holds what a load of the same files makes of it."""

import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.errors import LocalServerFailed, ParameterError, Refused
from graph.facts import first_fill, load_records, synthetic
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.server import admin_tool, bulk_import, jars, local
from graph.server.compaction import schema
from graph.server.connect import connect
from graph.server.home import any_port, settle
from graph.server.java import find
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.secrets import salt
from tests.conftest import WIPE
from tests.facts.looking import content, written

MAPPED = """\
about = "Invoices of a cooperative, with what was paid of them, and who is meant."

[[entities]]
id = { column = "who" }
kind = { value = "person" }

[[entities]]
id = { value = "coop" }
kind = { value = "organisation" }

[[memberships]]
where = [{ column = "joined", empty = false }]
entity = { column = "who" }
scheme = { value = "reliability" }
at = { column = "joined", format = "%d.%m.%Y", day = { zone = "Europe/Berlin" } }
notice = { value = "1" }

[[obligations]]
id = { column = "invoice" }
debtor = { column = "who" }
creditor = { value = "coop" }
amount = { column = "amount", decimal = "," }
currency = { value = "EUR" }
due = { column = "due", format = "%d.%m.%Y", day = { zone = "Europe/Berlin", end = true } }

[[payments]]
where = [{ column = "paid", empty = false }]
obligation = { column = "invoice" }
amount = { column = "paid", decimal = "," }
at = { column = "on", format = "%d.%m.%Y", day = { zone = "Europe/Berlin" } }
"""
INVOICES = (
    "who,invoice,amount,due,paid,on,joined",
    "ann,i1,\"100,10\",03.03.2026,\"40,00\",01.03.2026,01.01.2026",
    "ann,i1,\"100,10\",03.03.2026,\"60,10\",03.03.2026,",
    "bob,i2,\"10,00\",29.03.2026,\"11,00\",03.03.2026,01.01.2026",
    "bob,i3,\"10,00\",29.03.2026,,,",
    "cat,i4,\"10,00\",32.03.2026,\"10,00\",03.03.2026,",
    "ann,i3,\"10,00\",29.03.2026,\"10,00\",29.03.2026,",
)  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A managed Neo4j of this module's own."""
    settings = Settings(
        home=tmp_path_factory.mktemp("importing") / "a home",
        pagecache_megabytes=64,
        bolt_port=any_port(),
        http_port=any_port(),
    )
    local.start(settings)
    with connect(settings) as database:
        migrations.apply(database)
    yield settings
    for home in (settings.home, bulk_import.folder(settings.home) / "home"):
        if server := local.status(settings.model_copy(update={"home": home})):
            os.kill(server.pid, signal.SIGKILL)
            while local.status(settings.model_copy(update={"home": home})):
                time.sleep(0.02)
    shutil.rmtree(settings.home, ignore_errors=True)


@pytest.fixture
def empty(own: Settings) -> Settings:
    """The same with two schemes and a secret, and nothing else."""
    with connect(own) as database:
        begin_anew(database)
    return own


def begin_anew(database: Database) -> None:
    database.statement(WIPE)
    for each in ("reliability", "own-conduct"):
        publishing.publish(database, scheme.read(each))
    salt(database, "veil")


def demo(folder: Path) -> tuple[list[Path], dict[str, Any]]:
    synthetic.write(folder, entities=60, members=40)
    with (folder / "contacts.csv").open("a") as file:
        file.write("made-up-contact-0000001,made-up-p0001,made-up-p0002,2026-01-01T00:00:00Z,call\n")
        file.write("lost,made-up-p0001,nobody,2026-01-01T00:00:00Z,call\n")
        file.write("odd,made-up-p0001,made-up-p0001,2026-01-01T00:00:00Z,call\n")
    with (folder / "memberships.csv").open("a") as file:
        file.write("made-up-p0001,reliability,2026-01-01T00:00:00Z,lost\n")
    return [folder], {"most_clashes": 1.0}


def mapped(folder: Path) -> tuple[list[Path], dict[str, Any]]:
    written(folder, "invoices.toml", *MAPPED.splitlines())
    file = written(folder, "invoices.csv", *INVOICES)
    return [file], {"mapping": str(folder / "invoices.toml"), "batch": 2}


def zoned(folder: Path) -> tuple[list[Path], dict[str, Any]]:
    people = ["ann,person,Ann", 'bob,person,"B ""Bob"" \\ jr"', "łuç,sole-trader,"]
    first = written(folder, "entities.csv", "id,kind,name", *people)
    owed = ["o1,ann,bob,2026-03-03,,", "o1,ann,bob,2026-03-03,2026-03-04,12345678.5", ",bob,łuç,2026-03-29,,"]
    owed = [f"{line},{'EUR' if line[-1] != ',' else ''}" for line in owed]
    second = written(folder, "obligations.csv", "id,debtor,creditor,due,settled,amount,currency", *owed, owed[2])
    judged = [f"ann,Court,7,{amount},EUR,2026-01-01,2026-02-01" for amount in (1.5, 2.5)]
    court = written(folder, "judgments.csv", "entity,court,case_number,amount,currency,issued,due", *judged)
    later = ["o1,ann,bob,2026-03-03,loan", "o1,bob,ann,2026-03-03,loan"]
    more = written(folder, "obligations-2.csv", "id,debtor,creditor,due,kind", *later)
    return [more, court, second, first], {"zone": "Europe/Berlin", "prefix": "x-", "most_clashes": 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("files", [demo, mapped, zoned])
def test_the_graph_and_the_rejects_are_those_of_a_load(
    files: Callable[[Path], tuple[list[Path], dict[str, Any]]], empty: Settings, tmp_path: Path
) -> None:
    paths, how = files(tmp_path)
    with connect(empty) as database:
        loaded = load(database, paths, by="olga", rejects=tmp_path / "of load.out", **how)
        wanted, records, made = content(database), load_records.recorded(database), schema(database)
        begin_anew(database)
        secret = salt(database, "veil")

    done = first_fill.fill(
        empty, paths, progress=lambda step: None, by="olga", rejects=tmp_path / "of import.out", **how
    )

    assert done.loaded == loaded
    assert sum(each.rejected for each in loaded) > 1
    assert (tmp_path / "of import.out").read_text() == (tmp_path / "of load.out").read_text()
    with connect(empty) as database:
        migrations.require(database)
        assert content(database) == wanted
        assert schema(database) == made
        assert salt(database, "veil") == secret
        found = load_records.recorded(database)
        assert [(x.by, x.files, x.brought, x.there) for x in found] == [
            (x.by, x.files, x.brought, x.there) for x in records
        ]
        again = load(database, paths, by="olga", **how)
        assert sum(each.stored + each.completed for each in again) == 0
        assert rate(database, "reliability").members == sum(
            row["rid"] is not None
            for row in database.run("gather_members", scheme="reliability", first=0, end=999)
        )
    assert not bulk_import.folder(empty.home).exists()
    with pytest.raises(Refused, match=r"the graph has nodes of Entity.*use `innercircle load`"):
        first_fill.fill(empty, paths, progress=lambda step: None, **how)


@pytest.mark.slow
def test_an_import_that_is_killed_at_any_moment_leaves_the_empty_store_and_can_be_repeated(
    empty: Settings, tmp_path: Path
) -> None:
    synthetic.write(tmp_path, entities=40, members=20)
    with connect(empty) as database:
        before = content(database)
    folder = bulk_import.folder(empty.home)
    moments = (
        folder / "files" / "contacts.csv",
        folder / "importer.pid",
        folder / "home" / "data" / "databases" / "neo4j" / "neostore.relationshipstore.db",
        folder / "home" / "logs" / "neo4j.log",
    )
    for moment in moments:
        killed_when(empty, tmp_path, moment)
        files = [each for each in (folder / "files").iterdir() if each.is_file()]
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
        assert {stat.S_IMODE(each.stat().st_mode) for each in (folder, folder / "files")} == {0o700}
        if moment != moments[-1]:  # where the next import begins with what this one has left
            local.start(empty)
            with connect(empty) as database:
                assert content(database) == before
            assert sorted(path.name for path in empty.home.glob("data*")) == ["data"]
            assert not folder.exists()
            assert running(empty.home) == 1

    done = subprocess.run(**commanded(empty, tmp_path), check=True, capture_output=True, text=True)
    assert "the importer wrote" in done.stdout
    with connect(empty) as database:
        migrations.require(database)
        again = load(database, [tmp_path])
        assert sum(each.known for each in again) > 0
        assert sum(each.stored + each.rejected for each in again) == 0
    assert sorted(path.name for path in empty.home.glob("data*")) == ["data"]
    assert not folder.exists()
    assert running(empty.home) == 1


def commanded(settings: Settings, files: Path) -> dict[str, Any]:
    """The command that imports these files, as subprocess takes it."""
    return {
        "args": [Path(sys.executable).with_name("innercircle"), "import", files],
        "env": {**os.environ, "INNERCIRCLE_HOME": str(settings.home), "INNERCIRCLE_PAGECACHE_MEGABYTES": "64"},
        "cwd": files,
    }


def killed_when(settings: Settings, files: Path, moment: Path) -> None:
    """An import of these files was killed as soon as this file was there."""
    killed = subprocess.Popen(**commanded(settings, files))
    deadline = time.monotonic() + 240
    while not moment.exists():
        assert killed.poll() is None, f"it ended before {moment}"
        assert time.monotonic() < deadline
        time.sleep(0.001)
    killed.kill()
    killed.wait()


def running(home: Path) -> int:
    """How many servers and importers of this home and of homes inside it run."""
    listed = subprocess.run(["ps", "-eww", "-o", "command="], capture_output=True, text=True, check=True)
    return sum(str(home) in line and "java" in line for line in listed.stdout.splitlines())


@pytest.mark.slow
def test_what_the_importer_refuses_leaves_the_store_as_it_was(
    empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.write(tmp_path, entities=20, members=5)
    with connect(empty) as database:
        before = content(database)
    run = bulk_import.run

    def with_a_loose_end(settings: Settings, files: Path, arguments: list[str], **more: Any) -> None:
        with (files / "visits.csv").open("a") as file:
            file.write("nobody,nowhere,v1,2026-01-01T00:00:00Z,l1\n")
        run(settings, files, arguments, **more)

    monkeypatch.setattr(bulk_import, "run", with_a_loose_end)
    with pytest.raises(LocalServerFailed, match=r"importer ended with \d+: .*nobody .*VISITED.*nowhere"):
        first_fill.fill(empty, [tmp_path], progress=lambda step: None)
    with connect(empty) as database:
        assert content(database) == before
    assert not bulk_import.folder(empty.home).exists()


@pytest.mark.slow
def test_what_somebody_writes_meanwhile_is_not_lost(empty: Settings, tmp_path: Path) -> None:
    file = written(tmp_path, "entities.csv", "id,kind", "ann,person")

    def interrupted(step: str) -> None:
        if step == "stopping Neo4j":
            with connect(empty) as database:
                database.statement("CREATE (:Objection {hash: 'x'})")

    with pytest.raises(Refused, match=r"somebody wrote into the graph .* nothing was changed"):
        first_fill.fill(empty, [file], progress=interrupted)
    with connect(empty) as database:
        assert database.one("not_empty")["found"] == ["Objection"]
    assert not bulk_import.folder(empty.home).exists()


@pytest.mark.slow
def test_the_command_for_elsewhere_makes_the_graph_of_a_load_and_keeps_a_dump_of_what_was_there(
    empty: Settings, tmp_path: Path
) -> None:
    paths, how = demo(tmp_path)
    output = tmp_path / "for elsewhere"
    with connect(empty) as database:
        load(database, paths, **how)
        wanted = content(database)
        begin_anew(database)
        first_fill.write_files(database, paths, output, progress=lambda step: None, **how)
    local.stop(empty)
    done = subprocess.run(
        ["sh", "import.sh"],
        cwd=output,
        env={**os.environ, "PATH": f"{neo4j_admin(empty, tmp_path / 'bin')}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (output / "neo4j.dump").exists()
    local.start(empty)
    with connect(empty) as database:
        migrations.apply(database)
        assert content(database) == wanted


def neo4j_admin(settings: Settings, folder: Path) -> Path:
    """A folder for the path with `neo4j-admin` of this home's Neo4j."""
    folder.mkdir()
    tool = folder / "neo4j-admin"
    java = [str(find(settings)), "-cp", f"{jars.library(settings)}/*", admin_tool.TOOL]
    home = {"NEO4J_HOME": settings.home, "NEO4J_CONF": settings.home / "conf"}
    set_here = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in home.items())
    tool.write_text(f'#!/bin/sh\n{set_here} exec {shlex.join(java)} "$@"\n')
    tool.chmod(0o755)
    return folder


# Without an importer ------------------------------------------------------------------------------------


def test_files_for_a_neo4j_elsewhere_are_written_with_the_command_to_run_there(
    graph: Database, tmp_path: Path
) -> None:
    publishing.publish(graph, scheme.read("reliability"))
    file = written(tmp_path, "entities.csv", "id,kind", "ann,person", "bob,robot")
    output = tmp_path / "for elsewhere"
    [loaded], command = first_fill.write_files(graph, [file], output, progress=lambda step: None)
    assert (loaded.stored, loaded.rejected) == (1, 1)
    assert " && neo4j-admin database import full --nodes=" in command
    assert command.endswith(" neo4j")
    named = {name for word in command.split() for name in word.rpartition("=")[2].split(",") if ".csv" in name}
    assert named | {"import.sh"} == {path.name for path in output.iterdir()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in output.iterdir()} == {0o600}
    assert (output / "entities.csv").read_text().startswith("ann,person,,,,,")
    assert graph.one("not_empty")["found"] == []
    with pytest.raises(ParameterError, match="has to be a new directory"):
        first_fill.write_files(graph, [file], output, progress=lambda step: None)


def test_two_imports_into_one_home_are_refused_and_what_was_killed_is_removed(tmp_path: Path) -> None:
    left = bulk_import.folder(tmp_path) / "files" / "contacts.csv"
    left.parent.mkdir(parents=True)
    left.write_text("ann")
    with bulk_import.alone(tmp_path) as files:
        assert list(files.iterdir()) == []
        (files / "contacts.csv").write_text("bob")
        with pytest.raises(Refused, match=r"another import into .* is at work"), bulk_import.alone(tmp_path):
            raise AssertionError
        bulk_import.forget(tmp_path)
        assert (files / "contacts.csv").exists()
    assert not files.exists()
    left.parent.mkdir(parents=True)
    left.write_text("ann")
    bulk_import.forget(tmp_path)
    assert not bulk_import.folder(tmp_path).exists()


def test_an_importer_that_was_left_running_is_ended_before_its_files_are_removed(tmp_path: Path) -> None:
    folder = bulk_import.folder(tmp_path)
    folder.mkdir()
    idle = [sys.executable, "-c", "import time; time.sleep(600)", admin_tool.TOOL, str(folder)]
    left = subprocess.Popen([*admin_tool.NOTED, str(folder / "importer.pid"), *idle])
    while not (folder / "importer.pid").exists() or not (folder / "importer.pid").read_text():
        time.sleep(0.001)
    assert int((folder / "importer.pid").read_text()) == left.pid
    bulk_import.forget(tmp_path)
    assert left.wait(timeout=10) == -signal.SIGKILL
    assert not folder.exists()


def test_a_process_that_was_given_the_pid_of_an_importer_later_is_left_alone(tmp_path: Path) -> None:
    folder = bulk_import.folder(tmp_path)
    folder.mkdir()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", str(folder / "a file")])
    (folder / "importer.pid").write_text(f"{other.pid}\n")
    bulk_import.forget(tmp_path)
    assert not folder.exists()
    assert other.poll() is None
    other.kill()
    other.wait()


def test_killed_when_the_fresh_store_is_complete_it_takes_the_old_ones_place(tmp_path: Path) -> None:
    for name in ("data", "importing/home/data", "importing/files"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "which").write_text(name)
    bulk_import.put_in_place(tmp_path)
    bulk_import.forget(tmp_path)
    settle(tmp_path)
    assert (tmp_path / "data" / "which").read_text() == "importing/home/data"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["data"]


def test_nothing_is_changed_where_the_disk_has_no_room_for_a_second_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "contacts.csv").write_bytes(bytes(2**20))
    monkeypatch.setattr(bulk_import, "free_megabytes", lambda home: 453)
    with pytest.raises(LocalServerFailed, match=r"only 453 MB .* up to 454 MB: nothing was changed"):
        bulk_import.prepare(Settings(home=tmp_path), tmp_path, files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files"]
