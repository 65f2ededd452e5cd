"""Deadlines: the time by which a piece of work has to end, whatever it waits for.

The service sets a deadline for each request (api/http/time_limit.py), and waiting for the database heeds it. Work
without a deadline takes as long as it takes. A deadline goes along into the threads of its work.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from graph.errors import StoreUnavailable

CURRENT: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    """The deadline of one piece of work. Safe between threads."""

    def __init__(self, seconds: float):
        self._at = time.monotonic() + seconds
        self._waits: set[Callable[[], None]] = set()
        self._lock = Lock()

    def left(self) -> float:
        """Seconds, above 0. Raises StoreUnavailable where there is no time left."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise StoreUnavailable("the time for this request is over")
        return left

    @contextmanager
    def watched(self, hang_up: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `hang_up`, which ends all waiting, is called when the time is over."""
        with self._lock:
            self._waits.add(hang_up)
        try:
            yield
        finally:
            with self._lock:
                self._waits.discard(hang_up)

    def expire(self) -> None:
        """Ends all waiting. It is called again for as long as the work has not ended."""
        self._at = min(self._at, time.monotonic())
        with self._lock:
            waits = list(self._waits)
        for hang_up in waits:
            hang_up()


def current() -> Deadline | None:
    """The deadline of the work that is being done here."""
    return CURRENT.get()
