"""A managed Neo4j for a machine without one: started, found again and stopped, one for each home.

It listens on 127.0.0.1 only, and goes on running when the command that started it ends. home.py says
what is in a home, jars.py where the server comes from.
"""

import base64
import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from graph.errors import LocalServerFailed, SettingInvalid
from graph.server import database_status, java, torn_logs
from graph.server import home as server_home
from graph.server.browser import add_files
from graph.server.database_status import Status
from graph.server.home import State
from graph.server.jars import Progress, exclusive, fetch, locked, main_class
from graph.settings import LONGEST, Settings
from graph.store.disk_space import Room

REPAIRS = 2
START_SECONDS = 120
OPEN_SECONDS = 600
"A database that has much to recover."
STOP_SECONDS = 30
REFUSALS = 10
"Logins to try, a second apart, before a password is taken for wrong."

# As Neo4j's own start script has them: it reaches into these packages of the JDK.
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


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
            f"no Neo4j runs in {server_home.locate(settings)}: run `innercircle up`, or set INNERCIRCLE_NEO4J_URI"
        )
    if settings.neo4j_password is not None:
        password = settings.neo4j_password.get_secret_value()
    else:
        file = settings.neo4j_password_file or Path()
        try:
            with file.expanduser().open(encoding="utf-8") as stream:
                password = stream.read(LONGEST + 1).strip()  # a device may never end
        except (OSError, ValueError) as error:
            raise SettingInvalid(f"INNERCIRCLE_NEO4J_PASSWORD_FILE={file}: {error}") from error
        if not password or len(password) > LONGEST or "\0" in password:
            raise SettingInvalid(f"INNERCIRCLE_NEO4J_PASSWORD_FILE={file}: it holds no password")
    return Connection(settings.neo4j_uri, settings.neo4j_user, password)


def status(settings: Settings) -> Server | None:
    """The managed server of the settings' home, if its process runs; it may still be starting."""
    home = server_home.locate(settings)
    with server_home.explained(home):
        state = server_home.read_state(home)
        return _server(home, state) if state and _runs(home, state) else None


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
    home = server_home.locate(settings)
    with server_home.explained(home):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(home):
            state = server_home.read_state(home)
            running = state is not None and _runs(home, state)
            if state and running:
                _wait_until_ready(home, state)
                if state.version != settings.neo4j_version:
                    raise LocalServerFailed(
                        f"Neo4j {state.version} runs in {home}, {settings.neo4j_version} is wanted: "
                        "run `innercircle down` first"
                    )
                if not (found := database_status.wait(home, state, OPEN_SECONDS)).online:
                    progress(f"the database is {found.says}: starting Neo4j again")
                    _end(home, state)
                    running = False
            if not (state and running):
                _settle(home)
                state = _opened(settings, home, state, progress, configuration or {})
            Room(home, settings.pagecache_megabytes).keep()
            return _server(home, state)


def database(settings: Settings) -> Status:
    """How the database of the managed server is. Raises LocalServerFailed where none runs, or it does not say."""
    home = server_home.locate(settings)
    state = server_home.read_state(home)
    if state is None or not _runs(home, state):
        raise LocalServerFailed(f"no Neo4j runs in {home}: run `innercircle up`")
    return database_status.ask(home, state)


def _opened(
    settings: Settings, home: Path, last: State | None, progress: Progress, configuration: Mapping[str, str]
) -> State:
    """A new server runs with its database online. Where it cannot be opened, none runs."""
    state = _start_new(settings, home, last, progress, configuration)
    for _ in range(REPAIRS):
        if (found := database_status.wait(home, state, OPEN_SECONDS)).online:
            return state
        _end(home, state)
        repair = torn_logs.repair(home, settings.heap_megabytes)
        if repair is None:
            raise LocalServerFailed(_not_opened(home, found))
        progress(f"the database did not open ({found.says}): {repair.why}")
        once = settings.model_copy(update={"heap_megabytes": repair.heap_megabytes})
        state = _start_new(once, home, state, progress, {**configuration, **repair.configuration})
        if (found := database_status.wait(home, state, OPEN_SECONDS)).online:
            progress("the database is open; closing it in good order, to start as set")
            _end(home, state)
            state = _start_new(settings, home, state, progress, configuration)
    if not (found := database_status.wait(home, state, OPEN_SECONDS)).online:
        _end(home, state)
        raise LocalServerFailed(_not_opened(home, found))
    return state


