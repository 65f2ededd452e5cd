"""The process of a managed Neo4j: begun, known again by its command line, and ended."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.server.browser import add_files
from graph.server.home import PLUGINS, State, choose_ports, set_password, write_configuration, write_state
from graph.server.jars import main_class
from graph.settings import Settings

STOP_SECONDS = 30
# As Neo4j's own start script has them: it reaches into these packages of the JDK.
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")

_CHILDREN: list[tuple[Path, subprocess.Popen[bytes]]] = []
"Servers that this process started: kept to be reaped, and because Python warns of a child that it drops."


def launch(
    settings: Settings,
    home: Path,
    last: State | None,
    program: Path,
    folder: Path,
    configuration: Mapping[str, str],
) -> State:
    """A server of this home was started; it does not answer yet."""
    bolt_port, http_port = choose_ports(settings, last)
    state = State(settings.neo4j_version, bolt_port, http_port)
    write_configuration(settings, home, state, configuration)
    set_password(home, program, folder)
    logs, scratch = home / "logs", home / "tmp"
    (logs / "neo4j.log").unlink(missing_ok=True)  # so that what it says is about this start
    shutil.rmtree(scratch, ignore_errors=True)  # a killed server leaves the unpacked Browser behind
    scratch.mkdir()
    browser = add_files(folder, scratch)
    # The first Browser on the path is the one that is served. Plugins come last: what the server has, it keeps.
    class_path = ":".join(str(jars) for jars in (browser, folder / "*", home / PLUGINS / "*") if jars)
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
    write_state(home, state)
    return state


def runs(home: Path, state: State) -> bool:
    """The noted pid is a server of this home. The pid alone says little: others are given it later."""
    for of, child in _CHILDREN[:]:
        if child.poll() is not None:  # reaped: a dead child would stay in the list of processes
            _CHILDREN.remove((of, child))
        elif child.pid == state.pid:  # its command line is empty for a moment after the start
            return of == home
    return state.pid is not None and _home_arguments(home) in command_line(state.pid)


def end(home: Path, state: State, by: signal.Signals = signal.SIGTERM) -> bool:
    """The server that is noted does not run any more, and has closed its files; False if it did not run before."""
    if state.pid is None or not runs(home, state):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(state.pid, by)
    if not ends(home, state, within=STOP_SECONDS):
        raise LocalServerFailed(
            f"Neo4j in {home} (pid {state.pid}) still runs {STOP_SECONDS} s after it was asked "
            "to stop: wait, or end it with kill -9, which loses no committed fact"
        )
    write_state(home, replace(state, pid=None))
    return True


def ends(home: Path, state: State, *, within: float) -> bool:
    """Whether the server that is noted has ended, and closed its files, within so many seconds."""
    deadline = time.monotonic() + within
    while runs(home, state) or (state.pid is not None and _is_on_its_way_out(state.pid)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _home_arguments(home: Path) -> str:
    """What tells a server from those of other homes; both together, because a path may hold spaces."""
    return f"--home-dir={home} --config-dir={home}/conf"


def _is_on_its_way_out(pid: int) -> bool:
    """Whether its memory is gone already, and its files may be open still: seen on Linux alone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX" and command_line(pid) == ""


def command_line(pid: int) -> str:
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
