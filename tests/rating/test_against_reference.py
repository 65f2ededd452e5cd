"""The ratings of every engine against networkx's, from the same facts: what engines have in common."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph.facts.values import Facts
from graph.policy.scheme import Scheme
from graph.rating import reference
from graph.rating.engines.choice import ENGINES
from graph.rating.published import open_rating
from graph.rating.run import rate
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE, samples
from tests.storing import join, store
from tests.strategies import AS_OF, NASTY, Community, communities, make_scheme, schemes, schemes_with_voice

CLOSE = 1e-9
ENGINE = pytest.mark.parametrize("engine", ENGINES)
FACTORS = ("obligations", "purchases", "visits")

PUBLISHED = """
MATCH (m:Membership {scheme: $scheme})
RETURN substring(m.id, size($scheme) + 1) AS entity, properties(m) AS membership, labels(m) AS labels,
       COLLECT { MATCH (m)-[tie:INNER]->(c) RETURN {rid: c.rid, place: tie.place, weight: tie.weight,
                 strength: tie.strength, days: tie.days, last: tie.last} ORDER BY c.rid } AS ties
"""


def check(
    database: Database, facts: Facts, scheme: Scheme, founders: Sequence[str] = (), *, engine: str = "cypher"
) -> None:
    """Every published value equals the reference's, voices to the bit, and no score hangs on anyone else."""
    run = rate(database, scheme.id, as_of=AS_OF, batch=4, engine=engine)
    assert run.engine == engine
    expected = reference.rate(facts, scheme, AS_OF, founders=founders)
    found = {row["entity"]: row for row in database.statement(PUBLISHED, scheme=scheme.id)}
    assert found.keys() == expected.members.keys()
    for entity, member in expected.members.items():
        check_member(found[entity], member, scheme)
        assert found[entity]["membership"].get("voice") == expected.voices.get(entity)
    assert run.bound == pytest.approx(expected.bound, abs=CLOSE)
    assert run.members == len(facts.members)
    assert run.ties == sum(len(member.circle) for member in expected.members.values())
    assert database.statement("MATCH (e:Entity) WHERE e.score IS NOT NULL RETURN e.id") == []


def hundredths(value: float, parts: int = 100) -> float:
    """Half of one is a whole one, and so is what a sum may lack of it."""
    return math.floor(parts * value + 0.5 + 1e-7) / parts


def tenths(value: float) -> float:
    return hundredths(value, 10)


def check_member(row: dict[str, Any], member: reference.Rating, scheme: Scheme) -> None:
    published = row["membership"]
    for name in FACTORS:
        rate = member.rates.get(name)
        assert published.get(name) == (rate and pytest.approx(rate.rate, abs=CLOSE))
        assert published.get(f"{name}_evidence") == (rate and pytest.approx(rate.evidence, abs=CLOSE))
    assert published["factors"] == list(scheme.factors.named())
    assert published["conduct"] == pytest.approx(member.conduct, abs=CLOSE)
    assert published["score"] == pytest.approx(member.score, abs=CLOSE)
    assert published["points"] == pytest.approx(member.points, abs=600 * CLOSE)
    assert published["band"] == member.band.name
    assert sorted(row["labels"]) == sorted(["Membership", member.band.label])
    assert published["circle"] == [tie.rid for tie in member.circle] == [tie["rid"] for tie in row["ties"]]
    assert [tie["place"] for tie in row["ties"]] == list(range(len(member.circle)))
    assert [tie["weight"] for tie in row["ties"]] == [hundredths(each) for each in published["weights"]]
    assert published["weights"] == pytest.approx([tie.weight for tie in member.circle], abs=CLOSE)
    assert published["used"] == pytest.approx(list(member.used), abs=CLOSE)
    assert [tie["days"] for tie in row["ties"]] == [tie.days for tie in member.circle]
    assert [tie["last"].to_native() for tie in row["ties"]] == [tie.last for tie in member.circle]
    assert [tie["strength"] for tie in row["ties"]] == [tenths(tie.strength) for tie in member.circle]
    assert not any(name.startswith("next_") for name in published), "nothing staged is left"


@pytest.mark.parametrize("community", NASTY, ids=lambda community: community.name)
def test_a_nasty_community_is_rated_as_networkx_rates_it(graph: Database, community: Community) -> None:
    scheme = make_scheme()
    store(graph, community.facts, scheme)
    for engine in ENGINES:  # the second writes over what the first published
        check(graph, community.facts, scheme, engine=engine)


