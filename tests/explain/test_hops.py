"""The members whose conduct reached a rating, over all hops, against personalised PageRank in networkx."""

import math
from datetime import timedelta
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings

from graph import explain
from graph.errors import NotFound, ParameterError
from graph.facts.values import Facts
from graph.policy.scheme import Scheme
from graph.rating import reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE, samples
from tests.explain.summing import check_reach
from tests.storing import store
from tests.strategies import AS_OF, NASTY, communities, make_scheme, schemes

ALL = 10_000
THRESHOLDS = (100.0, 3.0, 0.05)
random_ones = settings(max_examples=samples(4, 8), suppress_health_check=[HealthCheck.function_scoped_fixture])


def pagerank(graph: "nx.DiGraph[str]", entity: str, share: float) -> dict[str, float]:
    """The row of this entity: damping `share`; a member without a circle keeps what arrives."""
    looped = nx.DiGraph(graph)
    looped.add_edges_from((node, node, {"weight": 1.0}) for node in graph if not graph.out_degree(node))
    found: dict[str, float] = nx.pagerank(
        looped, alpha=share, personalization={entity: 1.0}, weight="weight", tol=1e-13, max_iter=1000
    )
    return found


def check_as_pagerank(database: Database, scheme: Scheme, expected: reference.Ratings) -> None:
    """Every member's row is that of personalised PageRank, and the sum holds wherever one stops."""
    for place, entity in enumerate(expected.members):
        threshold = THRESHOLDS[place % len(THRESHOLDS)]
        check_reach(explain.reach(database, entity, scheme.id, largest=3, smallest_points=threshold, facts=True))
        whole = explain.reach(database, entity, scheme.id, largest=ALL, smallest_points=1e-10)
        check_reach(whole)
        found = {each.entity: each.share for each in whole.members}
        row = pagerank(expected.graph, entity, scheme.circle.share)
        assert {name: found.get(name, 0.0) for name in row} == pytest.approx(row, abs=1e-9)
        assert {part.source: part.points for part in whole.parts} == {
            "base": 350,
            "rest": pytest.approx(0, abs=1e-6),
            "not-passed-on": pytest.approx(0, abs=1e-6),
        }


@pytest.mark.slow
@random_ones
@given(facts=communities(), scheme=schemes())
def test_the_sum_holds_when_ratings_are_of_different_runs(graph: Database, facts: Facts, scheme: Scheme) -> None:
    """Every second member has kept what an earlier run said; some have left, and facts have gone."""
    graph.statement(WIPE)
    store(graph, facts, scheme)
    rate(graph, scheme.id, as_of=AS_OF - timedelta(days=7))
    kept = graph.statement("MATCH (m:Membership) WHERE m.rid % 2 = 0 RETURN properties(m) AS m")
    rate(graph, scheme.id, as_of=AS_OF)
    graph.statement("UNWIND $kept AS kept MATCH (m:Membership {id: kept.m.id}) SET m += kept.m", kept=kept)
    graph.statement("MATCH ()-[fact:OWED|BOUGHT]->() WHERE fact.id ENDS WITH '1' DELETE fact")
    graph.statement("MATCH (m:Membership) WHERE m.rid % 5 = 1 DETACH DELETE m")
    for row in graph.statement("MATCH (e:Entity)-[:JOINED]->(:Membership) RETURN e.id AS entity"):
        for threshold in (3.0, 1e-7):
            check_reach(
                explain.reach(graph, row["entity"], scheme.id, largest=4, smallest_points=threshold, facts=True)
            )


CHAIN = next(each for each in NASTY if each.name == "a chain").facts


def rated(database: Database) -> Scheme:
    scheme = make_scheme(share=0.5)
    store(database, CHAIN, scheme)
    rate(database, scheme.id, as_of=AS_OF)
    return scheme


def parts(reach: explain.Reach) -> dict[str, float]:
    return {part.source: part.points for part in reach.parts}


def test_a_fact_of_a_contacts_contact_has_points_in_the_rating(graph: Database) -> None:
    """What it takes is what the rating would have without it, all weights as they are."""
    scheme = rated(graph)
    reach = explain.reach(graph, "a", scheme.id, smallest_points=1e-9, facts=True)
    assert reach.by_fact is not None
    late = next(each for each in reach.by_fact.facts if each.entity == "c")
    member = next(each for each in reach.members if each.entity == "c")
    factor = scheme.factors.named()["obligations"]
    assert (late.factor, late.value) == ("obligations", 0.0)
    assert late.points == pytest.approx(600 * member.share * factor.weight * late.part)
    assert late.points < 0


def test_the_largest_members_come_first_and_the_rest_is_one_exact_line(graph: Database) -> None:
    scheme = rated(graph)
    whole = explain.reach(graph, "a", scheme.id, largest=ALL, smallest_points=1e-9)
    short = explain.reach(graph, "a", scheme.id, largest=2, smallest_points=1e-9)
    assert [each.points for each in whole.members] == sorted((each.points for each in whole.members), reverse=True)
    assert [each.entity for each in short.members] == [each.entity for each in whole.members[:2]]
    others = math.fsum(each.points for each in whole.members[2:])
    assert parts(short)["rest"] == pytest.approx(others + parts(whole)["rest"], abs=1e-9)


def test_a_member_that_is_not_opened_counts_with_the_score_that_was_used(graph: Database) -> None:
    scheme = rated(graph)
    shallow = explain.reach(graph, "a", scheme.id, smallest_points=400)
    assert shallow.opened == 1
    opened = explain.explain(graph, "a", scheme.id).rating
    company = math.fsum(part.points for part in opened.parts if part.source == "contact")
    assert parts(shallow)["rest"] == pytest.approx(company)
    assert parts(shallow)["not-passed-on"] == pytest.approx(0, abs=1e-9)


def test_what_a_member_who_has_left_supplied_is_a_line_of_its_own(graph: Database) -> None:
    scheme = rated(graph)
    used = {each.entity: each for each in explain.explain(graph, "a", scheme.id).rating.circle}
    graph.statement("MATCH (m:Membership {id: $id}) DETACH DELETE m", id=f"{scheme.id}|b")
    reach = explain.reach(graph, "a", scheme.id, facts=True)
    check_reach(reach)
    assert parts(reach)["left"] == pytest.approx(600 * 0.5 * used["b"].weight * used["b"].used)


@pytest.mark.parametrize("wrong", [{"largest": 0}, {"smallest_points": 0.0}, {"smallest_points": math.nan}])
def test_a_trace_without_an_end_or_a_line_is_refused(graph: Database, wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        explain.reach(graph, "a", "made-up", **wrong)


def test_an_entity_that_is_no_member_or_not_rated_has_nothing_to_trace(graph: Database) -> None:
    scheme = make_scheme()
    store(graph, CHAIN, scheme)
    with pytest.raises(NotFound, match="not a member"):
        explain.reach(graph, "nobody", scheme.id)
    with pytest.raises(NotFound, match="not rated yet"):
        explain.reach(graph, "a", scheme.id)
