"""A Neo4j database and the shipped queries: the only importer of the driver.

Driver errors become ours here and nowhere else, most specific first, always `from` the cause.
"""

import random
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import (
    CommitUnknown,
    InnerCircleError,
    NotFound,
    ParameterError,
    QueryRejected,
    StoreConflict,
    StoreFull,
    StoreUnavailable,
)
from graph.store import deadlines, queries
from graph.store.disk_space import Room, Watch
from graph.text.plain import visible

Rows = list[dict[str, Any]]
T = TypeVar("T")
TIMED_OUT = ("TransactionTimedOut", "LockClientStopped")
"In the code of the server's error, whoever set the timeout; the second where it waited for a lock."
BROKEN_OFF = ("TransactionCommitFailed", "TransactionLogError")
"The database ended in the middle of a commit: nobody knows whether it is there until it was opened again."
NOT_ONLINE = ("TransactionStartFailed", "DatabaseUnavailable")
"It takes no queries: it did not open, or ended because of a fault of its disk."
VANISHED = "EntityNotFound"
"The same, where somebody removed a node that a query had found and waited for."
NOT_ONLINE_ADVICE = (
    "Neo4j answers, and its database is not online: `innercircle up` opens that of a managed one again, and the "
    "log of another one says why"
)
WRITING = {"write", "batch", "schema"}
"The modes of what commits."
AGAIN = 3
"How often a transaction is done anew because what it was about was removed while it waited."

CONNECT_SECONDS = 5
"To an address that does not answer."
ACQUIRE_SECONDS = 10
"For a connection that has logged in; above the one before, which is a part of it."
RETRY_SECONDS = 15
"How long a read or a write is repeated, while its failure is transient."
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 1.0

# What the operator has to put right, by the code of the server's error: no query of ours is at fault.
_PUT_RIGHT: tuple[tuple[str, str], ...] = (
    (
        "Security.CredentialsExpired",
        "the password of the user has expired: set a new one in Neo4j (on the database `system`: ALTER CURRENT "
        "USER SET PASSWORD FROM 'old' TO 'new'), and give it as INNERCIRCLE_NEO4J_PASSWORD",
    ),
    (
        "Security.AuthenticationRateLimit",
        "the server refuses the user for a while, after too many wrong passwords: set INNERCIRCLE_NEO4J_PASSWORD "
        "right, and wait some seconds",
    ),
    (
        "Security.Forbidden",
        "the user may not do this: INNERCIRCLE_NEO4J_USER needs to read, write and set up the database",
    ),
    (
        "Security.",
        "the server refused the user or password: set INNERCIRCLE_NEO4J_USER and INNERCIRCLE_NEO4J_PASSWORD right",
    ),
    (
        "Database.DatabaseNotFound",
        "the server has no database of this name: set INNERCIRCLE_NEO4J_DATABASE right (SHOW DATABASES lists "
        "them; the Community edition has `neo4j`)",
    ),
)

# Where a driver error lands, the most specific first: IncompleteCommit is a ServiceUnavailable, for example.
_MAPPING: tuple[tuple[type[Exception], type[InnerCircleError], str], ...] = (
    (
        driver_errors.IncompleteCommit,
        CommitUnknown,
        "the connection broke during a commit; repeating is safe",
    ),
    (driver_errors.AuthError, StoreUnavailable, "the server refused the user or password"),
    (driver_errors.ServiceUnavailable, StoreUnavailable, "no connection to Neo4j"),
    (driver_errors.SessionExpired, StoreUnavailable, "the connection to Neo4j was lost"),
    (driver_errors.ConstraintError, StoreConflict, "another writer stored the same id"),
    (driver_errors.DatabaseUnavailable, StoreUnavailable, "the database is not available"),
    (driver_errors.TransientError, StoreConflict, "the server asks to try again"),
    (driver_errors.Neo4jError, QueryRejected, "the server refused the query"),
    (driver_errors.DriverError, StoreUnavailable, "the driver failed"),
)


class Gone(StoreConflict):
    """What a transaction was about was removed while it waited: begun anew, it finds that it is not there."""


@dataclass(frozen=True)
class ServerInfo:
    version: str
    "e.g. 5.26.31"
    edition: str
    "community or enterprise"


