"""Bitcoin OTC: explanations of real members add up at every depth, and all hops are personalised PageRank."""

from pathlib import Path

import pytest

from benchmarks import held_view
from graph import explain
from graph.explain import reasons
from graph.facts.load import load
from graph.rating import published, reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.explain.summing import check_opened, check_reach, close
from tests.explain.test_hops import pagerank
from tests.rating.test_otc import FOUNDER, OTC, POLICY, facts

pytestmark = [
    pytest.mark.skipif(not OTC.is_dir(), reason="the Bitcoin OTC data are not beside the project"),
    pytest.mark.usefixtures("roomy"),
]


def rated(database: Database, folder: Path) -> list[str]:
    """Everyone who traded is rated; returns the members, those with the lowest rid first."""
    load(database, [OTC / "otc_network.csv.gz"], mapping="bitcoin-otc")
    held_view.join_everyone(database, POLICY, folder, founders=[FOUNDER])
    rate(database, POLICY.id, as_of=held_view.AS_OF)
    return [row["entity"] for row in published.members(database, POLICY.id)]


def check(database: Database, entity: str, *, depth: int) -> None:
    explained = check_opened(database, entity, POLICY.id, depth=depth)
    # with the facts of more members it says the same, and takes an hour
    check_reach(explain.reach(database, entity, POLICY.id, largest=20 if depth else 2, facts=True))
    found = reasons.why_not_higher(database, explained.rating)
    assert close([*(each.points for each in found.reasons), found.rest], 950 - explained.rating.points)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_members_of_bitcoin_otc_are_explained_exactly(graph: Database, tmp_path: Path) -> None:
    members = rated(graph, tmp_path)
    # all of them take most of an hour
    for number, entity in enumerate(members[::15]):
        # what is inside a contact's line is the contact's own rating, so a few ways inside say enough
        check(graph, entity, depth=0 if number % 10 else 2)
    circles = reference.rate(facts(), POLICY, held_view.AS_OF, founders=[FOUNDER]).graph
    for entity in members[::300]:
        whole = explain.reach(graph, entity, POLICY.id, largest=len(members), smallest_points=1e-8)
        check_reach(whole)
        row = pagerank(circles, entity, POLICY.circle.share)
        found = {each.entity: each.share for each in whole.members}
        assert {name: found.get(name, 0.0) for name in row} == pytest.approx(row, abs=1e-9)
