"""Admissions: a fact that outlived a dispute counts on, until a reviewer has admitted another dispute of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.cli.app import app
from graph.errors import NotFound, ParameterError, Refused
from graph.rating import published
from graph.rating.apply import apply, remove
from graph.rating.run import rate
from graph.rights import admissions, dispute_records, disputes
from graph.rights.dispute_records import Dispute
from graph.settings import Settings
from graph.store.client import Database
from tests.strategies import AS_OF
from tests.worlds.villages import NOW, Village, build

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def villages(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    return build(database, tmp_path_factory.mktemp("villages"), 16)


@pytest.fixture
def village(villages: Iterator[Village]) -> Village:
    return next(villages)


def dispute(village: Village, entity: str, fact: str, statement: str, kind: str = "obligations") -> str:
    """The dispute's id; what it touches is re-rated."""
    about = {"kind": kind, "fact": village(fact), "statement": statement}
    id_, changes = village.database.write(
        lambda tx: disputes.dispute(tx, village(entity), **about, now=NOW, by=f"login of {entity}")
    )
    village.pass_on(changes)
    return id_


def reject(village: Village, id_: str) -> None:
    village.pass_on(
        village.database.write(
            lambda tx: disputes.decide(tx, id_, upheld=False, reason="Seen.", reviewer="Ruth", now=NOW)
        )
    )


def withdraw(village: Village, entity: str, id_: str) -> None:
    village.pass_on(village.database.write(lambda tx: disputes.withdraw(tx, village(entity), id_, now=NOW)))


def admit(
    village: Village, id_: str, *, admitted: bool = True, reviewer: str = "Ruth", now: datetime = NOW + DAY
) -> None:
    village.pass_on(
        village.database.write(
            lambda tx: admissions.admit(
                tx, id_, admitted=admitted, reason="There is a receipt.", reviewer=reviewer, now=now
            )
        )
    )


def one(village: Village, id_: str, now: datetime = NOW) -> Dispute:
    [found] = dispute_records.by_id(village.database, [id_], now=now)
    return found


def proposed(village: Village, entity: str = "bob", fact: str = "o2", kind: str = "obligations") -> str:
    """A dispute that is proposed, after one that was rejected."""
    reject(village, dispute(village, entity, fact, "It is not so.", kind))
    return dispute(village, entity, fact, "There is a receipt.", kind)


def test_a_proposed_dispute_changes_no_rating_until_it_is_admitted(village: Village) -> None:
    before = village.everything()
    id_ = proposed(village)
    assert village.follows(before)
    rated = published.open_rating(village.database, village("bob"), "reliability")
    assert (rated.set_aside.total, rated.stale) == (0, False)
    assert (one(village, id_).state, one(village, id_).proposed) == ("proposed", NOW)
    admit(village, id_)
    assert village.follows(before, "o2")
    assert published.open_rating(village.database, village("bob"), "reliability").set_aside.member == 1
    found = one(village, id_)
    assert (found.state, found.proposed, found.opened) == ("open", NOW, NOW + DAY)
    assert (found.admitted_by, found.admission, found.decided) == ("Ruth", "There is a receipt.", None)
    rate(village.database, "reliability", as_of=AS_OF)
    assert village.follows(before, "o2"), "a run agrees"


def test_a_refused_dispute_leaves_everything_as_it_was(village: Village) -> None:
    before = village.everything()
    id_ = proposed(village)
    admit(village, id_, admitted=False)
    assert village.follows(before)
    found = one(village, id_)
    assert (found.state, found.reviewer, found.reason) == ("refused", "Ruth", "There is a receipt.")
    for again in (True, False):
        with pytest.raises(Refused, match="refused"):
            admit(village, id_, admitted=again)
    with pytest.raises(Refused, match="say what is new"):
        dispute(village, "bob", "o2", "there  IS a receipt.")


@pytest.mark.parametrize("statement", ["It is not so.", " it is NOT so. ", "It\u200b is not so."])
def test_what_was_said_before_is_said_in_vain(village: Village, statement: str) -> None:
    reject(village, dispute(village, "bob", "o2", "It is not so."))
    with pytest.raises((Refused, ParameterError)):
        dispute(village, "bob", "o2", statement)