class Database:
    """One database, through one pool of connections. Safe to share between threads."""

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        *,
        name: str = "neo4j",
        timeout_seconds: float | None = None,
        room: Room | None = None,
    ):
        """Nothing is connected yet: the first query connects. Raises ParameterError for a bad URI.

        timeout_seconds: after which the server ends a read, a write, a statement or a transaction of several
        queries; None: its default. Batches are not ended.
        room: on the disk of the server, which every write needs; None: nobody here can see that disk.
        """
        self.uri, self.name, self.timeout_seconds = uri, name, timeout_seconds
        self._watch = Watch(room) if room else None
        try:
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password),
                notifications_min_severity="OFF",  # tests/store turns warnings into failures instead
                connection_timeout=CONNECT_SECONDS,
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
        text = neo4j.Query(query.text, metadata=dict(tags or {}))
        with _translated(query.file):
            if query.mode in ("batch", "schema"):
                return self._auto(query.mode, text, params)
            if query.mode == "read":  # one way there and back; in a transaction of its own there would be three
                return _repeated(lambda: self._auto("read", text, params, timeout=True))
            return _repeated(lambda: self._alone(lambda own: own.run(name, **params), tags))

    def _auto(self, mode: str, text: neo4j.Query, params: Mapping[str, Any], *, timeout: bool = False) -> Rows:
        """The rows of a text that is its own transaction, or several."""
        if timeout:
            text = neo4j.Query(text.text, metadata=text.metadata, timeout=self._timeout())
        with self._session(mode) as session:
            return session.run(text, dict(params)).data()

    def _alone(
        self,
        work: Callable[["Transaction"], T],
        tags: Mapping[str, str] | None,
        timeout_seconds: float | None = None,
    ) -> T:
        """What `work` gives in one write transaction, which is committed afterwards."""
        limit = self._timeout(timeout_seconds)
        with (
            self._session("write") as session,
            session.begin_transaction(metadata=dict(tags or {}), timeout=limit) as transaction,
        ):
            made = work(Transaction(transaction))
            if not transaction.closed():
                transaction.commit()
            return made

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
        with _translated("statement"), self._session(mode) as session:
            return session.run(neo4j.Query(text, timeout=self._timeout()), dict(params)).data()

    @contextmanager
    def transaction(self, tags: Mapping[str, str] | None = None) -> Iterator["Transaction"]:
        """Several queries in one write transaction: committed when the block ends, unless it raises or rolls back.

        Nothing is repeated: what the server calls transient is a StoreConflict, and so is a deadlock.
        """
        with (
            _translated("transaction"),
            self._session("write") as session,
            session.begin_transaction(metadata=dict(tags or {}), timeout=self._timeout()) as transaction,
        ):
            yield Transaction(transaction)
            if not transaction.closed():
                transaction.commit()

    def write(
        self,
        work: Callable[["Transaction"], T],
        tags: Mapping[str, str] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> T:
        """What `work` gives, all its queries in one write transaction, done again while the failure is transient.

        `work` may run more than once, so it does nothing but run queries: also where something that it had found
        was removed while it waited.
        timeout_seconds: after which the server ends the transaction; None: as for all of this database.
        """
        for _ in range(AGAIN):
            with suppress(Gone), _translated("transaction"):
                return _repeated(lambda: self._alone(work, tags, timeout_seconds))
        with _translated("transaction"):
            return _repeated(lambda: self._alone(work, tags, timeout_seconds))

    @contextmanager
    def rolled_back(self) -> Iterator["Transaction"]:
        """A transaction whose writes are seen by its own queries and gone afterwards."""
        with (
            _translated("rehearsal"),
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
        with _translated("lock"), self._session("read") as session:
            # timeout 0: a default timeout of the server must not end the lock
            transaction = session.begin_transaction(metadata=dict(tags), timeout=0)
            transaction.run("RETURN 1").consume()
            try:
                yield
            finally:
                with suppress(driver_errors.Neo4jError, driver_errors.DriverError, OSError):
                    transaction.close()  # where the connection is lost, so is the lock

    def server(self) -> ServerInfo:
        """What answers at the address, with its database online. Raises StoreUnavailable."""
        text = (
            "CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel' "
            "RETURN versions[0] AS version, edition"
        )
        try:
            rows = self._statement("read", text, {})
        except StoreUnavailable as error:
            if not _is_not_online(error.__cause__):
                raise
            raise StoreUnavailable(f"{NOT_ONLINE_ADVICE}; it says: {self._says()} ({error})") from error
        for row in rows:
            return ServerInfo(version=row["version"], edition=row["edition"])
        raise StoreUnavailable("the server does not say what it is")

    def _says(self) -> str:
        """What the server says of this database; it answers also where the database does not."""
        try:
            with self._session("read", database="system") as session:
                rows = session.run(
                    "SHOW DATABASES YIELD name, currentStatus, statusMessage WHERE name = $name",
                    {"name": self.name},
                ).data()
        except (driver_errors.Neo4jError, driver_errors.DriverError, OSError):
            return "nothing"
        return "; ".join(f"{row['currentStatus']}, {row['statusMessage']!r}" for row in rows) or "nothing"

    def look_at_room(self) -> None:
        """The reserve on the server's disk is as it should be; nothing is done for a disk that cannot be seen."""
        if self._watch is not None:
            with suppress(OSError):
                self._watch.room.keep()

    @contextmanager
    def _session(self, mode: str, database: str | None = None) -> Iterator[neo4j.Session]:
        """A session that ends, and whatever is waited for in it, with the deadline of the work it is a part of.

        What commits begins only where there is room on the disk, and is ended when there is none any more.
        """
        deadline = deadlines.current()
        opened: list[neo4j.Session] = []

        def hang_up() -> None:
            for session in opened:
                _hang_up(session)

        with ExitStack() as stack:
            if self._watch is not None and mode in WRITING:
                stack.enter_context(_with_room(self._watch, hang_up))
            if deadline is not None:
                stack.enter_context(deadline.watched(hang_up))
            seconds = min(ACQUIRE_SECONDS, deadline.left()) if deadline else ACQUIRE_SECONDS
            session = self._driver.session(
                database=database or self.name,
                default_access_mode=neo4j.READ_ACCESS if mode == "read" else neo4j.WRITE_ACCESS,
                fetch_size=10_000,
                connection_acquisition_timeout=seconds,
            )
            opened.append(session)
            yield stack.enter_context(session)


def utc(value: Any) -> datetime:
    """An instant that the driver gave, as Python has it.

    Neo4j orders equal instants by their zones, and the driver's UTC comes back to it as another than its own.
    """
    instant: datetime = value.to_native().astimezone(UTC)
    return instant


class Transaction:
    """Queries inside one transaction."""

    def __init__(self, transaction: neo4j.Transaction | neo4j.ManagedTransaction):
        self._transaction = transaction

    def run(self, name: str, /, **params: Any) -> Rows:
        query = queries.get(name)
        queries.check(query, params)
        return _rows(self._transaction, query.text, params)

    def optional(self, name: str, /, **params: Any) -> dict[str, Any] | None:
        return next(iter(self.run(name, **params)), None)

    def rollback(self) -> None:
        """What was written is gone, and the transaction takes no further query."""
        if isinstance(self._transaction, neo4j.Transaction):
            self._transaction.rollback()


def _repeated(attempt: Callable[[], T]) -> T:
    """What the attempt gives, made again while it fails in a way that may pass, and there is time."""
    until, pause = time.monotonic() + RETRY_SECONDS, FIRST_PAUSE_SECONDS
    while True:
        try:
            return attempt()
        except (driver_errors.Neo4jError, driver_errors.DriverError) as error:
            if not error.is_retryable() or time.monotonic() + pause > until:
                raise
        if deadline := deadlines.current():
            deadline.left()
        time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  # two who wait for each other do not do so in step
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _hang_up(session: neo4j.Session) -> None:
    """The session waits for the server no longer. The driver has no way to say so from another thread."""
    connection = getattr(session, "_connection", None)
    if connection is not None:
        with suppress(Exception):
            connection.kill()


@contextmanager
def _with_room(watch: Watch, hang_up: Callable[[], None]) -> Iterator[None]:
    """What the block writes has room. Raises StoreFull where it has none, or none any more and it was ended."""
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


def _is_not_online(error: BaseException | None) -> bool:
    return any(name in (getattr(error, "code", None) or "") for name in NOT_ONLINE)


def _rows(transaction: neo4j.ManagedTransaction | neo4j.Transaction, text: str, params: Mapping[str, Any]) -> Rows:
    return transaction.run(text, dict(params)).data()


@contextmanager
def _translated(where: str) -> Iterator[None]:
    try:
        yield
    except (driver_errors.Neo4jError, driver_errors.DriverError) as error:
        if any(name in (getattr(error, "code", None) or "") for name in TIMED_OUT):
            raise StoreUnavailable(f"a query took too long and was ended ({where}): {error}") from error
        if "WriteOnReadOnly" in (getattr(error, "code", None) or ""):
            raise QueryRejected(f"this Neo4j takes no writes, as an inspection copy does not ({where})") from error
        if _is_not_online(error):
            raise StoreUnavailable(f"{NOT_ONLINE_ADVICE} ({where}): {error}") from error
        if any(name in (getattr(error, "code", None) or "") for name in BROKEN_OFF):
            raise CommitUnknown(
                f"the database ended during a commit; repeating is safe ({where}): {error}"
            ) from error
        if VANISHED in (getattr(error, "code", None) or ""):
            raise Gone(f"somebody removed it at that moment ({where}): {error}") from error
        for name, meaning in _PUT_RIGHT:
            if f".ClientError.{name}" in (getattr(error, "code", None) or ""):
                raise StoreUnavailable(f"{meaning} ({where}): {error}") from error
        for kind, ours, meaning in _MAPPING:
            if isinstance(error, kind):
                raise ours(f"{meaning} ({where}): {error}") from error
        raise
    except InnerCircleError:
        raise
    except UnicodeEncodeError as error:
        raise ParameterError(
            f"{visible(error.object)!r} holds a byte or half a character that is no text"
        ) from error
    except Exception as error:
        if not _is_of_the_driver(error):
            raise
        raise StoreUnavailable(f"the connection to Neo4j was lost ({where}): {error}") from error


def _is_of_the_driver(error: Exception) -> bool:
    """Whether it was raised inside the driver: a socket that is gone, or what it has no name of its own for."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame in frames]
    places = [place for place, name in enumerate(own) if name == "neo4j"]
    return bool(places) and "graph" not in own[places[-1] :]
