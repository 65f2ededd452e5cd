"""A managed Neo4j for a machine without one: started, found again and stopped, one for each home.

It listens on 127.0.0.1 only, and goes on running when the command that started it ends. home.py says what is in a
home, jars.py where the server comes from; process, readiness and startup are the steps of a start.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import LocalServerFailed, SettingInvalid
from graph.server import admin_tool, backups, bulk_import, database_status, process, readiness, startup
from graph.server.database_status import Status
from graph.server.home import State, explained, locate, parts_of_compaction, password, read_state, settle
from graph.server.jars import Progress, exclusive, locked
from graph.settings import LONGEST, Settings
from graph.store.disk_space import Room

ENDING_SECONDS = 15.0
"In which a server that answered, and does not any more, is gone where somebody has ended it."


@dataclass(frozen=True)
class Connection:
    uri: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Server(Connection):
    """A managed server that runs."""

    browser_url: str
    pid: int
    version: str
    home: Path


def connection(settings: Settings) -> Connection:
    """Where the settings' Neo4j is: INNERCIRCLE_NEO4J_URI if it is set, else the managed one that runs.

    Raises SettingInvalid for a password file that cannot be read, LocalServerFailed when nothing runs.
    """
    if settings.neo4j_uri is None:
        if server := status(settings):
            return server
        raise LocalServerFailed(
            f"no Neo4j runs in {locate(settings)}: run `innercircle up`, or set INNERCIRCLE_NEO4J_URI"
        )
    if settings.neo4j_password is not None:
        secret = settings.neo4j_password.get_secret_value()
    else:
        file = settings.neo4j_password_file or Path()
        try:
            with file.expanduser().open(encoding="utf-8") as stream:
                secret = stream.read(LONGEST + 1).strip()  # a device may never end
        except (OSError, ValueError) as error:
            raise SettingInvalid(f"INNERCIRCLE_NEO4J_PASSWORD_FILE={file}: {error}") from error
        if not secret or len(secret) > LONGEST or "\0" in secret:
            raise SettingInvalid(f"INNERCIRCLE_NEO4J_PASSWORD_FILE={file}: it holds no password")
    return Connection(settings.neo4j_uri, settings.neo4j_user, secret)


def status(settings: Settings) -> Server | None:
    """The managed server of the settings' home, if its process runs; it may still be starting."""
    home = locate(settings)
    with explained(home):
        state = read_state(home)
        return _server(home, state) if state and process.runs(home, state) else None


def start(
    settings: Settings, *, progress: Progress | None = None, configuration: Mapping[str, str] | None = None
) -> Server:
    """A managed server answers on both ports with its database online: the one that ran already, or a new one.

    A database that a full disk has ended is opened again. configuration: lines of neo4j.conf beside ours, where
    a new one is started.
    Raises LocalServerFailed saying what is in the way: ports, disk, Java, jars, another version, its own log.
    """
    progress = progress or (lambda step: None)
    if os.name != "posix":
        raise LocalServerFailed("the managed Neo4j is for Linux and macOS: set INNERCIRCLE_NEO4J_URI")
    locked(settings.neo4j_version)  # an unknown version is said before anything else
    home = locate(settings)
    with explained(home):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(home):
            state = read_state(home)
            if state is None or not _goes_on(settings, home, state, progress):
                _settle(home)
                state = startup.opened(settings, home, read_state(home), progress, configuration or {})
            Room(home, settings.pagecache_megabytes).keep()
            return _server(home, state)


def _goes_on(settings: Settings, home: Path, state: State, progress: Progress) -> bool:
    """The server of this home runs and its database is online. False: none runs, or not any more.

    One that somebody ended a moment ago, and was killed before it was gone, is waited for until it is.
    """
    if not process.runs(home, state):
        return False
    bulk_import.forget(home)
    try:
        readiness.wait(home, state)
    except LocalServerFailed:
        if process.runs(home, state) or not process.ends(home, state, within=ENDING_SECONDS):
            raise
        return False
    if state.version != settings.neo4j_version:
        raise LocalServerFailed(
            f"Neo4j {state.version} runs in {home}, {settings.neo4j_version} is wanted: "
            "run `innercircle down` first"
        )
    try:
        found = database_status.wait(home, state, startup.OPEN_SECONDS)
    except LocalServerFailed:
        if not process.ends(home, state, within=ENDING_SECONDS):
            raise
        return False
    if not found.online:
        progress(f"the database is {found.says}: starting Neo4j again")
        process.end(home, state)
    return found.online


def database(settings: Settings) -> Status:
    """How the database of the managed server is. Raises LocalServerFailed where none runs, or it does not say."""
    home = locate(settings)
    state = read_state(home)
    if state is None or not process.runs(home, state):
        raise LocalServerFailed(f"no Neo4j runs in {home}: run `innercircle up`")
    return database_status.ask(home, state)


def stop(settings: Settings) -> bool:
    """No managed server runs in this home; False if none did."""
    home = locate(settings)
    with explained(home):
        if read_state(home) is None:
            return False
        with _alone(home):
            state = read_state(home)
            return state is not None and process.end(home, state)


def discard(settings: Settings) -> None:
    """No managed server runs in this home, and nothing is left of the home: its data need no good order."""
    home = locate(settings)
    with explained(home):
        if not home.exists():
            return
        with _alone(home):
            if (state := read_state(home)) is not None:
                process.end(home, state, by=signal.SIGKILL)
            shutil.rmtree(home)


@contextlib.contextmanager
def set_aside(settings: Settings) -> Iterator[tuple[Path, bool]]:
    """No server runs in the home while the block runs, and none is started in it.

    Yields the home, and whether one ran, which has been stopped. Raises LocalServerFailed where there is no home.
    """
    home = locate(settings)
    with explained(home):
        if read_state(home) is None:
            raise LocalServerFailed(f"there is no managed Neo4j in {home}: `innercircle up` makes one")
        with _alone(home):
            state = read_state(home)
            ran = state is not None and process.end(home, state)
            _settle(home)
            yield home, ran


def _settle(home: Path) -> None:
    """One whole store is there, and nothing that was killed holds it: no compaction, no import, no dump."""
    bulk_import.forget(home)
    scratch = home / backups.SCRATCH
    admin_tool.end(scratch / admin_tool.PID, scratch)
    for each in parts_of_compaction(home):
        if (state := read_state(each)) is not None:
            process.end(each, state)
    settle(home)


def _alone(home: Path) -> contextlib.AbstractContextManager[None]:
    return exclusive(home / "lock", work=f"starting or stopping the Neo4j in {home}")


def _server(home: Path, state: State) -> Server:
    return Server(
        uri=f"bolt://127.0.0.1:{state.bolt_port}",
        user="neo4j",
        password=password(home),
        browser_url=f"http://localhost:{state.http_port}/browser/",
        pid=state.pid or 0,
        version=state.version,
        home=home,
    )
