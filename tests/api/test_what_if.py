"""What-if over HTTP: the same answers as the domain's, and refusals that say why."""

from typing import Any

import pytest

from graph import disclosure
from graph.explain import what_if
from graph.store.client import Database
from tests.api.conftest import As
from tests.explain.what_if.asking import LAST

ASK = "/v1/schemes/reliability/ratings/{}/what-if"


def fact(database: Database, debtor: str) -> str:
    (row,) = database.statement(
        "MATCH (:Entity {id: $id})-[o:OWED]->() WHERE o.due < datetime('2026-07-01T00:00Z') "
        "RETURN o.id AS id ORDER BY o.due DESC LIMIT 1",
        id=debtor,
    )
    return str(row["id"])


@pytest.mark.slow
def test_each_question_is_answered_as_the_domain_answers_it(community: Database, as_member: As) -> None:
    owed = fact(community, "p-1")
    asked: list[tuple[dict[str, Any], what_if.Change]] = [
        ({"kind": "without-contact", "contact": "p-2"}, what_if.WithoutContact("p-2")),
        ({"kind": "settled", "obligation": owed, "day": f"{LAST}"}, what_if.Settled(owed, LAST)),
        ({"kind": "removed", "fact": owed}, what_if.Removed(owed)),
        ({"kind": "removed", "fact": owed, "of": "obligations"}, what_if.Removed(owed, "obligations")),
        (
            {"kind": "new-contact-day", "contact": "o/5 Nord", "day": f"{LAST}", "began": "other"},
            what_if.NewContactDay("o/5 Nord", LAST, "other"),
        ),
        (
            {"kind": "under-policy", "share": 0.1},
            what_if.under_share(community, "p-1", "reliability", 0.1),
        ),
        (
            {"kind": "under-policy", "version": "2"},
            what_if.under_version(community, "reliability", "2"),
        ),
    ]
    for question, change in asked:
        answer = as_member("p-1").post(ASK.format("p-1"), json=question)
        assert answer.status_code == 200, answer.text
        found = disclosure.what_if(community, "p-1", "reliability", change)
        assert answer.json()["asked"] == found.asked
        assert answer.json()["after"] == {"whole_points": found.after.whole_points, "band": found.after.band}
        assert [part["name"] for part in answer.json()["parts"]] == [part.name for part in found.parts]
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_lift_names_its_payments(community: Database, as_member: As) -> None:
    answer = as_member("p-4").post(ASK.format("p-4"), json={"kind": "lift"}).json()
    assert [each["creditor"] for each in answer["payments"]] == ["p-1"]
    assert answer["after"]["band"] == answer["aim"]
    assert answer["reason"] is None


@pytest.mark.parametrize(
    ("entity", "question", "status", "says"),
    [
        ("p-1", {"kind": "without-contact", "contact": "q-1"}, 422, "no contact with 'q-1'"),
        ("p-1", {"kind": "removed", "fact": "no-such"}, 422, "not a fact of 'p-1'"),
        ("p-1", {"kind": "settled", "obligation": "o", "day": "2027-01-01"}, 422, "'o' is not an obligation"),
        ("p-1", {"kind": "settled", "obligation": "o", "day": "yesterday"}, 422, "body.settled.day"),
        ("p-1", {"kind": "under-policy"}, 422, "by its version or its share"),
        ("p-1", {"kind": "under-policy", "version": "2", "share": 0.1}, 422, "by its version or its share"),
        ("p-1", {"kind": "under-policy", "version": "lost"}, 404, "no version 'lost'"),
        ("p-1", {"kind": "under-policy", "share": 0.6}, 422, "body.under-policy.share"),
        ("p-1", {"kind": "new-contact-day", "contact": "q-9", "day": "2026-06-30"}, 422, "no contact with 'q-9'"),
        ("q-1", {"kind": "lift"}, 404, "'q-1' is not a member"),
        ("p-6", {"kind": "lift"}, 404, "'p-6' is not rated yet"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_the_reason(
    community: Database, as_member: As, entity: str, question: dict[str, Any], status: int, says: str
) -> None:
    answer = as_member(entity).post(ASK.format(entity), json=question)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
