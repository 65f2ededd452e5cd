"""Refusals are put on record after they were answered, one after the other, by a thread of their own."""

import logging
from threading import Event, Thread

from api.store import Store
from graph import refusals
from graph.errors import InnerCircleError

LOG = logging.getLogger("innercircle.api")
AGAIN_SECONDS = 5.0
"After which it is tried again where it could not be done."


class Settling:
    """What was refused before `wake` was called is on record a moment later."""

    def __init__(self, store: Store):
        self._store = store
        self._wanted, self._ending = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """What an earlier service left is put on record too."""
        self._ending.clear()
        self._wanted.set()
        self._thread = Thread(target=self._settle_on, name="settling", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nothing is put on record any more; what is left waits for the next start."""
        self._ending.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Somebody was refused."""
        self._wanted.set()

    def _settle_on(self) -> None:
        again: float | None = None
        while True:
            self._wanted.wait(again)
            if self._ending.is_set():
                return
            self._wanted.clear()
            again = None if self._settled() else AGAIN_SECONDS

    def _settled(self) -> bool:
        try:
            with self._store.use() as database:
                refusals.settle(database)
        except InnerCircleError as error:
            LOG.warning("refusals wait to be put on record: %s", error.code)
            return False
        except Exception as error:  # the thread goes on, whatever it meets
            LOG.warning("refusals wait to be put on record: %s", type(error).__name__)
            return False
        return True
