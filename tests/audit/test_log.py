"""Each read of a person by another is on record, in a chain; where it cannot be recorded, nothing is read."""

import hashlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from graph.audit import log
from graph.audit.verify import Place, Verified, verify, verify_entity, verify_piece
from graph.errors import NotRecorded
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.worlds.reads_on_record import EVERYTHING, NOW, POLICY, PURPOSE, members, read_by


@pytest.fixture
def graph(database: Database) -> Database:
    members(database)
    return database


@pytest.mark.slow
def test_a_record_says_who_read_whom_for_what_and_when(graph: Database) -> None:
    read_by(graph, "ann")
    (found,) = log.accesses(graph, "ann")
    assert (found.ledger, found.number, found.scheme) == ("reliability|ann", 1, "reliability")
    assert (found.who, found.role, found.purpose, found.what) == ("bank", "client", PURPOSE, "points")
    assert (found.at, found.outcome, found.previous) == (NOW, "answered", "0" * 64)


def test_a_hash_is_of_the_one_before_and_the_rest_as_the_documentation_says(graph: Database) -> None:
    read_by(graph, "ann", times=2)
    second, first = log.accesses(graph, "ann")
    assert second.previous == first.hash
    rest = {
        "id": "reliability|ann|2",
        "ledger": "reliability|ann",
        "number": 2,
        "at": "2026-07-01T09:30:01.123456Z",
        "who": "bank",
        "role": "client",
        "purpose": PURPOSE,
        "what": "points",
        "outcome": "answered",
    }
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert second.hash == hashlib.sha256((first.hash + text).encode()).hexdigest()


def test_each_membership_has_a_chain_of_its_own_and_those_who_are_no_members_have_the_schemes(
    graph: Database,
) -> None:
    for entity in ("ann", "bob", "eve", "nobody", "ann"):
        read_by(graph, entity)
    found = [(row["ledger"], row["record"]["number"]) for row in graph.statement(EVERYTHING)]
    assert found == [
        ("reliability|", 1),
        ("reliability|", 2),
        ("reliability|ann", 1),
        ("reliability|ann", 2),
        ("reliability|bob", 1),
    ]
    assert not any("eve" in str(row) or "nobody" in str(row) for row in graph.statement(EVERYTHING))


def test_a_read_that_is_of_no_scheme_is_on_a_ledger_of_the_entity_and_seen_by_it(graph: Database) -> None:
    now = {"who": "rita", "role": "reviewer", "purpose": "disputes", "what": "dispute", "now": NOW}
    log.record_reads(graph, "", ["ann", "eve", "nobody"], **now)  # type: ignore[arg-type]
    found = [(row["ledger"], row["record"]["who"]) for row in graph.statement(EVERYTHING)]
    assert found == [("|", "rita"), ("|ann", "rita"), ("|eve", "rita")]
    for entity in ("ann", "eve"):
        assert [each.what for each in log.accesses(graph, entity)] == ["dispute"]
        assert [each.scheme for each in log.ledgers_of(graph, entity)] == [""]
    assert verify(graph) == Verified(whole=3, records=3)
    assert verify_entity(graph, "eve").whole == 1
    graph.statement("MATCH (l:Ledger {id: '|eve'}) DETACH DELETE l")
    assert [fault.ledger for fault in verify_entity(graph, "eve").faults] == ["|eve"]


def test_a_person_sees_the_newest_first_and_goes_on_from_there(graph: Database) -> None:
    read_by(graph, "ann", times=5)
    read_by(graph, "bob")
    first = log.accesses(graph, "ann", limit=3)
    rest = log.accesses(graph, "ann", before=(first[-1].at, first[-1].id), limit=3)
    assert [each.number for each in (*first, *rest)] == [5, 4, 3, 2, 1]
    (ledger,) = log.ledgers_of(graph, "ann")
    assert (ledger.count, ledger.head) == (5, first[0].hash)


