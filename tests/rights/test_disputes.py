"""Disputes: a disputed fact counts for nothing until it is decided, by somebody who has no part in it."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graph.cli.app import app
from graph.errors import NotFound, ParameterError, Refused
from graph.facts.kinds import FACTS
from graph.facts.load import load
from graph.rating.apply import apply, remove
from graph.rights import dispute_records, disputes
from graph.rights.dispute_records import Dispute
from graph.settings import Settings
from graph.store.client import Database
from graph.text.days import days_left
from tests.facts.looking import content
from tests.worlds.villages import NOW, Village, build

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
# A fact of each kind, and who may dispute it.
OWN = [
    ("obligations", "o2", "bob"),
    ("purchases", "p1", "ann"),
    ("visits", "v1", "cat"),
    ("contacts", "c3", "cat"),
]
OF_EACH_KIND = pytest.mark.parametrize(
    ("kind", "fact", "entity"),
    [pytest.param(*each, marks=pytest.mark.slow) if each[0] in ("purchases", "visits") else each for each in OWN],
)


@pytest.fixture(scope="module")
def villages(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    return build(database, tmp_path_factory.mktemp("villages"), 60)


@pytest.fixture
def village(villages: Iterator[Village]) -> Village:
    return next(villages)


def open_one(
    village: Village, entity: str, kind: str, fact: str, now: datetime = NOW, statement: str = "It is not so."
) -> str:
    """A new dispute's id; what it touches is re-rated."""
    id_, changes = village.database.write(
        lambda tx: disputes.dispute(
            tx, village(entity), kind=kind, fact=village(fact), statement=statement, now=now
        )
    )
    village.pass_on(changes)
    return id_


def decide(village: Village, id_: str, *, upheld: bool, reviewer: str = "Ruth", entity: str | None = None) -> None:
    village.pass_on(
        village.database.write(
            lambda tx: disputes.decide(
                tx,
                id_,
                upheld=upheld,
                reason="Seen.",
                reviewer=reviewer,
                acts_for=[entity] if entity else (),
                now=NOW + DAY,
            )
        )
    )


def withdraw(village: Village, entity: str, id_: str) -> None:
    village.pass_on(village.database.write(lambda tx: disputes.withdraw(tx, village(entity), id_, now=NOW + DAY)))


def due(village: Village, now: datetime) -> tuple[list[str], list[str]]:
    """The disputes that were reminded of and those that expired; what that touches is re-rated."""
    done = village.database.write(lambda tx: disputes.due(tx, now=now))
    village.pass_on(done.changes)
    return done.reminded, done.expired


def one(village: Village, id_: str, now: datetime = NOW) -> Dispute:
    [found] = dispute_records.by_id(village.database, [id_], now=now)
    return found


@pytest.mark.slow
@OF_EACH_KIND
def test_a_disputed_fact_counts_for_nothing_from_that_moment_in_every_scheme(
    village: Village, kind: str, fact: str, entity: str
) -> None:
    before = village.everything()
    assert village.follows(before)
    assert not village.follows(before, fact), "the fact counts before"
    id_ = open_one(village, entity, kind, fact)
    assert village.follows(before, fact)
    assert (village.fact(fact) or {})["disputed"] == id_
    found = one(village, id_)
    assert (found.entity, found.kind, found.fact, found.state) == (village(entity), kind, village(fact), "open")
    assert (found.statement, found.opened, found.days_left) == ("It is not so.", NOW, 30)


@pytest.mark.slow
@OF_EACH_KIND
@pytest.mark.parametrize("how", ["upheld", "rejected", "withdrawn"])
def test_a_dispute_that_ends_lets_its_fact_count_again_or_removes_it(
    village: Village, kind: str, fact: str, entity: str, how: str
) -> None:
    before = village.everything()
    id_ = open_one(village, entity, kind, fact)
    if how == "withdrawn":
        withdraw(village, entity, id_)
    else:
        decide(village, id_, upheld=how == "upheld")
    gone = [fact] if how == "upheld" else []
    assert village.follows(before, *gone)
    held = village.fact(fact)
    assert (held is None) == bool(gone)
    assert "disputed" not in (held or {})
    found = one(village, id_)
    assert (found.state, found.decided, found.days_left) == (how, NOW + DAY, None)
    assert (found.reviewer, found.reason) == ((None, None) if how == "withdrawn" else ("Ruth", "Seen."))


