"""Where the Neo4j of a session keeps its data: in memory where there is room, for they are thrown away.

Every commit waits until the disk says that it has it: some milliseconds each, and a session commits many thousand
times. What a full disk, a kill or a restart does to a home is tested in homes of those tests, on the disk.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from graph.errors import LocalServerFailed
from graph.server import local
from graph.settings import Settings

MEMORY = Path("/dev/shm")  # noqa: S108  # Linux has it; in a container it is often too small
NEEDED_MEGABYTES = 1536
"A home takes 300 MB with its reserve, and as much again for each copy of it that a test makes."
HELD = "held"


@contextmanager
def session_home(otherwise: Path, memory: Path = MEMORY) -> Iterator[Path]:
    """A folder that is not there yet, of which nothing is left afterwards: in memory, or else in `otherwise`."""
    if not _is_fit(memory):
        yield otherwise / "home"
        shutil.rmtree(otherwise / "home", ignore_errors=True)
        return
    mine = f"innercircle-tests-{os.getuid()}-"
    with FileLock(memory / f"{mine}lock"):
        for each in memory.glob(f"{mine}*/"):
            _forget_if_left(each)
        place = Path(tempfile.mkdtemp(prefix=mine, dir=memory))
        held = FileLock(place / HELD)
        held.acquire()
    try:
        yield place / "home"
    finally:
        held.release()
        shutil.rmtree(place, ignore_errors=True)


def _is_fit(memory: Path) -> bool:
    """There is room, and Java may load what it unpacks there."""
    if not memory.is_dir() or not os.access(memory, os.W_OK):
        return False
    found = os.statvfs(memory)
    return found.f_bavail * found.f_frsize >= NEEDED_MEGABYTES * 2**20 and not found.f_flag & os.ST_NOEXEC


def _forget_if_left(place: Path) -> None:
    """What a session that was killed has left, its server among it, is gone; what a session holds stays."""
    try:
        with FileLock(place / HELD, timeout=0), suppress(LocalServerFailed):
            local.discard(Settings(home=place / "home"))
    except Timeout:
        return
    shutil.rmtree(place, ignore_errors=True)
