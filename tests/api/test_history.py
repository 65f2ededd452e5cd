"""What the API says about what a rating was."""

import pytest

from graph.rating.history import CAUSES
from graph.store.client import Database
from tests.api.conftest import As
from tests.api.test_ratings import rating_of


@pytest.mark.parametrize("entity", ["p-1", "o/5 Nord", "a|b"])
def test_the_causes_of_a_change_sum_to_it(community: Database, as_member: As, entity: str) -> None:
    found = as_member(entity).get(rating_of(entity) + "/history").json()
    assert [cause["name"] for cause in found["causes"]] == list(CAUSES)
    whole = found["after"]["whole_points"] - found["before"]["whole_points"]
    assert sum(cause["whole"] for cause in found["causes"]) == whole
    assert found["states"][-1] == found["after"]
    assert found["after"]["whole_points"] == as_member(entity).get(rating_of(entity)).json()["whole_points"]


def test_a_date_chooses_the_state_that_held_then(community: Database, as_member: As) -> None:
    states = as_member("p-1").get(rating_of("p-1") + "/history").json()["states"]
    assert len(states) == 2
    found = as_member("p-1").get(rating_of("p-1") + "/history", params={"since": states[-1]["since"]}).json()
    assert found["before"] == found["after"] == states[-1]


def test_an_instant_without_a_zone_is_refused(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(rating_of("p-1") + "/history", params={"since": "2026-07-01T00:00:00"})
    assert answer.status_code == 422
    assert "has no zone" in answer.json()["detail"]


@pytest.mark.parametrize(("entity", "scheme_id"), [("q-1", "reliability"), ("p-1", "trading"), ("p-1", "lost")])
def test_without_a_rating_there_is_no_history(
    community: Database, as_member: As, entity: str, scheme_id: str
) -> None:
    answer = as_member(entity).get(rating_of(entity, scheme_id) + "/history")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_member_is_told_of_loads_that_were_taken_back_with_facts_of_it(
    community: Database, as_member: As
) -> None:
    community.statement(
        "MATCH (e:Entity {id: 'p-1'}) CREATE (e)-[:LOST {facts: 2}]->(:Load {id: 'gone', files: ['a/debts.csv'], "
        "at: datetime('2026-07-01T09:00:00Z'), unloading: datetime('2026-07-02T09:30:00Z'), unloaded_by: 'olga'})"
    )
    try:
        found = as_member("p-1").get(rating_of("p-1") + "/history").json()["taken_back"]
        others = as_member("p-2").get(rating_of("p-2") + "/history").json()["taken_back"]
    finally:
        community.statement("MATCH (l:Load {id: 'gone'}) DETACH DELETE l")
    told = {
        "load": "gone",
        "at": "2026-07-02T09:30:00Z",
        "by": "olga",
        "why": None,
        "files": ["debts.csv"],
        "facts": 2,
    }
    assert (found, others) == ([told], [])