@pytest.mark.slow
def test_ratings_that_were_not_passed_on_say_that_there_are_newer_facts(village: Village) -> None:
    def newer() -> list[str]:
        rows = village.database.statement(
            "UNWIND $ids AS id MATCH (e:Entity {id: id})-[:JOINED]->(m) MATCH (r:Run {id: m.run}) "
            "WHERE e.changed > coalesce(m.rerated, r.started) RETURN DISTINCT id",
            ids=[village(each) for each in ("ann", "bob", "cat")],
        )
        return sorted(row["id"] for row in rows)

    (id_, changes) = village.database.write(
        lambda tx: disputes.dispute(
            tx, village("ann"), kind="contacts", fact=village("c1"), statement="No.", now=NOW
        )
    )
    assert newer() == [village("ann"), village("bob")]
    village.pass_on(changes)
    assert newer() == []
    village.database.write(lambda tx: disputes.withdraw(tx, village("ann"), id_, now=NOW))
    assert newer() == [village("ann"), village("bob")]


def test_only_a_member_can_dispute_and_only_what_is_its_own(village: Village) -> None:
    before = content(village.database)
    for entity, kind, fact in [
        ("bank", "obligations", "o2"),  # the creditor
        ("ann", "obligations", "o2"),
        ("ann", "contacts", "c3"),
        ("ann", "obligations", "c1"),  # an id of another kind
        ("ann", "visits", "no such"),
        ("dan", "contacts", "c5"),  # his own, but he has joined nothing
        ("dan", "obligations", "o4"),
        ("nobody", "obligations", "o1"),
    ]:
        with pytest.raises(NotFound):
            open_one(village, entity, kind, fact)
    assert content(village.database) == before


def test_a_statement_is_one_line_of_plain_text(village: Village) -> None:
    for statement in ["", "  ", "a\nb", "a\tb", "a\x00", "a\u202eb", "\ud800", "x" * 2_001]:
        with pytest.raises(ParameterError, match="statement"):
            open_one(village, "bob", "obligations", "o2", statement=statement)
    assert "disputed" not in (village.fact("o2") or {})
    id_ = open_one(village, "bob", "obligations", "o2", statement=" " + "é" * 2_000 + " ")
    assert one(village, id_).statement == "é" * 2_000


def test_a_kind_that_is_none_is_refused(village: Village) -> None:
    with pytest.raises(ParameterError, match="memberships"):
        open_one(village, "bob", "memberships", "o2")


def test_what_is_disputed_cannot_be_disputed_a_second_time_by_either_end(village: Village) -> None:
    open_one(village, "ann", "contacts", "c1")
    for entity in ("ann", "bob"):
        with pytest.raises(Refused, match="disputed already"):
            open_one(village, entity, "contacts", "c1")


def test_whether_another_disputes_its_fact_is_not_told(village: Village) -> None:
    open_one(village, "bob", "obligations", "o2")
    for entity in ("ann", "bank", "dan"):
        with pytest.raises(NotFound):
            open_one(village, entity, "obligations", "o2")


def test_two_who_dispute_at_the_same_moment_open_one_dispute(village: Village) -> None:
    def ask(entity: str) -> None:
        with suppress(Refused):
            village.database.write(
                lambda tx: disputes.dispute(
                    tx, village(entity), kind="contacts", fact=village("c1"), statement="No.", now=NOW
                )
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, ["ann", "bob"] * 8))
    found = [
        each
        for who in ("ann", "bob")
        for each in dispute_records.of_entity(village.database, village(who), now=NOW)
    ]
    assert len(found) == 1


