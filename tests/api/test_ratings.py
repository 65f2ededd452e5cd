"""What the API says about ratings."""

from urllib.parse import quote

import httpx
import msgspec
import pytest

from graph import disclosure
from graph.policy import scheme
from graph.rating import published
from graph.store.client import Database
from tests.api.conftest import As

MEMBERS = ["a|b", "o/5 Nord", "p-1", "p-2", "p-3", "p-4"]


def rating_of(entity: str, scheme_id: str = "reliability") -> str:
    return f"/v1/schemes/{scheme_id}/ratings/{quote(entity, safe='')}"


# One rating, opened ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_rating_is_answered_as_it_is_shown(community: Database, as_member: As) -> None:
    known = msgspec.to_builtins(disclosure.shown(community, "p-1", "reliability"))
    known["policy"] = {"version": known.pop("version"), "hash": known.pop("hash")}
    answer = as_member("p-1").get(rating_of("p-1"))
    assert answer.status_code == 200
    assert answer.json() == known | {"parts": list(known["parts"])}


@pytest.mark.parametrize("entity", MEMBERS)
def test_the_parts_of_a_rating_add_up(community: Database, as_member: As, entity: str) -> None:
    shown = as_member(entity).get(rating_of(entity)).json()
    assert shown["entity"] == entity
    assert sum(part["whole"] for part in shown["parts"]) == shown["whole_points"]
    exact = published.open_rating(community, entity, "reliability")
    assert abs(shown["whole_points"] - exact.points) <= shown["within_points"] + 0.5


def test_nothing_in_the_answers_has_the_exact_score_of_anybody_or_the_name_of_a_hidden_contact(
    community: Database, as_member: As
) -> None:
    exact = [published.open_rating(community, entity, "reliability") for entity in MEMBERS]
    mine = as_member("p-1")
    texts = [
        mine.get(rating_of("p-1")).text,
        mine.get(rating_of("p-1") + "/history").text,
        mine.get(rating_of("p-1") + "/explanation").text,
        mine.get("/v1/entities/p-1/ratings").text,
    ]
    for text in texts:
        assert not any(f"{each.score:.6f}" in text or f"{each.points:.3f}" in text for each in exact)
        assert not any(contact.entity in text for contact in exact[2].circle)


def test_a_rating_names_the_policy_that_its_run_used(community: Database, as_member: As) -> None:
    shipped = scheme.read("own-conduct")
    opened = as_member("p-1").get(rating_of("p-1", "own-conduct")).json()
    assert opened["policy"] == {"version": shipped.version, "hash": shipped.hash}


def test_an_entity_that_has_not_joined_is_no_member_and_no_answer_tells_whether_it_is_known(
    community: Database, as_member: As
) -> None:
    known, unknown = as_member("q-1").get(rating_of("q-1")), as_member("q-2").get(rating_of("q-2"))
    assert known.status_code == unknown.status_code == 404
    assert known.json()["detail"] == "'q-1' is not a member of 'reliability'"
    assert unknown.json()["detail"] == "'q-2' is not a member of 'reliability'"


def test_a_member_that_no_run_has_rated_is_not_rated_yet(community: Database, as_member: As) -> None:
    for entity, path in (("p-6", rating_of("p-6")), ("p-1", rating_of("p-1", "trading"))):
        answer = as_member(entity).get(path)
        assert answer.status_code == 404
        assert "is not rated yet" in answer.json()["detail"]


def test_a_rating_in_no_scheme_is_not_found_for_want_of_the_scheme(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(rating_of("p-1", "sesame-2018"))
    assert answer.status_code == 404
    assert "no scheme 'sesame-2018' is published" in answer.json()["detail"]


def test_no_scheme_and_entity_are_read_as_another_membership(community: Database, as_member: As) -> None:
    assert as_member("a|b").get(rating_of("a|b")).status_code == 200
    answer = as_member("b").get(rating_of("b", quote("reliability|a", safe="")))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "path.scheme"


@pytest.mark.parametrize("entity", ["", "x" * 201])
def test_an_id_that_nobody_can_have_is_refused(community: Database, as_member: As, entity: str) -> None:
    answer = as_member("p-1").get(rating_of(entity))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "path.entity"


# Side by side ----------------------------------------------------------------------------------------


def test_the_ratings_of_an_entity_stand_side_by_side_and_nothing_combines_them(
    community: Database, as_member: As
) -> None:
    answer = as_member("p-1").get("/v1/entities/p-1/ratings").json()
    assert answer.keys() == {"entity", "ratings"}
    assert [each["scheme"] for each in answer["ratings"]] == ["own-conduct", "reliability"]
    for each in answer["ratings"]:
        assert each.items() <= as_member("p-1").get(rating_of("p-1", each["scheme"])).json().items()


def test_an_entity_that_is_rated_nowhere_has_no_ratings(community: Database, as_member: As) -> None:
    for entity in ("q-1", "p-6"):
        assert as_member(entity).get(f"/v1/entities/{entity}/ratings").json() == {"entity": entity, "ratings": []}


def test_the_id_of_an_entity_may_hold_a_slash(community: Database, as_member: As) -> None:
    (rating,) = as_member("o/5 Nord").get("/v1/entities/o%2F5%20Nord/ratings").json()["ratings"]
    assert rating["entity"] == "o/5 Nord"


def test_the_ratings_of_an_unknown_entity_are_not_found(community: Database, as_member: As) -> None:
    answer = as_member("nobody").get("/v1/entities/nobody/ratings")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no entity 'nobody'"


# All of them -----------------------------------------------------------------------------------------


def test_no_answer_about_a_person_is_kept_on_the_way(
    community: Database, api: httpx.Client, as_member: As
) -> None:
    paths = [rating_of("p-1"), rating_of("q-1"), rating_of("x" * 201)]
    paths += ["/v1/entities/p-1/ratings", "/v1/entities/nobody/ratings"]
    answers = [as_member("p-1").get(path) for path in paths]
    answers += [api.get(rating_of("p-1")), api.put(rating_of("p-1"))]
    assert {answer.status_code for answer in answers} == {200, 401, 404, 405, 422}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
