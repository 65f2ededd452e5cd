"""Whole communities explained: every level, fact, hop and reason, against networkx and recomputation."""

import pytest
from hypothesis import HealthCheck, given, settings

from graph.facts.values import Facts
from graph.policy.scheme import Scheme
from graph.rating import reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE, samples
from tests.explain.test_hops import check_as_pagerank
from tests.explain.test_levels import check_as_reference
from tests.explain.test_reasons import check_as_recomputed
from tests.storing import store
from tests.strategies import AS_OF, NASTY_AT_LENGTH, Community, communities, make_scheme, schemes


def check(database: Database, facts: Facts, scheme: Scheme) -> None:
    store(database, facts, scheme)
    rate(database, scheme.id, as_of=AS_OF)
    expected = reference.rate(facts, scheme, AS_OF)
    check_as_reference(database, facts, scheme, expected)
    check_as_pagerank(database, scheme, expected)
    check_as_recomputed(database, facts, scheme)


@pytest.mark.parametrize("community", NASTY_AT_LENGTH)
def test_a_nasty_community_is_explained_exactly(graph: Database, community: Community) -> None:
    check(graph, community.facts, make_scheme(size=3))


@pytest.mark.slow
@settings(max_examples=samples(4, 10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes())
def test_a_random_community_is_explained_exactly(graph: Database, facts: Facts, scheme: Scheme) -> None:
    graph.statement(WIPE)
    check(graph, facts, scheme)