@pytest.mark.slow
def test_what_was_rejected_cannot_be_disputed_again_until_the_fact_is_corrected(
    village: Village, tmp_path: Path
) -> None:
    decide(village, open_one(village, "bob", "obligations", "o2"), upheld=False)
    with pytest.raises(Refused, match="not been corrected since"):
        open_one(village, "bob", "obligations", "o2")
    row = village.row(tmp_path, "obligations", "o2,bob,bank,12,CNY,2026-05-01T09:00:00Z,2026-06-20T09:00:00Z")
    apply(village.database, [row])
    open_one(village, "bob", "obligations", "o2")


def test_what_a_later_row_completed_can_be_disputed_again(village: Village, tmp_path: Path) -> None:
    decide(village, open_one(village, "cat", "obligations", "o3"), upheld=False)
    row = village.row(tmp_path, "obligations", "o3,cat,bank,10,CNY,2026-05-01T09:00:00Z,2026-06-29T09:00:00Z")
    apply(village.database, [row])
    open_one(village, "cat", "obligations", "o3")


def test_what_was_withdrawn_is_set_aside_again_only_when_somebody_admits_that(village: Village) -> None:
    withdraw(village, "bob", open_one(village, "bob", "obligations", "o2"))
    with pytest.raises(Refused, match="say what is new"):
        open_one(village, "bob", "obligations", "o2")
    again = open_one(village, "bob", "obligations", "o2", statement="I have found the receipt.")
    assert (one(village, again).state, one(village, again).days_left) == ("proposed", None)
    assert (village.fact("o2") or {}).get("disputed") is None


@pytest.mark.slow
@OF_EACH_KIND
@pytest.mark.parametrize("how", ["upheld", "expired"])
def test_loading_again_does_not_bring_back_what_a_dispute_removed(
    village: Village, tmp_path: Path, kind: str, fact: str, entity: str, how: str
) -> None:
    before = village.everything()
    id_ = open_one(village, entity, kind, fact)
    if how == "upheld":
        decide(village, id_, upheld=True)
    else:
        assert id_ in due(village, NOW + 45 * DAY)[1]
    again = village.files(tmp_path / "again")
    rejects = tmp_path / "rejects.csv"
    for take in (load, apply):
        take(village.database, [again / f"{kind}.csv"], rejects=rejects)
        _header, *rejected = rejects.read_text(encoding="utf-8").splitlines()
        assert [line.split(",", 2)[2] for line in rejected] == [f"id,{village(fact)},a dispute removed this fact"]
        assert village.fact(fact) is None
    assert village.follows(before, fact)


def test_a_dispute_of_one_kind_keeps_no_fact_of_another_kind_with_its_id_away(
    village: Village, tmp_path: Path
) -> None:
    decide(village, open_one(village, "bob", "obligations", "o2"), upheld=True)
    row = village.row(tmp_path, "visits", "o2,bob,library,2026-06-28T18:00:00Z")
    assert [each.stored for each in load(village.database, [row])] == [1]


@pytest.mark.parametrize("how", ["corrected", "removed and loaded"])
def test_a_fact_that_is_corrected_while_it_is_disputed_still_counts_for_nothing(
    village: Village, tmp_path: Path, how: str
) -> None:
    before = village.everything()
    id_ = open_one(village, "bob", "obligations", "o2")
    row = village.row(tmp_path, "obligations", "o2,bob,bank,12,CNY,2026-05-01T09:00:00Z,2026-05-30T09:00:00Z")
    if how != "corrected":
        remove(village.database, "obligations", [village("o2")])
        assert one(village, id_).says is None
    apply(village.database, [row])
    held = village.fact("o2") or {}
    assert (held["amount"], held["disputed"]) == (12.0, id_)
    assert village.follows(before, "o2")
    decide(village, id_, upheld=False)
    assert village.follows(village.everything())
    assert not village.follows(before, "o2")


