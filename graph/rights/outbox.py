"""The outbox: it keeps changes until they have reached every rating, even if the service or Neo4j ends meanwhile.

    def work(transaction):
        changes = ...
        return outbox.keep(transaction, key, changes, now)
    kept = database.write(work)
    catch_up.pass_on(database, key, kept)

Facts that were loaded without re-rating are not kept here: they wait for the next run, as the operator wanted.
"""

import uuid
from dataclasses import replace
from datetime import datetime

import msgspec

from graph.model import Changes
from graph.store.transaction import Transaction


def keep(transaction: Transaction, key: str, changes: Changes, now: datetime) -> Changes:
    """The changes with a mark of their own, kept in the transaction that made them; none are kept nowhere."""
    if changes == Changes():
        return changes
    mark = str(uuid.uuid4())
    marked = replace(changes, marks=changes.marks | {mark}, mark=mark)
    text = msgspec.json.encode(marked, order="sorted").decode()
    transaction.run("keep_changes", key=key, changes=text, now=now)
    return marked


def read(text: str) -> Changes:
    """The changes as they were kept."""
    return msgspec.json.decode(text, type=Changes)
