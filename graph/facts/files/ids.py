"""Ids for rows without one: a hash of the content and the row's number among equal rows of its file.

The same file loaded again gives the same ids, so nothing is stored twice; two equal rows of one file
are two facts, and get two ids.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from graph.errors import StoreFull

SEPARATOR = "\x1f"  # no checked value contains a control character
DIGITS = 32  # 128 bits: no two of 10^12 rows are likely to meet
CACHE_KIB = 16_384


class Numbering:
    """How often each content was seen in one file; close it after use.

    Kept in a temporary database that SQLite spills to disk beyond CACHE_KIB, because the rows of a file
    may not fit in memory. Contents are told apart by 64 bits of their hash: with 10^8 different rows
    the chance that any two share a number series is below one in 3,000, and even then the ids differ.
    """

    def __init__(self) -> None:
        self._database = private_database("seen (content INTEGER PRIMARY KEY, times INTEGER NOT NULL)")

    def close(self) -> None:
        self._database.close()

    def ids(self, prefix: str, contents: Sequence[str]) -> list[str]:
        """One id for each content, in the order of the file, all of them different."""
        hashes = [sha256((prefix + content).encode()) for content in contents]
        keys = [int.from_bytes(hashed.digest()[:8], "little", signed=True) for hashed in hashes]
        times = dict(
            self._database.execute(
                "SELECT content, times FROM seen WHERE content IN (SELECT value FROM json_each(?))",
                (json.dumps(keys),),
            )
        )
        ids = []
        for key, hashed in zip(keys, hashes, strict=True):
            times[key] = times.get(key, 0) + 1
            hashed.update(f"{SEPARATOR}{times[key]}".encode())
            ids.append(prefix + hashed.hexdigest()[:DIGITS])
        # In order of the key, so that neighbours in the table are written together.
        self._database.executemany("REPLACE INTO seen VALUES (?, ?)", sorted(times.items()))
        return ids


class PrivateDatabase(sqlite3.Connection):
    """A database that nobody else sees, spilled to disk. Raises StoreFull where that has no room."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        with _full_disk_told():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        with _full_disk_told():
            return super().executemany(sql, parameters)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            raise
        raise StoreFull(
            "the disk for temporary files is full, where it is noted which rows there were so far: free some room "
            "there, or name another directory in TMPDIR, and do the same again"
        ) from error


def private_database(table: str) -> PrivateDatabase:
    """A database with this table that nobody else sees, spilled to disk beyond CACHE_KIB, in a transaction."""
    # An empty name is a private database on disk that needs no journal.
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False, factory=PrivateDatabase)
    database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    for setting in ("temp_store = FILE", "journal_mode = OFF", "synchronous = OFF"):
        database.execute(f"PRAGMA {setting}")
    database.execute(f"CREATE TABLE {table}")
    database.execute("BEGIN")
    return database


def same_ids(prefix: str, contents: Sequence[str]) -> list[str]:
    """One id for each content, the same for the same."""
    return [prefix + sha256((prefix + content).encode()).hexdigest()[:DIGITS] for content in contents]
