"""The folder of a managed Neo4j: what it holds, and whether a server can be started in it.

HOME/conf/        neo4j.conf, written anew from the settings at every start
HOME/data/        the database
HOME/logs/        neo4j.log says why a server did not start
HOME/password     generated, mode 0600
HOME/server.json  the version and ports of the last start, and the pid while it runs
HOME/serving.json where the API of this home answers, while it does
HOME/workers-*/   where the workers of one API count what a caller may ask, while there are several

HOME/journal/     what has ended, to be kept when the rest is lost; INNERCIRCLE_JOURNAL names another place
HOME/backing-up/  there while `innercircle backup` is at work
HOME/reserve      room that is kept from other programs, and given back to Neo4j where little is left
HOME/plugins/     jars that somebody put there for Neo4j to load as well; we make no such folder
HOME/torn/        copies of files of transactions that a full disk has torn, from before they were repaired
HOME/read-only    there in a home whose server takes no writes: an inspection copy

While `innercircle compact` is at work there are also
HOME/compacting/  two homes of servers for it alone: `old` reads the data, `new` writes a fresh store
HOME/data.new/    the fresh store, complete and checked; from here on it takes the place of the data
HOME/data.old/    the data before, about to be removed
`innercircle import` has HOME/importing/ (bulk_import.py), and makes HOME/data.new in its own way.
"""

import contextlib
import errno
import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.server import browser, jars
from graph.settings import Settings
from graph.store.disk_space import LOG_MEGABYTES

PLUGINS = "plugins"
"Where Neo4j looks for procedures by itself."
FREE_MEGABYTES = 450
"A fresh home takes 130 MB, most of it transaction logs that are set aside in advance; the rest is for writes."
AGAIN_MEGABYTES = 64
"For a home that has a database: enough to open it, to read, and to close it."


@dataclass(frozen=True)
class State:
    """What server.json holds. The ports stay when the server stops, so that it gets them again."""

    version: str
    bolt_port: int
    http_port: int
    pid: int | None = None


def locate(settings: Settings) -> Path:
    return settings.home.expanduser().resolve()


