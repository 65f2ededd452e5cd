"""Changes in the outbox (graph/rights/outbox.py) are passed on to every rating that they touch.

`pass_on_left` finds changes that were not passed on; the service calls it by itself.
"""

from datetime import datetime, timedelta

from graph.errors import StoreError
from graph.model import Changes
from graph.rating.rerate import passed_on
from graph.rights.outbox import read
from graph.store.client import Database


def pass_on(database: Database, key: str, kept: Changes) -> bool:
    """The kept changes are passed on; returns whether they reached every rating: then they leave the outbox.

    If not, the request is done all the same, and the ratings say that they are stale until the changes are passed
    on.
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


def pass_on_left(database: Database, *, now: datetime, longest: timedelta = timedelta(0)) -> int:
    """What requests left is passed on; returns how many of them still wait.

    longest: what came so shortly before now may be passed on still by its request, and is left to it. What came
    after now came while a clock was wrong. Raises any StoreError: what was passed on until then stays so.
    """
    rows = database.run("kept_changes", since=now - longest, now=now)
    return sum(not pass_on(database, row["key"], read(row["changes"])) for row in rows)
