"""A Neo4j database and the shipped queries that run in it.

The driver is known here and to what this stands on: sessions, transactions, retries and error_mapping.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import NotFound, NotRecorded, ParameterError, QueryRejected, StoreError, StoreUnavailable
from graph.store import deadlines, encryption, endings, queries, riders, sessions, watching
from graph.store.disk_space import Room, Watch
from graph.store.error_mapping import NOT_ONLINE_ADVICE, Gone, is_not_online, translated
from graph.store.joined_reads import joined
from graph.store.journal import Journal
from graph.store.queries import Query
from graph.store.retries import repeated
from graph.store.riders import Rider
from graph.store.transaction import Rows, Transaction, rows_of

T = TypeVar("T")
logging.getLogger("neo4j").addHandler(logging.NullHandler())
"What the driver says by itself goes where a log was set up, and not to the terminal, beside our error."
AGAIN = 3
"How often a transaction is begun anew because something was removed while it waited for it."


@dataclass(frozen=True)
class ServerInfo:
    version: str
    "e.g. 5.26.31"
    edition: str
    "community or enterprise"
    database_name: str
    "of the database that queries go to"


class Database:
    """One database, through one pool of connections. Safe to share between threads."""

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        *,
        name: str | None = None,
        authority: Path | None = None,
        timeout_seconds: float | None = None,
        room: Room | None = None,
        journal: Journal | None = None,
    ):
        """Nothing is connected yet: the first query connects. Raises ParameterError for a bad URI.

        name: of the database; None: the user's home database.
        authority: a file with the certificate that signs the server's, where the URI has `+s`; None: those that
        this machine trusts. Raises SettingInvalid for one that holds none.
        timeout_seconds: after which the server ends a read, a write, a statement or a transaction of several
        queries; None: its default. Batches are not ended.
        room: on the disk of the server, which every write needs; None: nobody here can see that disk.
        journal: where it is remembered outside the store what has ended; None: nowhere.
        """
        self.journal = journal
        self.uri, self.name, self.timeout_seconds = uri, name, timeout_seconds
        self._watch = Watch(room) if room else None
        address, trust = encryption.secured(uri, authority)
        try:
            self._driver = neo4j.GraphDatabase.driver(
                address,
                auth=(user, password),
                notifications_min_severity="OFF",  # tests/store turns warnings into failures instead
                connection_timeout=sessions.CONNECT_SECONDS,
                **trust,
            )
        except Exception as error:  # the driver imports what a scheme needs, and may lack it
            raise ParameterError(
                f"{uri!r} is not a Neo4j address such as bolt://127.0.0.1:7687: {error}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No connection is left open."""
        self._driver.close()

    def run(self, name: str, /, *, tags: Mapping[str, str] | None = None, **params: Any) -> Rows:
        """The rows of the shipped query `name`, in its own transaction or, for a batch, several.

        tags: shown with the transaction in SHOW TRANSACTIONS.
        A read or write is retried while the server says that the failure is transient; a batch is not.
        Raises ParameterError for missing or surplus parameters, and every StoreError.
        """
        query = queries.get(name)
        queries.check(query, params)
        if query.mode == "read" and not tags and riders.PENDING.get() is not None:
            return self.together((name, params))[0]
        text = neo4j.Query(query.text, metadata=dict(tags or {}))
        with watching.asked(name), translated(query.file):
            if query.mode in ("batch", "schema"):
                return self._auto(query, text, params)
            if query.mode == "read":  # one way there and back; in a transaction of its own there would be three
                return repeated(lambda: self._auto(query, text, params))
            return repeated(lambda: self._alone(lambda own: own.ask(query, params), tags))

    def together(self, *asked: tuple[str, Mapping[str, Any]]) -> list[Rows]:
        """The rows of each of these reads, given by name and parameters, by one way there and back.

        Raises as `run` does. Each sees what is committed when it is its turn, as if they were asked one by one.
        """
        if (rider := riders.take()) is None:
            return self._together(asked)
        with riders.kept(rider):
            given, *rows = self._together([(rider.name, rider.params), *asked])
        rider.judge(given)
        return rows

    def _together(self, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Rows]:
        names = [name for name, _ in asked]
        with _said(names):
            return repeated(lambda: self._in_one(joined(*names), asked, "read"))

    def write_once(
        self,
        write: tuple[str, Mapping[str, Any]],
        *reads: tuple[str, Mapping[str, Any]],
        timeout_seconds: float | None = None,
    ) -> list[Rows]:
        """The rows of a write and of reads after it, all in one transaction, by one way there and back.

        Nothing is repeated: where the connection is lost, nobody knows whether it was written (StoreUnavailable).
        timeout_seconds: as for `write`. Raises as `write` does.
        """
        names = [name for name, _ in reads]
        with _said([write[0], *names]):
            return self._in_one(joined(*names, after=write[0]), [write, *reads], "write", timeout_seconds)

    def _in_one(
        self,
        text: str,
        asked: Sequence[tuple[str, Mapping[str, Any]]],
        mode: str,
        timeout_seconds: float | None = None,
    ) -> list[Rows]:
        """The rows of each of these, whose joined text this is, from one statement that is its own transaction."""
        params: dict[str, Any] = {}
        for number, (name, given) in enumerate(asked):
            queries.check(queries.get(name), given)
            params |= {queries.parameter(each, number): value for each, value in given.items()}
        with self._session(mode) as session:
            result = session.run(neo4j.Query(text, timeout=self._timeout(timeout_seconds)), params)
            [record] = rows_of(result, drawn=any(queries.get(name).drawn for name, _ in asked))
            return list(record.values())

    @contextmanager
    def first(self, name: str, judge: Callable[[Rows], None], /, **params: Any) -> Iterator[None]:
        """The block's first read takes the read `name` along; `judge` sees its rows before the block sees its own.

        What `judge` raises ends the block, whatever becomes of it there, and also a block that raises by itself
        before it has read anything. Where the database fails, it is not asked again.
        """
        with riders.along(Rider(name, params, judge), self._ask_rider):
            yield

    def _ask_rider(self) -> None:
        """The rider, where there is one that was not asked yet, is asked by itself."""
        if (rider := riders.take()) is not None:
            with riders.kept(rider):
                given = self.run(rider.name, **rider.params)
            rider.judge(given)

    def _auto(self, query: Query, text: neo4j.Query, params: Mapping[str, Any]) -> Rows:
        """The rows of a text that is its own transaction, or several."""
        if query.mode == "read":
            text = neo4j.Query(text.text, metadata=text.metadata, timeout=self._timeout())
        with self._session(query.mode) as session:
            return rows_of(session.run(text, dict(params)), drawn=query.drawn)

    def _alone(
        self,
        work: Callable[[Transaction], T],
        tags: Mapping[str, str] | None,
        timeout_seconds: float | None = None,
    ) -> T:
        """What `work` gives in one write transaction, which is committed afterwards."""
        limit = self._timeout(timeout_seconds)
        with (
            self._session("write") as session,
            session.begin_transaction(metadata=dict(tags or {}), timeout=limit) as transaction,
        ):
            own = Transaction(transaction, self.journal)
            made = work(own)
            if not transaction.closed():
                transaction.commit()
        self._remember(own)
        return made

    def _remember(self, done: Transaction) -> None:
        """What ended with this transaction, which is committed, is in the journal. Raises NotRecorded."""
        if self.journal is None or not done.noted:
            return
        try:
            endings.flush(self, self.journal)
        except StoreError as error:  # whatever it is, the transaction is not to be done again
            raise NotRecorded(
                f"it is done, and goes into the journal in {self.journal.folder} with whatever ends next: {error}"
            ) from error

    def _timeout(self, seconds: float | None = None) -> float | None:
        """After which the server ends a transaction: never later than the work that it is a part of."""
        deadline = deadlines.current()
        given = [self.timeout_seconds if seconds is None else seconds, deadline.left() if deadline else None]
        return min((each for each in given if each is not None), default=None)

    def one(self, name: str, /, **params: Any) -> dict[str, Any]:
        """The single row of a query whose @result is `one`; a NotFound if there is none."""
        row = self.optional(name, **params)
        if row is None:
            raise NotFound(f"{name} found nothing for {params}")
        return row

    def optional(
        self, name: str, /, *, tags: Mapping[str, str] | None = None, **params: Any
    ) -> dict[str, Any] | None:
        """The only row of a query, or None."""
        rows = self.run(name, tags=tags, **params)
        if len(rows) > 1:
            raise QueryRejected(f"{queries.get(name).file}: at most one row was expected, {len(rows)} came")
        return rows[0] if rows else None

    def statement(self, text: str, **params: Any) -> Rows:
        """The rows of one statement that is not a shipped query: migrations and server commands."""
        return self._statement("schema", text, params)

    def _statement(self, mode: str, text: str, params: Mapping[str, Any]) -> Rows:
        with translated("statement"), self._session(mode) as session:
            return session.run(neo4j.Query(text, timeout=self._timeout()), dict(params)).data()

    @contextmanager
    def transaction(self, tags: Mapping[str, str] | None = None) -> Iterator[Transaction]:
        """Several queries in one write transaction: committed when the block ends, unless it raises or rolls back.

        Nothing is repeated: what the server calls transient is a StoreConflict, and so is a deadlock.
        """
        with (
            translated("transaction"),
            self._session("write") as session,
            session.begin_transaction(metadata=dict(tags or {}), timeout=self._timeout()) as transaction,
        ):
            own = Transaction(transaction, self.journal)
            yield own
            if not transaction.closed():
                transaction.commit()
        self._remember(own)

    def write(
        self,
        work: Callable[[Transaction], T],
        tags: Mapping[str, str] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> T:
        """The result of `work`, all of it in one write transaction, done again while the failure is transient.

        `work` may run more than once, so it does nothing but run queries. It also runs again if something that it
        had found was removed while it waited.
        timeout_seconds: after which the server ends the transaction; None: as for all of this database.
        """
        for _ in range(AGAIN):
            with suppress(Gone), translated("transaction"):
                return repeated(lambda: self._alone(work, tags, timeout_seconds))
        with translated("transaction"):
            return repeated(lambda: self._alone(work, tags, timeout_seconds))

    @contextmanager
    def rolled_back(self) -> Iterator[Transaction]:
        """A transaction whose writes are seen by its own queries and gone afterwards."""
        with (
            translated("rehearsal"),
            self._session("rehearsal") as session,
            session.begin_transaction(timeout=self._timeout()) as transaction,
        ):
            yield Transaction(transaction)
            if not transaction.closed():
                transaction.rollback()

    @contextmanager
    def run_lock(self, tags: Mapping[str, str]) -> Iterator[None]:
        """An open transaction that does nothing but show `tags` in SHOW TRANSACTIONS.

        The server ends it when this process dies, however it dies: that is what makes it a lock.
        """
        with translated("lock"), self._session("read") as session:
            # timeout 0: a default timeout of the server must not end the lock
            transaction = session.begin_transaction(metadata=dict(tags), timeout=0)
            transaction.run("RETURN 1").consume()
            try:
                yield
            finally:
                with suppress(driver_errors.Neo4jError, driver_errors.DriverError, OSError):
                    transaction.close()  # where the connection is lost, so is the lock

    @cached_property
    def called(self) -> str:
        """The name of this database on its server, also where it is the user's home database."""
        return self.server().database_name

    def server(self) -> ServerInfo:
        """What answers at the address, with its database online. Raises StoreUnavailable."""
        text = (
            "CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel' "
            "CALL db.info() YIELD name AS database "
            "RETURN versions[0] AS version, edition, database"
        )
        try:
            rows = self._statement("read", text, {})
        except StoreUnavailable as error:
            if not is_not_online(error.__cause__):
                raise
            raise StoreUnavailable(f"{NOT_ONLINE_ADVICE}; it says: {self._says()} ({error})") from error
        for row in rows:
            return ServerInfo(row["version"], row["edition"], row["database"])
        raise StoreUnavailable("the server does not say what it is")

    def _says(self) -> str:
        """What the server says of this database; it answers also where the database does not."""
        asked, given = (
            ("SHOW HOME DATABASE", {}) if self.name is None else ("SHOW DATABASE $name", {"name": self.name})
        )
        try:
            with self._session("read", database="system") as session:
                rows = session.run(f"{asked} YIELD currentStatus, statusMessage", given).data()
        except (driver_errors.Neo4jError, driver_errors.DriverError, OSError):
            return "nothing"
        return "; ".join(f"{row['currentStatus']}, {row['statusMessage']!r}" for row in rows) or "nothing"

    def look_at_room(self) -> None:
        """The reserve on the server's disk is as it should be; nothing is done for a disk that cannot be seen."""
        if self._watch is not None:
            with suppress(OSError):
                self._watch.room.keep()

    def _session(self, mode: str, database: str | None = None) -> AbstractContextManager[neo4j.Session]:
        self._ask_rider()  # whatever is done here, it is done for somebody who may
        return sessions.opened(self._driver, database or self.name, mode, self._watch)


@contextmanager
def _said(names: Sequence[str]) -> Iterator[None]:
    """These queries are asked in one text: watchers see it, and its errors name their files."""
    files = " with ".join(queries.get(name).file for name in names)
    with watching.asked("+".join(dict.fromkeys(names))), translated(files):
        yield


def utc(value: Any) -> datetime:
    """An instant of the driver, or of Python, with Python's UTC.

    Neo4j orders equal instants by their zones, and takes the driver's UTC for another zone than its own.
    """
    instant: datetime = value if isinstance(value, datetime) else value.to_native()
    return instant.astimezone(UTC)