def _not_opened(home: Path, found: Status) -> str:
    return (
        f"Neo4j started, and its database did not open: {found.says}; {torn_logs.why_closed(home)} (from "
        f"{home}/logs/debug.log). No server runs now. Copy {home}/data before you try anything with it, or "
        "restore a backup: docs/server.md#full-disks"
    )


def stop(settings: Settings) -> bool:
    """No managed server runs in this home; False if none did."""
    home = server_home.locate(settings)
    with server_home.explained(home):
        if server_home.read_state(home) is None:
            return False
        with _alone(home):
            state = server_home.read_state(home)
            return state is not None and _end(home, state)


def discard(settings: Settings) -> None:
    """No managed server runs in this home, and nothing is left of the home: its data need no good order."""
    home = server_home.locate(settings)
    with server_home.explained(home):
        if not home.exists():
            return
        with _alone(home):
            if (state := server_home.read_state(home)) is not None and state.pid is not None:
                while _runs(home, state):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(state.pid, signal.SIGKILL)
                    time.sleep(0.02)
            shutil.rmtree(home)


@contextlib.contextmanager
def set_aside(settings: Settings) -> Iterator[tuple[Path, bool]]:
    """No server runs in the home while the block runs, and none is started in it.

    Yields the home, and whether one ran, which has been stopped. Raises LocalServerFailed where there is no home.
    """
    home = server_home.locate(settings)
    with server_home.explained(home):
        if server_home.read_state(home) is None:
            raise LocalServerFailed(f"there is no managed Neo4j in {home}: `innercircle up` makes one")
        with _alone(home):
            state = server_home.read_state(home)
            ran = state is not None and _end(home, state)
            _settle(home)
            yield home, ran


def _end(home: Path, state: State) -> bool:
    """The server that is noted does not run any more; False if it did not before."""
    if state.pid is None or not _runs(home, state):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _runs(home, state):
        if time.monotonic() > deadline:
            raise LocalServerFailed(
                f"Neo4j in {home} (pid {state.pid}) still runs {STOP_SECONDS} s after it was asked "
                "to stop: wait, or end it with kill -9, which loses no committed fact"
            )
        time.sleep(0.05)
    server_home.write_state(home, replace(state, pid=None))
    return True


def _settle(home: Path) -> None:
    """Nothing is left of a compaction that was killed: its servers have ended, and one of the stores is there."""
    for each in server_home.parts_of_compaction(home):
        if (state := server_home.read_state(each)) is not None:
            _end(each, state)
    server_home.settle(home)


def _alone(home: Path) -> contextlib.AbstractContextManager[None]:
    return exclusive(home / "lock", work=f"starting or stopping the Neo4j in {home}")


def _server(home: Path, state: State) -> Server:
    return Server(
        uri=f"bolt://127.0.0.1:{state.bolt_port}",
        user="neo4j",
        password=server_home.password(home),
        browser_url=f"http://localhost:{state.http_port}/browser/",
        pid=state.pid or 0,
        version=state.version,
        home=home,
    )


_CHILDREN: list[tuple[Path, subprocess.Popen[bytes]]] = []
"Servers that this process started: kept to be reaped, and because Python warns of a child that it drops."


def _start_new(
    settings: Settings,
    home: Path,
    last: State | None,
    progress: Progress | None,
    configuration: Mapping[str, str],
) -> State:
    server_home.check_age(home, last, settings.neo4j_version)
    program = java.find(settings)
    with server_home.explained(settings.cache):
        folder = fetch(settings, progress=progress)
    server_home.check_space(home)
    if progress:
        progress(f"starting Neo4j {settings.neo4j_version}: about 10 seconds")
    # Two that start side by side would choose the same ports, and the one would answer for the other.
    with (
        server_home.explained(settings.cache),
        exclusive(settings.cache / "starting.lock", work="starting a Neo4j of another home"),
    ):
        for attempts_left in (2, 1, 0):
            state = _launch(settings, home, last, program, folder, configuration)
            try:
                _wait_until_ready(home, state)
            except LocalServerFailed as error:
                # A port that was free when we looked may be gone when Java asks for it: choose again.
                if not attempts_left or "already in use" not in str(error):
                    raise
            else:
                break
    return state


