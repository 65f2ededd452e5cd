"""Being a founder over HTTP: each decides for itself, and nothing that anybody else is told changes by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from graph.errors import NOTHING_OPEN
from graph.rights import founders, grants
from graph.store.client import Database
from tests.api.conftest import As
from tests.worlds.three_in_touch import SCHEME, open_market, run

IN = f"/v1/schemes/{SCHEME.id}"
FOUNDING = f"{IN}/founding"
PURPOSE = SCHEME.purpose[0]


@pytest.fixture
def market(graph: Database) -> Database:
    """ann, bob and cat are members, not rated yet; dan is in touch with ann and has joined nothing."""
    open_market(graph, rated=False)
    return graph


def name(database: Database, entity: str) -> None:
    now = datetime.now(UTC)
    database.write(lambda tx: founders.name(tx, entity, SCHEME.id, by="olga", now=now))


def founding(as_member: As, entity: str) -> Any:
    """What a member is told of its own naming."""
    [membership] = as_member(entity).get("/v1/me").json()["memberships"]
    return membership["founding"]


def answer(as_member: As, entity: str, *, accepts: bool) -> httpx.Response:
    return as_member(entity).put(FOUNDING, json={"accepts": accepts})


def test_a_member_that_was_named_accepts_gives_it_up_and_sees_how_it_stands(
    market: Database, as_member: As
) -> None:
    assert founding(as_member, "ann") is None
    name(market, "ann")
    asked = founding(as_member, "ann")
    assert (asked["state"], asked["named_by"], asked["accepted"]) == ("asked", "olga", None)
    for _ in range(2):
        done = answer(as_member, "ann", accepts=True)
        assert (done.status_code, done.content) == (204, b"")
    accepted = founding(as_member, "ann")
    assert (accepted["state"], accepted["accepted_by"]) == ("in force", "member")
    for _ in range(2):
        assert answer(as_member, "ann", accepts=False).status_code == 204
    assert founding(as_member, "ann") is None


def test_nobody_becomes_a_founder_by_asking(market: Database, as_member: As) -> None:
    """A member that was not named, one whose naming is over, and one who is no member."""
    name(market, "cat")
    assert answer(as_member, "cat", accepts=False).status_code == 204
    for entity in ("bob", "cat"):
        refused = answer(as_member, entity, accepts=True)
        assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    for accepts in (True, False):
        missing = answer(as_member, "dan", accepts=accepts)
        assert (missing.status_code, missing.json()["detail"]) == (404, NOTHING_OPEN)
    assert market.statement("MATCH ()-[f:FOUNDS]->() WHERE f.accepted IS NOT NULL RETURN f") == []


def test_nobody_accepts_or_declines_for_somebody_else(market: Database, as_role: dict[str, As]) -> None:
    name(market, "ann")
    bob = as_role["member"]("bob")
    for path, body in (
        (FOUNDING, {"accepts": True, "entity": "ann"}),
        (f"{FOUNDING}?entity=ann", {"accepts": True}),
        (f"{FOUNDING}/ann", {"accepts": True}),
        (f"{IN}/founders/ann", {"accepts": True}),
    ):
        assert bob.put(path, json=body).status_code in (404, 409, 422), path
    for role in ("client", "operator", "reviewer", "auditor"):
        assert as_role[role]("ann").put(FOUNDING, json={"accepts": True}).status_code == 403
    assert founding(as_role["member"], "ann")["state"] == "asked"
    assert founding(as_role["member"], "bob") is None


@pytest.mark.slow
def test_nothing_that_others_are_told_changes_by_naming_accepting_or_giving_up(
    market: Database, api: httpx.Client, as_member: As, as_client: As
) -> None:
    run(market)
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        "scheme": SCHEME.id,
        "client": "bank",
        "purpose": PURPOSE,
        "what": "reasons",
        "now": now,
    }
    market.write(lambda tx: grants.grant(tx, "ann", until=now + timedelta(days=9), **given))
    bank, bob, dan = as_client("bank"), as_member("bob"), as_member("dan")

    def told() -> list[tuple[int, str, str | None]]:
        answers = [
            *(api.get(path) for path in ("/v1/schemes", IN)),
            *(bob.get(path) for path in ("/v1/me", "/v1/me/accesses", f"{IN}/ratings/bob", f"{IN}/ratings/ann")),
            *(bob.get(f"{IN}/ratings/bob/{path}") for path in ("explanation?facts=1", "history")),
            *(each.put(FOUNDING, json={"accepts": True}) for each in (bob, dan)),
            *(dan.get(path) for path in ("/v1/me", f"{IN}/ratings/ann")),
            *(bank.get(f"{IN}/ratings/{entity}/granted?purpose={PURPOSE}") for entity in ("ann", "dan")),
        ]
        return [(each.status_code, _lasting(each), each.headers.get("ETag")) for each in answers]

    before = told()
    name(market, "ann")
    assert told() == before
    assert answer(as_member, "ann", accepts=True).status_code == 204
    assert told() == before
    assert answer(as_member, "ann", accepts=False).status_code == 204
    assert told() == before


def _lasting(each: httpx.Response) -> str:
    """The answer without the name of the occurrence, which a problem has."""
    body = each.json()
    body.pop("instance", None)
    return str(body)


def test_how_many_founders_there_are_is_public_as_of_the_last_run(
    market: Database, api: httpx.Client, as_member: As
) -> None:
    assert api.get(IN).json()["founders"] is None
    name(market, "ann")
    answer(as_member, "ann", accepts=True)
    run(market)
    document = api.get(IN).json()
    assert document["founders"] == 1
    assert "ann" not in str(document)
