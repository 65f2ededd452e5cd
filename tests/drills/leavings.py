"""How a drill ends: what is left over and belongs to nobody, and ratings that were not brought up to date."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import psutil

from graph.facts import synthetic
from graph.rating import catch_up
from graph.rating.run import rate
from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.drills.home import SCHEME
from tests.drills.outcome import Outcome

POINTS = 1.0
"Re-rating leaves less than that open, each time; a fact that was not passed on moves its member by more."
ENDING_SECONDS = 60.0
"In which the server notices that a client is gone."
SCORES = """
MATCH (m:Membership {scheme: $scheme}) WHERE m.score IS NOT NULL RETURN m.id AS id, 600 * m.score AS points
"""
UNANSWERED = "MATCH (r:Request) WHERE r.answer IS NULL RETURN r.key AS key"
WAITING = "MATCH (r:Request) WHERE r.changes IS NOT NULL RETURN r.key AS key"
ENDINGS = "MATCH (e:Ending) RETURN e"
UNDER_WAY = """
SHOW TRANSACTIONS YIELD transactionId AS id, currentQuery AS query
WHERE NOT query CONTAINS 'SHOW ' + 'TRANSACTIONS' RETURN id, query
"""


def ended(found: Outcome, settings: Settings, *, begun: float) -> Outcome:
    """The same with what is left when the service has ended, and with ratings that no change reached.

    begun: when the drill began, on the monotonic clock; this is its end.
    """
    seconds = time.monotonic() - begun
    left, late = leavings(settings), _not_passed_on(settings)
    return replace(
        found,
        lost=found.lost + len(late),
        leaked=found.leaked + len(left),
        seconds=seconds,
        seen=(*found.seen, *left, *late),
    )


def leavings(settings: Settings) -> list[str]:
    """What is left when the service has ended: a line for each."""
    with connect(settings) as database:
        catch_up.pass_on_left(database, now=datetime.now(UTC))  # as the next service does at its start
        found = [
            f"leaked: {what} {row}"
            for what, query in (
                ("a request without an answer", UNANSWERED),
                ("changes that are not passed on", WAITING),
                ("an ending that is not in the journal", ENDINGS),
            )
            for row in database.statement(query)
        ]
        until = time.monotonic() + ENDING_SECONDS
        while (left := _on_the_server(settings, database)) and time.monotonic() < until:
            time.sleep(0.2)
        found += left
    files = [each for name in ("workers-*", "serving.json") for each in settings.home.glob(name)]
    return found + [f"leaked: the file {each.name}" for each in files]


def _on_the_server(settings: Settings, database: Database) -> list[str]:
    """Transactions and connections of clients that are gone."""
    open_ = [f"leaked: a transaction {row}" for row in database.statement(UNDER_WAY)]
    server = local.status(settings)
    assert server is not None
    bolt = int(server.uri.rpartition(":")[2])
    mine = {each.laddr.port for each in psutil.Process().net_connections("tcp") if each.laddr}
    theirs = [
        each
        for each in psutil.Process(server.pid).net_connections("tcp")
        if each.status == psutil.CONN_ESTABLISHED and each.laddr.port == bolt and each.raddr.port not in mine
    ]
    return open_ + [f"leaked: a connection from port {each.raddr.port}" for each in theirs]


def _not_passed_on(settings: Settings) -> list[str]:
    """Members whose rating is not what a fresh run at the same instant gives: a change did not reach them."""
    with connect(settings) as database:
        before = {row["id"]: row["points"] for row in database.statement(SCORES, scheme=SCHEME)}
        rate(database, SCHEME, as_of=synthetic.AS_OF)
        after = {row["id"]: row["points"] for row in database.statement(SCORES, scheme=SCHEME)}
    assert before.keys() == after.keys()
    return [
        f"lost: the rating of {id_} is {before[id_]:.1f}, and {after[id_]:.1f} by a fresh run"
        for id_ in after
        if abs(before[id_] - after[id_]) > POINTS
    ]
