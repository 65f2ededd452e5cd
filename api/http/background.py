"""Work that requests leave for later, done by threads of the service; nobody waits for it.

The threads put refusals on record after the answer. They pass on changes that still wait because the service or
Neo4j ended in between. They watch the room on Neo4j's disk.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from graph.audit import refusals
from graph.errors import InnerCircleError
from graph.rating import catch_up
from graph.store.client import Database

LOG = logging.getLogger("innercircle.api")
AGAIN_SECONDS = 5.0
"After which work that could not be done is tried again."
EVERY_SECONDS = 60.0
"After which a thread looks for work by itself."
LOOK_SECONDS = 2.0
"Between two looks at the room on the disk, for other programs fill it too."
GRACE_SECONDS = 5.0
"A request that has run out of time may still work for so long."
STOP_SECONDS = 15.0
"How long the service, when it ends, waits for the work of a thread."
Use = Callable[[], AbstractContextManager[Database]]


class Afterwards:
    """The work that an earlier service left is done at the start, and new work while this one runs."""

    def __init__(self, use: Use, request_seconds: float):
        """use: opens the database, in order, for as long as a block runs."""
        self._request_seconds = request_seconds
        self._refusals = _Task(use, "refusals wait to be put on record", _recorded)
        self._changes = _Task(use, "what requests changed waits to be passed on", self._passed_on)
        self._room = _Task(use, "the room on the disk is not looked at", _looked, every_seconds=LOOK_SECONDS)

    def start(self) -> None:
        for each in (self._refusals, self._changes, self._room):
            each.start()

    def stop(self) -> None:
        """Nothing more is begun; what is left waits for the next start."""
        for each in (self._refusals, self._changes, self._room):
            each.end()
        for each in (self._refusals, self._changes, self._room):
            each.join()

    def record_refusals(self) -> None:
        """Refusals from before this call are on record a moment later."""
        self._refusals.wake()

    def _passed_on(self, database: Database) -> bool:
        longest = timedelta(seconds=self._request_seconds + GRACE_SECONDS)
        catch_up.pass_on_left(database, now=datetime.now(UTC), longest=longest)
        return True  # what could not be passed on waits for a run: it is not tried again at once


def _looked(database: Database) -> bool:
    database.look_at_room()
    return True


def _recorded(database: Database) -> bool:
    refusals.put_on_record(database)
    return True


class _Task:
    """One kind of work, in a thread of its own: it goes on whatever it meets."""

    def __init__(
        self,
        use: Use,
        waits: str,
        work: Callable[[Database], bool],
        *,
        every_seconds: float = EVERY_SECONDS,
    ):
        """waits: what the log says while it cannot be done. work: returns whether all of it is done."""
        self._use, self._waits, self._work, self._every = use, waits, work, every_seconds
        self._wanted, self._ending = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._ending.clear()
        self._wanted.set()
        self._thread = Thread(target=self._go_on, name=self._work.__name__, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._wanted.set()

    def end(self) -> None:
        self._ending.set()
        self._wanted.set()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _go_on(self) -> None:
        wait = self._every
        while True:
            self._wanted.wait(wait)
            if self._ending.is_set():
                return
            self._wanted.clear()
            wait = self._every if self._done() else AGAIN_SECONDS

    def _done(self) -> bool:
        try:
            with self._use() as database:
                return self._work(database)
        except InnerCircleError as error:
            why = error.code
        except Exception as error:  # the thread goes on, whatever it meets
            why = type(error).__name__
        LOG.warning("%s: %s", self._waits, why)
        return False
