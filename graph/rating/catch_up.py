"""What was kept of changes (graph/rights/outbox.py) is passed on to every rating that they touch.

What was not passed on is found by `pass_on_left`, which the service does by itself.
"""

from datetime import datetime

from graph.errors import StoreError
from graph.model import Changes
from graph.rating.rerate import passed_on
from graph.rights.outbox import read
from graph.store.client import Database


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
