"""Nobody but the member reads a rating without reading how many facts it lacks: over all routes and reports."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from graph import disclosure
from graph.model import SetAside
from graph.rating.rerate import passed_on
from graph.rights import disputes, grants
from graph.store.client import Database
from tests.api.conftest import As, once_only
from tests.api.document import DOCUMENT
from tests.api.test_no_lists import resolved
from tests.worlds import one_on_a_page
from tests.worlds.one_on_a_page import POLICY, PURPOSE

READS = {"look_up_ratings": {"ids": ["ada", "c-000"], "purpose": PURPOSE}}
"The routes that read and are no GET, with what is asked."
TELL = {"granted_rating", "look_up_ratings"}
"The routes by which somebody else reads a rating. What a member hands on is a report."
ASIDE = {"member": 2, "other": 1}
SAID = "3 facts in dispute"


@pytest.fixture(scope="module")
def ada(database: Database) -> Database:
    """Of ada's rating three facts are set aside, and one client may read as much as there is."""
    one_on_a_page.made(database, contacts=3, more=40)
    now = datetime.now(UTC)
    [other] = database.statement(
        "MATCH (:Entity {id: 'c-000'})-[c:CONTACTED]->(:Entity {id: 'ada'}) RETURN c.id AS id ORDER BY id LIMIT 1"
    )
    for entity, kind, fact in (
        ("ada", "obligations", "o-1"),
        ("ada", "obligations", "o-2"),
        ("c-000", "contacts", other["id"]),
    ):
        own: dict[str, Any] = {"kind": kind, "fact": fact, "statement": "It is not so.", "now": now}
        _, changes = database.write(partial(disputes.dispute, entity=entity, **own))
        assert passed_on(database, changes)
    assert disclosure.shown(database, "ada", POLICY.id).set_aside == SetAside(**ASIDE)
    give(database, "reasons")
    return database


def give(database: Database, what: grants.What) -> None:
    now = datetime.now(UTC)
    given: dict[str, Any] = {"scheme": POLICY.id, "client": "bank", "purpose": PURPOSE, "what": what, "now": now}
    database.write(partial(grants.grant, entity="ada", until=now + timedelta(days=1), **given))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each route that reads: method, path and what it says of itself."""
    for path, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            if method == "get" or told["operationId"] in READS:
                yield method, path, told


def asked(client: httpx.Client, method: str, path: str, told: dict[str, Any]) -> httpx.Response:
    words = {"scheme": POLICY.id, "entity": "ada", "code": "not-found", "number": "5493001KJTIIGC8Y1R12"}
    for name in (each["name"] for each in told.get("parameters", ()) if each["in"] == "path"):
        path = path.replace(f"{{{name}}}", quote(words.get(name, "ada"), safe=""))
    body = READS.get(told["operationId"])
    headers = once_only() if method == "post" else {}
    return client.request(
        method, path, params={"purpose": PURPOSE} if body is None else {}, json=body, headers=headers
    )


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON document."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def test_whatever_tells_others_a_band_has_a_place_for_what_is_set_aside() -> None:
    """By the schemas: also for a route that comes later."""
    found = set()
    for _, _, told in operations():
        roles = {role for each in told.get("security", [{"token": ["public"]}]) for role in each.get("token", ())}
        if roles == {"member"}:
            continue
        for status, response in told["responses"].items():
            content = response.get("content", {}).get("application/json") if status.startswith("2") else None
            for schema in schemas(content["schema"]) if content else ():
                if {"band", "whole_points", "points"} & schema.get("properties", {}).keys():
                    found.add(told["operationId"])
                    assert {"set_aside", "caption", "contested"} <= schema["properties"].keys(), told[
                        "operationId"
                    ]
    assert found == TELL


def schemas(schema: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """The schema of an answer and those in it, at whatever depth."""
    name = schema.get("$ref", "")
    if name in seen:
        return
    schema, seen = resolved(schema), seen | ({name} if name else set())
    yield schema
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("properties", {}).values()]
    inner += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for each in inner:
        yield from schemas(each, seen)


@pytest.mark.slow
@pytest.mark.parametrize("what", grants.WHATS)
def test_no_route_tells_anybody_else_a_rating_without_what_is_set_aside(
    ada: Database,
    api: httpx.Client,
    as_client: As,
    as_operator: As,
    as_reviewer: As,
    as_auditor: As,
    what: grants.What,
) -> None:
    give(ada, what)
    callers = {"none": api, "client": as_client("bank"), "stranger": as_client("a stranger")}
    callers |= {"operator": as_operator("op"), "reviewer": as_reviewer("Ruth"), "auditor": as_auditor("Max")}
    shown = disclosure.shown(ada, "ada", POLICY.id)
    telling = set()
    for method, path, told in operations():
        for who, client in callers.items():
            answer = asked(client, method, path, told)
            if "json" not in answer.headers.get("content-type", ""):
                continue
            for each in objects(answer.json()):
                if each.get("entity") == "ada" and ("band" in each or "whole_points" in each):
                    telling.add((told["operationId"], who))
                    assert each["set_aside"] == ASIDE
                    points = "" if what == "band" else f"{shown.whole_points} "
                    assert each["caption"] == f"{points}{shown.band}, {SAID}"
    assert telling == {(operation, "client") for operation in TELL}


def test_a_report_says_it_signed_and_on_paper(ada: Database, as_member: As) -> None:
    query = {"scheme": POLICY.id, "audience": "a bank", "purpose": PURPOSE}
    mine = as_member("ada")
    shown = disclosure.shown(ada, "ada", POLICY.id)
    signed = mine.post("/v1/me/report", params=query).text
    payload = signed.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["set_aside"] == ASIDE
    assert claims["rating"]["caption"] == f"{shown.whole_points} {shown.band}, {SAID}"
    page = mine.post("/v1/me/report", params=query, headers={"Accept": "text/html"}).text
    assert f"{shown.whole_points} {shown.band}, {SAID}" in page
    assert "its member disputes 2, others 1" in page