def test_disputing_and_taking_back_in_turns_never_sets_a_fact_aside_again(village: Village) -> None:
    withdraw(village, "cat", dispute(village, "cat", "c3", "First.", "contacts"))
    for number in range(3):
        withdraw(village, "cat", dispute(village, "cat", "c3", f"Again {number}.", "contacts"))
        assert (village.fact("c3") or {}).get("disputed") is None
    # the other end has taken nothing back, and may dispute at once; but then it is bound too
    withdraw(village, "bob", dispute(village, "bob", "c3", "Never.", "contacts"))
    for entity in ("bob", "cat"):
        id_ = dispute(village, entity, "c3", f"Not so, says {entity}.", "contacts")
        assert one(village, id_).state == "proposed"
        withdraw(village, entity, id_)


def test_only_one_dispute_of_a_fact_waits_to_be_admitted(village: Village) -> None:
    id_ = proposed(village)
    with pytest.raises(Refused, match="waits to be admitted already"):
        dispute(village, "bob", "o2", "And there is a witness.")
    withdraw(village, "bob", id_)
    assert one(village, id_).state == "withdrawn"
    assert one(village, dispute(village, "bob", "o2", "And there is a witness.")).state == "proposed"


def test_a_fact_that_was_corrected_is_disputed_at_once_and_what_waited_cannot_be_admitted(
    village: Village, tmp_path: Path
) -> None:
    id_ = proposed(village)
    row = village.row(tmp_path, "obligations", "o2,bob,bank,12,CNY,2026-05-01T09:00:00Z,2026-06-20T09:00:00Z")
    apply(village.database, [row])
    assert one(village, dispute(village, "bob", "o2", "Still wrong.")).state == "open"
    with pytest.raises(Refused, match="disputed already"):
        admit(village, id_)
    withdraw(village, "bob", id_)
    assert (village.fact("o2") or {})["disputed"], "taking back what waited ends no other dispute"


def test_a_fact_that_is_gone_cannot_be_set_aside(village: Village) -> None:
    id_ = proposed(village)
    remove(village.database, "obligations", [village("o2")])
    with pytest.raises(Refused, match="gone"):
        admit(village, id_)
    admit(village, id_, admitted=False)


def test_nobody_with_a_part_in_it_admits_a_dispute(village: Village) -> None:
    id_ = proposed(village)
    for reviewer in (village("bob"), village("bank"), "login of bob"):
        for admitted in (True, False):
            with pytest.raises(Refused, match="party"):
                admit(village, id_, admitted=admitted, reviewer=reviewer)
    with pytest.raises(NotFound):
        admit(village, "no such dispute")


def test_what_is_only_proposed_is_not_decided_and_never_removes_a_fact(village: Village) -> None:
    id_ = proposed(village)
    with pytest.raises(Refused, match="only proposed"):
        reject(village, id_)
    done = village.database.write(lambda tx: disputes.due(tx, now=NOW + 26 * DAY))
    assert (id_ in done.reminded, done.expired) == (True, [])
    done = village.database.write(lambda tx: disputes.due(tx, now=NOW + 99 * DAY))
    assert id_ not in (*done.reminded, *done.expired)
    admit(village, id_, now=NOW + 99 * DAY)
    found = one(village, id_, NOW + 99 * DAY)
    assert (found.days_left, found.overdue, found.reminded) == (30, False, None), (
        "its days begin with its admission"
    )
    assert id_ not in village.database.write(lambda tx: disputes.due(tx, now=NOW + 100 * DAY)).expired


def test_what_is_proposed_is_listed_without_days(
    village: Village, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(settings.home))
    id_ = proposed(village)
    [waits] = (each for each in dispute_records.waiting(village.database, now=NOW) if each.id == id_)
    assert (waits.state, waits.days_left) == ("proposed", None)
    [listed] = (each for each in dispute_records.open_ones(village.database, now=NOW) if each.id == id_)
    assert (listed.state, listed.days_left, listed.overdue) == ("proposed", None, False)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["disputes", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "proposed" in run()
    assert "There is a receipt." in run("--statements")
    told = json.loads(run("admit", id_, "--admitted", "--reason", "Seen.", "--reviewer", "Ruth", "--json"))
    assert (told["state"], told["passed_on"]) == ("open", True)
    assert one(village, id_, datetime.now(UTC)).state == "open"
