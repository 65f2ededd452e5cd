"""Some members, and reads of them on record."""

from datetime import UTC, datetime, timedelta
from functools import partial

from graph.audit import log
from graph.facts.values import Facts
from graph.policy import publishing
from graph.policy.scheme import read
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.conftest import WIPE
from tests.storing import store

POLICY = read("reliability")
PURPOSE = POLICY.purpose[0]
NOW = datetime(2026, 7, 1, 9, 30, 0, 123456, tzinfo=UTC)
MEMBERS = ("ann", "bob", "a|b", "a")
EVERYTHING = (
    "MATCH (a:Access)-[:IN]->(l:Ledger) RETURN properties(a) AS record, l.id AS ledger ORDER BY ledger, a.number"
)


def members(database: Database) -> None:
    """A graph with nothing but these members, whom no run has rated, and eve, who has joined nothing."""
    database.statement(WIPE)
    publishing.publish(database, POLICY)
    store(database, Facts(members=[(entity, rid) for rid, entity in enumerate(MEMBERS)]), POLICY)
    database.statement("CREATE (:Entity:Person {id: 'eve'})")


def read_by(database: Database, entity: str, who: str = "bank", *, times: int = 1, after: int = 0) -> None:
    """So many reads are on record, a second from each other."""

    for number in range(times):
        at = NOW + timedelta(seconds=after + number)
        database.write(partial(_record, entity=entity, who=who, at=at))


def _record(transaction: Transaction, *, entity: str, who: str, at: datetime) -> None:
    log.record(transaction, POLICY.id, entity, who=who, role="client", purpose=PURPOSE, what="points", now=at)
