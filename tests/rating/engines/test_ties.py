"""What the engine in arrays takes for granted of Neo4j when it writes ties side by side."""

import pytest

from graph.rating.engines.arrays.tying import EPOCH
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import store
from tests.strategies import AS_OF, NASTY, make_scheme

PAIR = next(community.facts for community in NASTY if community.name == "a mutual pair")
TIES = "MATCH (m:Membership)-[tie:INNER]->() RETURN m.rid AS rid, tie.strength AS strength ORDER BY rid"


def test_to_set_what_a_tie_has_locks_neither_of_its_ends(graph: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store(graph, PAIR, make_scheme())
    rate(graph, "made-up", as_of=AS_OF, engine="arrays")
    one, other = (row["rid"] for row in graph.statement(TIES))
    monkeypatch.setattr(graph, "timeout_seconds", 20.0)  # after which whoever waits for a lock is told so
    values = {"weights": [[1.0]], "days": [[2]], "lasts": [[20_000]], "epoch": EPOCH, "scheme": "made-up"}
    with graph.transaction() as first, graph.transaction() as second:
        first.run("set_ties", rids=[one], circles=[[other]], strengths=[[0.25]], **values)
        second.run("set_ties", rids=[other], circles=[[one]], strengths=[[0.75]], **values)
        graph.statement("MATCH (m:Membership) SET m.caption = 'written meanwhile'")
    assert [row["strength"] for row in graph.statement(TIES)] == [0.25, 0.75]