@OF_EACH_KIND
def test_a_fact_of_any_kind_that_comes_in_again_while_it_is_disputed_counts_for_nothing(
    village: Village, tmp_path: Path, kind: str, fact: str, entity: str
) -> None:
    before = village.everything()
    open_one(village, entity, kind, fact)
    remove(village.database, kind, [village(fact)])
    apply(village.database, [village.files(tmp_path / "again") / f"{kind}.csv"])
    assert village.fact(fact) is not None
    assert village.follows(before, fact)


@pytest.mark.parametrize("upheld", [True, False])
def test_a_dispute_of_a_fact_that_was_removed_meanwhile_can_still_be_decided(
    village: Village, tmp_path: Path, upheld: bool
) -> None:
    id_ = open_one(village, "bob", "obligations", "o2")
    remove(village.database, "obligations", [village("o2")])
    decide(village, id_, upheld=upheld)
    again = village.files(tmp_path / "again")
    load(village.database, [again / "obligations.csv"], rejects=tmp_path / "rejects.csv")
    assert (village.fact("o2") is None) == upheld


def test_a_party_to_a_dispute_cannot_decide_it(village: Village) -> None:
    village.loaded_by("c3", "lena", NOW - DAY)
    id_, changes = village.database.write(
        lambda tx: disputes.dispute(
            tx,
            village("cat"),
            kind="contacts",
            fact=village("c3"),
            statement="No.",
            now=NOW,
            by="login of cat",
        )
    )
    village.pass_on(changes)
    village.database.statement("MATCH (e:Entity {id: $id}) SET e.name = 'Bob the Miller'", id=village("bob"))
    for reviewer, entity, why in [
        ("bob the MILLER", None, "party"),  # by the name that it is known by
        ("login of cat", None, "party"),  # the subject that said so
        (village("cat"), None, "party"),  # the member that disputes
        (village("bob"), None, "party"),  # the other end
        (f" {village('cat').upper()}", None, "party"),
        ("Ruth", village("cat"), "party"),  # a reviewer who is that member
        ("Ruth", village("bob"), "party"),
        ("lena", None, "loaded"),
        ("Lena ", None, "loaded"),
    ]:
        for upheld in (True, False):
            with pytest.raises(Refused, match=why):
                decide(village, id_, upheld=upheld, reviewer=reviewer, entity=entity)
    assert one(village, id_).state == "open"
    decide(village, id_, upheld=True, reviewer="Ruth", entity=village("ann"))


def test_neither_the_loader_of_a_fact_nor_its_corrector_meanwhile_can_decide(
    village: Village, tmp_path: Path
) -> None:
    village.loaded_by("o2", "lena", NOW - DAY)
    id_ = open_one(village, "bob", "obligations", "o2")
    row = village.row(tmp_path, "obligations", "o2,bob,bank,12,CNY,2026-05-01T09:00:00Z,2026-06-20T09:00:00Z")
    apply(village.database, [row], by="max")
    for reviewer in ("lena", "max"):
        with pytest.raises(Refused, match="loaded"):
            decide(village, id_, upheld=False, reviewer=reviewer)
    remove(village.database, "obligations", [village("o2")])
    with pytest.raises(Refused, match="loaded"):
        decide(village, id_, upheld=False, reviewer="lena")
    assert one(village, id_).since == NOW - DAY
    decide(village, id_, upheld=False)


def test_the_loader_of_a_fact_without_a_known_load_is_anybody(village: Village) -> None:
    decide(village, open_one(village, "bob", "obligations", "o2"), upheld=True, reviewer="lena")


def test_a_decision_has_a_reason_and_a_name(village: Village) -> None:
    id_ = open_one(village, "bob", "obligations", "o2")
    for reason, reviewer in [("", "Ruth"), ("a\nb", "Ruth"), ("So.", " "), ("So.", "x" * 201)]:
        with pytest.raises(ParameterError):
            village.database.write(
                lambda tx, reason=reason, reviewer=reviewer: disputes.decide(  # type: ignore[misc]
                    tx, id_, upheld=True, reason=reason, reviewer=reviewer, now=NOW
                )
            )
    assert one(village, id_).state == "open"


