"""A disk that fills under eight writers, and a home that cannot be written; on a small file system in memory."""

import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from tests.drills.home import INNERCIRCLE, make_up, owing, own_community, served, variables_of
from tests.drills.leavings import ended
from tests.drills.outcome import CannotBeDoneHere, Outcome
from tests.drills.writers import Guard, judged, write_while
from tests.waiting import wait_for
from tests.whole_graph import differences, whole_graph

MEGABYTES = 1_200
LEFT = (150, 0)
"MB that another program leaves, in turn: too little to write, and none at all, which may end the database."
FULL_SECONDS = (2.0, 6.0)
COMMAND_SECONDS = 120.0
COMMANDS = (
    ("up",),
    ("load", "{files}"),
    ("rate", "reliability"),
    ("migrate",),
    ("import", "{files}"),
    ("compact",),
    ("key", "create"),
)
"What has to write in the home, or needs a server that has to."


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of its own. Raises CannotBeDoneHere."""
    with tempfile.TemporaryDirectory(prefix="innercircle-disk-") as name:
        _mounted("-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", name)
        try:
            yield Path(name)
        finally:
            wait_for(lambda: _unmounted(name))  # a process that was killed a moment ago may still have a file open


def _unmounted(name: str) -> bool:
    return subprocess.run(["umount", name], check=False, capture_output=True).returncode == 0


def _mounted(*words: str) -> None:
    done = subprocess.run(["mount", *words], check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotBeDoneHere(f"no file system can be mounted: {done.stderr.strip()}")


def full(times: int, *, guard: Guard = Guard.WHOLE) -> Outcome:
    """Another program fills the disk so often under eight writers, for some seconds each."""
    with small_disk() as disk, own_community(disk) as settings, served(settings) as service:
        members, begun = owing(settings), time.monotonic()

        def disturb(further: Callable[[], None]) -> None:
            for number in range(times):
                further()
                _fill(disk, LEFT[number % len(LEFT)])
                time.sleep(random.uniform(*FULL_SECONDS))
                (disk / "ballast").unlink()
                local.start(settings)  # as `innercircle up`: a database that was ended is opened again

        told = write_while(service.url, members, guard, disturb)
        service.stop()
        return ended(judged(settings, told), settings, begun=begun)


def _fill(disk: Path, leave: int) -> None:
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - leave * 2**20
    if size > 0:
        with (disk / "ballast").open("ab") as stream:
            os.posix_fallocate(stream.fileno(), 0, size)
    else:
        (disk / "ballast").touch()


def read_only(times: int, *, writable: bool = False) -> Outcome:
    """Each command in a home that cannot be written: it ends, says why in one line, and nothing is changed."""
    seen, tried = list[str](), 0
    with small_disk() as disk, tempfile.TemporaryDirectory() as name, own_community(disk) as settings:
        make_up(Path(name))
        with connect(settings) as database:
            before = whole_graph(database)
        begun = time.monotonic()
        for _ in range(times):
            local.stop(settings)
            if not writable:
                _mounted("-o", "remount,ro", str(disk))
            try:
                for words in COMMANDS:
                    tried += 1
                    seen += _refused(settings, [word.format(files=name) for word in words])
            finally:
                if not writable:
                    _mounted("-o", "remount,rw", str(disk))
            local.start(settings)
            with connect(settings) as database:
                seen += [f"lost: {each[:200]}" for each in differences(whole_graph(database), before)]
        return Outcome(tried, tried - len(seen), len(seen), 0, 0, time.monotonic() - begun, tuple(seen))


def _refused(settings: Settings, words: list[str]) -> list[str]:
    """What is wrong with how the command ended."""
    try:
        done = subprocess.run(
            [*INNERCIRCLE, *words],
            env=os.environ | variables_of(settings),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"lost: {' '.join(words)} did not end in {COMMAND_SECONDS:.0f} s"]
    if done.returncode == 1 and done.stderr.startswith("error: ") and "Traceback" not in done.stderr:
        return []
    return [f"lost: {' '.join(words)} ended with {done.returncode}: {done.stderr[-300:]}"]
