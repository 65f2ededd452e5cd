"""Corrections, removals and leaving: the facts follow, the ratings follow, and nothing is lost on the way."""

import json
from pathlib import Path

import pytest

from graph.errors import NotFound, ParameterError, StoreConflict
from graph.facts import store
from graph.facts.load import load
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.rating import published, runs
from graph.rating.apply import apply, remove
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.rating.runs import alone
from graph.store.client import Database
from tests.conftest import Command
from tests.facts.looking import content, written
from tests.kept import kept
from tests.strategies import AS_OF

MARKET = {
    "entities": ("id,kind", "ann,person", "bob,person", "cat,person", "bank,organisation"),
    "products": ("id,category", "bread,groceries"),
    "contacts": (
        "id,source,target,at",
        "c1,ann,bob,2026-06-01T09:00:00Z",
        "c2,bob,ann,2026-06-02T09:00:00Z",
        "c3,bob,cat,2026-06-02T09:00:00Z",
    ),
    "obligations": (
        "id,debtor,creditor,amount,currency,due,settled",
        "o1,ann,bank,10,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z",
        "o2,bob,bank,10,CNY,2026-05-01T09:00:00Z,2026-06-20T09:00:00Z",
    ),
    "memberships": (
        "entity,scheme,at,notice",
        "ann,reliability,2026-01-01T00:00:00Z,1",
        "bob,reliability,2026-01-01T00:00:00Z,1",
        "cat,reliability,2026-01-01T00:00:00Z,1",
        "ann,own-conduct,2026-01-01T00:00:00Z,1",
    ),
}
OBLIGATIONS = MARKET["obligations"][0]


@pytest.fixture
def market(graph: Database, tmp_path: Path) -> Database:
    """ann and bob, in each other's circle, and cat, who has no circle; rated at AS_OF."""
    files = tmp_path / "market"
    files.mkdir()
    for kind, lines in MARKET.items():
        written(files, f"{kind}.csv", *lines)

    def make() -> None:
        for name in ("reliability", "own-conduct"):
            publishing.publish(graph, scheme.read(name))
        assert not any(each.rejected for each in load(graph, [files]))
        for name in ("reliability", "own-conduct"):
            rate(graph, name, as_of=AS_OF)

    return kept(graph, make)


def points(database: Database, entity: str, scheme_id: str = "reliability") -> float:
    return published.open_rating(database, entity, scheme_id).points


def test_a_row_that_says_otherwise_takes_the_place_of_the_fact(market: Database, tmp_path: Path) -> None:
    before = points(market, "ann"), points(market, "bob")
    row = "o2,bob,bank,12,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z"
    file = written(tmp_path, "obligations.csv", OBLIGATIONS, row, MARKET["obligations"][1])
    [loaded], [rerated] = apply(market, [file])
    assert (loaded.corrected, loaded.known, loaded.rejected) == (1, 1, 0)
    assert (rerated.scheme, rerated.touched) == ("reliability", 1)
    assert points(market, "bob") > before[1] + 50
    assert points(market, "ann") > before[0] + 5
    assert market.statement("MATCH ()-[o:OWED {id: 'o2'}]->() RETURN o.amount AS amount") == [{"amount": 12.0}]
    assert apply(market, [file])[0][0].known == 2, "repeated, it changes nothing"


def test_a_correction_that_cannot_be_stored_leaves_the_fact_as_it_was(market: Database, tmp_path: Path) -> None:
    before = content(market)
    row = "o2,nobody,bank,12,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z"
    file = written(tmp_path, "obligations.csv", OBLIGATIONS, row)
    [loaded], rerated = apply(market, [file], rejects=tmp_path / "rejects.csv")
    assert (loaded.corrected, loaded.rejected, rerated) == (0, 1, [])
    assert "nobody" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert content(market) == before


def test_a_corrected_debtor_touches_both(market: Database, tmp_path: Path) -> None:
    row = "o2,cat,bank,10,CNY,2026-05-01T09:00:00Z,2026-06-20T09:00:00Z"
    _, [rerated] = apply(market, [written(tmp_path, "obligations.csv", OBLIGATIONS, row)])
    assert rerated.touched == 2
    assert points(market, "cat") < points(market, "bob")


def test_a_removed_contact_opens_the_circles_of_both_ends(market: Database) -> None:
    removed, rerated = remove(market, "contacts", ["c2", "not known"])
    assert removed == ["c2"]
    assert {each.scheme: each.touched for each in rerated} == {"own-conduct": 1, "reliability": 2}
    for entity in ("ann", "bob"):
        opened = published.open_rating(market, entity, "reliability")
        assert opened.circle == ()
        assert opened.rerated is not None
        assert opened.bound <= 0.05 / 600 + 4e-9


def test_an_entity_is_rated_anew_in_every_scheme_that_it_is_in(market: Database) -> None:
    _, rerated = remove(market, "obligations", ["o1"])
    assert [each.scheme for each in rerated] == ["own-conduct", "reliability"]


def test_a_member_that_leaves_is_out_of_every_circle(market: Database) -> None:
    removed, [rerated] = remove(market, "memberships", ["reliability|bob", "reliability|nobody"])
    assert (removed, rerated.touched) == (["reliability|bob"], 1)
    assert published.open_rating(market, "ann", "reliability").circle == ()
    with pytest.raises(NotFound):
        published.open_rating(market, "bob", "reliability")


