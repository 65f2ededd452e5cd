"""Answers: the other side of a disputed fact is told, and speaks once, for itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from graph.errors import NotFound, ParameterError, Refused
from graph.rights import answers, dispute_records, disputes, erasure
from graph.store.client import Database
from tests.worlds.villages import NOW, Village, build

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def villages(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    return build(database, tmp_path_factory.mktemp("villages"), 16)


@pytest.fixture
def village(villages: Iterator[Village]) -> Village:
    return next(villages)


def dispute(village: Village, entity: str, kind: str, fact: str, by: str | None = None) -> str:
    about = {"kind": kind, "fact": village(fact), "statement": "It is not so."}
    id_, changes = village.database.write(
        lambda tx: disputes.dispute(tx, village(entity), **about, now=NOW, by=by or f"login of {entity}")
    )
    village.pass_on(changes)
    return id_


def answer(village: Village, entity: str, id_: str, statement: str = "It is.", by: str | None = None) -> None:
    village.database.write(
        lambda tx: answers.answer(
            tx, village(entity), id_, statement=statement, by=by or f"login of {entity}", now=NOW, operator="olga"
        )
    )


def told(village: Village, entity: str) -> list[answers.Told]:
    return answers.told(village.database, village(entity))


@pytest.mark.parametrize(
    ("entity", "kind", "fact", "other"),
    [
        ("bob", "obligations", "o2", "bank"),
        ("ann", "contacts", "c1", "bob"),
        ("cat", "contacts", "c3", "bob"),
        ("ann", "contacts", "c5", "dan"),
    ],
)
def test_the_other_end_of_a_disputed_fact_is_told_whether_it_has_joined_or_not(
    village: Village, entity: str, kind: str, fact: str, other: str
) -> None:
    id_ = dispute(village, entity, kind, fact)
    [found] = told(village, other)
    assert (found.id, found.entity, found.fact) == (id_, village(entity), village(fact))
    assert (found.statement, found.waits, found.answer) == ("It is not so.", True, None)
    assert told(village, entity) == []
    answer(village, other, id_)
    [found] = told(village, other)
    assert (found.answer, found.answered, found.waits) == ("It is.", NOW, False)
    [own] = dispute_records.of_entity(village.database, village(entity), now=NOW)
    assert (own.answer, own.answered) == ("It is.", NOW), "the member who disputes reads it"


@pytest.mark.parametrize(("entity", "kind", "fact"), [("ann", "purchases", "p1"), ("cat", "visits", "v1")])
def test_what_was_bought_or_visited_has_no_other_side(village: Village, entity: str, kind: str, fact: str) -> None:
    id_ = dispute(village, entity, kind, fact)
    for each in ("ann", "bob", "cat", "dan", "bank"):
        assert told(village, each) == []
        with pytest.raises(NotFound):
            answer(village, each, id_)


def test_each_side_speaks_once(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2")
    answer(village, "bank", id_)
    for statement in ("It is.", "It really is."):
        with pytest.raises(Refused, match="answered already"):
            answer(village, "bank", id_, statement)
    assert told(village, "bank")[0].answer == "It is."


def test_only_the_other_side_answers(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2")
    for each in ("bob", "ann", "cat", "dan"):
        with pytest.raises(NotFound):
            answer(village, each, id_)
    with pytest.raises(ParameterError):
        answer(village, "bank", id_, "two\nlines")


def test_the_operator_does_not_use_up_the_answer_of_a_side(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2")
    for name in ("olga", "OLGA ", "ol\u200bga"):
        with pytest.raises(Refused, match="operator"):
            answer(village, "bank", id_, by=name)
    answer(village, "bank", id_)


def test_one_person_does_not_dispute_for_one_side_and_answer_for_the_other(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2", by="login of both")
    village.database.statement(
        "MATCH (e:Entity {id: $id}) SET e.subjects = ['another login of bob']", id=village("bob")
    )
    for name in ("login of both", "Login of BOTH", "another login of bob", village("bob")):
        with pytest.raises(Refused, match="acts for the side that disputes"):
            answer(village, "bank", id_, by=name)
    with pytest.raises(Refused, match="acts for the side that disputes"):
        village.database.write(
            lambda tx: answers.answer(
                tx, village("bank"), id_, statement="So.", by="x", now=NOW, acts_for=[village("bob")]
            )
        )
    answer(village, "bank", id_)


def test_who_answered_does_not_decide(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2")
    answer(village, "bank", id_, by="mia")
    with pytest.raises(Refused, match="party"):
        village.database.write(
            lambda tx: disputes.decide(tx, id_, upheld=False, reason="Seen.", reviewer="MIA", now=NOW)
        )


def test_what_has_ended_is_not_answered_and_says_how_it_ended(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2")
    village.pass_on(
        village.database.write(
            lambda tx: disputes.decide(tx, id_, upheld=True, reason="Seen.", reviewer="Ruth", now=NOW)
        )
    )
    with pytest.raises(Refused, match="it was upheld"):
        answer(village, "bank", id_)
    [found] = told(village, "bank")
    assert (found.state, found.says, found.waits) == ("upheld", None, False)


def test_nobody_is_told_of_what_is_only_proposed(village: Village) -> None:
    id_ = dispute(village, "bob", "obligations", "o2")
    village.pass_on(village.database.write(lambda tx: disputes.withdraw(tx, village("bob"), id_, now=NOW)))
    again, _ = village.database.write(
        lambda tx: disputes.dispute(
            tx, village("bob"), kind="obligations", fact=village("o2"), statement="A receipt!", now=NOW
        )
    )
    assert [each.id for each in told(village, "bank")] == [id_]
    with pytest.raises(NotFound):
        answer(village, "bank", again)


def test_the_answer_goes_with_its_author_and_the_dispute_stays(village: Village) -> None:
    id_ = dispute(village, "ann", "obligations", "o1")
    answer(village, "bank", id_, "Ask at the counter.")
    done = village.database.write(lambda tx: erasure.erase(tx, village("bank"), now=NOW))
    assert done.gone["answers"] == 1
    [found] = dispute_records.of_entity(village.database, village("ann"), now=NOW)
    assert (found.state, found.answer, found.answered) == ("open", None, None)
    left = village.database.statement("MATCH (d:Dispute {id: $id}) RETURN properties(d) AS p", id=id_)
    assert not {"answer", "answered", "answered_by"} & set(left[0]["p"])
