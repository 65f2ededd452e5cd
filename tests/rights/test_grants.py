"""A grant says who may read what, for which purpose and until when; it is its giver's, and ends at once."""

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from graph.audit import log
from graph.errors import NotFound, ParameterError, PurposeMismatch
from graph.rights import grants
from graph.rights.grants import Grant
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.storing import join_one, leave_one
from tests.worlds.reads_on_record import NOW, POLICY, PURPOSE, members

LATER = NOW + timedelta(days=30)


@pytest.fixture
def graph(database: Database) -> Database:
    members(database)
    return database


def give(database: Database, entity: str = "ann", **differs: Any) -> Grant:
    asked: dict[str, Any] = {
        "scheme": POLICY.id,
        "client": "bank",
        "purpose": PURPOSE,
        "what": "points",
        "until": LATER,
        "now": NOW,
    }
    return database.write(lambda transaction: grants.grant(transaction, entity, **(asked | differs)))


def revoke(database: Database, id_: str, entity: str | None = None, now: datetime = NOW) -> Grant:
    return database.write(lambda transaction: grants.revoke(transaction, id_, entity=entity, now=now))


def live(database: Database, entity: str = "ann", **differs: Any) -> Grant | None:
    asked: dict[str, Any] = {"client": "bank", "scheme": POLICY.id, "purpose": PURPOSE, "now": NOW}
    return database.write(lambda transaction: grants.live(transaction, entity, **(asked | differs)))


def test_a_grant_lets_one_client_read_for_one_purpose_in_one_scheme_until_its_end(graph: Database) -> None:
    given = give(graph)
    assert live(graph) == given
    assert live(graph, scheme=None) == given
    assert live(graph, now=LATER - timedelta(microseconds=1)) == given
    for differs in (
        {"client": "shop"},
        {"client": "Bank"},
        {"purpose": POLICY.purpose[1]},
        {"scheme": "own-conduct"},
        {"now": LATER},
    ):
        assert live(graph, **differs) is None, differs
    for entity in ("bob", "eve", "nobody", "a", "a|b"):
        assert live(graph, entity) is None, entity


@pytest.mark.parametrize(
    ("differs", "error"),
    [
        ({"purpose": PURPOSE.upper()}, PurposeMismatch),
        ({"purpose": PURPOSE + " "}, PurposeMismatch),
        ({"purpose": PURPOSE[:-1]}, PurposeMismatch),
        ({"purpose": ""}, PurposeMismatch),
        ({"until": NOW}, ParameterError),
        ({"until": NOW - timedelta(seconds=1)}, ParameterError),
        ({"until": NOW + timedelta(days=366, microseconds=1)}, ParameterError),
        ({"until": datetime(2026, 7, 2)}, ParameterError),
        ({"what": "everything"}, ParameterError),
        ({"client": " "}, ParameterError),
        ({"client": "a\nb"}, ParameterError),
        ({"client": "x" * 201}, ParameterError),
        ({"scheme": "own-conduct"}, NotFound),
    ],
)
def test_a_grant_that_does_not_hold_is_refused(
    graph: Database, differs: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        give(graph, **differs)
    assert grants.given(graph, "ann", now=NOW) == []


def test_a_grant_may_last_366_days(graph: Database) -> None:
    assert give(graph, until=NOW + timedelta(days=366)).until == NOW + timedelta(days=366)


@pytest.mark.parametrize("entity", ["eve", "nobody"])
def test_only_a_member_gives_a_grant(graph: Database, entity: str) -> None:
    with pytest.raises(NotFound):
        give(graph, entity)


def test_a_revoked_grant_holds_no_longer_and_stays_revoked(graph: Database) -> None:
    given = give(graph)
    ended = revoke(graph, given.id, "ann", NOW + timedelta(hours=1))
    assert live(graph) is None
    assert revoke(graph, given.id, "ann", NOW + timedelta(hours=2)) == ended
    (found,) = grants.given(graph, "ann", now=NOW)
    assert (found.revoked, found.state) == (NOW + timedelta(hours=1), "revoked")


def test_nobody_revokes_a_grant_of_somebody_else(graph: Database) -> None:
    given = give(graph)
    for entity in ("bob", "nobody"):
        with pytest.raises(NotFound):
            revoke(graph, given.id, entity)
    with pytest.raises(NotFound):
        revoke(graph, "no such grant")
    assert live(graph) == given


def test_a_newer_grant_takes_the_place_of_the_one_before_it_also_when_it_says_less(graph: Database) -> None:
    first = give(graph, what="reasons")
    other = give(graph, purpose=POLICY.purpose[1])
    shop = give(graph, client="shop")
    second = give(graph, what="band", now=NOW + timedelta(hours=1))
    assert live(graph, now=NOW + timedelta(hours=1)) == second
    revoke(graph, second.id)
    assert live(graph) is None
    assert live(graph, purpose=POLICY.purpose[1]) == other
    assert live(graph, client="shop") == shop
    states = {each.id: each.state for each in grants.given(graph, "ann", now=NOW + timedelta(hours=2))}
    assert states == {first.id: "revoked", other.id: "live", shop.id: "live", second.id: "revoked"}


def test_two_grants_at_once_leave_one_that_holds(graph: Database) -> None:
    for _ in range(5):
        threads = [threading.Thread(target=give, args=[graph]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [each.state for each in grants.given(graph, "ann", now=NOW)].count("live") == 1


def test_a_grant_is_over_with_the_membership_that_gave_it(graph: Database) -> None:
    give(graph)
    leave_one(graph, POLICY, "ann")
    assert live(graph) is None
    join_one(graph, POLICY, "ann")
    assert live(graph) is None, "joining again gives nothing"
    (found,) = grants.given(graph, "ann", now=NOW)
    assert found.state == "revoked"


def test_the_giver_sees_every_grant_the_newest_first(graph: Database) -> None:
    assert grants.given(graph, "ann", now=NOW) == []
    first = give(graph, until=NOW + timedelta(days=1))
    second = give(graph, client="shop", now=NOW + timedelta(hours=1), by="olga")
    give(graph, "bob")
    found = grants.given(graph, "ann", now=NOW + timedelta(days=2))
    assert [(each.id, each.by, each.state) for each in found] == [
        (second.id, "olga", "live"),
        (first.id, "member", "over"),
    ]
    assert found[1].at == NOW


def test_no_read_that_found_a_grant_holding_is_recorded_after_its_revocation(graph: Database) -> None:
    """The revocation waits for the transaction that found it; a later one finds it revoked."""
    given = give(graph)
    order: list[str] = []
    checked, go_on = threading.Event(), threading.Event()

    def read(transaction: Transaction) -> None:
        found = grants.live(transaction, "ann", client="bank", scheme=POLICY.id, purpose=PURPOSE, now=NOW)
        checked.set()
        go_on.wait(10)
        assert found == given
        log.record(transaction, POLICY.id, "ann", who="bank", role="client", purpose=PURPOSE, what="band", now=NOW)
        order.append("recorded")

    def end() -> None:
        revoke(graph, given.id)
        order.append("revoked")

    reader = threading.Thread(target=graph.write, args=[read])
    reader.start()
    assert checked.wait(10)
    ender = threading.Thread(target=end)
    ender.start()
    time.sleep(0.3)
    assert order == []
    go_on.set()
    reader.join()
    ender.join()
    assert order == ["recorded", "revoked"]
    assert live(graph) is None
