"""A read that was found open without a lock is on record as it was found, or else it is looked at anew."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph.audit import found, log, refusals
from graph.audit.verify import verify
from graph.disclosure import granted_reads, to_clients
from graph.errors import NotFound, NotRecorded
from graph.policy import scheme
from graph.rights import contests, erasure, grants, membership
from graph.store.client import Database
from tests.rights.test_at_once import open_market

POLICY = scheme.read("reliability")
PURPOSE = POLICY.purpose[0]
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
IDS = ["ann", "bob", "cid", "dan", "eva", "fay", "gil", "hal"]
FORGET = "MATCH (n:Access|Ledger|Grant|Refusal|Contest) DETACH DELETE n"
RECORDS = (
    "MATCH (a:Access)-[:IN]->(l:Ledger) RETURN l.id AS ledger, a.what AS what, a.outcome AS outcome ORDER BY a.id"
)


@pytest.fixture(scope="module")
def opened(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    open_market(database, tmp_path_factory.mktemp("market"), [*IDS, *LEAVING], [])
    return database


@pytest.fixture
def market(opened: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Members who are rated, each with a grant to the bank; nobody has read any of them."""
    monkeypatch.setattr(log, "PATIENCE_SECONDS", 60)  # what is asked for the first time is planned first
    opened.statement(FORGET)
    for entity in IDS:
        give(opened, entity)
    return opened


def give(database: Database, entity: str, what: grants.What = "points", **differs: Any) -> grants.Grant:
    asked: dict[str, Any] = {"scheme": POLICY.id, "client": "bank", "purpose": PURPOSE, "now": NOW}
    asked |= {"until": NOW + timedelta(days=9)} | differs
    return database.write(lambda t: grants.grant(t, entity, what=what, **asked))


def ask(database: Database, *entities: str, client: str = "bank", now: datetime = NOW) -> list[to_clients.Told]:
    return to_clients.ask(database, POLICY.id, entities, client=client, purpose=PURPOSE, now=now)


def on_record(database: Database) -> list[tuple[str, str, str]]:
    refusals.put_on_record(database)
    return [(row["ledger"], row["what"], row["outcome"]) for row in database.statement(RECORDS)]


# One statement ---------------------------------------------------------------------------------------


def reads_of(database: Database, *entities: str) -> list[found.Read]:
    """What a look finds of these, whose ledgers are there."""
    _, asked = granted_reads.look(database, POLICY.id, entities, client="bank", purpose=PURPOSE, now=NOW)
    return [
        found.Read(f"{POLICY.id}|{each.entity}", *each.end, each.grant, str(each.what), each.outcome)
        for each in asked.values()
        if each.end is not None
    ]


def append(database: Database, reads: list[found.Read]) -> list[dict[str, Any]] | None:
    said: dict[str, Any] = {"who": "bank", "role": "client", "purpose": PURPOSE, "now": NOW}
    return found.append(database, reads, ("shown_ratings", {"ids": [each.ledger for each in reads]}), **said)


def test_what_is_as_it_was_found_is_on_record_as_if_it_had_been_held(market: Database) -> None:
    """The hash that a chain gets does not depend on how the record was written."""
    ask(market, "ann", "bob")
    said: dict[str, Any] = {"who": "bank", "role": "client", "purpose": PURPOSE, "what": "points", "now": NOW}
    market.write(lambda t: log.record(t, POLICY.id, "ann", **said))
    rows = append(market, reads_of(market, "bob"))
    assert rows is not None
    assert [each["id"] for row in rows for each in row["members"]] == ["reliability|bob"]
    of_ann, of_bob = (list(log.accesses(market, entity)) for entity in ("ann", "bob"))
    assert [each.number for each in of_bob] == [2, 1]
    for one, other in zip(of_ann, of_bob, strict=True):
        assert {**vars(one), **DIFFER} == {**vars(other), **DIFFER}
    assert verify(market).holds
    at = market.statement("MATCH (a:Access) RETURN DISTINCT toString(a.at) AS at")
    assert at == [{"at": "2026-07-01T12:00:00Z"}]


DIFFER: dict[str, Any] = dict.fromkeys(("id", "ledger", "hash", "previous"))

