"""What a rating would be: every answer is what rating everyone anew from the changed facts gives."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import rating, reading, reference
from graph.database import Database
from graph.errors import NotFound, ParameterError
from graph.reference import Facts
from graph.scheme import Scheme
from graph.what_if import Change, NewContactDay, Removed, Settled, UnderPolicy, WhatIf, WithoutContact, what_if
from tests.conftest import WIPE
from tests.storing import store
from tests.strategies import AS_OF, NASTY, Community, communities, make_scheme, schemes
from tests.what_if.asking import LAST, make, questions

CLOSE = 1e-9
EVERYTHING = """
MATCH (n) OPTIONAL MATCH (n)-[r]->(m)
WITH n, r, m ORDER BY elementId(n), elementId(r)
RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS node,
       collect([type(r), elementId(m), properties(r)]) AS ties ORDER BY id
"""


def check(database: Database, facts: Facts, scheme: Scheme, entity: str, change: Change) -> WhatIf:
    """The answer is the rating from the changed facts; the parts that it does not name stay as they are."""
    found = what_if(database, entity, scheme.id, change)
    policy = change.policy if isinstance(change, UnderPolicy) else scheme
    changed = facts if isinstance(change, UnderPolicy) else make(facts, entity, change)
    check_answer(database, found, reference.rate(changed, policy, AS_OF).members[entity], policy)
    return found


def check_answer(database: Database, found: WhatIf, expected: reference.Rating, policy: Scheme) -> None:
    opened = reading.open_rating(database, found.entity, found.scheme)
    assert (found.before.points, found.before.band) == (opened.points, opened.band)
    assert found.after.points == pytest.approx(expected.points, abs=600 * CLOSE)
    assert found.after.band == policy.band(found.after.points).name
    assert found.bound <= opened.bound + CLOSE
    after = {(part.source, part.name): (part.points, part.whole) for part in opened.parts}
    for part in found.parts:
        before = (part.before, part.whole_before)
        assert after.pop((part.source, part.name), (0.0, 0)) == before
        after[part.source, part.name] = (part.after, part.whole_after)
    share = policy.circle.share if expected.circle else 0.0
    factors = policy.factors.named()
    parts = {("factor", name): (1 - share) * factors[name].weight * rate.rate for name, rate in expected.rates.items()}
    parts |= {
        ("contact", tie.contact): share * tie.weight * used
        for tie, used in zip(expected.circle, expected.used, strict=True)
    }
    for key in parts.keys() | {key for key in after if key[0] != "base"}:
        assert after.get(key, (0.0, 0))[0] == pytest.approx(600 * parts.get(key, 0.0), abs=600 * CLOSE)
    assert sum(whole for _, whole in after.values()) == found.after.whole_points
    gained = [part.after - part.before for part in found.parts]
    assert sum(gained) == pytest.approx(found.after.points - found.before.points, abs=600 * CLOSE)


def rated(database: Database, facts: Facts, scheme: Scheme) -> None:
    database.statement(WIPE)
    store(database, facts, scheme)
    rating.rate(database, scheme.id, as_of=AS_OF)


@pytest.mark.parametrize("community", NASTY, ids=lambda community: community.name)
def test_an_answer_about_a_nasty_community_is_that_of_a_full_re_rating(
    graph: Database, community: Community
) -> None:
    facts, scheme = community.facts, make_scheme()
    rated(graph, facts, scheme)
    chance = Random(5)
    for entity, _ in facts.members[:6]:
        asked = questions(facts, entity)
        for change in chance.sample(asked, min(6, len(asked))):
            check(graph, facts, scheme, entity, change)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes(), chance=st.randoms(use_true_random=False))
def test_an_answer_about_a_random_community_is_that_of_a_full_re_rating(
    graph: Database, facts: Facts, scheme: Scheme, chance: Random
) -> None:
    rated(graph, facts, scheme)
    asked = [(entity, change) for entity, _ in facts.members for change in questions(facts, entity)]
    for entity, change in chance.sample(asked, min(20, len(asked))):
        check(graph, facts, scheme, entity, change)
