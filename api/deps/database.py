"""The database of the service: opened when possible, and checked before its first use."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from graph.errors import InnerCircleError, ParameterError, QueryRejected, SettingInvalid, StoreUnavailable
from graph.store import migrations
from graph.store.client import Database, ServerInfo

LOG = logging.getLogger("innercircle.api")


class Store:
    """One database for all requests; it may be away when the service starts, and go and come while it runs."""

    def __init__(self, connect: Callable[[], Database]):
        """connect: opens the database, and may raise what graph.server.connect.connect raises."""
        self._connect = connect
        self._database: Database | None = None
        self._lock = Lock()
        self.in_order = False
        "whether the database was found to answer, with every migration, and has answered since"

    def open(self) -> None:
        """The database is open and in order, or the log says why not."""
        try:
            self.prove()
        except InnerCircleError as error:
            LOG.warning("not ready: %s", error)

    def close(self) -> None:
        """No connection is left open."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database, self.in_order = None, False

    def prove(self) -> ServerInfo:
        """The database answers and has every migration; returns what it is.

        Raises StoreUnavailable, SettingInvalid, LocalServerFailed, MigrationPending, MigrationEdited.
        """
        in_order = False
        try:
            database = self._opened()
            # Asked first because it fails at once: without a connection a query is repeated for 15 s.
            server = database.server()
            migrations.require(database)
            in_order = True
        except QueryRejected as error:
            raise StoreUnavailable(f"the database refuses the simplest queries: {error}") from error
        finally:
            self.in_order = in_order
        return server

    @contextmanager
    def use(self, *, proved: bool = False) -> Iterator[Database]:
        """The database, checked. If a request found it away, the next one checks it again before use.

        proved: the caller has had it checked; nothing is waited for here.
        """
        if not (proved or self.in_order):
            self.prove()
        try:
            yield self._opened()
        except StoreUnavailable:
            self.in_order = False
            raise

    def _opened(self) -> Database:
        with self._lock:
            if self._database is None:
                try:
                    self._database = self._connect()
                except ParameterError as error:  # no fault of the request that happens to come first
                    raise SettingInvalid(f"INNERCIRCLE_NEO4J_URI: {error}") from error
            return self._database
