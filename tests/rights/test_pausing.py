"""Pausing: a tie counts only while neither end has paused it; networkx is given the contacts that count."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import NotFound, ParameterError, Refused
from graph.explain import what_if
from graph.facts.extract import all_facts, facts_of
from graph.facts.load import load
from graph.facts.values import Facts
from graph.model import Changes
from graph.policy.scheme import Scheme
from graph.rating import published, runs
from graph.rating.rerate import passed_on, rerate
from graph.rating.run import rate
from graph.rating.runs import alone
from graph.rating.verify import CHANGED, REACHED, verify_run
from graph.rights import erasure, membership
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE
from tests.facts.looking import whole, written
from tests.storing import put, row_of, store
from tests.strategies import AS_OF, communities, everyone, make_scheme, schemes
from tests.worlds.chosen_conduct import contact
from tests.worlds.three_in_touch import (
    FACTS,
    NOW,
    SCHEME,
    decide,
    expect,
    join,
    leave,
    open_market,
    own,
    pause,
    resume,
    run,
    without,
)

CLOSE = 0.05 / 600 + 4e-9


@pytest.fixture
def market(graph: Database) -> Database:
    open_market(graph)
    return graph


def circle(database: Database, entity: str) -> list[str]:
    return sorted(each.entity for each in published.open_rating(database, entity, SCHEME.id).circle)


def check_gathered(database: Database, pauses: set[tuple[str, str]]) -> None:
    """What programs gather to rate for themselves leaves the same contacts out."""
    counted = without(FACTS, pauses, FACTS.members).contacts
    members = dict(FACTS.members).keys()
    together = {fact.id for fact in all_facts(database, SCHEME.id).contacts}
    assert together == {fact.id for fact in counted if {fact.source, fact.target} <= members}
    for entity in members:
        own_ones = {fact.id for fact in facts_of(database, SCHEME.id, [entity]).contacts}
        assert own_ones == {fact.id for fact in counted if entity in (fact.source, fact.target)}


@pytest.mark.slow
@pytest.mark.parametrize("ends", [[("bob", "ann")], [("ann", "bob"), ("bob", "ann")]])
def test_a_tie_is_out_of_both_circles_while_either_end_has_paused_it(
    market: Database, ends: list[tuple[str, str]]
) -> None:
    for number, (one, other) in enumerate(ends, 1):
        pause(market, one, other)
        expect(market, without(FACTS, set(ends[:number]), FACTS.members), within=CLOSE)
        check_gathered(market, set(ends[:number]))
    assert circle(market, "ann") == circle(market, "bob") == ["cat"]
    run(market)
    expect(market, without(FACTS, set(ends), FACTS.members), within=1e-8)
    for number, (one, other) in enumerate(ends, 1):
        resume(market, one, other)
        expect(market, without(FACTS, set(ends[number:]), FACTS.members), within=CLOSE)
    assert circle(market, "ann") == ["bob", "cat"]
    run(market)
    expect(market, FACTS, within=1e-8)


@pytest.mark.slow
def test_a_pause_of_somebody_who_is_no_member_holds_when_it_joins(market: Database) -> None:
    pause(market, "ann", "dan")
    members = [*FACTS.members, ("dan", 3)]
    join(market, "dan")
    assert circle(market, "dan") == []
    expect(market, without(FACTS, {("ann", "dan")}, members), within=CLOSE)
    run(market)
    expect(market, without(FACTS, {("ann", "dan")}, members), within=1e-8)
    resume(market, "ann", "dan")
    expect(market, without(FACTS, set(), members), within=CLOSE)


def test_a_pause_of_an_id_that_nobody_has_holds_when_it_is_loaded_and_joins(
    market: Database, tmp_path: Path
) -> None:
    for entity in ("ann", "bob"):
        pause(market, entity, "eve")
    born = written(
        tmp_path,
        "entities.csv",
        "id,kind,name,born,uscc,lei",
        "eve,sole-trader,Eve,1990-12-31,91110000600037341L,",
    )
    load(market, [born])
    [found] = market.statement("MATCH (e {id: 'eve'}) RETURN labels(e) AS labels, properties(e) AS eve")
    assert sorted(found["labels"]) == ["Entity", "Organisation", "SoleTrader"]
    assert set(found["eve"]) == {"id", "name", "born", "uscc", "brought"}
    put(
        market,
        "contacts",
        [row_of("contacts", fact) for fact in contact("eve", "ann", (2,)) + contact("eve", "cat", (3,))],
    )
    join(market, "eve")
    assert (circle(market, "eve"), circle(market, "ann")) == (["cat"], ["bob", "cat"])
    resume(market, "ann", "eve")
    assert circle(market, "eve") == ["ann", "cat"]
    assert [each.contact for each in own(market, "bob").memberships[0].pauses] == ["eve"]


@pytest.mark.parametrize("way", ["objecting", "erasing"])
def test_nobody_gets_rid_of_a_pause_by_having_the_own_id_taken_out(
    market: Database, tmp_path: Path, way: str
) -> None:
    pause(market, "ann", "bob")
    pause(market, "cat", "bob")
    leave(market, "bob")
    if way == "objecting":
        decide(market, lambda tx: membership.object_to_listing(tx, "bob", now=NOW))
        decide(market, lambda tx: membership.withdraw_objection(tx, "bob", now=NOW))
    else:
        decide(market, lambda tx: erasure.erase(tx, "bob", now=NOW).changes)
    paused = market.statement("MATCH ()-[:PAUSED]->(a) RETURN a.id AS id")
    assert [row["id"] for row in paused] == [None, None]
    assert own(market, "ann").memberships[0].pauses == ()
    resume(market, "cat", "bob")  # by the id, as any other
    load(market, [written(tmp_path, "entities.csv", "id,kind", "bob,person")])
    again = [fact for fact in FACTS.contacts if "bob" in (fact.source, fact.target)]
    put(market, "contacts", [row_of("contacts", fact) for fact in again])
    join(market, "bob")
    assert (circle(market, "ann"), circle(market, "bob"), circle(market, "cat")) == (
        ["cat"],
        ["cat"],
        ["ann", "bob"],
    )
    assert [each.contact for each in own(market, "ann").memberships[0].pauses] == ["bob"]
    resume(market, "ann", "bob")
    assert (circle(market, "bob"), market.statement("MATCH (a:Absent) RETURN a")) == (["ann", "cat"], [])


def test_pausing_is_answered_alike_for_any_contact_and_shows_in_the_own_list_only(market: Database) -> None:
    for other in ("bob", "dan", "shop", "nobody"):
        pause(market, "ann", other)
        pause(market, "ann", other)  # changes nothing
    assert [(each.contact, each.at) for each in own(market, "ann").memberships[0].pauses] == [
        (other, NOW) for other in ("bob", "dan", "nobody", "shop")
    ]
    assert own(market, "bob").memberships[0].pauses == ()
    for other in ("bob", "dan", "shop", "nobody", "never-paused"):
        resume(market, "ann", other)
    assert own(market, "ann").memberships[0].pauses == ()
    assert market.statement("MATCH (a:Absent) RETURN a") == []
    assert own(market, "nobody").kind is None


def test_a_pause_is_of_one_scheme(market: Database) -> None:
    other = make_scheme(id="other", weights={"obligations": 1.0})
    store_members(market, other)
    pause(market, "ann", "bob")
    expect(market, without(FACTS, {("ann", "bob")}, FACTS.members), within=CLOSE)
    expect(market, FACTS, other, within=CLOSE)


def store_members(database: Database, scheme: Scheme) -> None:
    storing.join(database, FACTS, scheme)
    rate(database, scheme.id, as_of=AS_OF)


def test_only_a_member_pauses_and_not_itself_nor_more_than_it_can(
    market: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = whole(market)
    for entity, other in (("dan", "ann"), ("nobody", "ann")):
        with pytest.raises(NotFound, match="not a member"):
            pause(market, entity, other)
        with pytest.raises(NotFound, match="not a member"):
            resume(market, entity, other)
    with pytest.raises(ParameterError, match="themselves"):
        pause(market, "ann", "ann")
    assert whole(market) == before
    monkeypatch.setattr(membership, "MOST_PAUSES", 2)
    pause(market, "ann", "bob")
    pause(market, "ann", "x")
    for other in ("cat", "y"):
        with pytest.raises(Refused, match="at most 2"):
            pause(market, "ann", other)
    pause(market, "ann", "bob")
    assert circle(market, "ann") == ["cat"]


def test_while_a_run_is_under_way_a_pause_is_kept_and_the_ratings_of_both_ends_say_stale(
    market: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.1)
    with alone(market, SCHEME.id, "a-run"):
        changes = market.write(lambda tx: membership.pause(tx, "ann", SCHEME.id, "bob", now=NOW))
        assert not passed_on(market, changes)
    stale = {each.entity: each.stale for each in published.lookup(market, ["ann", "bob", "cat"], SCHEME.id)}
    assert stale == {"ann": True, "bob": True, "cat": False}
    run(market)
    expect(market, without(FACTS, {("ann", "bob")}, FACTS.members), within=1e-8)
    assert not any(each.stale for each in published.lookup(market, ["ann", "bob"], SCHEME.id))


def test_what_is_asked_about_a_paused_tie_is_as_if_there_were_no_contact(market: Database) -> None:
    day = AS_OF.date() - timedelta(days=9)
    for one, other in (("ann", "bob"), ("bob", "ann")):
        pause(market, one, other)
        for change in (what_if.NewContactDay("bob", day), what_if.WithoutContact("bob")):
            with pytest.raises(ParameterError, match=r"paused|no contact with"):
                what_if.what_if(market, "ann", SCHEME.id, change)
        resume(market, one, other)
    assert what_if.what_if(market, "ann", SCHEME.id, what_if.NewContactDay("cat", day)).parts
    assert what_if.what_if(market, "ann", SCHEME.id, what_if.WithoutContact("bob")).parts


def test_a_run_that_is_repeated_says_that_a_pause_came_between(market: Database) -> None:
    [row] = market.statement("MATCH (s:Scheme) RETURN s.run AS run")
    pause(market, "ann", "bob")
    found = verify_run(market, row["run"])
    assert found.holds
    assert {each.entity: each.why for each in found.apart} == dict.fromkeys(("ann", "bob"), CHANGED) | {
        "cat": REACHED
    }


def _decided(database: Database, facts: Facts, scheme: Scheme, seed: int, steps: int) -> None:
    """Random decisions, each passed on; after each the ratings are those of the facts that count."""
    database.statement(WIPE)
    store(database, facts, scheme)
    rate(database, scheme.id, as_of=AS_OF)
    some = random.Random(seed)
    entities, members, pauses = everyone(facts), dict(facts.members), set[tuple[str, str]]()
    next_rid = max(members.values(), default=-1) + 1
    if len(entities) < 2:
        return
    counted = without(facts, pauses, facts.members)
    for _ in range(steps):
        changes = Changes()
        entity, other = some.sample([*entities, "nobody"], 2)
        if entity not in members:
            if entity == "nobody":
                continue
            join(database, entity, scheme)
            members[entity], next_rid = next_rid, next_rid + 1
        elif some.random() < 0.2:
            leave(database, entity, scheme)
            del members[entity]
            pauses = {each for each in pauses if each[0] != entity}
        elif (entity, other) in pauses or some.random() < 0.1:
            changes = database.write(lambda tx, a=entity, b=other: membership.resume(tx, a, scheme.id, b))  # type: ignore[misc]
            pauses.discard((entity, other))
        else:
            changes = database.write(
                lambda tx, a=entity, b=other: membership.pause(tx, a, scheme.id, b, now=NOW)  # type: ignore[misc]
            )
            pauses.add((entity, other))
        rerate(database, changes, tolerance_points=1e-6)
        counted = without(facts, pauses, sorted(members.items(), key=lambda each: each[1]))
        expect(database, counted, scheme, within=0.05 / 600 + 4e-9)
    gathered = {fact.id for fact in all_facts(database, scheme.id).contacts}
    assert gathered == {fact.id for fact in counted.contacts if {fact.source, fact.target} <= members.keys()}
    rate(database, scheme.id, as_of=AS_OF)
    expect(database, counted, scheme, within=1e-8)


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes(), seed=st.integers(0, 1000))
def test_after_random_decisions_ratings_are_those_of_the_ties_that_count(
    graph: Database, facts: Facts, scheme: Scheme, seed: int
) -> None:
    _decided(graph, facts, scheme, seed, steps=3)


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes(), seed=st.integers(0, 1000))
def test_after_many_random_decisions_ratings_are_those_of_the_ties_that_count(
    graph: Database, facts: Facts, scheme: Scheme, seed: int
) -> None:
    _decided(graph, facts, scheme, seed, steps=20)
