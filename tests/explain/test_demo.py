"""The community of the demo, every member of it: explanations add up, and all hops are personalised PageRank."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph import explain
from graph.explain.what_if import WithoutContact, what_if
from graph.facts import synthetic
from graph.facts.extract import all_facts, facts_of
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating import reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.explain.summing import check_opened, check_reach
from tests.explain.test_hops import check_as_pagerank
from tests.explain.test_reasons import check_as_recomputed
from tests.explain.what_if.asking import make
from tests.explain.what_if.test_what_if import check_answer

POLICY = scheme.read("reliability")


@pytest.mark.slow
@pytest.mark.usefixtures("roomy")
def test_every_member_of_the_demo_is_explained_exactly(graph: Database, tmp_path: Path) -> None:
    synthetic.write(tmp_path)
    publishing.publish(graph, POLICY)
    publishing.publish(graph, scheme.read("own-conduct"))
    load(graph, [tmp_path])
    rate(graph, POLICY.id, as_of=synthetic.AS_OF)
    facts = all_facts(graph, POLICY.id)
    expected = reference.rate(facts, POLICY, synthetic.AS_OF)
    assert len(expected.members) == 600
    for entity in expected.members:
        check_opened(graph, entity, POLICY.id, depth=2)
        check_reach(explain.reach(graph, entity, POLICY.id, facts=True))
    some = facts.members[::25]
    check_as_pagerank(graph, POLICY, replace(expected, members={each: expected.members[each] for each, _ in some}))
    for entity, rid in some:
        own = facts_of(graph, POLICY.id, [entity])
        check_as_recomputed(graph, replace(own, members=[(entity, rid)]), POLICY)
        if circle := expected.members[entity].circle:
            change = WithoutContact(circle[0].contact)
            after = reference.rate(make(facts, entity, change), POLICY, synthetic.AS_OF).members[entity]
            check_answer(graph, what_if(graph, entity, POLICY.id, change), after, POLICY)