def test_what_has_ended_stays_as_it_is(village: Village) -> None:
    id_ = open_one(village, "bob", "obligations", "o2")
    decide(village, id_, upheld=False)
    due(village, NOW + 99 * DAY)  # of other villages
    before = content(village.database)
    with pytest.raises(Refused, match="rejected"):
        decide(village, id_, upheld=True)
    with pytest.raises(Refused, match="rejected"):
        withdraw(village, "bob", id_)
    assert due(village, NOW + 99 * DAY) == ([], [])
    assert content(village.database) == before


def test_only_the_member_who_opened_a_dispute_can_withdraw_it(village: Village) -> None:
    id_ = open_one(village, "ann", "contacts", "c1")
    for entity, dispute in (("bob", id_), ("ann", str(uuid.uuid4()))):
        with pytest.raises(NotFound):
            withdraw(village, entity, dispute)
    assert one(village, id_).state == "open"


@pytest.mark.slow
def test_the_days_of_a_dispute_are_25_to_a_reminder_30_to_overdue_45_to_removal(village: Village) -> None:
    due(village, NOW + 99 * DAY)  # of other villages
    before = village.everything()
    id_ = open_one(village, "bob", "obligations", "o2")
    assert due(village, NOW + 25 * DAY - INSTANT) == ([], [])
    assert due(village, NOW + 25 * DAY) == ([id_], [])
    assert due(village, NOW + 26 * DAY) == ([], []), "it is reminded of once"
    assert one(village, id_).reminded == NOW + 25 * DAY
    on_the_day, after = one(village, id_, NOW + 30 * DAY), one(village, id_, NOW + 30 * DAY + INSTANT)
    assert (on_the_day.days_left, on_the_day.overdue) == (0, False)
    assert (after.days_left, after.overdue) == (-1, True)
    assert due(village, NOW + 45 * DAY - INSTANT) == ([], [])
    assert one(village, id_).state == "open"
    assert village.fact("o2") is not None
    assert due(village, NOW + 45 * DAY) == ([], [id_])
    assert (one(village, id_).state, village.fact("o2")) == ("expired", None)
    assert village.follows(before, "o2")
    ended = content(village.database)
    assert due(village, NOW + 45 * DAY) == due(village, NOW + 60 * DAY) == ([], [])
    assert content(village.database) == ended, "repeated, it changes nothing"


def test_a_dispute_keeps_no_copy_of_its_fact(village: Village) -> None:
    village.loaded_by("o2", "lena", NOW - DAY)
    id_ = open_one(village, "bob", "obligations", "o2", statement="Not mine.")
    says = one(village, id_).says or {}
    assert (says["target"], says["amount"]) == (village("bank"), 10.0)
    decide(village, id_, upheld=True)
    assert one(village, id_).says is None
    [row] = village.database.statement("MATCH (d:Dispute {id: $id}) RETURN properties(d) AS p", id=id_)
    assert set(row["p"]) == {
        *("id", "kind", "fact", "statement", "state", "opened", "decided", "reviewer", "reason", "load")
    }
    assert not {village("bank"), 10.0, "CNY"} & set(row["p"].values())


READ = """
MATCH (e:Entity {id: $entity})
MERGE (l:Ledger {id: $scheme + '|' + $entity})
MERGE (l)-[:ABOUT]->(e)
CREATE (:Access {id: randomUUID(), ledger: l.id, number: 1, at: $at, who: $who, role: $role, purpose: 'deposits',
                 what: $what, outcome: $outcome})-[:IN]->(l)
"""


def read(
    village: Village,
    entity: str,
    who: str,
    at: datetime,
    *,
    scheme: str = "reliability",
    role: str = "client",
    outcome: str = "answered",
    what: str = "points",
) -> None:
    village.database.statement(
        READ, entity=village(entity), who=who, at=at, scheme=scheme, role=role, outcome=outcome, what=what
    )