def read_state(home: Path) -> State | None:
    """The last start in this home; None before the first. Raises LocalServerFailed for a broken file."""
    file = home / "server.json"
    try:
        return State(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise LocalServerFailed(
            f"{file} cannot be understood ({error}): when no server of this home runs, delete it"
        ) from error


def write_state(home: Path, state: State) -> None:
    put(home / "server.json", json.dumps(asdict(state)) + "\n")


def put(file: Path, text: str, *, mode: int = 0o666) -> None:
    """The file of a home says this: a full disk or a kill leaves the old one, never half of a new one."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=mode)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def check_age(home: Path, last: State | None, version: str) -> None:
    """This version can open the data. Raises LocalServerFailed when a newer one used them last."""
    if last and jars.order(last.version) > jars.order(version):
        raise LocalServerFailed(
            f"{home} was last used by Neo4j {last.version}, whose data {version} cannot open: "
            f"set INNERCIRCLE_NEO4J_VERSION={last.version}, or another INNERCIRCLE_HOME"
        )


def free_megabytes(home: Path) -> int:
    """The space on the disk that the home is on, or will be on."""
    there = next(path for path in (home, *home.parents) if path.exists())
    return shutil.disk_usage(there).free // 2**20


def check_space(home: Path) -> None:
    """A server has room to start; the reserve is given back if that makes it. Raises LocalServerFailed."""
    needed = needed_megabytes(home)
    if free_megabytes(home) < needed:
        (home / "reserve").unlink(missing_ok=True)
    if (free := free_megabytes(home)) < needed:
        raise LocalServerFailed(
            f"only {free} MB are free in {home}: Neo4j needs {needed} MB to start; "
            "free some, or set INNERCIRCLE_HOME to another disk"
        )


def needed_megabytes(home: Path) -> int:
    """What a server needs to start in it."""
    return AGAIN_MEGABYTES if (home / "data" / "databases" / "neo4j").exists() else FREE_MEGABYTES


def port_is_free(port: int) -> bool:
    """Nothing listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        # As Java does: without it, a port that was closed a minute ago looks taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose_ports(settings: Settings, last: State | None) -> tuple[int, int]:
    """Free ports for Bolt and HTTP: those asked for, else the last ones, the usual ones, or any.

    Raises LocalServerFailed when one that was asked for is taken.
    """
    return (
        _choose("BOLT_PORT", settings.bolt_port, [last.bolt_port] if last else [], usual=7687),
        _choose("HTTP_PORT", settings.http_port, [last.http_port] if last else [], usual=7474),
    )


def _choose(name: str, asked: int, last: list[int], *, usual: int) -> int:
    if asked:
        if not port_is_free(asked):
            raise LocalServerFailed(
                f"INNERCIRCLE_{name}={asked}: another program listens on this port of 127.0.0.1; "
                "end it, or set another port, or 0 for any free one"
            )
        return asked
    for port in (*last, usual):
        if port_is_free(port):
            return port
    return any_port()


def write_configuration(settings: Settings, home: Path, state: State, more: Mapping[str, str]) -> None:
    """conf/neo4j.conf says what the settings say, and more. Neo4j does not start where it does not know a line."""
    lines = {
        "server.directories.data": home / "data",
        "server.directories.logs": home / "logs",
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f":{state.bolt_port}",
        "server.bolt.advertised_address": f"localhost:{state.bolt_port}",
        "server.http.listen_address": f":{state.http_port}",
        "server.http.advertised_address": f"localhost:{state.http_port}",
        # The heap is set on the command line; said here too, so that SHOW SETTINGS tells the truth.
        "server.memory.heap.initial_size": f"{min(512, settings.heap_megabytes)}m",
        "server.memory.heap.max_size": f"{settings.heap_megabytes}m",
        "server.memory.pagecache.size": f"{settings.pagecache_megabytes}m",
        # If a connection brings nothing for twice as long, an answer was lost, and the driver asks again.
        "server.bolt.connection_keep_alive": "5s",
        # Transaction logs are for recovery only: nobody reads them later, and they hold what was removed since.
        "db.tx_log.rotation.size": f"{LOG_MEGABYTES}m",
        "db.tx_log.rotation.retention_policy": "keep_none",
        # After each checkpoint the logs before it go: on a small disk, writes wait for it no longer than this.
        "db.checkpoint.interval.time": "1m",
        # Community has no log of queries. Said all the same: their parameters are ids of persons.
        "db.logs.query.enabled": "OFF",
        "db.logs.query.parameter_logging_enabled": "false",
        "dbms.logs.http.enabled": "false",
        # When the databases are closed, nobody is left to wait for: its two waits of 5 s are for nothing.
        "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
        # Browser asks for it after a login. `localhost`, because only its hosts may give Browser a guide.
        "browser.post_connect_cmd": browser.opening(f"http://localhost:{state.http_port}/browser"),
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "dbms.security.allow_csv_import_from_file_urls": "false",
        **({"server.databases.default_to_read_only": "true"} if is_read_only(home) else {}),
        **more,
    }
    for name in ("conf", "data", "logs"):
        (home / name).mkdir(exist_ok=True)
    head = "# Written by innercircle at each start: edits are lost.\n"
    text = head + "".join(f"{name}={value}\n" for name, value in lines.items())
    (home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")


def make_read_only(home: Path) -> None:
    """From its next start on, by any program, the server of this home takes no writes."""
    (home / "read-only").touch()


def is_read_only(home: Path) -> bool:
    return (home / "read-only").exists()


def parts_of_compaction(home: Path) -> tuple[Path, Path]:
    """The homes of the servers that read the old store and write the fresh one."""
    return home / "compacting" / "old", home / "compacting" / "new"


def settle(home: Path) -> None:
    """HOME/data is one whole store, wherever a compaction was broken off, and nothing else is left of it.

    A fresh store that is complete is put in place; one that is not is removed. No server of this home runs.
    """
    data, fresh, former = home / "data", home / "data.new", home / "data.old"
    for part in parts_of_compaction(home):
        if (part / "data").is_symlink():  # to HOME/data, which stays
            (part / "data").unlink()
    shutil.rmtree(home / "compacting", ignore_errors=True)
    if fresh.exists():
        if data.exists():
            shutil.rmtree(former, ignore_errors=True)
            data.rename(former)
        fresh.rename(data)
    if former.exists() and data.exists():
        shutil.rmtree(former)
        shutil.rmtree(home / "torn", ignore_errors=True)
        shutil.rmtree(home / "logs", ignore_errors=True)  # of servers that had the former store


def any_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def password(home: Path) -> str:
    """Raises LocalServerFailed when it is gone: nothing else opens the data."""
    try:
        return (home / "password").read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise LocalServerFailed(
            f"{home}/password is gone, and the data there can only be opened with it: "
            "restore it, or move the home away to begin with an empty one"
        ) from error


def set_password(home: Path, program: Path, folder: Path) -> None:
    """The server takes the password in HOME/password; both are new before the first start.

    program, folder: the Java and the jars to run Neo4j's admin tool with.
    """
    file, known = home / "password", home / "data" / "dbms" / "auth.ini"
    if known.exists():
        password(home)
        return
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(24) + "\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(str(program), "-XX:TieredStopAtLevel=1", "-cp", f"{folder}/*", "org.neo4j.cli.AdminTool"),
            # @file: read by the tool, so that the password is on no command line for others to see
            *("dbms", "set-initial-password", f"@{file}"),
        ],
        env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not known.exists():
        raise LocalServerFailed(f"the first password could not be set: {(done.stderr or done.stdout).strip()}")


def reason_of_end(home: Path) -> str:
    """The innermost cause that the logs of the last start give."""
    lines: list[str] = []
    for name in ("neo4j.log", "console.log"):
        with contextlib.suppress(FileNotFoundError):
            lines += (home / "logs" / name).read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line for line in lines if line.strip("# ") and not line[0].isspace()]
    for sign in ("Caused by: ", "Exception in thread", " ERROR "):
        if causes := [line for line in told if sign in line]:
            return causes[-1].partition(sign)[2].strip()
    return " ".join(told[-3:]) or "it ended without a word"


@contextlib.contextmanager
def explained(home: Path) -> Iterator[None]:
    """An error of the file system is told as ours, with the file that it is about."""
    try:
        yield
    except OSError as error:
        where = error.filename or home
        if error.errno == errno.ENOSPC:
            raise LocalServerFailed(f"the disk is full ({where}): free some space") from error
        raise LocalServerFailed(f"{where} cannot be used: {error.strerror or error}") from error
