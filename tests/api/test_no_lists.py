"""No route gives several people with their scores, except those whose ids the caller has named."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.document import DOCUMENT

WHO = {"entity", "contact", "id", "ledger", "name"}
WORTH = {"score", "points", "whole_points", "whole", "band", "conduct", "used", "caption", "rates"}

# Operations whose answers have a list in which someone and a worth stand side by side, and why that lists nobody.
NAMED_BY_WHO_ASKS = {"look_up_ratings": "the ids are in the request, and each is open to the client"}
OWN = {
    "open_rating": "the parts of the member's own rating",
    "explain_rating": "the parts and facts of the member's own rating",
    "ask_what_if": "the parts of the member's own rating",
    "rating_history": "the states of the member's own rating",
    "show_entity_ratings": "the member's own ratings, by scheme",
    "granted_rating": "the parts of one rating: contacts are one line without names",
}


# Answers that are files: the member's own rating, and all that is kept about it; tests/reports, tests/erasing. And
# what the service measures, which nobody is in: tests/api/test_metrics.py.
OWN_FILES = {"make_report", "get_archive", "get_metrics"}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


def lists(schema: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[set[str]]:
    """The properties of the items of every list in an answer, at whatever depth."""
    name = schema.get("$ref", "")
    if name in seen:
        return
    schema, seen = resolved(schema), seen | ({name} if name else set())
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("properties", {}).values()):
        yield from lists(each, seen)
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        yield {"name", *resolved(more).get("properties", {})}
        yield from lists(more, seen)
    if "items" in schema:
        yield set(properties(schema["items"]))
        yield from lists(schema["items"], seen)


def properties(schema: dict[str, Any]) -> Iterator[str]:
    """What an item can have, in it or in a part of it."""
    schema = resolved(schema)
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from properties(each)
    for name, each in schema.get("properties", {}).items():
        yield name
        if "items" not in resolved(each):
            yield from properties(each)


def answers() -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in DOCUMENT["paths"].values():
        for told in methods.values():
            for status, response in told["responses"].items():
                if status.startswith("2") and "content" in response and told["operationId"] not in OWN_FILES:
                    yield told["operationId"], response["content"]["application/json"]["schema"]


def test_no_answer_lists_people_with_their_scores_unless_it_is_known_why() -> None:
    found = {name for name, schema in answers() for each in lists(schema) if each & WHO and each & WORTH}
    assert found <= NAMED_BY_WHO_ASKS.keys() | OWN.keys()
    assert "look_up_ratings" in found, "else this test sees nothing"


def test_nothing_that_is_one_persons_own_is_asked_for_without_naming_the_person() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for told in methods.values():
            if told["operationId"] in OWN:
                assert "{entity}" in path


def test_no_route_sorts_filters_or_counts_by_a_score() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for told in methods.values():
            asked = {each["name"] for each in told.get("parameters", ())}
            assert not asked & (WORTH | {"sort", "order", "order_by", "min", "max", "above", "below", "top"}), path


@pytest.mark.parametrize(
    "path", ["/v1/schemes/reliability/ratings", "/v1/schemes/reliability/members", "/v1/entities", "/v1/ratings"]
)
def test_there_is_no_list_of_members(api: httpx.Client, path: str) -> None:
    assert api.get(path).json()["code"] == "no-route"