def test_clients_who_read_the_rating_since_the_fact_was_loaded_are_listed(village: Village) -> None:
    village.loaded_by("o2", "lena", NOW - 9 * DAY)
    read(village, "bob", "before-it", NOW - 10 * DAY)
    read(village, "bob", "shop", NOW - 8 * DAY)
    read(village, "bob", "shop", NOW - 7 * DAY)
    read(village, "bob", "lender", NOW - 6 * DAY, scheme="own-conduct")
    read(village, "bob", "an operator", NOW - 6 * DAY, role="operator")
    read(village, "bob", "turned away", NOW - 6 * DAY, outcome="purpose-mismatch")
    read(village, "bob", "a court's friend", NOW - 6 * DAY, what="standing")
    read(village, "ann", "of-another", NOW - 6 * DAY)
    id_ = open_one(village, "bob", "obligations", "o2")
    expected = [
        ("lender", "own-conduct", "deposits", 1, NOW - 6 * DAY),
        ("shop", "reliability", "deposits", 2, NOW - 7 * DAY),
    ]
    decide(village, id_, upheld=True)
    read(village, "bob", "after-it", NOW + 9 * DAY)
    for found in (one(village, id_), *dispute_records.of_entity(village.database, village("bob"), now=NOW)):
        assert found.since == NOW - 9 * DAY
        assert [(each.who, each.scheme, each.purpose, each.times, each.last) for each in found.readers] == expected


def test_readers_count_from_the_fact_itself_where_its_load_is_not_known(village: Village) -> None:
    village.loaded_by("v1", None, NOW)
    read(village, "cat", "before-it", NOW - 99 * DAY)
    read(village, "cat", "shop", NOW - DAY / 24)
    id_ = open_one(village, "cat", "visits", "v1")
    assert [each.who for each in one(village, id_).readers] == ["shop"]
    decide(village, id_, upheld=True)
    assert [each.who for each in one(village, id_).readers] == ["before-it", "shop"], "too many, not too few"


@pytest.mark.slow
def test_a_member_sees_the_history_of_its_disputes_and_nobody_elses(village: Village) -> None:
    first = open_one(village, "ann", "contacts", "c1", NOW)
    decide(village, first, upheld=False)
    second = open_one(village, "ann", "purchases", "p1", NOW + DAY)
    open_one(village, "bob", "obligations", "o2")
    own = dispute_records.of_entity(village.database, village("ann"), now=NOW)
    assert [(each.id, each.state) for each in own] == [(second, "open"), (first, "rejected")]
    assert dispute_records.of_entity(village.database, village("cat"), now=NOW) == []


def test_a_dispute_does_not_end_where_its_fact_was_found_and_another_is_there_by_then(village: Village) -> None:
    id_ = open_one(village, "bob", "obligations", "o2")
    [another] = village.database.run("facts_by_id", kind="obligations", ids=[village("o1")])
    told = {"type": "OWED", "both": False, "state": "upheld", "now": NOW, "reviewer": None, "reason": None}
    with village.database.rolled_back() as rehearsal:
        assert rehearsal.run("close_dispute", id=id_, ref=another["ref"], **told) == []
    with village.database.rolled_back() as rehearsal:
        assert rehearsal.run("close_dispute", id=id_, ref=None, **told) == [{"touched": []}]
    assert village.fact("o1")
    decide(village, id_, upheld=True)
    assert (one(village, id_).state, village.fact("o2")) == ("upheld", None)


def test_the_open_disputes_are_listed_oldest_first(village: Village) -> None:
    later = open_one(village, "ann", "purchases", "p1", NOW + DAY)
    earlier = open_one(village, "bob", "obligations", "o2", NOW)
    ended = open_one(village, "cat", "visits", "v1", NOW)
    decide(village, ended, upheld=True)
    listed = [each.id for each in dispute_records.open_ones(village.database, now=NOW)]
    assert [id_ for id_ in listed if id_ in (earlier, later, ended)] == [earlier, later]


