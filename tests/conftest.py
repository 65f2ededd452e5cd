"""One managed Neo4j for the whole session, and an empty graph in it for each test that asks for one."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import pytest
from playwright.sync_api import Browser

from graph import cli
from graph.errors import LocalServerFailed
from graph.rating.engines import choice
from graph.server import jars, local
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from tests.commands import Run, run
from tests.driving import launched
from tests.session_home import session_home
from tests.sides import ByPlace

# The only settings of the caller that tests heed: which Neo4j to test on, where its jars are, and what rates where
# a test names no engine.
KEPT = {"INNERCIRCLE_NEO4J_VERSION", "INNERCIRCLE_CACHE", "INNERCIRCLE_ENGINE"}

# A query is planned once for the session, and not again whenever the graph has grown or shrunk, nor for each size
# of a parameter: planning would be most of the server's work. A test that fills the graph with much more than the
# others asks for `roomy`.
PLANNED_ONCE = {
    "dbms.cypher.min_replan_interval": "1h",
    "dbms.cypher.statistics_divergence_threshold": "1.0",
    "internal.cypher.use_parameter_size": "false",
}

WIPE = """
MATCH (n) WHERE NOT n:Migration
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS
"""


def pytest_configure(config: pytest.Config) -> None:
    """No variable of the caller's shell changes what is tested, here or in a command that a test starts."""
    for name in list(os.environ):
        if name.startswith("INNERCIRCLE_") and name not in KEPT:
            del os.environ[name]
    choice.DEFAULT = os.environ.get("INNERCIRCLE_ENGINE", choice.DEFAULT)
    # In the environment, because this file may be imported under more than one name.
    os.environ.pop("QUICK_SAMPLES", None)
    if "not slow" in config.getoption("markexpr", ""):
        os.environ["QUICK_SAMPLES"] = "1"
        # Such a session is too short to earn back what Java's second compiler costs on two cores.
        os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    # What passed passes again, and what failed fails again: a rule is tried on the same examples each time. `make
    # explore` tries it on others. How long an example takes on a machine that does much else says nothing.
    hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
    hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
    hypothesis.settings.load_profile("repeatable")


def pytest_sessionstart(session: pytest.Session) -> None:
    """What commands print is compared on a terminal on which no line is wrapped; pytest keeps to its own."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter._tw.fullwidth = reporter._tw.fullwidth  # looked up from now on no more
    os.environ["COLUMNS"] = "250"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPlace:
    """How tests are shared out; marks of groups do nothing with pytest 9.2 and pytest-xdist 3.8.

    Directories of no side go in the order of how many tests they have; files in that in which they were collected.
    """
    config.option.loadscopereorder = "QUICK_SAMPLES" in os.environ
    return ByPlace(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test come first: at the end, one of them would keep one worker long after the other."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def samples(few: int, thorough: int) -> int:
    """How many examples a rule is tried on: `few` where the slow tests are left out, else `thorough`."""
    return few if "QUICK_SAMPLES" in os.environ else thorough


def pytest_collection_finish(session: pytest.Session) -> None:
    """The server's jars are there before the first test: fetching them counts against no test's time limit."""
    if _wants_server(session):
        try:
            jars.fetch(Settings())
        except LocalServerFailed as error:
            pytest.exit(str(error), returncode=1)


def _wants_server(session: pytest.Session) -> bool:
    return any("server" in getattr(item, "fixturenames", ()) for item in session.items)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings for a managed Neo4j in a home of this session."""
    with session_home(tmp_path_factory.mktemp("neo4j")) as home:
        yield Settings(
            home=home,
            pagecache_megabytes=128,
            api_requests_per_second=10_000,
            api_burst=10_000,
            api_ids_per_second=1_000_000,
            api_ids_burst=1_000_000,
            api_query_seconds=120,  # what is asked for the first time is planned first, on a machine that is busy
        )


@pytest.fixture(scope="session", autouse=True)
def starting(request: pytest.FixtureRequest) -> "Iterator[Future[Server] | None]":
    """The managed Neo4j of this session, which starts beside the first tests, where any test asks for it."""
    if not _wants_server(request.session):
        yield None
        return
    settings: Settings = request.getfixturevalue("settings")
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(local.start, settings, configuration=PLANNED_ONCE)
        yield started
    # Its data are thrown away, so it need not stop in good order.
    if running := local.status(settings):
        os.kill(running.pid, signal.SIGKILL)
    while local.status(settings):
        time.sleep(0.02)


@pytest.fixture(scope="session")
def server(starting: "Future[Server] | None") -> Server:
    """The managed Neo4j of this session, started."""
    assert starting
    return starting.result()


@pytest.fixture(scope="session")
def database(settings: Settings, server: Server) -> Iterator[Database]:
    """The database of this session, with every migration applied, and whatever tests left in it."""
    with connect(settings) as database:
        migrations.apply(database)
        yield database


@pytest.fixture
def graph(database: Database) -> Database:
    """The database of this session, migrated and otherwise empty."""
    database.statement(WIPE)
    return database


@pytest.fixture
def roomy(graph: Database) -> Database:
    """The empty graph, without the plans that were made for a small one."""
    graph.statement("CALL db.clearQueryCaches()")
    return graph


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; tests that ask for it are skipped where there is none.

    It is closed with the module: while Playwright is open, the thread has a running event loop, and no test that
    follows could use `asyncio.run`.
    """
    with launched() as browser:
        yield browser


class Command(Protocol):
    def __call__(self, *arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]": ...


@pytest.fixture(scope="session")
def process(settings: Settings) -> Command:
    """`innercircle ARGUMENTS` as a process of its own, with the session's settings and more variables."""

    def run(*arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [Path(sys.executable).with_name("innercircle"), *arguments],
            env={**os.environ, "INNERCIRCLE_HOME": str(settings.home), **variables},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def innercircle(settings: Settings) -> Command:
    """The same in this process: to start Python and what it imports takes a second each time."""

    def run(*arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        typed = ["innercircle", *map(str, arguments)]
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in {"INNERCIRCLE_HOME": str(settings.home), **variables}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", typed)
            try:
                cli.main()
                code: object = 0
            except SystemExit as end:
                code = end.code
        assert code is None or isinstance(code, int)
        return subprocess.CompletedProcess(typed, code or 0, *(_text(stream) for stream in (out, err)))

    return run


@pytest.fixture(scope="session")
def command(settings: Settings) -> Run:
    """`innercircle ARGUMENTS` in this process, as an operator who is named; an expected error is raised."""
    return partial(run, settings.home)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
