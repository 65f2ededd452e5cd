"""Reads are recorded by looking ids up, also while a graph is being filled."""

from datetime import UTC, datetime
from typing import Any

import neo4j
import pytest

from graph.store import queries
from graph.store.client import Database
from tests.conftest import WIPE
from tests.store.plans import operators

READ = [f"e-{number}" for number in range(200)]
PARAMETERS: dict[str, dict[str, Any]] = {
    "hold_ledgers": {"scheme": "trading", "entities": READ, "known": False, "head": ""},
    "ledger_ends": {"held": [{"ledger": f"trading|{each}", "entity": each} for each in READ]},
    "asked": {
        **{"scheme": "trading", "entities": READ, "client": "bank", "purpose": "p", "ends": True},
        "now": datetime(2026, 7, 1, tzinfo=UTC),
    },
    "append_found": {
        "rows": [{"ledger": f"trading|{each}", "number": 1, "grant": each} for each in READ],
        "said": {},
    },
    "append_accesses": {"rows": [{"ledger": f"trading|{each}"} for each in READ]},
}
GROWTH = (
    "UNWIND range(1, 1000) AS n CREATE (:Entity {id: 'e-' + n})-[:JOINED]->(:Membership {id: 'trading|e-' + n})",
    "UNWIND range(1, 1000) AS n CREATE (:Ledger {id: 'trading|e-' + n, count: 1})",
    "UNWIND range(1, 1000) AS n CREATE (:Access {id: 'trading|e-' + n + '|1'})",
)


@pytest.mark.slow
def test_what_is_read_of_many_is_looked_up_while_the_server_knows_nothing_of_its_indexes(
    database: Database, session: neo4j.Session
) -> None:
    """It samples an index some time after it has grown: until then, reading all of it seems to cost nothing."""
    found = {}
    for already in range(len(GROWTH)):
        for name, parameters in PARAMETERS.items():
            database.statement(WIPE)
            database.statement("CALL db.clearQueryCaches()")
            for statement in GROWTH[: already + 1]:
                database.statement(statement)
            plan = session.run("EXPLAIN " + queries.catalogue()[name].text, parameters).consume().plan
            assert plan is not None
            found[name, already] = [operator for operator, _ in operators(plan) if "Scan" in operator]
    database.statement(WIPE)
    assert {key: scans for key, scans in found.items() if scans} == {}
