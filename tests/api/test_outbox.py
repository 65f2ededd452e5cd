"""What a request changed reaches every rating, also where the service ended before it was passed on."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from api.deps.database import Store
from api.http.background import Afterwards
from graph.errors import StoreUnavailable
from graph.rating import catch_up, published
from graph.rating.rerate import _Outcome, _publish, _Rerating
from graph.rights import outbox
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import As, once_only

MINE = "MATCH (:Entity {id: 'p-1'})-[o:OWED]->(:Entity {id: 'p-2'}) RETURN o.id AS id"
KEPT = "MATCH (r:Request) WHERE r.changes IS NOT NULL RETURN r.key AS key, r.changes AS changes"


def fail(*_: Any, **__: Any) -> Any:
    raise StoreUnavailable("the service ends here")


@pytest.fixture
def broken_off(community: Database, as_member: As, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A dispute whose effect is in the graph, and was not passed on when the service ended."""
    [owed] = community.statement(MINE)
    asked: dict[str, Any] = {
        "url": "/v1/me/disputes",
        "headers": once_only(),
        "json": {"kind": "obligations", "fact": owed["id"], "statement": "It was paid in time."},
    }
    before = published.open_rating(community, "p-1", "reliability")
    with monkeypatch.context() as patch:
        patch.setattr("graph.rating.catch_up.passed_on", fail)
        assert as_member("p-1").post(**asked).status_code == 201
    stale = published.open_rating(community, "p-1", "reliability")
    assert (stale.stale, stale.points) == (True, before.points)
    return asked | {"points": before.points}


def wait_for(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def withdrawn(as_member: As, community: Database) -> None:
    """Nothing is in dispute, and the next dispute of the same fact needs nobody to admit it."""
    mine = as_member("p-1")
    for each in mine.get("/v1/me/disputes").json()["disputes"]:
        if each["state"] == "open":
            assert mine.delete(f"/v1/me/disputes/{each['id']}").status_code == 200
    community.statement("MATCH ()-[fact:OWED]->() REMOVE fact.rejected")


def test_what_is_kept_is_gone_when_it_was_passed_on(community: Database, as_member: As) -> None:
    mine, path = as_member("p-4"), "/v1/schemes/reliability/pauses/p-1"
    assert [do(path).status_code for do in (mine.put, mine.delete)] == [204, 204]
    assert community.statement(KEPT) == []
    assert community.statement("MATCH (r:Request) WHERE r.body IS NULL RETURN r.key AS key") == []


def test_a_repeated_request_passes_on_what_its_first_time_left(
    community: Database, as_member: As, broken_off: dict[str, Any]
) -> None:
    points = broken_off.pop("points")
    assert as_member("p-1").post(**broken_off).status_code == 201
    found = published.open_rating(community, "p-1", "reliability")
    assert not found.stale
    assert found.points != points
    assert community.statement(KEPT) == []
    withdrawn(as_member, community)


def test_what_was_left_is_passed_on_without_anybody_asking(
    community: Database, settings: Settings, as_member: As, broken_off: dict[str, Any]
) -> None:
    assert catch_up.pass_on_left(community, now=datetime.now(UTC), longest=timedelta(minutes=1)) == 0
    assert len(community.statement(KEPT)) == 1, "what a request may be at still was taken from it"
    store = Store(partial(connect, settings))
    afterwards = Afterwards(store.use, request_seconds=-60)
    afterwards.start()
    try:
        wait_for(lambda: community.statement(KEPT) == [])
    finally:
        afterwards.stop()
        store.close()
    found = published.open_rating(community, "p-1", "reliability")
    assert not found.stale
    assert found.points != broken_off["points"]
    withdrawn(as_member, community)


def test_what_was_left_under_a_clock_that_ran_ahead_is_passed_on_when_it_is_right_again(
    community: Database, as_member: As, broken_off: dict[str, Any]
) -> None:
    ahead = {"now": datetime.now(UTC) - timedelta(days=1), "longest": timedelta(minutes=1)}
    assert catch_up.pass_on_left(community, **ahead) == 0  # type: ignore[arg-type]
    assert community.statement(KEPT) == []
    found = published.open_rating(community, "p-1", "reliability")
    assert not found.stale
    assert found.points != broken_off["points"]
    withdrawn(as_member, community)


def test_a_try_that_broke_off_halfway_does_not_stop_the_next(
    community: Database, as_member: As, broken_off: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Circles were written, and not the ratings that follow from them."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    contact = "MATCH (e:Entity {id: 'p-1'}) SET e.changed = datetime()"
    community.statement(contact)
    [kept] = community.statement(KEPT)
    changes = outbox.read(kept["changes"])
    changes.contacts.add("p-1")
    community.write(lambda transaction: outbox.keep(transaction, kept["key"], changes, now) and None)
    publish = _publish

    def broken(database: Database, work: _Rerating) -> _Outcome:
        return fail() if work.scheme.id == "reliability" else publish(database, work)

    with monkeypatch.context() as patch:
        patch.setattr("graph.rating.rerate._publish", broken)
        assert catch_up.pass_on_left(community, now=now) == 1
    [marked] = community.statement("MATCH (s:Scheme {id: 'reliability'}) RETURN s.unsettled AS marks")
    assert marked["marks"]
    assert catch_up.pass_on_left(community, now=now) == 0
    assert not published.open_rating(community, "p-1", "reliability").stale
    withdrawn(as_member, community)


@pytest.mark.slow
def test_what_a_request_left_is_passed_on_though_it_named_somebody_who_is_erased(
    community: Database, as_member: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is gone, since it is in part about the erased; the list of changed facts is not."""
    [owed] = community.statement(MINE)
    community.statement("CREATE (:Entity:Person {id: 'witness'})")
    asked = {"kind": "obligations", "fact": owed["id"], "statement": "It was paid, and witness was there."}
    before = published.open_rating(community, "p-1", "reliability")
    with monkeypatch.context() as patch:
        patch.setattr("graph.rating.catch_up.passed_on", fail)
        assert as_member("p-1").post("/v1/me/disputes", json=asked, headers=once_only()).status_code == 201
    assert as_member("witness").delete("/v1/me").status_code == 200
    assert community.statement("MATCH (r:Request) WHERE r.answer CONTAINS 'witness' RETURN r") == []
    found = published.open_rating(community, "p-1", "reliability")
    assert not found.stale
    assert found.points != before.points
    assert community.statement(KEPT) == []
    withdrawn(as_member, community)