HEARD = make_scheme(
    partner_month=1.0, partner_year=2.0, voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1}
)


@pytest.mark.parametrize("community", NASTY, ids=lambda community: community.name)
def test_a_nasty_community_has_the_voices_of_the_reference(graph: Database, community: Community) -> None:
    founders = [entity for entity, _ in community.facts.members][:2]
    if not founders:
        return
    store(graph, community.facts, HEARD)
    storing.found(graph, HEARD, *founders)
    for engine in reversed(ENGINES):
        check(graph, community.facts, HEARD, founders, engine=engine)


@pytest.mark.slow
@ENGINE
@settings(max_examples=samples(10, 25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes_with_voice(), seed=st.integers(0, 1000))
def test_a_random_community_has_the_voices_of_the_reference_in_whatever_order_it_is_stored(
    graph: Database, facts: Facts, scheme: Scheme, seed: int, engine: str
) -> None:
    founders = [entity for entity, _ in facts.members][: scheme.voice.founders_at_least if scheme.voice else 0]
    assume(scheme.voice and len(founders) == scheme.voice.founders_at_least)
    found = []
    for obligations in (facts.obligations, Random(seed).sample(facts.obligations, len(facts.obligations))):
        graph.statement(WIPE)
        store(graph, replace(facts, obligations=obligations), scheme)
        storing.found(graph, scheme, *founders)
        check(graph, facts, scheme, founders, engine=engine)
        found.append(graph.statement("MATCH (m:Membership) RETURN m.id, m.obligations, m.voice ORDER BY m.id"))
    assert found[0] == found[1], "not one bit"


@pytest.mark.slow
@ENGINE
@settings(max_examples=samples(12, 25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes())
def test_a_random_community_is_rated_as_networkx_rates_it(
    graph: Database, facts: Facts, scheme: Scheme, engine: str
) -> None:
    graph.statement(WIPE)
    store(graph, facts, scheme)
    check(graph, facts, scheme, engine=engine)


@settings(max_examples=samples(5, 10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities())
def test_two_schemes_on_one_graph_do_not_mix(graph: Database, facts: Facts) -> None:
    graph.statement(WIPE)
    one, other = make_scheme(id="one", share=0.5), make_scheme(id="other", size=2)
    fewer = Facts(**{**facts.__dict__, "members": facts.members[::2]})
    store(graph, facts, one)
    join(graph, fewer, other)
    check(graph, facts, one)
    check(graph, fewer, other, engine="arrays")
    check(graph, facts, one)


@settings(max_examples=samples(5, 10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes())
def test_an_opened_rating_is_the_sum_of_its_parts(graph: Database, facts: Facts, scheme: Scheme) -> None:
    graph.statement(WIPE)
    store(graph, facts, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    for entity, _ in facts.members:
        opened = open_rating(graph, entity, scheme.id)
        assert sum(part.points for part in opened.parts) == pytest.approx(opened.points, abs=1e-9)
        assert sum(part.whole for part in opened.parts) == opened.whole_points
        assert all(abs(part.whole - part.points) <= 1 for part in opened.parts)


def bits(database: Database) -> list[dict[str, Any]]:
    """Everything a run publishes except what tells runs apart."""
    rows = database.statement(
        """MATCH (m:Membership) OPTIONAL MATCH (m)-[tie:INNER]->(c) WITH m, tie, c ORDER BY m.id, c.rid
           RETURN properties(m) AS m, labels(m) AS labels, collect([c.rid, properties(tie)]) AS ties
           ORDER BY m.id"""
    )
    for row in rows:
        del row["m"]["run"], row["m"]["seal"], row["m"]["since"]
    return rows


@ENGINE
@settings(max_examples=samples(3, 5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes())
def test_a_second_run_at_the_same_instant_gives_the_same_bits(
    graph: Database, facts: Facts, scheme: Scheme, engine: str
) -> None:
    graph.statement(WIPE)
    store(graph, facts, scheme)
    rate(graph, scheme.id, as_of=AS_OF, engine=engine)
    first = bits(graph)
    for other in ENGINES:
        rate(graph, scheme.id, as_of=AS_OF - timedelta(days=400), engine=other)
    rate(graph, scheme.id, as_of=AS_OF, engine=engine)
    assert bits(graph) == first
