"""Joining: what was agreed to is on record, and the age that a scheme asks for is kept to."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import NotFound, ParameterError, Refused
from graph.facts.load import load
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating import published
from graph.rights.membership import Membership
from graph.store.client import Database
from tests.facts.looking import whole, written
from tests.kept import kept
from tests.worlds.three_in_touch import ADULTS, FACTS, NOW, SCHEME, expect, join, leave, open_market, own, without

BORN = {
    "old": ("person", "1990-12-31"),
    "today": ("person", "2008-06-30"),
    "tomorrow": ("person", "2008-07-01"),
    "unknown": ("person", ""),
    "leap": ("person", "2008-02-29"),
    "firm": ("organisation", "2020-01-01"),
    "new-firm": ("organisation", ""),
    "trader": ("sole-trader", "2008-06-30"),
    "young-trader": ("sole-trader", "2008-07-01"),
    "quiet-trader": ("sole-trader", ""),
}
UNKNOWN = "of unknown age, and a new member must be 18 years old"
YOUNG = "too young: a new member must be 18 years old"


@pytest.fixture
def people(graph: Database, tmp_path: Path) -> Database:
    """A scheme for adults, and nobody in it yet."""
    rows = [f"{id_},{kind},{born}" for id_, (kind, born) in BORN.items()]

    def make() -> None:
        publishing.publish(graph, ADULTS)
        load(graph, [written(tmp_path, "entities.csv", "id,kind,born", *rows)])

    return kept(graph, make)


def test_a_member_that_joins_is_on_record_with_notice_time_and_how_and_is_rated_at_once(graph: Database) -> None:
    open_market(graph)
    joined = join(graph, "dan", how="operator")
    assert joined == Membership(SCHEME.id, NOW, SCHEME.notice_id, "operator", shares=False, pauses=())
    assert own(graph, "dan").memberships == (joined,)
    assert published.open_rating(graph, "dan", SCHEME.id).circle[0].entity == "ann"
    expect(graph, without(FACTS, set(), [*FACTS.members, ("dan", 3)]), within=0.05 / 600 + 4e-9)


def test_a_notice_is_named_by_its_version_or_by_version_and_hash(graph: Database) -> None:
    publishing.publish(graph, SCHEME)
    for entity, notice in (("ann", SCHEME.notice.version), ("bob", SCHEME.notice_id)):
        graph.statement("CREATE (:Entity:Person {id: $id})", id=entity)
        assert join(graph, entity, notice=notice).notice == SCHEME.notice_id


def test_only_the_present_notice_can_be_agreed_to_now_and_a_file_may_name_an_earlier_one(
    graph: Database, tmp_path: Path
) -> None:
    publishing.publish(graph, SCHEME)
    text = SCHEME.text.replace('version = "1"', 'version = "2"').replace("Made up for tests.", "Other words.")
    newer = parse(text, "newer.toml")
    publishing.publish(graph, newer)
    graph.statement("CREATE (:Entity:Person {id: 'ann'}) CREATE (:Entity:Person {id: 'bob'})")
    for notice in ("1", SCHEME.notice_id, "3", "2 0000", "", " "):
        with pytest.raises(ParameterError, match=r"is '2 .{16}' now, and not"):
            join(graph, "ann", notice=notice)
    row = f"bob,{SCHEME.id},2026-01-01T00:00:00Z,1"
    [loaded] = load(graph, [written(tmp_path, "memberships.csv", "entity,scheme,at,notice", row)])
    assert loaded.stored == 1
    found = own(graph, "bob").memberships[0]
    assert (found.notice, found.how) == (SCHEME.notice_id, "file")
    assert join(graph, "ann", newer).notice == newer.notice_id


def test_a_member_stays_as_it_is_when_joining_again(graph: Database) -> None:
    open_market(graph, rated=False)
    join(graph, "dan")
    before = whole(graph)
    again = join(graph, "dan", how="operator", now=NOW + timedelta(days=1))
    assert (again.at, again.how) == (NOW, "member")
    assert whole(graph) == before
    leave(graph, "dan")
    assert join(graph, "dan", how="operator", now=NOW + timedelta(days=1)).at == NOW + timedelta(days=1)


def test_nobody_joins_an_unpublished_scheme_and_no_unknown_entity_joins(graph: Database) -> None:
    with pytest.raises(NotFound, match="no scheme"):
        join(graph, "ann")
    publishing.publish(graph, SCHEME)
    with pytest.raises(NotFound, match="no entity 'ann'"):
        join(graph, "ann")


REFUSED = {"tomorrow": YOUNG, "unknown": UNKNOWN, "young-trader": YOUNG}


def test_a_person_who_is_too_young_or_of_unknown_age_cannot_join(people: Database, tmp_path: Path) -> None:
    entities = [entity for entity in BORN if entity != "leap"]
    for entity in entities:
        if entity not in REFUSED:
            assert join(people, entity, ADULTS).how == "member"
            leave(people, entity, ADULTS)
            continue
        with pytest.raises(Refused, match=REFUSED[entity]):
            join(people, entity, ADULTS)
        assert own(people, entity).memberships == ()
    later = NOW + timedelta(seconds=1)  # than they left
    rows = [f"{entity},{ADULTS.id},{later.isoformat()},1" for entity in entities]
    file = written(tmp_path, "memberships.csv", "entity,scheme,at,notice", *rows)
    [loaded] = load(people, [file], rejects=tmp_path / "rejects.csv")
    assert (loaded.stored, loaded.rejected) == (len(entities) - len(REFUSED), len(REFUSED))
    with (tmp_path / "rejects.csv").open(newline="", encoding="utf-8") as stream:
        found = [(row["column"], row["value"], row["reason"]) for row in csv.DictReader(stream)]
    assert found == [("entity", entity, REFUSED[entity]) for entity in entities if entity in REFUSED]


def test_the_age_is_that_on_the_day_of_joining(people: Database, tmp_path: Path) -> None:
    rows = [
        f"leap,{ADULTS.id},2026-02-28T23:59:59Z,1",
        f"leap,{ADULTS.id},2026-03-01T00:00:00+08:00,1",
        f"leap,{ADULTS.id},2026-03-01T00:00:00Z,1",
    ]
    files = [
        written(tmp_path, f"memberships-{n}.csv", "entity,scheme,at,notice", row) for n, row in enumerate(rows)
    ]
    assert [load(people, [file])[0].stored for file in files] == [0, 0, 1]


def test_a_limit_that_comes_later_is_for_those_who_join_from_then_on(people: Database, tmp_path: Path) -> None:
    grown_up = parse(ADULTS.text.replace("= 18", "= 40").replace('version = "1"', 'version = "2"', 1), "x")
    join(people, "old", ADULTS)
    publishing.publish(people, grown_up)
    row = f"old,{ADULTS.id},{NOW.isoformat()},1"
    file = written(tmp_path, "memberships.csv", "entity,scheme,at,notice", row)
    assert [each.known for each in load(people, [file])] == [1]
    with pytest.raises(Refused, match="must be 40"):
        join(people, "today", grown_up)
    publishing.publish(people, parse(SCHEME.text.replace("made-up", "adults").replace('"1"', '"3"'), "x"))
    assert join(people, "unknown", ADULTS, notice="3").notice.startswith("3 ")
