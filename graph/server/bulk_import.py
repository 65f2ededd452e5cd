"""A fresh store for a managed Neo4j, made by Neo4j's own bulk importer from files, in place of the empty one.

HOME/importing/files   the importer's files, for the owner's eyes only
HOME/importing/home    the home of a server that nobody knows of: the importer writes its store, and the server
                       makes the constraints there
HOME/importing.lock    held while an import is at work

Until the fresh store is complete, the old one is not touched, and from then on it takes its place in the way that
compaction does. Wherever this is killed, the next start, `compact` or `import` finds one whole store and removes
the files (`forget`).
"""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from graph.errors import LocalServerFailed, Refused
from graph.server import admin_tool, jars, java, process
from graph.server.admin_tool import NOTED, TOOL
from graph.server.home import (
    FREE_MEGABYTES,
    State,
    any_port,
    free_megabytes,
    read_state,
    write_configuration,
    write_state,
)
from graph.server.java import MISSING_EXTRA
from graph.settings import Settings

DATABASE = "neo4j"
CAUSE = re.compile(r"^Caused by: (?:[\w.$]+(?:Exception|Error): )*(.*(?:\n(?!\t|Caused by: ).*)*)", re.MULTILINE)
"What Java tells of an error, without the classes before it and the places in the code behind it."
STORE_OF_FILES = 4
"A fresh store with its indexes takes at most so many times the room of the files."

Mark = tuple[str, str]
"The newest file of a store's transactions, and a hash of it."


def folder(home: Path) -> Path:
    return home / "importing"


@contextlib.contextmanager
def alone(home: Path) -> Iterator[Path]:
    """No other import into this home is at work. Yields an empty folder for files, which is gone afterwards.

    Raises Refused where another one is at work.
    """
    with _lock(home) as got:
        if not got:
            raise Refused(f"another import into {home} is at work: wait for it to end")
        _remove(home)
        files = folder(home) / "files"
        folder(home).mkdir(mode=0o700)
        files.mkdir(mode=0o700)
        try:
            yield files
        finally:
            _remove(home)


def forget(home: Path) -> None:
    """Nothing is left of an import that was killed; one that is at work is left alone."""
    if folder(home).exists():
        with _lock(home) as got:
            if got:
                _remove(home)


def mark(home: Path) -> Mark:
    """Differs from the mark of before if anything was committed to the graph since.

    Every transaction is appended to the newest file before anybody sees it, and nothing else is.
    """
    files = (home / "data" / "transactions" / DATABASE).glob("neostore.transaction.db.*")
    newest = max(files, key=lambda file: int(file.suffix[1:]))
    with newest.open("rb") as stream:
        return newest.name, hashlib.file_digest(stream, "sha256").hexdigest()


def prepare(settings: Settings, home: Path, files: Path) -> Settings:
    """The settings of the server that has the fresh store: its home has all that the old one has but the graph.

    No server of the old home runs. Raises LocalServerFailed for want of room.
    """
    size = sum(file.stat().st_size for file in files.iterdir()) // 2**20
    needed = FREE_MEGABYTES + STORE_OF_FILES * size
    if (free := free_megabytes(home)) < needed:
        raise LocalServerFailed(
            f"only {free} MB are free in {home}, and the store that is made of {size} MB of files needs up to "
            f"{needed} MB: nothing was changed. Free some room, or set INNERCIRCLE_HOME to another disk"
        )
    part = folder(home) / "home"
    part.mkdir(mode=0o700)
    shutil.copy(home / "password", part / "password")
    state = State(settings.neo4j_version, any_port(), any_port())
    write_state(part, state)
    shutil.copytree(home / "data", part / "data", ignore=lambda _folder, names: {DATABASE} & set(names))
    hidden = settings.model_copy(update={"home": part, "bolt_port": 0, "http_port": 0})
    write_configuration(hidden, part, state, {})
    return hidden


def run(settings: Settings, files: Path, arguments: Sequence[str], *, progress: Callable[[str], None]) -> None:
    """The store of this home is what the files say. Raises LocalServerFailed with what the importer says.

    settings: those of `prepare`. Takes the heap that they give a server, and as much beside it as its page cache
    and heap.
    """
    home = settings.home
    progress("writing the store")
    log, pid = home.parent / "importer.log", home.parent / "importer.pid"
    beside = settings.heap_megabytes + settings.pagecache_megabytes
    command = [
        *(*NOTED, str(pid)),
        str(java.find(settings)),
        f"-Xmx{settings.heap_megabytes}m",
        "-XX:+UseParallelGC",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in process.OPENED),
        "-cp",
        f"{jars.library(settings)}/*",
        *(TOOL, "database", "import", "full"),
        f"--max-off-heap-memory={beside}m",
        f"--report-file={home.parent}/report.txt",
        "--verbose",  # otherwise it says that the data are wrong, and not where
        *arguments,
        DATABASE,
    ]
    with log.open("wb") as out:
        child = subprocess.Popen(
            command,
            cwd=files,
            env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            code = child.wait()
        except BaseException:
            child.kill()
            child.wait()
            raise
    if code:
        raise LocalServerFailed(f"Neo4j's importer ended with {code}: {reason(log.read_text(errors='replace'))}")


def reason(told: str) -> str:
    """Why the importer ended, in what it told: a cause that has file, line and value, else the first one.

    Where it names no cause, its last words.
    """
    if causes := CAUSE.findall(told):
        return " ".join(next((cause for cause in causes if "\n" in cause), causes[0]).split())[:600]
    lines = [line.strip() for line in told.splitlines() if line.strip() and not line.startswith("\tat ")]
    return " ".join(lines[-6:])[-600:]


def pid_of(home: Path) -> Path:
    """Of the importer, or of what else writes the fresh store of this home."""
    return folder(home) / "importer.pid"


def put_in_place(home: Path) -> None:
    """The fresh store, complete, is the next one of this home: `settle` of home.py puts it there."""
    (folder(home) / "home" / "data").rename(home / "data.new")


@contextlib.contextmanager
def _lock(home: Path) -> Iterator[bool]:
    """Whether nobody else has the lock; it is held meanwhile."""
    try:
        import filelock
    except ImportError as error:
        raise LocalServerFailed(MISSING_EXTRA) from error
    try:
        with filelock.FileLock(home / "importing.lock", timeout=0):
            yield True
            return
    except filelock.Timeout:
        pass
    yield False


def _remove(home: Path) -> None:
    """Neither the importer nor a server of a part runs, and no file is left. Raises OSError where one stays."""
    part = folder(home) / "home"
    admin_tool.end(pid_of(home), folder(home))
    if (state := read_state(part)) is not None and state.pid is not None:
        while process.runs(part, state):  # its store goes, so it needs no good order
            with contextlib.suppress(ProcessLookupError):
                os.kill(state.pid, signal.SIGKILL)
            time.sleep(0.02)
    if folder(home).exists():
        shutil.rmtree(folder(home))
