"""A refusal that is noted is on record once, by whichever process."""

import time
from datetime import UTC, datetime
from threading import Thread

import pytest

from graph.audit import refusals
from graph.store.client import Database

NOW = datetime(2026, 7, 1, tzinfo=UTC)
WAITING = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS n"


def records(database: Database) -> list[str]:
    return [row["id"] for row in database.statement("MATCH (a:Access) RETURN a.id AS id ORDER BY id")]


def test_two_who_put_the_same_refusal_on_record_make_one_record(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.statement("CREATE (:Entity:Person {id: 'p-1'})")
    said = {"who": "bank", "role": "client", "purpose": "hiring", "outcome": "no-grant"}
    refusals.note(graph, "reliability", {"p-1": "no-grant"}, ["q-1"], now=NOW, **said)
    with graph.transaction() as transaction:
        refusals._put(transaction, [])
        # the second does not wait for the first to be done, but only for the ledger
        monkeypatch.setattr(refusals, "RECORDING", refusals.RECORDING - 1)
        second = Thread(target=refusals.put_on_record, args=(graph,))
        second.start()
        until = time.monotonic() + 60
        while not graph.statement(WAITING)[0]["n"]:
            assert second.is_alive()
            assert time.monotonic() < until
            time.sleep(0.05)
    second.join()
    assert records(graph) == ["reliability|p-1|1", "reliability||1"]
    assert graph.statement("MATCH (r:Refusal) RETURN r") == []