GRANT = "MATCH (:Entity {id: 'ann'})-[:GAVE]->(g:Grant) "
LEDGER = "MATCH (l:Ledger {id: 'reliability|ann'}) "
CHANGES = {
    "a grant that was ended": GRANT + "SET g.revoked = datetime('2026-07-01T11:59:00Z')",
    "a grant whose time is over": GRANT + "SET g.until = datetime('2026-07-01T12:00:00Z')",
    "a grant that is gone": GRANT + "DETACH DELETE g",
    "another read": LEDGER + "SET l.count = l.count + 1",
    "another end": LEDGER + "SET l.head = 'x'",
    "no count": LEDGER + "REMOVE l.count",
    "no ledger": LEDGER + "DETACH DELETE l",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_where_one_is_not_as_it_was_found_none_is_on_record(market: Database, change: str) -> None:
    ask(market, "ann", "bob", "cid")
    reads = reads_of(market, "ann", "bob", "cid")
    before = on_record(market)
    assert len(reads) == len(before) == 3
    market.statement(change)
    assert append(market, reads) is None
    assert len(market.statement("MATCH (a:Access) RETURN a.id AS id")) == 3


def test_a_read_that_takes_no_grant_takes_a_membership(market: Database) -> None:
    ask(market, "ann", "bob")
    reads = [
        found.Read(each.ledger, each.number, each.head, None, each.what, each.outcome)
        for each in reads_of(market, "ann", "bob")
    ]
    market.statement("MATCH (m:Membership {id: 'reliability|ann'}) SET m.id = 'elsewhere|ann'")
    try:
        assert append(market, reads) is None
    finally:
        market.statement("MATCH (m:Membership {id: 'elsewhere|ann'}) SET m.id = 'reliability|ann'")
    assert append(market, reads) is not None
    assert append(market, reads) is None, "written once, it is not as it was found any more"
    assert len(on_record(market)) == 4


def test_what_cannot_be_written_in_time_is_refused(market: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PATIENCE_SECONDS", 0.3)
    ask(market, "ann")
    reads = reads_of(market, "ann")
    with market.rolled_back() as holder:
        holder.run("hold_ledger", id="reliability|ann")
        with pytest.raises(NotRecorded, match="could not be recorded"):
            append(market, reads)
    assert len(on_record(market)) == 1


# What happens between the look and the record -------------------------------------------------------------


@contextmanager
def meanwhile(database: Database, entity: str, *asking: Callable[[], Any]) -> Iterator[list[Any]]:
    """Each has looked, and waits for the entity's ledger while the block runs; then what each has come to."""
    came: list[Any] = [None] * len(asking)

    def go(place: int) -> None:
        try:
            came[place] = asking[place]()
        except Exception as error:
            came[place] = error

    threads = [threading.Thread(target=go, args=[place]) for place in range(len(asking))]
    with database.rolled_back() as holder:
        holder.run("hold_ledger", id=f"{POLICY.id}|{entity}")
        for thread in threads:
            thread.start()
        until = time.monotonic() + 4
        while len(waiting(database)) < len(asking) and time.monotonic() < until:
            time.sleep(0.02)
        yield came
    for thread in threads:
        thread.join()
    for each in came:
        if isinstance(each, Exception):
            raise each


def waiting(database: Database) -> list[dict[str, Any]]:
    """The transactions that wait for a lock."""
    text = "SHOW TRANSACTIONS YIELD transactionId AS id, status WHERE status STARTS WITH 'Blocked' RETURN id"
    return database.statement(text)


def test_a_grant_that_is_ended_after_the_look_opens_nothing(market: Database) -> None:
    ask(market, "ann", "bob")
    [given] = [each for each in grants.given(market, "ann", now=NOW) if each.revoked is None]
    with meanwhile(market, "ann", lambda: ask(market, "ann", "bob")) as came:
        market.write(lambda t: grants.revoke(t, given.id, now=NOW))
    assert [each.entity for each in came[0]] == ["bob"]
    assert on_record(market) == [
        ("reliability|ann", "points", "answered"),
        ("reliability|ann", "nothing", "no-grant"),
        ("reliability|bob", "points", "answered"),
        ("reliability|bob", "points", "answered"),
    ]
    assert verify(market).holds


def test_a_narrower_grant_that_is_given_after_the_look_tells_what_it_says(market: Database) -> None:
    ask(market, "ann")
    with meanwhile(market, "ann", lambda: ask(market, "ann")) as came:
        give(market, "ann", "band")
    assert [(each.what, each.whole_points) for each in came[0]] == [("band", None)]
    assert [what for _, what, _ in on_record(market)] == ["points", "band"]


def test_a_rating_that_is_contested_after_the_look_is_not_told(market: Database) -> None:
    ask(market, "ann")
    with meanwhile(market, "ann", lambda: ask(market, "ann")) as came:
        market.write(lambda t: contests.contest(t, "ann", POLICY.id, statement="it is wrong", now=NOW))
    try:
        assert [(each.contested, each.band, each.caption) for each in came[0]] == [(True, None, None)]
    finally:
        market.statement("MATCH (m:Membership {id: 'reliability|ann'}) REMOVE m.contested")


LEAVING = ("lea", "who-is-gone")


def test_a_member_that_leaves_after_the_look_is_not_told_of(market: Database) -> None:
    give(market, "lea")
    ask(market, "lea")
    with meanwhile(market, "lea", lambda: ask(market, "lea", "bob")) as came:
        market.write(lambda t: membership.leave(t, "lea", POLICY.id, now=NOW))
    assert [each.entity for each in came[0]] == ["bob"]
    assert sorted((ledger, outcome) for ledger, _, outcome in on_record(market)) == [
        ("reliability|", "not-a-member"),
        ("reliability|bob", "answered"),
        ("reliability|lea", "answered"),
    ]
    assert verify(market).holds


def test_of_a_member_that_is_erased_after_the_look_nothing_is_left(market: Database) -> None:
    give(market, "who-is-gone")
    ask(market, "who-is-gone")
    asking = [
        lambda: ask(market, "who-is-gone", "bob"),
        lambda: market.write(lambda t: erasure.erase(t, "who-is-gone", now=NOW)),
    ]
    with meanwhile(market, "who-is-gone", *asking) as came:
        pass
    assert [each.entity for each in came[0]] in (["bob"], ["bob", "who-is-gone"])
    refusals.put_on_record(market)
    assert (
        market.statement("MATCH (n) WHERE any(key IN keys(n) WHERE n[key] CONTAINS 'who-is-gone') RETURN n") == []
    )
    assert verify(market).holds


# Two at once -----------------------------------------------------------------------------------------


def test_of_two_who_looked_at_the_same_end_both_are_on_record_one_after_the_other(market: Database) -> None:
    ask(market, "ann")
    asking: list[Callable[[], Any]] = [lambda: ask(market, "ann"), lambda: ask(market, "ann", "bob")]
    with meanwhile(market, "ann", *asking) as came:
        pass
    assert [[each.entity for each in told] for told in came] == [["ann"], ["ann", "bob"]]
    assert [each.number for each in log.accesses(market, "ann")] == [3, 2, 1]
    assert verify(market).holds


@pytest.mark.slow
def test_many_who_read_the_same_members_at_once_leave_whole_chains_of_as_many_records(market: Database) -> None:
    def go_on(number: int) -> int:
        return sum(len(ask(market, *(IDS if number % 2 else IDS[::-1]))) for _ in range(10))

    with ThreadPoolExecutor(6) as threads:
        told = sum(threads.map(go_on, range(6)))
    assert told == len(on_record(market)) == 6 * 10 * len(IDS)
    checked = verify(market)
    assert (checked.faults, checked.records) == ([], told)


# How often ---------------------------------------------------------------------------------------------


def test_the_same_id_a_thousand_times_is_one_read(market: Database) -> None:
    assert len(ask(market, *["ann"] * 1_000)) == 1
    assert on_record(market) == [("reliability|ann", "points", "answered")]


def test_a_ledger_that_is_new_is_about_its_member(market: Database) -> None:
    ask(market, "ann")
    about = "MATCH (l:Ledger)-[:ABOUT]->(e:Entity) RETURN l.id AS ledger, e.id AS entity"
    assert market.statement(about) == [{"ledger": "reliability|ann", "entity": "ann"}]
    assert [each.number for each in log.accesses(market, "ann")] == [1]


def test_of_whom_nothing_is_open_no_ledger_is_begun_by_asking_for_others(market: Database) -> None:
    with pytest.raises(NotFound):
        to_clients.ask_one(market, POLICY.id, "ann", client="shop", purpose=PURPOSE, now=NOW)
    market.statement("MATCH (:Entity {id: 'hal'})-[:GAVE]->(g:Grant) DETACH DELETE g")
    ask(market, "ann", "nobody", "hal")
    ledgers = {row["id"] for row in market.statement("MATCH (l:Ledger) RETURN l.id AS id")}
    assert ledgers == {"reliability|ann"}
