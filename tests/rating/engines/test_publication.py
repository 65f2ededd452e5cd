"""Publication: side by side where nothing is shared, and in one write with what was staged."""

from datetime import timedelta
from typing import Any

import pytest

from graph.rating.engines.choice import ENGINES
from graph.rating.run import rate
from graph.store.client import Database
from tests.rating.engines.test_answers import KEPT, SECRET
from tests.storing import store
from tests.strategies import make_scheme
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of

ENGINE = pytest.mark.parametrize("engine", ENGINES)
SCHEME = make_scheme(half_life_days=30.0, size=8)
MEMBERS = 60
# Each has ties with the three before it and the three behind it, so with members of other transactions.
RING = facts_of(
    {f"m{number:02}": [number % 11 / 10] for number in range(MEMBERS)},
    [
        each
        for number in range(MEMBERS)
        for step in (1, 2, 3)
        for each in contact(f"m{number:02}", f"m{(number + step) % MEMBERS:02}", [step])
    ],
)
STAGED = "MATCH (m:Membership) UNWIND keys(m) AS key WITH key WHERE key STARTS WITH 'next_' RETURN DISTINCT key"
LEFT = "MATCH (m:Membership) SET m.next_conduct = 0.25, m.next_own = [0.25, 0.25], m.next_older = 'of old'"
PASTS = "MATCH (:Membership)-[:WAS]->(p:Past) RETURN count(p) AS n"
OF_RUN = "MATCH (m:Membership) WHERE m.run = $run RETURN count(m) AS n, count(DISTINCT m.seal) > 0 AS sealed"
TIES_OF_CIRCLES = "MATCH (m:Membership) RETURN sum(size(m.circle)) AS n"


@ENGINE
def test_a_run_leaves_nothing_staged_and_clears_nothing(graph: Database, engine: str) -> None:
    graph.run("make_secret", name="veil", value=SECRET)
    store(graph, RING, SCHEME)
    graph.statement(LEFT)  # as a run leaves it that was killed
    steps: list[str] = []
    rate(graph, SCHEME.id, as_of=AS_OF, engine=engine, progress=steps.append)
    assert graph.statement(STAGED) == []
    assert "publish" in steps
    assert "clear_staged" not in steps


@ENGINE
@pytest.mark.parametrize("batch", [2, 7])
def test_transactions_of_neighbours_that_all_leave_pasts_do_not_block_each_other(
    graph: Database, engine: str, batch: int
) -> None:
    graph.run("make_secret", name="veil", value=SECRET)
    store(graph, RING, SCHEME)
    rate(graph, SCHEME.id, as_of=AS_OF, engine=engine, batch=batch)
    later = rate(graph, SCHEME.id, as_of=AS_OF + timedelta(days=60), engine=engine, batch=batch)
    assert graph.statement(OF_RUN, run=later.id) == [{"n": MEMBERS, "sealed": True}]
    assert graph.statement(PASTS)[0]["n"] > MEMBERS / 2
    assert later.ties == graph.statement(TIES_OF_CIRCLES)[0]["n"] == 6 * MEMBERS


def test_to_publish_again_what_is_published_changes_nothing(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.run("make_secret", name="veil", value=SECRET)
    store(graph, RING, SCHEME)
    rate(graph, SCHEME.id, as_of=AS_OF, engine="cypher")
    asked: list[dict[str, Any]] = []
    run = Database.run

    def seen(database: Database, name: str, /, **more: Any) -> Any:
        if name == "publish":
            asked.append(more)
        return run(database, name, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "run", seen)
        rate(graph, SCHEME.id, as_of=AS_OF + timedelta(days=60), engine="cypher")
    assert [each["pasts"] for each in asked] == [False, True]
    before = graph.statement(KEPT)
    for each in asked:
        assert graph.run("publish", **each)[0]["ties"] == 0
    assert graph.statement(KEPT) == before