def _launch(
    settings: Settings,
    home: Path,
    last: State | None,
    program: Path,
    folder: Path,
    configuration: Mapping[str, str],
) -> State:
    """A server of this home was started; it does not answer yet."""
    bolt_port, http_port = server_home.choose_ports(settings, last)
    state = State(settings.neo4j_version, bolt_port, http_port)
    server_home.write_configuration(settings, home, state, configuration)
    server_home.set_password(home, program, folder)
    logs, scratch = home / "logs", home / "tmp"
    (logs / "neo4j.log").unlink(missing_ok=True)  # so that what it says is about this start
    shutil.rmtree(scratch, ignore_errors=True)  # a killed server leaves the unpacked Browser behind
    scratch.mkdir()
    browser = add_files(folder, scratch)
    # The first Browser on the path is the one that is served.
    class_path = ":".join(str(jars) for jars in (browser, folder / "*") if jars)
    with (logs / "console.log").open("wb") as console:
        child = subprocess.Popen(
            [
                str(program),
                f"-Xms{min(512, settings.heap_megabytes)}m",
                f"-Xmx{settings.heap_megabytes}m",
                "-XX:+UseG1GC",
                f"-XX:ErrorFile={logs}/java-error-%p.log",
                f"-Djava.io.tmpdir={scratch}",
                *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
                "-Dfile.encoding=UTF-8",
                "-cp",
                class_path,
                main_class(folder, settings.neo4j_version),
                f"--home-dir={home}",
                f"--config-dir={home}/conf",
            ],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,  # Control-C in the terminal is not meant for the server
        )
    _CHILDREN.append((home, child))
    state = replace(state, pid=child.pid)
    server_home.write_state(home, state)
    return state


def _wait_until_ready(home: Path, state: State) -> None:
    deadline, refusals = time.monotonic() + START_SECONDS, 0
    try:
        while (answer := _answer(home, state)) != "ready":
            if not _runs(home, state):
                server_home.write_state(home, replace(state, pid=None))
                raise LocalServerFailed(
                    f"Neo4j did not start: {server_home.reason_of_end(home)} (from {home}/logs/neo4j.log)"
                )
            if time.monotonic() > deadline:
                raise LocalServerFailed(
                    f"Neo4j (pid {state.pid}) is still starting after {START_SECONDS} s: "
                    f"{home}/logs/neo4j.log tells what it does; `innercircle up` waits for it again"
                )
            refusals += answer == "refused"
            if refusals > REFUSALS:
                raise LocalServerFailed(
                    f"Neo4j in {home} runs (pid {state.pid}) and refuses the password in {home}/password: "
                    "if you changed it, write the new one there"
                )
            # A refusal may come from the server of another home, on a port that both chose: ours ends soon.
            # More haste would make that server lock its user out.
            time.sleep(1 if answer == "refused" else 0.05)
    except KeyboardInterrupt:
        if state.pid and _runs(home, state):
            os.kill(state.pid, signal.SIGTERM)
        raise


def _answer(home: Path, state: State) -> Literal["ready", "refused", "silent"]:
    """What comes from the ports: ready means the right version, a login, and an open Bolt port."""
    login = base64.b64encode(f"neo4j:{server_home.password(home)}".encode()).decode()
    # http.client, because urllib would go through a proxy that the environment names
    web = http.client.HTTPConnection("127.0.0.1", state.http_port, timeout=10)
    try:
        web.request("GET", "/", headers={"Accept": "application/json"})
        response = web.getresponse()
        if response.status != http.client.OK or state.version not in response.read().decode():
            return "silent"
        web.request("GET", "/db/", headers={"Authorization": f"Basic {login}"})  # 404 after a login
        if web.getresponse().status in (http.client.UNAUTHORIZED, http.client.TOO_MANY_REQUESTS):
            return "refused"
        socket.create_connection(("127.0.0.1", state.bolt_port), timeout=5).close()
    except (OSError, http.client.HTTPException):
        return "silent"
    finally:
        web.close()
    return "ready"


def _runs(home: Path, state: State) -> bool:
    """The noted pid is a server of this home. The pid alone says little: others are given it later."""
    for of, child in _CHILDREN[:]:
        if child.poll() is not None:  # reaped: a dead child would stay in the list of processes
            _CHILDREN.remove((of, child))
        elif child.pid == state.pid:  # its command line is empty for a moment after the start
            return of == home
    return state.pid is not None and _home_arguments(home) in _command_line(state.pid)


def _home_arguments(home: Path) -> str:
    """What tells a server from those of other homes; both together, because a path may hold spaces."""
    return f"--home-dir={home} --config-dir={home}/conf"


def _command_line(pid: int) -> str:
    """How a process was started; empty if there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    told = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout
