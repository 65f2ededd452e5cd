"""The room on the disk of a managed Neo4j: writes end while enough is left for it to close in good order.

A full disk ends a Neo4j in the middle of a write. So every writer asks first, and writes are watched. Some room is
kept in a file, HOME/reserve, so that other programs cannot take it. When little room is left, it is given back to
Neo4j, and kept again when there is more.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from graph.errors import StoreFull

LOG_MEGABYTES = 64
"A file of transactions: Neo4j sets each aside in full before it writes there, and ends if it cannot."
RESERVE_MEGABYTES = 96
NEEDED_MEGABYTES = 160 + RESERVE_MEGABYTES
"Below this nothing is written: the next file of transactions, writes begun before the look, and the reserve."
ENDED_MEGABYTES = NEEDED_MEGABYTES - 24
"Below this, what is being written is ended."
LOW_MEGABYTES = 64
"Below this the reserve is given back."

LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Room:
    """The disk of one home, in MB (2**20 bytes)."""

    home: Path
    pagecache_megabytes: int

    def free(self) -> int:
        """What other programs see. Raises OSError."""
        disk = os.statvfs(self.home)
        return disk.f_bavail * disk.f_frsize // 2**20

    def reserved(self) -> int:
        """What the reserve takes."""
        with suppress(OSError):
            return (self.home / "reserve").stat().st_blocks * 512 // 2**20
        return 0

    def logs(self) -> int:
        """What the files of transactions take."""
        with suppress(OSError):
            files = (self.home / "data" / "transactions" / "neo4j").glob("neostore.transaction.db.*")
            return sum(file.stat().st_size for file in files) // 2**20
        return 0

    def spare(self) -> int:
        """What is left for writes and for closing: pages in memory take no more than was written."""
        return self.free() + self.reserved() - min(self.pagecache_megabytes, max(0, self.logs() - LOG_MEGABYTES))

    def keep(self) -> None:
        """The reserve is there if there is room for it, and given back where little is left."""
        file = self.home / "reserve"
        if self.free() < LOW_MEGABYTES:
            file.unlink(missing_ok=True)
        elif self.reserved() < RESERVE_MEGABYTES and self.spare() > NEEDED_MEGABYTES + 2 * RESERVE_MEGABYTES:
            try:
                _set_aside(file)
            except OSError:
                file.unlink(missing_ok=True)

    def demand(self) -> None:
        """There is room to write. Raises StoreFull, which says how much is free, how much is needed, and where."""
        if (spare := self.spare()) < NEEDED_MEGABYTES:
            raise StoreFull(
                f"only {max(0, spare)} MB are left on the disk of {self.home}, and Neo4j needs {NEEDED_MEGABYTES} "
                "MB to close in good order: nothing is written until there is room. Free some on that disk; what "
                "was committed is there, and the same can then be done again"
            )


def _set_aside(file: Path) -> None:
    size = RESERVE_MEGABYTES * 2**20
    with file.open("wb") as stream:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(stream.fileno(), 0, size)
        else:  # macOS
            for _ in range(RESERVE_MEGABYTES):
                stream.write(bytes(2**20))


@dataclass(eq=False)
class Writing:
    """Something that is being written."""

    hang_up: Callable[[], None]
    ended: bool = field(default=False)
    "Whether it was ended for want of room."


class Watch:
    """What a process writes is watched, by one thread while there is something. Safe between threads."""

    def __init__(self, room: Room):
        self.room = room
        self._under_way: set[Writing] = set()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def over(self, hang_up: Callable[[], None]) -> Iterator[Writing]:
        """While the block writes, `hang_up`, which ends it, is called when there is no room any more.

        Raises StoreFull if there is none at the start.
        """
        with suppress(OSError):  # a home that cannot be looked at: nothing is known of its disk
            self.room.keep()
            self.room.demand()
        writing = Writing(hang_up)
        with self._lock:
            self._under_way.add(writing)
            if self._thread is None:
                self._thread = Thread(target=self._go_on, name="room on disk", daemon=True)
                self._thread.start()
        try:
            yield writing
        finally:
            with self._lock:
                self._under_way.discard(writing)

    def _go_on(self) -> None:
        while True:
            with self._lock:
                under_way = list(self._under_way)
                if not under_way:
                    self._thread = None
                    return
            with suppress(OSError):
                self.room.keep()
                if self.room.spare() < ENDED_MEGABYTES:
                    for writing in under_way:
                        writing.ended = True
                        writing.hang_up()
            time.sleep(LOOK_SECONDS)