def test_a_member_that_joins_is_rated_at_once_and_enters_circles(market: Database, tmp_path: Path) -> None:
    head, *_ = MARKET["entities"]
    apply(market, [written(tmp_path, "entities.csv", head, "dan,person")])
    contacts = written(
        tmp_path,
        "contacts.csv",
        MARKET["contacts"][0],
        "n1,dan,ann,2026-06-20T09:00:00Z",
        "n2,ann,dan,2026-06-21T09:00:00Z",
    )
    apply(market, [contacts])
    assert len(published.open_rating(market, "ann", "reliability").circle) == 1
    row = "dan,reliability,2026-06-22T00:00:00Z,1"
    apply(market, [written(tmp_path, "memberships.csv", MARKET["memberships"][0], row)])
    assert points(market, "dan") > 350
    assert {each.entity for each in published.open_rating(market, "ann", "reliability").circle} == {"bob", "dan"}


def test_facts_that_were_loaded_and_not_passed_on_make_a_rating_stale(market: Database, tmp_path: Path) -> None:
    assert not published.open_rating(market, "bob", "reliability").stale
    row = "o3,bob,bank,1,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z"
    load(market, [written(tmp_path, "obligations.csv", OBLIGATIONS, row)])
    assert published.open_rating(market, "bob", "reliability").stale
    assert [each.stale for each in published.lookup(market, ["ann", "bob"], "reliability")] == [False, True]
    rate(market, "reliability", as_of=AS_OF)
    assert not published.open_rating(market, "bob", "reliability").stale


def test_beyond_the_budget_nothing_is_published_and_the_next_run_settles_it(market: Database) -> None:
    before = points(market, "ann")
    [row] = store.remove(market, "obligations", ["o2"])
    changes = Changes()
    changes.add("obligations", row["touched"])
    [rerated] = rerate(market, changes, most_ties=1)
    assert "more than 1 tie would" in rerated.stale
    assert rerated.published == 0
    assert points(market, "ann") == before
    assert all(each.stale for each in published.lookup(market, ["ann", "cat"], "reliability"))
    rate(market, "reliability", as_of=AS_OF)
    assert points(market, "ann") > before
    assert not any(each.stale for each in published.lookup(market, ["ann", "cat"], "reliability"))


def test_after_a_re_rating_that_broke_off_the_next_asks_for_a_run(market: Database) -> None:
    market.run("unsettle", scheme="reliability", id="broke-off", all=False)
    _, rerated = remove(market, "obligations", ["o1"])
    stale = {each.scheme: each.stale for each in rerated}
    assert stale["own-conduct"] == ""
    assert "broke-off" in stale["reliability"]
    rate(market, "reliability", as_of=AS_OF)
    _, [rerated_again] = remove(market, "obligations", ["o2"])
    assert rerated_again.stale == ""


def test_while_a_run_is_under_way_the_facts_are_stored_and_the_ratings_stale(
    market: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.1)
    with alone(market, "reliability", "a-run"), pytest.raises(StoreConflict, match="a-run"):
        remove(market, "obligations", ["o2"])
    assert market.statement("MATCH ()-[o:OWED {id: 'o2'}]->() RETURN o") == []
    assert published.open_rating(market, "bob", "reliability").stale


def test_a_member_that_leaves_while_a_run_is_under_way_is_gone_and_the_next_run_settles_it(
    market: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.1)
    with alone(market, "reliability", "a-run"), pytest.raises(StoreConflict, match="a-run"):
        remove(market, "memberships", ["reliability|bob"])
    with pytest.raises(NotFound):
        published.open_rating(market, "bob", "reliability")
    _, rerated = remove(market, "obligations", ["o1"])
    assert "left" in {each.scheme: each.stale for each in rerated}["reliability"]
    rate(market, "reliability", as_of=AS_OF)
    assert published.open_rating(market, "ann", "reliability").circle == ()
    assert not published.open_rating(market, "ann", "reliability").stale


def test_a_scheme_without_a_run_is_left_alone(market: Database) -> None:
    market.statement("MATCH (s:Scheme) REMOVE s.run")
    assert remove(market, "obligations", ["o2"]) == (["o2"], [])


def test_entities_and_categories_cannot_be_removed_one_by_one(market: Database) -> None:
    with pytest.raises(ParameterError, match="'products' cannot be removed"):
        remove(market, "products", ["bread"])


def test_the_commands_correct_remove_look_back_and_repeat(
    market: Database, innercircle: Command, tmp_path: Path
) -> None:
    row = "o2,bob,bank,10,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z"
    file = written(tmp_path, "obligations.csv", OBLIGATIONS, row)
    done = innercircle("apply", file, "--rejects", tmp_path / "rejects.csv")
    assert done.returncode == 0, done.stderr
    assert "re-rated 2 members of reliability as of 2026-06-30: 1 touched" in done.stdout
    done = innercircle("history", "bob", "--scheme", "reliability")
    assert "own facts" in done.stdout
    assert "a change" in done.stdout
    run = market.statement("MATCH (s:Scheme {id: 'reliability'}) RETURN s.run AS run")[0]["run"]
    done = innercircle("verify-run", run, "--json")
    assert done.returncode == 0, done.stderr
    assert {each["entity"] for each in json.loads(done.stdout)["apart"]} == {"ann", "bob"}
    done = innercircle("remove", "obligations", "o2", "gone")
    assert (done.returncode, done.stderr.strip()) == (2, "not known: gone")
    row = "o5,cat,bank,10,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z"
    done = innercircle("load", written(tmp_path, "obligations.csv", OBLIGATIONS, row), "--rerate", "--json")
    assert json.loads(done.stdout)["rerated"][0]["touched"] == 1