def test_several_reads_at_once_are_each_on_their_own_ledger(graph: Database) -> None:
    outcomes = {"ann": "answered", "bob": "no-grant", "x": "not-a-member", "y": "not-a-member"}
    graph.write(
        lambda transaction: log.record_all(
            transaction, POLICY.id, outcomes, who="bank", role="client", purpose=PURPOSE, what="points", now=NOW
        )
    )
    found = [(row["ledger"], row["record"]["outcome"]) for row in graph.statement(EVERYTHING)]
    assert sorted(found) == [
        ("reliability|", "not-a-member"),
        ("reliability|", "not-a-member"),
        ("reliability|ann", "answered"),
        ("reliability|bob", "no-grant"),
    ]
    assert verify(graph).holds


@pytest.mark.parametrize(
    ("kept", "holds"),
    [
        ("datetime({datetime: a.at, timezone: 'UTC'})", True),
        ("datetime({datetime: a.at, timezone: 'Europe/Berlin'})", True),
        ("datetime.truncate('second', a.at)", False),
        ("a.at + duration({nanoseconds: 1})", False),
        ("toString(a.at)", False),
        ("null", False),
    ],
)
def test_the_end_of_a_ledger_is_told_by_the_instant_in_whatever_zone_it_is_kept(
    graph: Database, kept: str, holds: bool
) -> None:
    read_by(graph, "ann")
    graph.statement(f"MATCH (a:Access {{id: 'reliability|ann|1'}}) SET a.at = {kept}")
    with nullcontext() if holds else pytest.raises(NotRecorded):
        read_by(graph, "ann", after=1)
    assert len(graph.statement(EVERYTHING)) == 1 + holds


def test_an_instant_that_needs_no_fraction_is_hashed_with_all_its_digits(graph: Database) -> None:
    for second, microsecond in enumerate((0, 500_000, 120, 100_000)):
        now = NOW.replace(second=second, microsecond=microsecond)
        log.record_reads(graph, POLICY.id, ["ann"], who="x", role="client", purpose=PURPOSE, what="band", now=now)
    assert verify(graph) == Verified(whole=1, records=4)


