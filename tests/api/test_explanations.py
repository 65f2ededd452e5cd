"""What the API says where it explains a rating."""

import math
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from graph import explaining, reasons
from graph.database import Database
from tests.api.conftest import As


def explanation_of(entity: str, scheme_id: str = "reliability") -> str:
    return f"/v1/schemes/{scheme_id}/ratings/{quote(entity, safe='')}/explanation"


def points(lines: list[dict[str, Any]]) -> float:
    return math.fsum(line["points"] for line in lines)


@pytest.mark.parametrize("entity", ["p-1", "p-3", "o/5 Nord", "a|b"])
def test_an_explanation_adds_up_on_every_level_by_fact_and_over_all_hops(
    community: Database, as_member: As, entity: str
) -> None:
    answer = (
        as_member(entity).get(explanation_of(entity), params={"facts": True, "hops": True, "largest": 2}).json()
    )
    (level,) = answer["levels"]
    rating = level["rating"]
    assert rating["entity"] == answer["entity"] == entity
    assert level["points"] == rating["points"] == pytest.approx(points(level["parts"]), abs=1e-9)
    assert sum(part["whole"] for part in level["parts"]) == level["whole"] == rating["whole_points"]
    for factor in answer["factors"]:
        assert points(factor["parts"] + factor["facts"]) == pytest.approx(factor["points"], abs=1e-9)
    reach = answer["reach"]
    assert len(reach["members"]) <= 2
    assert points(reach["members"] + reach["parts"]) == pytest.approx(rating["points"], abs=1e-9)
    by_fact = reach["by_fact"]
    assert points(by_fact["facts"] + by_fact["parts"]) == pytest.approx(rating["points"], abs=1e-9)
    why = answer["reasons"]
    assert points(why["reasons"]) + why["rest"] == pytest.approx(950 - rating["points"], abs=1e-9)


def test_an_explanation_is_what_the_domain_says(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(explanation_of("p-1"), params={"contact": ["p-2", "p-3"], "facts": True}).json()
    explained = explaining.explain(community, "p-1", "reliability", path=["p-2", "p-3"], facts=True)
    known = msgspec.to_builtins(explained)
    for level in [*known["levels"], *answer["levels"]]:
        level["rating"] = {name: level["rating"][name] for name in ("entity", "score", "run")}
    for name in ("entity", "scheme", "levels", "factors", "contacts"):
        assert msgspec.json.decode(msgspec.json.encode(known[name])) == answer[name]
    assert [level["rating"]["entity"] for level in answer["levels"]] == ["p-1", "p-2", "p-3"]
    why = reasons.why_not_higher(community, explained.rating)
    assert [each["code"] for each in answer["reasons"]["reasons"]] == [each.code for each in why.reasons]
    assert answer["reach"] is None


def test_what_is_not_asked_for_is_left_out(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(explanation_of("p-1")).json()
    assert [answer[name] for name in ("factors", "contacts", "reach")] == [None, None, None]
    assert as_member("p-1").get(explanation_of("p-1"), params={"hops": True}).json()["reach"]["by_fact"] is None


def test_a_contact_who_is_not_in_the_circle_is_not_found(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get(explanation_of("p-1"), params={"contact": "q-1"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "'q-1' is not in the inner circle of 'p-1' in 'reliability'"


@pytest.mark.parametrize("wrong", [{"largest": 0}, {"largest": 1001}, {"facts": "perhaps"}, {"contact": ""}])
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
