"""What a rating would be: every answer is what rating everyone anew from the changed facts gives."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import NotFound, ParameterError, StoreConflict
from graph.explain.what_if import (
    Change,
    NewContactDay,
    Removed,
    Settled,
    UnderPolicy,
    WhatIf,
    WithoutContact,
    lift,
    what_if,
)
from graph.facts.values import Facts, Visit
from graph.policy.scheme import Scheme
from graph.rating import published, reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE, samples
from tests.explain.what_if.asking import LAST, make, questions
from tests.kept import kept
from tests.storing import join, store
from tests.strategies import AS_OF, NASTY, NASTY_AT_LENGTH, Community, communities, make_scheme, schemes

CLOSE = 1e-9
SMALL = next(community.facts for community in NASTY if community.name == "a star")
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
    opened = published.open_rating(database, found.entity, found.scheme)
    assert (found.before.points, found.before.band) == (opened.points, opened.band)
    assert found.after.points == pytest.approx(expected.points, abs=600 * CLOSE)
    assert found.after.band == policy.band(found.after.points, expected.evidence).name
    assert found.bound <= opened.bound + CLOSE
    after = {(part.source, part.name): (part.points, part.whole) for part in opened.parts}
    for part in found.parts:
        before = (part.before, part.whole_before)
        assert after.pop((part.source, part.name), (0.0, 0)) == before
        after[part.source, part.name] = (part.after, part.whole_after)
    share = policy.circle.share if expected.circle else 0.0
    factors = policy.factors.named()
    parts = {
        ("factor", name): (1 - share) * factors[name].weight * rate.rate for name, rate in expected.rates.items()
    }
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
    rate(database, scheme.id, as_of=AS_OF)


@pytest.mark.slow
@pytest.mark.parametrize("community", NASTY_AT_LENGTH)
def test_an_answer_about_a_nasty_community_is_that_of_a_full_re_rating(
    graph: Database, community: Community
) -> None:
    facts, scheme = community.facts, make_scheme()
    rated(graph, facts, scheme)
    chance = Random(5)
    for entity, _ in facts.members[:3]:
        asked = questions(facts, entity)
        for change in chance.sample(asked, min(6, len(asked))):
            check(graph, facts, scheme, entity, change)


@pytest.mark.slow
@settings(max_examples=samples(4, 8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes(), chance=st.randoms(use_true_random=False))
def test_an_answer_about_a_random_community_is_that_of_a_full_re_rating(
    graph: Database, facts: Facts, scheme: Scheme, chance: Random
) -> None:
    rated(graph, facts, scheme)
    asked = [(entity, change) for entity, _ in facts.members for change in questions(facts, entity)]
    for entity, change in chance.sample(asked, min(20, len(asked))):
        check(graph, facts, scheme, entity, change)


@settings(max_examples=samples(3, 5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes(), other=schemes())
def test_an_answer_under_another_policy_is_that_of_a_full_re_rating(
    graph: Database, facts: Facts, scheme: Scheme, other: Scheme
) -> None:
    rated(graph, facts, scheme)
    for entity, _ in facts.members[:4]:
        check(graph, facts, scheme, entity, UnderPolicy(other))


@pytest.mark.slow
def test_an_answer_is_what_a_run_gives_after_the_change(graph: Database) -> None:
    """The other judge: each change is made in the graph, and everyone is rated by the queries of a run."""
    by_name = {community.name: community.facts for community in NASTY}
    chance = Random(9)
    for name in ("a star", "gaps between rids", "everyone in one circle"):
        facts, scheme = by_name[name], make_scheme(share=0.5)
        entity, _ = facts.members[0]
        for change in chance.sample(questions(facts, entity), 3):
            rated(graph, facts, scheme)
            found = what_if(graph, entity, scheme.id, change)
            rated(graph, make(facts, entity, change), scheme)
            opened = published.open_rating(graph, entity, scheme.id)
            assert found.after.points == pytest.approx(opened.points, abs=600 * CLOSE)
            assert (found.after.whole_points, found.after.band) == (opened.whole_points, opened.band)


def test_nothing_is_written(graph: Database) -> None:
    facts, scheme = SMALL, make_scheme()
    rated(graph, facts, scheme)
    before = graph.statement(EVERYTHING)
    entity, _ = facts.members[0]
    for change in [
        *questions(facts, entity),
        UnderPolicy(make_scheme(share=0.0)),
        UnderPolicy(make_scheme(size=1)),
    ]:
        what_if(graph, entity, scheme.id, change)
    lift(graph, entity, scheme.id)
    assert graph.statement(EVERYTHING) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (WithoutContact("bank"), "has had no contact with 'bank'"),
        (WithoutContact("a"), "has had no contact with 'a'"),
        (Settled("o1", LAST), "'o1' is not an obligation of 'a'"),
        (Settled("o0", AS_OF.date()), "goes up to 2026-06-30"),
        (Removed("o1"), "'o1' is not a fact of 'a'"),
        (Removed("c0", "visits"), "'c0' is not a fact of 'a'"),
        (NewContactDay("a", LAST), "in contact with itself"),
        (NewContactDay("b", LAST + timedelta(days=1)), "goes up to 2026-06-30"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(rated_small: Database, change: Change, says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        what_if(rated_small, "a", "made-up", change)


def test_an_unknown_entity_is_not_found(rated_small: Database) -> None:
    asked: list[tuple[str, Change]] = [
        ("nobody", WithoutContact("a")),
        ("bank", WithoutContact("a")),
        ("a", NewContactDay("nobody", LAST)),
    ]
    for entity, change in asked:
        with pytest.raises(NotFound):
            what_if(rated_small, entity, "made-up", change)


@pytest.fixture
def rated_small(graph: Database) -> Database:
    def build() -> None:
        rated(graph, SMALL, make_scheme())

    return kept(graph, build)


def test_a_fact_of_two_kinds_with_one_id_is_asked_about_by_its_kind(graph: Database) -> None:
    twice = replace(SMALL, visits=[Visit("a", "arcade", AS_OF - timedelta(days=2), "o0")])
    rated(graph, twice, make_scheme())
    with pytest.raises(ParameterError, match="obligations and in visits of 'a': say which"):
        what_if(graph, "a", "made-up", Removed("o0"))
    for kind, factor in (("obligations", "obligations"), ("visits", "visits")):
        found = what_if(graph, "a", "made-up", Removed("o0", kind))  # type: ignore[arg-type]
        assert [part.name for part in found.parts if part.source == "factor"] == [factor]


def test_contact_with_a_stranger_changes_nothing(rated_small: Database) -> None:
    found = what_if(rated_small, "a", "made-up", NewContactDay("bank", LAST))
    assert found.parts == ()
    assert found.after.points == pytest.approx(found.before.points, abs=600 * CLOSE)


def test_a_member_whom_no_run_has_rated_yet_is_in_no_circle(graph: Database) -> None:
    scheme = make_scheme()
    known = replace(SMALL, members=SMALL.members[:-1])
    rated(graph, known, scheme)
    newcomer, rid = SMALL.members[-1]
    join(graph, replace(SMALL, members=[(newcomer, rid)]), scheme)
    for change in (NewContactDay(newcomer, LAST), WithoutContact(newcomer), WithoutContact("b")):
        check(graph, known, scheme, "a", change)


def test_circles_that_are_ahead_of_the_ratings_are_not_relied_on(graph: Database) -> None:
    """As a run leaves them that was killed after it wrote the ties."""
    scheme = make_scheme()
    rated(graph, SMALL, scheme)
    graph.statement("MATCH (:Membership)-[tie:INNER]->() DELETE tie")
    graph.statement("MATCH (s:Scheme) SET s.unsettled = ['killed']")
    for change in (WithoutContact("b"), Removed("o0"), UnderPolicy(make_scheme(share=0.0))):
        check(graph, SMALL, scheme, "a", change)
    with pytest.raises(StoreConflict, match="was broken off"):
        lift(graph, "c", scheme.id)