def test_what_is_read_in_a_transaction_that_fails_is_not_on_record(graph: Database) -> None:
    def work(transaction: Transaction) -> None:
        log.record(transaction, POLICY.id, "ann", who="bank", role="client", purpose=PURPOSE, what="band", now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        graph.write(work)
    assert log.accesses(graph, "ann") == []


def test_eight_who_read_the_same_member_at_once_leave_one_whole_chain(graph: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        for reader in [
            threads.submit(read_by, graph, entity, f"bank-{n}", times=6, after=n)
            for n in range(8)
            for entity in ("ann", "nobody")
        ]:
            reader.result()
    found = log.accesses(graph, "ann", limit=1000)
    assert sorted(each.number for each in found) == list(range(1, 49))
    assert {each.who for each in found} == {f"bank-{n}" for n in range(8)}
    checked = verify(graph)
    assert (checked.whole, checked.records, checked.faults) == (2, 96, [])


def test_many_who_read_several_members_at_once_wait_for_each_other_and_none_is_lost(graph: Database) -> None:
    def read(orders: list[str]) -> None:
        for entity in orders:
            read_by(graph, entity)
        graph.write(
            lambda transaction: log.record_all(
                transaction,
                POLICY.id,
                dict.fromkeys(orders, log.ANSWERED),
                who="bank",
                role="client",
                purpose=PURPOSE,
                what="band",
                now=NOW,
            )
        )

    with ThreadPoolExecutor(4) as threads:
        for reader in [threads.submit(read, names) for names in (["ann", "bob", "a"], ["a", "bob", "ann"]) * 4]:
            reader.result()
    checked = verify(graph)
    assert (checked.whole, checked.records, checked.faults) == (3, 48, [])


def test_a_record_that_lost_what_it_said_is_not_shown_as_one(graph: Database) -> None:
    read_by(graph, "ann")
    graph.statement("MATCH (a:Access) REMOVE a.who")
    with pytest.raises(NotRecorded, match="altered"):
        log.accesses(graph, "ann")


# What cannot be recorded -----------------------------------------------------------------------------


def _read(database: Database) -> str:
    """What a read would answer, if it can be recorded."""

    def work(transaction: Transaction) -> str:
        log.record(transaction, POLICY.id, "ann", who="bank", role="client", purpose=PURPOSE, what="band", now=NOW)
        return "the answer"

    return log.recorded(database, work)


@pytest.mark.slow
def test_a_read_is_refused_while_another_holds_the_ledger(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PATIENCE_SECONDS", 0.5)
    read_by(graph, "ann")
    with graph.rolled_back() as holder:
        holder.run("hold_ledger", id="reliability|ann")
        with pytest.raises(NotRecorded, match="could not be recorded"):
            _read(graph)
    assert _read(graph) == "the answer"
    assert len(log.accesses(graph, "ann")) == 2


@pytest.mark.parametrize(
    "tampering",
    [
        "MATCH (l:Ledger {id: 'reliability|ann'}) SET l.count = l.count + 1",
        "MATCH (l:Ledger {id: 'reliability|ann'}) SET l.count = l.count - 1",
        "MATCH (l:Ledger {id: 'reliability|ann'}) SET l.head = 'x'",
        "MATCH (a:Access {number: 3}) DETACH DELETE a",
        "MATCH (a:Access {number: 3})-[in:IN]->() DELETE in",
        "MATCH (a:Access {number: 3}) SET a.who = 'nobody'",
        "MATCH (a:Access {number: 3}) REMOVE a.at",
        "MATCH (l:Ledger) CREATE (:Access {id: 'reliability|ann|4', number: 4})-[:IN]->(l)",
    ],
)
def test_a_read_is_refused_where_the_ledger_does_not_end_as_it_says(graph: Database, tampering: str) -> None:
    read_by(graph, "ann", times=3)
    graph.statement(tampering)
    with pytest.raises(NotRecorded):
        _read(graph)


def test_a_read_waits_for_its_turn(graph: Database) -> None:
    read_by(graph, "ann")
    with graph.rolled_back() as holder:
        holder.run("hold_ledger", id="reliability|ann")
        answers: list[str] = []
        reader = threading.Thread(target=lambda: answers.append(_read(graph)))
        reader.start()
        time.sleep(0.2)
        assert answers == []
        holder.rollback()
    reader.join()
    assert answers == ["the answer"]


# Whether it is whole ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(database: Database) -> Database:
    """Five reads of ann, three of bob, two of `a|b`, two of nobody."""
    members(database)
    for entity, times in {"ann": 5, "bob": 3, "a|b": 2, "nobody": 2}.items():
        read_by(database, entity, times=times)
    return database


PUT_BACK = """
CALL () { MATCH (n:Access|Ledger) DETACH DELETE n RETURN count(*) AS gone }
UNWIND $kept AS row
MERGE (l:Ledger {id: row.ledger})
ON CREATE SET l.count = 0, l.head = $start
CREATE (a:Access)-[:IN]->(l)
SET a = row.record, l.count = l.count + 1,
    l.head = CASE WHEN l.count < row.record.number THEN row.record.hash ELSE l.head END
WITH DISTINCT l
MATCH (e:Entity) WHERE l.id = 'reliability|' + e.id
MERGE (l)-[:ABOUT]->(e)
"""
ANN = "MATCH (l:Ledger {id: 'reliability|ann'}) "
THIRD = ANN + "MATCH (a:Access {id: 'reliability|ann|3'}) "
SWAP = ANN + "MATCH (a:Access {id: 'reliability|ann|2'}) MATCH (b:Access {id: 'reliability|ann|4'}) "
CHANGED = {
    "id": (THIRD + "SET a.id = 'reliability|ann|33'", 3),
    "ledger": (THIRD + "SET a.ledger = 'reliability|bob'", 3),
    "number": (THIRD + "SET a.number = 4", 3),
    "type of the number": (THIRD + "SET a.number = 3.0", 3),
    "at": (THIRD + "SET a.at = a.at + duration({seconds: 1})", 3),
    "at by a billionth": (THIRD + "SET a.at = a.at + duration({nanoseconds: 1})", 3),
    "at without a zone": (THIRD + "SET a.at = localdatetime(a.at)", 3),
    "who": (THIRD + "SET a.who = 'shop'", 3),
    "role": (THIRD + "SET a.role = 'member'", 3),
    "purpose": (THIRD + "SET a.purpose = 'hiring'", 3),
    "what": (THIRD + "SET a.what = 'band'", 3),
    "outcome": (THIRD + "SET a.outcome = 'no-grant'", 3),
    "previous": (THIRD + "SET a.previous = $start", 3),
    "hash": (THIRD + "SET a.hash = $start", 3),
    "no who": (THIRD + "REMOVE a.who", 3),
    "one property more": (THIRD + "SET a.note = 'x'", 3),
    "first gone": (ANN + "MATCH (a:Access {id: 'reliability|ann|1'}) DETACH DELETE a", 1),
    "middle gone": (THIRD + "DETACH DELETE a", 3),
    "last gone": (ANN + "MATCH (a:Access {id: 'reliability|ann|5'}) DETACH DELETE a", 5),
    "all gone": (ANN + "MATCH (l)<-[:IN]-(a) DETACH DELETE a", 1),
    "the end cut off": (
        ANN + "MATCH (a:Access {id: 'reliability|ann|5'}) SET l.count = 4 DETACH DELETE a",
        None,
    ),
    "the end forgotten": (ANN + "SET l.count = 4", None),
    "another head": (ANN + "SET l.head = $start", None),
    "no head": (ANN + "REMOVE l.head", None),
    "no count": (ANN + "REMOVE l.count", None),
    "far more said": (ANN + "SET l.count = 1000000000000", 6),
    "a copy put in": (
        THIRD + "WITH l, a {.*, id: 'reliability|ann|6'} AS copy CREATE (c:Access)-[:IN]->(l) SET c = copy",
        6,
    ),
    "one put in elsewhere": (ANN + "CREATE (c:Access {id: 'reliability|bob|x'})-[:IN]->(l)", 6),
    "moved": (
        THIRD + "MATCH (a)-[in:IN]->() MATCH (o:Ledger {id: 'reliability|bob'}) DELETE in CREATE (a)-[:IN]->(o)",
        3,
    ),
    "who and when of two swapped": (SWAP + "WITH a, b, a.at AS x SET a.at = b.at, b.at = x", 2),
    "numbers of two swapped": (SWAP + "SET a.number = 4, b.number = 2", 2),
    "about another": (
        ANN + "MATCH (l)-[r:ABOUT]->() MATCH (e:Entity {id: 'eve'}) DELETE r CREATE (l)-[:ABOUT]->(e)",
        None,
    ),
    "about nobody": (ANN + "MATCH (l)-[r:ABOUT]->() DELETE r", None),
    "the ledger gone": (ANN + "DETACH DELETE l", 1),
}


def test_a_record_that_nobody_touched_is_whole(recorded: Database) -> None:
    found = verify(recorded)
    assert (found.holds, found.whole, found.broken, found.records) == (True, 4, 0, 12)
    own = verify_entity(recorded, "ann")
    assert (own.holds, own.whole, own.records) == (True, 1, 5)
    assert verify(recorded, scheme="own-conduct") == Verified()


def in_pieces(database: Database, records: int) -> tuple[Verified, int]:
    found, pieces = Verified(), 0
    place: Place | None = Place()
    while place is not None:
        place = verify_piece(database, found, place, records=records)
        pieces += 1
    return found, pieces


@pytest.mark.parametrize("records", [1, 2, 3, 100])
def test_the_record_is_verified_in_pieces_as_it_is_in_one(recorded: Database, records: int) -> None:
    found, pieces = in_pieces(recorded, records)
    assert found == Verified(whole=4, records=12)
    assert pieces >= 12 / records


def test_reads_between_two_pieces_are_no_fault(recorded: Database) -> None:
    kept = recorded.statement(EVERYTHING)
    found, number = Verified(), 0
    place: Place | None = Place()
    try:
        while place is not None:
            place = verify_piece(recorded, found, place, records=2)
            number += 1
            read_by(recorded, ("ann", "bob", "a")[number % 3], after=number)
        assert (found.faults, found.broken) == ([], 0)
    finally:
        recorded.statement(PUT_BACK, kept=kept, start=log.START)


@pytest.mark.slow
@pytest.mark.parametrize("tampering", CHANGED)
def test_whatever_is_altered_is_found_and_said_where(recorded: Database, tampering: str) -> None:
    text, number = CHANGED[tampering]
    kept = recorded.statement(EVERYTHING)
    try:
        recorded.statement(text, start="0" * 64)
        for found in (
            verify(recorded),
            in_pieces(recorded, 2)[0],
            verify_entity(recorded, "ann"),
        ):
            faults = {fault.ledger: fault.number for fault in found.faults}
            assert faults["reliability|ann"] == number
            assert set(faults) <= {"reliability|ann", "reliability|bob"}
            assert found.broken == len(faults)
    finally:
        recorded.statement(PUT_BACK, kept=kept, start=log.START)
    assert verify(recorded) == Verified(whole=4, records=12)


@pytest.mark.parametrize(
    ("number", "changes", "where"),
    [
        (3, {"who": "nobody"}, 4),
        (3, {"number": 4}, 3),
        (3, {"ledger": "reliability|bob"}, 3),
        (3, {"previous": log.START}, 3),
        (1, {"purpose": "hiring"}, 2),
        (5, {"outcome": "no-grant"}, None),
    ],
)
def test_a_single_record_with_a_hash_that_was_made_anew_is_found(
    recorded: Database, number: int, changes: dict[str, Any], where: int | None
) -> None:
    kept = recorded.statement(EVERYTHING)
    found = next(each for each in log.accesses(recorded, "ann") if each.number == number)
    found = replace(found, **changes)
    properties = changes | {"hash": log.seal(found)}
    change = "MATCH (a:Access {id: $id}) SET a += $properties"
    try:
        recorded.statement(change, id=f"reliability|ann|{number}", properties=properties)
        (fault,) = verify(recorded).faults
        assert (fault.ledger, fault.number) == ("reliability|ann", where)
    finally:
        recorded.statement(PUT_BACK, kept=kept, start=log.START)


def test_a_ledger_is_called_broken_only_after_a_look_that_nobody_writes_into(recorded: Database) -> None:
    kept = recorded.statement(EVERYTHING)
    found: list[Verified] = []
    try:
        with recorded.transaction() as writer:
            writer.run("hold_ledger", id="reliability|ann")
            recorded.statement("MATCH (a:Access {id: 'reliability|ann|3'}) SET a.who = 'nobody'")
            looking = threading.Thread(target=lambda: found.append(verify(recorded)))
            looking.start()
            time.sleep(0.3)
            assert found == []
        looking.join()
        assert [fault.number for fault in found[0].faults] == [3]
    finally:
        recorded.statement(PUT_BACK, kept=kept, start=log.START)


def test_what_is_written_anew_to_the_end_is_told_by_the_head_that_was_noted(recorded: Database) -> None:
    (noted,) = log.ledgers_of(recorded, "bob")
    recorded.statement(
        "MATCH (l:Ledger {id: 'reliability|bob'})<-[:IN]-(a) SET l.count = 0, l.head = $start DETACH DELETE a",
        start=log.START,
    )
    read_by(recorded, "bob", "somebody else", times=3)
    assert verify(recorded).holds
    (now,) = log.ledgers_of(recorded, "bob")
    assert (now.count, now.head == noted.head) == (noted.count, False)


@pytest.mark.slow
def test_reads_that_go_on_meanwhile_are_no_fault(recorded: Database) -> None:
    done = threading.Event()

    def read_on() -> None:
        n = 0
        while not done.is_set():
            read_by(recorded, "ann", after=n)
            n += 1

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read_on) for _ in range(2)]
        try:
            for _ in range(30):
                assert verify(recorded).faults == []
        finally:
            done.set()
        for reader in readers:
            reader.result()


def test_a_record_a_day_later_is_in_order(graph: Database) -> None:
    read_by(graph, "ann", after=0)
    read_by(graph, "ann", after=int(timedelta(days=1).total_seconds()))
    assert verify_entity(graph, "ann", scheme="reliability").records == 2
