"""Sessions of the driver, which end with the deadline of the work, and what they write where the disk is full."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import StoreFull
from graph.store import deadlines
from graph.store.disk_space import Watch

CONNECT_SECONDS = 5
"To an address that does not answer."
ACQUIRE_SECONDS = 10
"For a connection that has logged in; above the one before, which is a part of it."
WRITING = {"write", "batch", "schema"}
"The modes of what commits."


@contextmanager
def opened(driver: neo4j.Driver, database: str | None, mode: str, watch: Watch | None) -> Iterator[neo4j.Session]:
    """A session that ends at the deadline of its work, even while it waits for the server.

    A write begins only if there is room on the disk, and is ended when the room runs out.
    database: None, the user's home database. mode: that of a query file, or `rehearsal`. watch: None where nobody
    here can see the disk.
    """
    deadline = deadlines.current()
    sessions: list[neo4j.Session] = []

    def hang_up() -> None:
        for session in sessions:
            _hang_up(session)

    with ExitStack() as stack:
        if watch is not None and mode in WRITING:
            stack.enter_context(_with_room(watch, hang_up))
        if deadline is not None:
            stack.enter_context(deadline.watched(hang_up))
        seconds = min(ACQUIRE_SECONDS, deadline.left()) if deadline else ACQUIRE_SECONDS
        session = driver.session(
            database=database,
            default_access_mode=neo4j.READ_ACCESS if mode == "read" else neo4j.WRITE_ACCESS,
            fetch_size=10_000,
            connection_acquisition_timeout=seconds,
        )
        sessions.append(session)
        yield stack.enter_context(session)


def _hang_up(session: neo4j.Session) -> None:
    """The session waits for the server no longer. The driver has no way to say so from another thread."""
    connection = getattr(session, "_connection", None)
    if connection is not None:
        with suppress(Exception):
            connection.kill()


@contextmanager
def _with_room(watch: Watch, hang_up: Callable[[], None]) -> Iterator[None]:
    """There is room for what the block writes. Raises StoreFull if there is none, or if it runs out meanwhile."""
    with watch.over(hang_up) as writing:
        try:
            yield
        except driver_errors.IncompleteCommit:
            raise  # nobody knows whether it is there, whyever it was ended
        except Exception as error:
            if writing.ended:
                raise StoreFull(
                    f"the disk of {watch.room.home} became full, and what was being written was ended: what was "
                    "committed is there. Free some room on that disk, and do it again"
                ) from error
            raise
