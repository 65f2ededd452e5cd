"""What cannot be read is told in words of ours: what the body is said to be, and each field that does not fit."""

import gzip
import json
import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import httpx
import pytest

from api.invalid_input import PATTERNS
from graph.store.client import Database
from tests.api.conftest import As, once_only
from tests.api.document import DOCUMENT
from tests.api.test_ratings import rating_of

WHAT_IF = rating_of("p-1") + "/what-if"
LIFT = json.dumps({"kind": "lift"}).encode()


@pytest.mark.parametrize(
    ("headers", "body", "says"),
    [
        ({}, LIFT, "send JSON, with the header Content-Type: application/json"),
        ({"Content-Type": "text/plain"}, LIFT, "'text/plain'"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"kind=lift", "send JSON"),
        (
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            gzip.compress(LIFT, mtime=0),
            "without Content-Enc",
        ),
        ({"Content-Type": "application/json", "Content-Encoding": "br"}, LIFT, "'br'"),
    ],
)
def test_a_body_that_no_route_reads_is_told_what_to_send_instead(
    community: Database, as_member: As, headers: dict[str, str], body: bytes, says: str
) -> None:
    mine = as_member("p-1")
    for answer in (
        mine.post(WHAT_IF, content=body, headers=headers),
        mine.post(WHAT_IF, content=iter([body]), headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (415, "media-type")
        assert says in answer.json()["detail"]
        assert answer.headers.get("Accept", "application/json") == "application/json"


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
def test_json_is_read_however_it_is_named(community: Database, as_member: As, kind: str) -> None:
    mine = as_member("p-1")
    for headers in ({"Content-Type": kind}, {"Content-Type": kind, "Content-Encoding": "identity"}):
        assert mine.post(WHAT_IF, content=LIFT, headers=headers).status_code == 200
    assert mine.delete("/v1/me/objection").status_code == 204, "without a body nothing need be said of it"


def patterns(schema: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """Every pattern in a part of what the service says of itself, and in what that part refers to."""
    if isinstance(schema, list):
        return set().union(*(patterns(each, seen) for each in schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        own |= patterns(DOCUMENT["components"]["schemas"][name], seen | {name})
    return own.union(*(patterns(each, seen) for each in schema.values()))


def test_every_pattern_of_what_is_sent_has_words() -> None:
    routes = [route for methods in DOCUMENT["paths"].values() for route in methods.values()]
    asked = patterns([[route.get("parameters", []), route.get("requestBody", {})] for route in routes])
    assert asked == PATTERNS.keys()


BODIES: tuple[Any, ...] = ({}, [], "x", None, 7, {"nonsense": 1}, {"kind": 7}, {"kind": "settled", "day": "soon"})
STRANGE = re.compile(r"\^|\[a-z|\\x|Value error|Assertion|ctx|pydantic|dictionary or object to extract")


def of_the_service() -> Iterator[tuple[str, str, Any]]:
    """Path, method and description of each route, but for those that would end the member."""
    for path, methods in DOCUMENT["paths"].items():
        for method, route in methods.items():
            if method != "delete" or "{" in path:
                yield path, method, route


def test_no_refusal_shows_a_pattern_or_the_habits_of_a_library(
    community: Database, api: httpx.Client, as_role: dict[str, As]
) -> None:
    """Every route, with parameters and bodies that do not fit, asked by the roles that it takes."""
    refused, words = 0, cycle(("A b!", "x" * 61))
    keys = cycle((once_only(), {"Idempotency-Key": "a key"}, {}))
    for path, method, route in of_the_service():
        for role in route.get("security", [{"token": []}])[0].get("token") or ["member"]:
            client = as_role[role]("p-1" if role == "member" else "a client")
            for body in BODIES if "requestBody" in route else (None,):
                word = next(words)
                query = {each["name"]: word for each in route.get("parameters", ()) if each["in"] == "query"}
                sent: dict[str, Any] = {"headers": next(keys)}
                if "requestBody" in route:
                    sent["content"] = json.dumps(body)
                    sent["headers"] = sent["headers"] | {"Content-Type": "application/json"}
                answer = client.request(method, re.sub(r"\{\w+\}", word, path), params=query, **sent)
                if answer.status_code == 422:
                    refused += 1
                    assert not STRANGE.search(answer.text), (method, path, answer.text)
    assert refused > 50
    broken = as_role["member"]("p-1").post(WHAT_IF, content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, "no JSON" in broken.json()["detail"]) == (422, True)


def test_a_scheme_that_is_not_there_is_told_so_and_nothing_of_the_entity(
    community: Database, as_member: As, as_client: As
) -> None:
    for client in (as_member("p-1"), as_client("bank")):
        for rest in ("", "/explanation", "/history", "/granted?purpose=x"):
            asked = [client.get(f"/v1/schemes/lost/ratings/{entity}{rest}") for entity in ("p-1", "p-2", "nobody")]
            told = [(answer.status_code, answer.json()["detail"]) for answer in asked]
            assert told[1] == told[2], rest
            assert all("no scheme 'lost'" in detail for status, detail in told if status == 404), told
    there = as_client("bank").get("/v1/schemes/trading/ratings/nobody/granted", params={"purpose": "x"})
    assert "lost" not in there.text
