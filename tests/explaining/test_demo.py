"""The community of the demo, every member of it: explanations add up, and all hops are personalised PageRank."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph import explaining, gathering, loading, publishing, rating, reference, scheme, synthetic
from graph.database import Database
from graph.what_if import WithoutContact, what_if
from tests.explaining.summing import check_opened, check_reach
from tests.explaining.test_hops import check_as_pagerank
from tests.explaining.test_reasons import check_as_recomputed
from tests.what_if.asking import make
from tests.what_if.test_what_if import check_answer

POLICY = scheme.read("reliability")


@pytest.mark.slow
@pytest.mark.usefixtures("roomy")
def test_every_member_of_the_demo_is_explained_exactly(graph: Database, tmp_path: Path) -> None:
    synthetic.write(tmp_path)
    publishing.publish(graph, POLICY)
    publishing.publish(graph, scheme.read("own-conduct"))
    loading.load(graph, [tmp_path])
    rating.rate(graph, POLICY.id, as_of=synthetic.AS_OF)
    facts = gathering.all_facts(graph, POLICY.id)
    expected = reference.rate(facts, POLICY, synthetic.AS_OF)
    assert len(expected.members) == 600
    for entity in expected.members:
        check_opened(graph, entity, POLICY.id, depth=2)
        check_reach(explaining.reach(graph, entity, POLICY.id, facts=True))
    some = facts.members[::25]
    check_as_pagerank(graph, POLICY, replace(expected, members={each: expected.members[each] for each, _ in some}))
    for entity, rid in some:
        own = gathering.facts_of(graph, POLICY.id, [entity])
        check_as_recomputed(graph, replace(own, members=[(entity, rid)]), POLICY)
        if circle := expected.members[entity].circle:
            change = WithoutContact(circle[0].contact)
            after = reference.rate(make(facts, entity, change), POLICY, synthetic.AS_OF).members[entity]
            check_answer(graph, what_if(graph, entity, POLICY.id, change), after, POLICY)
