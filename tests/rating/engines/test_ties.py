"""Ties are there to be looked at: what they say is rounded, and no rating is made from it."""

import math
from datetime import timedelta
from typing import Any

import pytest

from graph.explain.what_if import WithoutContact, what_if
from graph.rating import apply, published
from graph.rating.engines.arrays.columns import EPOCH
from graph.rating.engines.choice import ENGINES
from graph.rating.run import rate
from graph.store.client import Database
from graph.store.migrations import shipped
from tests.conftest import WIPE
from tests.rating.engines.test_answers import KEPT, SECRET, differences
from tests.rating.test_against_reference import hundredths, tenths
from tests.storing import leave_one, store
from tests.strategies import make_scheme
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of

SCHEME = make_scheme(half_life_days=None, circle_half_life_days=3650.0, size=8)
DAYS = {("ann", "bob"): 1, ("ann", "cid"): 2, ("bob", "cid"): 4, ("bob", "dee"): 1}
FACTS = facts_of(
    {"ann": [1.0, 0.9], "bob": [0.0], "cid": [0.3], "dee": [0.6]},
    [each for pair, days in DAYS.items() for each in contact(*pair, range(1, 1 + days))]
    + contact("ann", "cid", [10])[:1],  # more from one side: such a weight is another one each day
)
TIES = """
MATCH (m:Membership)-[tie:INNER]->(contact:Membership)
RETURN m.id AS member, [m.rid, contact.rid] AS ends, properties(tie) AS tie,
       m.circle[tie.place] = contact.rid AS placed, m.weights[tie.place] AS weight
ORDER BY m.rid, contact.rid
"""
SCRIBBLED = "MATCH (:Membership)-[tie:INNER]->() SET tie.weight = 0.99, tie.strength = 7.0, tie.place = 3"
# As they were before migration 13: the exact weight and strength, and no place.
AS_BEFORE = """
MATCH (m:Membership)-[tie:INNER]->()
SET tie.weight = m.weights[tie.place], tie.strength = tie.strength + 0.0000123
REMOVE tie.place
"""
ENGINE = pytest.mark.parametrize("engine", ENGINES)
[MIGRATION] = [each for each in shipped() if each.version == "0013"]


def begin(database: Database, engine: str = "cypher", facts: Any = FACTS) -> None:
    database.statement(WIPE)
    database.run("make_secret", name="veil", value=SECRET)
    store(database, facts, SCHEME)
    rate(database, SCHEME.id, as_of=AS_OF, engine=engine)


def check(database: Database) -> list[dict[str, Any]]:
    """Every tie says rounded what the rating has exactly, and where; returns the ties."""
    ties = database.statement(TIES)
    for row in ties:
        assert row["placed"]
        assert row["tie"]["weight"] == hundredths(row["weight"])
        assert row["tie"]["strength"] == tenths(row["tie"]["strength"])
        assert sorted(row["tie"]) == ["days", "last", "place", "strength", "weight"]
    return ties


def ratings(database: Database) -> list[Any]:
    return [row | {"ties": None} for row in database.statement(KEPT)]


@ENGINE
def test_a_tie_says_in_hundredths_what_its_rating_has_exactly(graph: Database, engine: str) -> None:
    begin(graph, engine)
    assert len(check(graph)) == 2 * len(DAYS)
    rate(graph, SCHEME.id, as_of=AS_OF + timedelta(days=1000), engine=engine)
    check(graph)
    apply.remove(graph, "contacts", ["bob-dee-1", "ann-bob-1"])
    assert len(check(graph)) == 2 * len(DAYS) - 4


@ENGINE
def test_half_a_hundredth_is_a_whole_one_whatever_the_sum_lacks_of_it(graph: Database, engine: str) -> None:
    eight = [f"e{number}" for number in range(8)]
    facts = facts_of(
        {"hub": [], **{e: [] for e in eight}}, [each for e in eight for each in contact("hub", e, [3])]
    )
    begin(graph, engine, facts)
    mine = [row for row in check(graph) if row["member"].endswith("|hub")]
    assert [row["tie"]["weight"] for row in mine] == [0.13] * 8


def test_no_rating_is_made_from_what_stands_on_a_tie(graph: Database) -> None:
    """Whoever writes into the picture, or into a copy of it, moves nobody's points."""
    asked: list[list[Any]] = []
    for scribble in (False, True):
        begin(graph)
        if scribble:
            graph.statement(SCRIBBLED)
        found: list[Any] = [
            what_if(graph, who, SCHEME.id, WithoutContact("cid")).after.points for who in ("ann", "bob")
        ]
        apply.remove(graph, "obligations", ["ann-0"])
        found += [ratings(graph)]
        apply.remove(graph, "contacts", ["bob-dee-1"])
        found += [ratings(graph)]
        for engine in ENGINES:
            if scribble:
                graph.statement(SCRIBBLED)
            rate(graph, SCHEME.id, as_of=AS_OF, engine=engine)
            found += [ratings(graph), check(graph)]
        asked += [found]
    assert differences(asked[1], asked[0]) == []


