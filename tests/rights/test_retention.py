"""Facts are kept as long as a published policy wants them, and no longer than the one that wants them longest."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.kinds import FACTS
from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.policy.scheme import Scheme
from graph.rating import published
from graph.rating.rerate import passed_on
from graph.rating.run import rate
from graph.rights import retention
from graph.store.client import Database
from tests.conftest import WIPE
from tests.storing import join, store

NOW = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
TODAY = datetime(2026, 7, 1, tzinfo=UTC)


def policy(name: str, days: Mapping[str, float] | None = None, shipped: str = "reliability") -> Scheme:
    """A shipped policy under another id, which keeps facts for these days."""
    text = re.sub(r'^id = ".*"', f'id = "{name}"', scheme.read(shipped).text, flags=re.MULTILINE)
    table = "".join(f"{kind}_days = {each}\n" for kind, each in (days or {}).items())
    return scheme.parse(text + (f"\n[retention]\n{table}" if days else ""), name)


def kept(*schemes: Scheme) -> dict[str, float | None]:
    return {each.kind: each.days for each in retention.times(schemes, NOW)}


ALL = {"obligations": 1000.0, "purchases": 100.0, "visits": 50.0, "contacts": 200.0}
FOR_GOOD: dict[str, float | None] = dict.fromkeys(FACTS)


def test_a_policy_without_retention_keeps_all_for_good_and_has_the_hash_that_it_had() -> None:
    assert kept(policy("one")) == FOR_GOOD
    shipped = scheme.read("reliability")
    assert policy("reliability").hash == shipped.hash
    assert policy("reliability", {"visits": 1}).hash != shipped.hash


def test_the_policy_that_keeps_a_kind_longest_decides_and_one_that_says_nothing_keeps_it_for_good() -> None:
    assert kept(policy("one", ALL)) == ALL
    assert kept(policy("one", ALL), policy("two", {kind: each + 1 for kind, each in ALL.items()})) == {
        kind: each + 1 for kind, each in ALL.items()
    }
    assert kept(policy("one", ALL), policy("two", {"visits": 10})) == FOR_GOOD | {"visits": 50.0}


def test_a_policy_has_no_say_about_facts_that_it_does_not_use() -> None:
    # own-conduct rates obligations only, and shows a circle
    assert kept(policy("one", ALL), policy("two", shipped="own-conduct")) == ALL | {
        "obligations": None,
        "contacts": None,
    }
    assert kept(policy("two", ALL, "own-conduct")) == FOR_GOOD | {"obligations": 1000.0, "contacts": 200.0}
    assert kept() == FOR_GOOD


@given(st.lists(st.none() | st.integers(1, 400), min_size=1, max_size=4))
def test_another_published_policy_never_shortens_how_long_facts_are_kept(days: list[int | None]) -> None:
    schemes = [policy(f"p{number}", {} if n is None else {"visits": n}) for number, n in enumerate(days)]
    found = [kept(*schemes[: count + 1])["visits"] for count in range(len(schemes))]
    assert [each or float("inf") for each in found] == sorted(each or float("inf") for each in found)


# On a graph -------------------------------------------------------------------------------------------

BEFORE = {kind: TODAY - timedelta(days=days) for kind, days in ALL.items()}
MOMENT = timedelta(microseconds=1)


def facts() -> Facts:
    """Of each kind one fact at the very first instant that is kept, and one just before it."""
    gone, stays = {k: at - MOMENT for k, at in BEFORE.items()}, BEFORE
    return Facts(
        contacts=[
            Contact("a", "b", gone["contacts"], "gone c1"),
            Contact("b", "a", gone["contacts"], "gone c2"),
            Contact("a", "b", stays["contacts"], "c3"),
            Contact("b", "a", stays["contacts"], "c4"),
            Contact("b", "a", gone["contacts"], "disputed c5"),
            Contact("x", "y", gone["contacts"], "gone c6"),
        ],
        obligations=[
            Obligation("a", "b", gone["obligations"], gone["obligations"], None, "gone o1"),
            Obligation("a", "b", gone["obligations"], stays["obligations"], None, "settled later o2"),
            Obligation("a", "b", stays["obligations"], gone["obligations"], None, "settled early o3"),
            Obligation("a", "b", gone["obligations"], None, None, "gone, still open o4"),
            Obligation("b", "a", gone["obligations"], None, 0.5, "gone, with an outcome o5"),
            Obligation("b", "a", stays["obligations"], None, 0.5, "o6"),
        ],
        products={"bread": "groceries"},
        purchases=[
            Purchase("a", "bread", gone["purchases"], "gone p1"),
            Purchase("a", "bread", stays["purchases"], "p2"),
        ],
        sites={"gazette": "news"},
        visits=[Visit("a", "gazette", gone["visits"], "gone v1"), Visit("a", "gazette", stays["visits"], "v2")],
        members=[("a", 0), ("b", 1)],
    )


IDS = "MATCH ()-[r:CONTACTED|OWED|BOUGHT|VISITED]->() RETURN r.id AS id"
REQUESTS = """
CREATE (:Request {key: 'old', body: '', status: 200, answer: '', at: $now - duration('P1DT1S')}),
       (:Request {key: 'new', body: '', status: 200, answer: '', at: $now - duration('PT23H')}),
       (:Revocation {id: 'over', at: $now - duration('P9D'), until: $now - duration('PT1S')}),
       (:Revocation {id: 'holds', at: $now - duration('P9D'), until: $now + duration('PT1S')}),
       (:Revocation {id: 'for good', at: $now - duration('P9D')})
