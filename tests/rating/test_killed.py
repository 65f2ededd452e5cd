"""kill -9 of the client or of the server, anywhere: start again, repeat the command, and nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.policy import publishing
from graph.rating.engines.choice import ENGINES
from graph.server import local
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from tests.conftest import WIPE, Command
from tests.strategies import make_scheme
from tests.waiting import wait_for
from tests.whole_graph import Graph, differences, whole_graph

ENTITIES, FACTS = 300, 4_000
ENGINE = pytest.mark.parametrize("engine", ENGINES)
# What shows that a run is at work, and has not published yet.
UNDER_WAY = {
    "cypher": "MATCH (m:Membership) WHERE m.next_conduct IS NOT NULL RETURN count(*) AS n",
    "arrays": "MATCH (r:Run) WHERE r.finished IS NULL RETURN count(*) AS n",
}


def begin(database: Database) -> None:
    """A scheme, and the secret of the veil, on which hangs what is shown of every rating."""
    publishing.publish(database, make_scheme())
    database.run("make_secret", name="veil", value="5e" * 32)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of files to load: entities, contacts, obligations and memberships of one scheme."""
    directory, chance = tmp_path_factory.mktemp("files"), random.Random(4)
    ids = [f"e{number}" for number in range(ENTITIES)]

    def instant() -> str:
        return f"2026-{chance.randrange(1, 7):02}-{chance.randrange(1, 28):02}T{chance.randrange(24):02}:00:00Z"

    def pair() -> str:
        one = chance.randrange(ENTITIES)
        return f"{ids[one]},{ids[(one + chance.randrange(1, 6)) % ENTITIES]}"

    def write(name: str, header: str, lines: Iterator[str]) -> None:
        (directory / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")

    write("entities.csv", "id,kind", (f"{id_},person" for id_ in ids))
    write("contacts.csv", "source,target,at", (f"{pair()},{instant()}" for _ in range(FACTS)))
    write(
        "obligations.csv",
        "debtor,creditor,due,settled",
        (f"{pair()},{instant()},{instant()}" for _ in range(FACTS)),
    )
    write(
        "memberships.csv",
        "entity,scheme,at,notice",
        (f"{id_},made-up,2026-01-01T00:00:00Z,1" for id_ in ids[:250]),
    )
    return directory


class Commands:
    """The command line on one server: as a process that can be killed, or to its end."""

    def __init__(self, server: Server, files: Path, innercircle: Command):
        self.innercircle = innercircle
        self.environment = {
            "INNERCIRCLE_NEO4J_URI": server.uri,
            "INNERCIRCLE_NEO4J_PASSWORD": server.password,
            "INNERCIRCLE_BATCH_ROWS": "250",
            "INNERCIRCLE_BATCH_MEMBERS": "25",
        }
        rejects = str(files / "rejects.out")
        self.load = ["load", str(files), "--rejects", rejects]
        self.rate = ["rate", "made-up", "--as-of", "2026-06-30"]

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from graph.cli import main; main()", *command],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, command: list[str]) -> None:
        done = self.innercircle(*command, **self.environment)
        assert done.returncode == 0, done.stderr


def kill(process: subprocess.Popen[str]) -> None:
    """The process is gone, as by kill -9."""
    process.kill()
    process.communicate()


def contacts(database: Database) -> int:
    return int(database.one("overview")["contacts"])


@pytest.fixture(scope="module")
def commands(server: Server, files: Path, innercircle: Command) -> Commands:
    return Commands(server, files, innercircle)


@pytest.fixture(scope="module")
def undisturbed(database: Database, commands: Commands) -> tuple[Graph, Graph]:
    """The whole graph after a load, and after a run, that nobody disturbed."""
    database.statement(WIPE)
    begin(database)
    commands.finish(commands.load)
    loaded = whole_graph(database)
    commands.finish(commands.rate)
    return loaded, whole_graph(database)


@pytest.mark.slow
@ENGINE
def test_a_client_killed_in_the_middle_of_a_load_and_of_runs(
    undisturbed: tuple[Graph, Graph], graph: Database, commands: Commands, engine: str
) -> None:
    begin(graph)
    loading = commands.start(commands.load)
    wait_for(lambda: contacts(graph) > FACTS // 4)
    kill(loading)
    assert contacts(graph) < FACTS, "the load was killed before its end"
    commands.finish(commands.load)
    assert differences(whole_graph(graph), undisturbed[0]) == []

    killed_midway = 0
    for delay in (0.0, 0.1, 0.2, 0.4):
        runs = len(graph.statement("MATCH (r:Run) RETURN r.id"))
        run = commands.start([*commands.rate, "--engine", engine])
        wait_for(lambda runs=runs: len(graph.statement("MATCH (r:Run) RETURN r.id")) > runs)  # type: ignore[misc]
        time.sleep(delay)
        kill(run)
        killed_midway += bool(graph.statement("MATCH (r:Run) WHERE r.finished IS NULL RETURN r.id"))
    assert killed_midway >= 2, "runs were killed before their end"
    graph.statement("MATCH (r:Run) WHERE r.finished IS NOT NULL DELETE r")
    commands.finish([*commands.rate, "--engine", engine])
    graph.statement("MATCH (r:Run) SET r.engine = 'cypher'")
    assert differences(whole_graph(graph), undisturbed[1]) == []


@pytest.mark.slow
@ENGINE
def test_a_run_killed_before_it_publishes_leaves_the_old_ratings(
    undisturbed: tuple[Graph, Graph], graph: Database, commands: Commands, engine: str
) -> None:
    begin(graph)
    commands.finish(commands.load)
    commands.finish(commands.rate)
    ratings = "MATCH (m:Membership) RETURN m.id, m.score, m.points, m.band, m.run, m.circle, m.used ORDER BY m.id"
    before = graph.statement(ratings)
    run = commands.start(["rate", "made-up", "--as-of", "2026-03-31", "--engine", engine])
    wait_for(lambda: graph.statement(UNDER_WAY[engine])[0]["n"] > 0)
    kill(run)
    assert graph.statement(ratings) == before
    commands.finish(commands.rate)
    assert len(graph.statement("MATCH (r:Run) RETURN r.id")) == 2, "no record is left of the run that was killed"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_server_killed_in_the_middle_of_a_load(
    undisturbed: tuple[Graph, Graph], settings: Settings, files: Path, innercircle: Command, tmp_path: Path
) -> None:
    own = settings.model_copy(update={"home": tmp_path / "home"})
    server = local.start(own)
    try:
        with connect(own) as database:
            migrations.apply(database)
            begin(database)
            commands = Commands(server, files, innercircle)
            loading = commands.start(commands.load)
            wait_for(lambda: contacts(database) > FACTS // 4)
        os.kill(server.pid, signal.SIGKILL)
        output, _ = loading.communicate(timeout=400)
        assert loading.returncode == 1, output
        assert "error: " in output
        again = local.start(own)
        commands = Commands(again, files, innercircle)
        with connect(own) as database:
            assert FACTS // 4 < contacts(database) < FACTS, (
                "what was committed is there, and the load was cut short"
            )
            commands.finish(commands.load)
            assert differences(whole_graph(database), undisturbed[0]) == []
    finally:
        if running := local.status(own):
            os.kill(running.pid, signal.SIGKILL)
