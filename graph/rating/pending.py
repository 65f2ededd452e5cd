"""Changes that are kept until they have reached every rating, also where the service or Neo4j ends in between.

    def work(transaction):
        changes = ...
        return pending.keep(transaction, key, changes, now)
    kept = database.write(work)
    pending.pass_on(database, key, kept)

What was kept and not passed on is found by `pass_on_left`, which the service does by itself. Facts that were
loaded and not passed on are not kept here: they wait for the next run, as whoever loaded them wanted.
"""

import uuid
from dataclasses import replace
from datetime import datetime

import msgspec

from graph.errors import StoreError
from graph.model import Changes
from graph.rating.rerate import passed_on
from graph.store.client import Database, Transaction


def keep(transaction: Transaction, key: str, changes: Changes, now: datetime) -> Changes:
    """The changes with a mark of their own, kept in the transaction that made them; none are kept nowhere."""
    if changes == Changes():
        return changes
    mark = str(uuid.uuid4())
    marked = replace(changes, marks=changes.marks | {mark}, mark=mark)
    text = msgspec.json.encode(marked, order="sorted").decode()
    transaction.run("keep_changes", key=key, changes=text, now=now)
    return marked


def pass_on(database: Database, key: str, kept: Changes) -> bool:
    """Whether what was kept has reached every rating that it touches; then it is kept no longer.

    Where not, what was asked for is done all the same, and ratings say that they are stale until it is passed on.
    """
    if kept == Changes():
        return True
    try:
        done = passed_on(database, kept)
        if done:
            database.run("passed_on", key=key)
    except StoreError:
        return False
    return done


def pass_on_left(database: Database, *, before: datetime) -> int:
    """What requests before this instant left is passed on; returns how much of it could not be.

    Raises every StoreError: what was passed on until then stays so.
    """
    rows = database.run("kept_changes", before=before)
    return sum(not pass_on(database, row["key"], read(row["changes"])) for row in rows)


def read(text: str) -> Changes:
    """The changes as they were kept."""
    return msgspec.json.decode(text, type=Changes)
