"""What the workers of one service know together: limits of a caller, and answers on their way.

Each worker is a process, and a caller's requests come to any of them. So that a limit is the same whatever their
number, they count in one file of SQLite in the home. It is made anew at each start and is gone when the service
ends. It holds no name: askers and entities are hashed with a key that is in the memory of the service alone. A
worker that is killed leaves what ends by itself.
docs/decisions/0052-workers-count-in-one-file.md says why it is a file.
"""

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from api.http.in_flight import LONGEST_WAIT_SECONDS, UnderWay
from api.http.limits import AtOnce, Rates, too_many, too_many_at_once
from graph.errors import StoreUnavailable

SHAPE = """
CREATE TABLE bucket (asker BLOB PRIMARY KEY, left REAL, since REAL, full REAL) WITHOUT ROWID;
CREATE TABLE under_way (id INTEGER PRIMARY KEY AUTOINCREMENT, asker BLOB, until REAL);
CREATE TABLE answer (id INTEGER PRIMARY KEY AUTOINCREMENT, entities BLOB, until REAL);
"""
WAIT_SECONDS = 5.0
"For another worker's turn at the file; a turn takes less than a thousandth of that."
LOOK_SECONDS = 0.005
"Between two looks at whether answers of other workers have left."
TIDY_EVERY = 1_000
"Requests after which a worker takes out what has ended by itself."
HASH = 16


class SharedFile:
    """The file, as one worker has it open. Safe between threads."""

    def __init__(self, file: Path, key: bytes):
        """The file was shaped before. Raises StoreUnavailable where it is not there: a new one would count anew.

        key: of all workers of the service, at most 64 bytes.
        """
        self.file = file
        self._key = key
        self._lock = Lock()
        with self._faults_named():
            self._connection = _opened(file)

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """One transaction, with no other worker at the file. Raises StoreUnavailable."""
        with self._transaction("IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[sqlite3.Connection]:
        """The file as it is now, for reading; nobody waits for it. Raises StoreUnavailable."""
        with self._transaction("DEFERRED") as connection:
            yield connection

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        with self._faults_named(), self._lock:
            connection.execute(f"BEGIN {kind}")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # whatever failed, and be it the commit: what is left open would keep all workers out
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreUnavailable(f"the workers cannot count in {self.file}: {error}") from error

    def hashed(self, name: str) -> bytes:
        """What stands for the name in the file."""
        return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=HASH, key=self._key).digest()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def shape(file: Path) -> None:
    """The file, which is empty, is one in which workers can count. Raises OSError."""
    try:
        connection = _opened(file)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SHAPE)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise OSError(None, str(error)) from error


def _opened(file: Path) -> sqlite3.Connection:
    """A connection to a file that is there."""
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    # what is lost with the machine is not missed; a worker that is killed leaves the file whole
    connection.execute("PRAGMA synchronous = OFF")
    return connection


class SharedRates(Rates):
    """A bucket for each asker, whichever worker it asks."""

    def __init__(self, shared: SharedFile, kind: str, per_second: float, burst: int):
        """kind: tells the buckets of one limit from those of another."""
        super().__init__(per_second, burst)
        self._shared, self._kind = shared, kind
        self._taken = 0

    def take(self, asker: str, cost: int = 1, what: str = "requests") -> None:
        name = self._shared.hashed(f"{self._kind} {asker}")
        with self._shared.turn() as file:
            now = time.monotonic()  # of the machine, and so the same for all workers
            row = file.execute("SELECT left, since FROM bucket WHERE asker = ?", (name,)).fetchone()
            left, enough, kept = self.after(row or (float(self.burst), now), now, cost)
            full = now + (self.burst - kept[0]) / self.per_second
            file.execute("INSERT OR REPLACE INTO bucket VALUES (?, ?, ?, ?)", (name, *kept, full))
            self._taken += 1
            if self._taken % TIDY_EVERY == 0:  # a bucket that is full again is like one that was never used
                file.execute("DELETE FROM bucket WHERE full < ?", (now,))
        if not enough:
            raise too_many(what, self.wait(left, cost))


class SharedAtOnce(AtOnce):
    """So much of one kind at a time for each asker, whichever worker it asks."""

    def __init__(self, shared: SharedFile, most: int, seconds: float):
        """seconds: after which one that a killed worker has left is over."""
        super().__init__(most)
        self._shared, self._seconds = shared, seconds

    @contextmanager
    def one(self, asker: str) -> Iterator[None]:
        name, now = self._shared.hashed(asker), time.monotonic()
        with self._shared.turn() as file:
            file.execute("DELETE FROM under_way WHERE until < ?", (now,))
            (many,) = file.execute("SELECT count(*) FROM under_way WHERE asker = ?", (name,)).fetchone()
            if many >= self.most:
                raise too_many_at_once(self.most)
            mine = file.execute(
                "INSERT INTO under_way (asker, until) VALUES (?, ?)", (name, now + self._seconds)
            ).lastrowid
        try:
            yield
        finally:
            with _of_itself_otherwise(), self._shared.turn() as file:
                file.execute("DELETE FROM under_way WHERE id = ?", (mine,))


class SharedUnderWay(UnderWay):
    """The answers about others that are being made or sent, by whichever worker."""

    def __init__(self, shared: SharedFile, seconds: float):
        """seconds: after which an answer that a killed worker has left is over."""
        super().__init__()
        self._shared, self._seconds = shared, seconds

    def begin(self) -> object:
        now = time.monotonic()
        with self._shared.turn() as file:
            file.execute("DELETE FROM answer WHERE until < ?", (now,))
            return file.execute("INSERT INTO answer (until) VALUES (?)", (now + self._seconds,)).lastrowid

    def narrow(self, answer: object, entities: Iterable[str]) -> None:
        about = b"".join(self._shared.hashed(each) for each in entities)
        with self._shared.turn() as file:
            file.execute("UPDATE answer SET entities = ? WHERE id = ?", (about, answer))

    def end(self, answer: object) -> None:
        with _of_itself_otherwise(), self._shared.turn() as file:
            file.execute("DELETE FROM answer WHERE id = ?", (answer,))

    def let_leave(self, entity: str | None = None) -> None:
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        with self._shared.look() as file:
            (last,) = file.execute("SELECT coalesce(max(id), 0) FROM answer").fetchone()
        while self._waits_for(entity, last) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)

    def _waits_for(self, entity: str | None, last: int) -> bool:
        """Whether one of the answers up to the last may be about this entity."""
        name = None if entity is None else self._shared.hashed(entity)
        with self._shared.look() as file:
            rows = file.execute(
                "SELECT entities FROM answer WHERE id <= ? AND until >= ?", (last, time.monotonic())
            ).fetchall()
        return any(name is None or about is None or name in _parts(about) for (about,) in rows)


def _of_itself_otherwise() -> suppress:
    """What cannot be taken out of the file now ends by itself: nobody loses an answer that was made."""
    return suppress(StoreUnavailable)


def _parts(about: bytes) -> set[bytes]:
    return {about[at : at + HASH] for at in range(0, len(about), HASH)}
