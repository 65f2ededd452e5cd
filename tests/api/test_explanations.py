"""What the API says where it explains a rating."""

from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from graph import disclosure
from graph.store.client import Database
from tests.api.conftest import As


def explanation_of(entity: str, scheme_id: str = "reliability") -> str:
    return f"/v1/schemes/{scheme_id}/ratings/{quote(entity, safe='')}/explanation"


@pytest.mark.slow
@pytest.mark.parametrize("entity", ["p-1", "p-3", "o/5 Nord", "a|b"])
def test_an_explanation_adds_up_down_to_own_facts(community: Database, as_member: As, entity: str) -> None:
    answer = as_member(entity).get(explanation_of(entity), params={"facts": True}).json()
    rating = answer["rating"]
    assert rating == as_member(entity).get(explanation_of(entity).removesuffix("/explanation")).json()
    lines = {part["name"]: part["whole"] for part in rating["parts"] if part["source"] == "factor"}
    for factor in answer["factors"]:
        assert sum(each["whole"] for each in factor["parts"] + factor["facts"]) == factor["whole"]
        assert lines.get(factor["factor"], 0) == factor["whole"]
        assert all(fact["entity"] == entity for fact in factor["facts"])
    why = answer["reasons"]
    assert sum(each["whole"] for each in why["reasons"]) + why["rest_whole"] == 950 - rating["whole_points"]


def test_an_explanation_is_what_the_domain_shows(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(explanation_of("p-1"), params={"facts": True}).json()
    explained = disclosure.explain(community, "p-1", "reliability", facts=True)
    known = msgspec.json.decode(msgspec.json.encode(explained.factors))
    for factor, said in zip(explained.factors or (), known, strict=True):
        for fact, line in zip(factor.facts, said["facts"], strict=True):
            for name in ("month", "in_month", "year", "in_year", "capped"):  # in one sentence instead
                del line[name]
            line["weighs"] = fact.weighs
    assert known == answer["factors"]
    assert answer["leaning"] == [{"code": each.code, "sentence": each.sentence} for each in explained.leaning]
    assert [each["code"] for each in answer["reasons"]["reasons"]] == [
        each.code for each in explained.reasons.reasons
    ]


def test_facts_that_are_not_asked_for_are_left_out(community: Database, as_member: As) -> None:
    assert as_member("p-1").get(explanation_of("p-1")).json()["factors"] is None


def test_no_line_opens_a_contact(community: Database, as_member: As) -> None:
    """What the operator's `explain` can do is no option here: such words are passed over, and change nothing."""
    asked = {"contact": "p-2", "hops": "true"}
    plain = as_member("p-1").get(explanation_of("p-1"))
    assert as_member("p-1").get(explanation_of("p-1"), params=asked).json() == plain.json()


@pytest.mark.parametrize("wrong", [{"facts": "perhaps"}])
def test_a_question_that_makes_no_sense_is_refused(
    community: Database, as_member: As, wrong: dict[str, Any]
) -> None:
    answer = as_member("p-1").get(explanation_of("p-1"), params=wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].startswith(f"query.{next(iter(wrong))}")


def test_an_unknown_scheme_is_named(community: Database, as_member: As) -> None:
    assert (
        as_member("p-1")
        .get(explanation_of("p-1", "lost"))
        .json()["detail"]
        .startswith("no scheme 'lost' is published")
    )


def test_no_explanation_is_kept_on_the_way(community: Database, as_member: As) -> None:
    assert as_member("p-1").get(explanation_of("p-1")).headers["Cache-Control"] == "no-store"