def test_what_waits_is_told_without_its_member_and_its_fact(village: Village) -> None:
    id_ = open_one(village, "bob", "obligations", "o2", NOW)

    def found(now: datetime) -> dispute_records.Waiting:
        return next(each for each in dispute_records.waiting(village.database, now=now) if each.id == id_)

    due = NOW + 30 * DAY
    assert found(NOW + 3 * DAY) == dispute_records.Waiting(id_, "obligations", "open", NOW, due, 27, None)
    assert found(due + INSTANT).days_left == -1


def test_every_kind_of_fact_is_tried() -> None:
    assert {kind for kind, _, _ in OWN} == set(FACTS)


@pytest.mark.slow
def test_the_commands_list_decide_and_keep_disputes_in_time(
    village: Village, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(settings.home))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["disputes", *arguments])

    late = open_one(village, "ann", "purchases", "p1", datetime.now(UTC) - 46 * DAY)
    soon = open_one(village, "cat", "visits", "v1", datetime.now(UTC) - 26 * DAY)
    upheld = open_one(village, "bob", "obligations", "o2", datetime.now(UTC), statement="Paid in May.")
    due = json.loads(run("due", "--json").stdout)
    assert (late in due["expired"], soon in due["reminded"], late in due["overdue"]) == (True, True, False)
    assert (village.fact("p1"), due["passed_on"]) == (None, True)
    listed = run().stdout
    assert (upheld in listed, soon in listed, late in listed) == (True, True, False)
    assert ("Paid in May." in listed, "Paid in May." in run("--json").stdout) == (False, False)
    assert "Paid in May." in run("--statements").stdout
    assert "Paid in May." in run("--statements", "--json").stdout
    decided = run("decide", upheld, "--upheld", "--reason", "Seen.", "--reviewer", "Ruth")
    assert (decided.exit_code, village.fact("o2")) == (0, None)
    again = run("decide", upheld, "--rejected", "--reason", "Seen.")
    assert isinstance(again.exception, Refused)
    assert run("decide", soon, "--reason", "Seen.").exit_code == 2, "one of the two is needed"


def test_the_list_with_statements_says_whose_which_fact_and_what_is_said(
    village: Village, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_HOME", str(settings.home))
    now = datetime.now(UTC)
    opened = [open_one(village, entity, kind, fact, now, f"About {fact}.") for kind, fact, entity in OWN]

    def listed(*more: str) -> str:
        return CliRunner().invoke(app, ["disputes", *more]).stdout

    ann, bob, cat, bank = map(village, ("ann", "bob", "cat", "bank"))
    said = {
        "o2": f"{bob} disputes: debt of {bob} to {bank}: 10 CNY, due 2026-05-01, settled 2026-06-20",
        "p1": f"{ann} disputes: purchase of bread (groceries) by {ann} on 2026-06-28",
        "v1": f"{cat} disputes: visit of {cat} to library (education) on 2026-06-28",
        "c3": f"{cat} disputes: contact of {bob} with {cat} on 2026-06-02",
    }
    shown = listed("--statements")
    for fact, words in said.items():
        assert words in shown
        assert f"About {fact}." in shown
    assert f"opened {now:%Y-%m-%d}, to be decided by {now + 30 * DAY:%Y-%m-%d}: 30 days left" in shown
    told = {each["id"]: each for each in json.loads(listed("--statements", "--json"))["disputes"]}
    assert [(told[id_]["entity"], told[id_]["fact"]) for id_ in opened] == [
        (village(entity), village(fact)) for _, fact, entity in OWN
    ]
    for plain in (listed(), listed("--json")):
        assert not [each for each in (ann, bob, cat, bank) if each in plain]
        assert all(each in plain for each in opened)


def test_days_that_are_left_are_one_number_all_day_long() -> None:
    opened = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    due = opened + 30 * DAY
    moments = [opened, opened + timedelta(seconds=1), opened + timedelta(hours=14)]
    assert {days_left(due, now) for now in moments} == {30}
    assert days_left(due, opened + timedelta(hours=15)) == 29, "it is the next day"
    assert (days_left(due, due), days_left(due, due + INSTANT), days_left(due, due + DAY)) == (0, -1, -1)
    assert days_left(due, due + 2 * DAY) == -2