"""


@pytest.fixture(scope="module")
def world(database: Database) -> dict[str, Any]:
    """A rated community before and after the facts were retained."""
    database.statement(WIPE)
    ours, other = policy("ours", ALL), policy("other", {"contacts": 1, "obligations": 1}, "own-conduct")
    store(database, facts(), ours)
    join(database, Facts(members=[("a", 0)]), other)
    database.statement(REQUESTS, now=NOW)
    database.statement("MATCH ()-[c:CONTACTED {id: 'disputed c5'}]->() SET c.disputed = 'd'")
    rate(database, "ours", as_of=TODAY)
    found: dict[str, Any] = {"ids": ids(database), "dry": retention.retain(database, now=NOW, dry_run=True)}
    found["after dry"] = ids(database)
    found["done"] = retention.retain(database, now=NOW)
    assert passed_on(database, found["done"].changes)
    return found


def ids(database: Database) -> set[str]:
    return {row["id"] for row in database.statement(IDS)}


COUNTS = {"contacts": 3, "obligations": 3, "purchases": 1, "visits": 1}


@pytest.mark.slow
def test_a_dry_run_counts_what_would_go_and_removes_nothing(world: dict[str, Any]) -> None:
    assert world["dry"].facts == COUNTS
    assert world["after dry"] == world["ids"]


def test_facts_older_than_the_policy_keeps_them_are_gone_and_all_others_stay(
    world: dict[str, Any], database: Database
) -> None:
    assert world["done"].facts == COUNTS
    assert ids(database) == {id_ for id_ in world["ids"] if not id_.startswith("gone")}


def test_a_fact_in_dispute_stays_until_it_is_decided(world: dict[str, Any], database: Database) -> None:
    assert "disputed c5" in ids(database)


def test_members_that_lose_facts_are_rated_as_a_fresh_run_would_rate_them(
    world: dict[str, Any], database: Database
) -> None:
    rerated = {entity: published.open_rating(database, entity, "ours") for entity in "ab"}
    rate(database, "ours", as_of=TODAY)
    for entity, was in rerated.items():
        assert not was.stale
        assert was.points == pytest.approx(published.open_rating(database, entity, "ours").points, abs=0.1)


def test_repeating_it_removes_nothing_more(world: dict[str, Any], database: Database) -> None:
    again = retention.retain(database, now=NOW)
    assert again.facts == dict.fromkeys(COUNTS, 0)
    assert (again.requests, again.revocations) == (0, 0)
    assert again.changes == Changes()


def test_old_answers_and_revocations_of_expired_tokens_are_gone(world: dict[str, Any], database: Database) -> None:
    assert (world["done"].requests, world["done"].revocations) == (1, 1)
    rows = database.statement("MATCH (n:Request|Revocation) RETURN coalesce(n.key, n.id) AS id ORDER BY id")
    assert [row["id"] for row in rows] == ["for good", "holds", "new"]


def test_without_published_policies_nothing_is_removed(graph: Database) -> None:
    graph.statement(
        "CREATE (:Entity {id: 'a'})-[:CONTACTED {id: 'c', at: datetime('1990-01-01')}]->(:Entity {id: 'b'})"
    )
    assert retention.retain(graph, now=NOW).facts == dict.fromkeys(COUNTS, 0)
    publishing.publish(graph, policy("one", shipped="sesame-2018"))
    assert retention.retain(graph, now=NOW).facts == dict.fromkeys(COUNTS, 0)
    assert ids(graph) == {"c"}