@ENGINE
def test_a_day_later_no_tie_is_written_that_looks_as_before(
    graph: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By age alone all exact weights are others. Somebody holds all ties locked meanwhile."""
    begin(graph, engine)
    before = graph.statement(TIES)
    monkeypatch.setattr(graph, "timeout_seconds", 60.0)  # after which whoever waits for a lock is told so
    with graph.transaction() as holding:
        holding.run("set_ties", **written(before))
        rate(graph, SCHEME.id, as_of=AS_OF + timedelta(days=1), engine=engine)
        holding.rollback()
    after = graph.statement(TIES)
    assert [row["tie"] for row in after] == [row["tie"] for row in before]
    assert [row["weight"] for row in after] != [row["weight"] for row in before]


@ENGINE
def test_a_circle_that_lost_a_contact_to_a_leaver_has_its_places_again_after_the_next_run(
    graph: Database, engine: str
) -> None:
    begin(graph, engine)
    leave_one(graph, SCHEME, "ann")
    assert [row["tie"]["place"] for row in graph.statement(TIES) if row["member"].endswith("|bob")] == [1, 2]
    rate(graph, SCHEME.id, as_of=AS_OF, engine=engine)
    assert [row["tie"]["place"] for row in check(graph) if row["member"].endswith("|bob")] == [0, 1]


def test_a_member_that_leaves_while_others_are_re_rated_leaves_weights_that_add_up(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(graph)
    transaction = Database.transaction

    def leaving(database: Database) -> Any:
        monkeypatch.setattr(Database, "transaction", transaction)
        leave_one(database, SCHEME, "cid")
        return transaction(database)

    monkeypatch.setattr(Database, "transaction", leaving)
    [done] = apply.remove(graph, "obligations", ["ann-0"])[1]
    assert (done.stale, done.published) == ("", 3)
    for who in ("ann", "bob", "dee"):
        opened = published.open_rating(graph, who, SCHEME.id)
        assert math.fsum(each.weight for each in opened.circle) == pytest.approx(1)
        assert sum(part.points for part in opened.parts) == pytest.approx(opened.points, abs=1e-9)
    assert [each.weight for each in published.open_rating(graph, "ann", SCHEME.id).circle] == [1.0]


def test_a_place_that_is_none_is_put_right_by_the_next_run(graph: Database) -> None:
    """Whatever somebody has written there: the sweeps look weights up by it."""
    begin(graph)
    expected = graph.statement(TIES)
    for place in (-1, 0.5, "first", None, 10**6):
        graph.statement("MATCH (:Membership)-[tie:INNER]->() SET tie.place = $place", place=place)
        rate(graph, SCHEME.id, as_of=AS_OF, engine="cypher")
        assert graph.statement(TIES) == expected


def test_ties_of_the_version_before_become_those_that_a_run_writes(graph: Database) -> None:
    begin(graph)
    expected = graph.statement(KEPT)
    graph.statement(AS_BEFORE)
    assert graph.statement(KEPT) != expected
    for _ in range(2):  # the second time, as where it broke off, changes nothing
        for statement in MIGRATION.statements:
            graph.statement(statement)
        assert graph.statement(KEPT) == expected


def test_to_set_what_a_tie_has_locks_neither_of_its_ends(graph: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(graph)
    ties = graph.statement(TIES)
    one, other = ([row for row in ties if row["ends"] == ends] for ends in ([1, 3], [3, 1]))
    monkeypatch.setattr(graph, "timeout_seconds", 20.0)  # after which whoever waits for a lock is told so
    with graph.transaction() as first, graph.transaction() as second:
        first.run("set_ties", **written(one) | {"strengths": [[0.25]]})
        second.run("set_ties", **written(other) | {"strengths": [[0.75]]})
        graph.statement("MATCH (m:Membership) SET m.caption = 'written meanwhile'")
    found = {tuple(row["ends"]): row["tie"]["strength"] for row in graph.statement(TIES)}
    assert (found[1, 3], found[3, 1]) == (0.25, 0.75)


def test_ties_of_a_member_that_had_none_are_made_once_however_often(graph: Database) -> None:
    begin(graph)
    ties = graph.statement(TIES)
    graph.statement("MATCH (m:Membership {rid: 0})-[tie:INNER]->() DELETE tie")
    told = written(ties) | {"strengths": [[9.0] for _ in ties], "lasts": [[20_000] for _ in ties]}
    for _ in range(2):
        graph.run("make_ties", **told)
    found = graph.statement(TIES)
    assert [row["ends"] for row in found] == [row["ends"] for row in ties]
    for was, now in zip(ties, found, strict=True):
        made = {"strength": 9.0, "last": EPOCH + timedelta(days=20_000)} if was["ends"][0] == 0 else {}
        assert {**now["tie"], "last": now["tie"]["last"].to_native()} == {
            **was["tie"],
            "last": was["tie"]["last"].to_native(),
        } | made, "who has ties keeps them as they are"


def written(ties: list[dict[str, Any]]) -> dict[str, Any]:
    """These ties as set_ties takes them: each in a row of its own."""
    own = {"circles": [[row["ends"][1]] for row in ties], "lasts": [[0] for _ in ties]}
    own |= {f"{name}s": [[row["tie"][name]] for row in ties] for name in ("place", "weight", "strength")}
    own |= {"days": [[row["tie"]["days"]] for row in ties]}
    return own | {"rids": [row["ends"][0] for row in ties], "epoch": EPOCH, "scheme": SCHEME.id}
