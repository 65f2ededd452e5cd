"""Odd headers, days and numbers in every form and route: the sender is told so, and nothing fails.

The routes come from the application, and what they take from their signatures, so a new one is walked by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from api.app import routes
from graph.identity import Keyring, Role
from graph.policy.scheme import read
from graph.store.client import Database
from tests.api.conftest import issue
from tests.pages.conftest import SignIn

HEADERS = (
    *("origin", "host", "cookie", "authorization", "sec-fetch-site", "content-type", "if-none-match"),
    *("idempotency-key", "accept", "accept-encoding", "referer", "forwarded", "x-forwarded-for", "range"),
)
NESTED = "W1tb" * 1_800
"`[[[` and so on, as base64 has it: a header or claims of a token that a reader of JSON does not get through."
BRACKETS = (
    "http://[",
    "//[",
    "http://]",
    "http://[::1",
    "http://example.org]b",
    "[",
    "null",
    "http://localhost:99999",
    "",
)
ODD_HEADERS = (
    *BRACKETS,
    *("Bearer", "Bearer x.y.z", f"Bearer {NESTED}.{NESTED}.x", f"innercircle={NESTED}.{NESTED}.x"),
    *("multipart/form-data", "multipart/form-data; boundary=x; charset=lost", "application/json; charset=lost"),
    *("\xff", "=;=;", '"', "bytes=9-1", "%", "a" * 4_000),
)
DAYS = (
    *("0001-01-01", "1969-12-31", "9999-12-31", "2200-01-01", "10000-01-01", "0000-00-00", "2026-02-30", "-1"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "9999-12-31T23:59:59Z", "2026-W01-1"),
    *("2026-06-30T24:00:00Z", "1e400", "nan", "inf", "-0", "9" * 400, "٢٠٢٦-٠٦-٣٠", "[" * 5_000),
)
ENDS = {
    "DELETE /v1/me",
    "DELETE /v1/schemes/{scheme}/membership",
    "POST /me/schemes/{scheme}/leave",
    "POST /me/erase",
    "POST /sign-out",
}
"What would end the one who asks: asked by nobody only."
PURPOSE = read("reliability").purpose[0]
FITTING = {
    "scheme": "reliability",
    "entity": "p-1",
    "client": "a bank",
    "purpose": PURPOSE,
    "what": "band",
    "statement": "No.",
    "kind": "settled",
    "ask": "share",
    "key": "k-odd",
}
"What lets a request come as far as its odd part."


@dataclass(frozen=True)
class Way:
    """One method of one route, with the names of what it takes."""

    method: str
    path: str
    query: tuple[str, ...]
    body: tuple[str, ...]
    form: bool


def ways() -> Iterator[Way]:
    for route in routes():
        query, body, form = (tuple(part) for part in _takes(route.dependant))
        for method in sorted(route.methods or ()):
            yield Way(method, route.path_format, query, body, bool(form))


def _takes(dependant: Dependant) -> tuple[list[str], list[str], list[str]]:
    query, body, form = [each.alias for each in dependant.query_params], list[str](), list[str]()
    for field in dependant.body_params:
        fields = _fields(field.field_info.annotation)
        body += fields or [field.alias]
        form += [] if fields else [field.alias]
    for each in dependant.dependencies:
        for mine, theirs in zip((query, body, form), _takes(each), strict=True):
            mine.extend(theirs)
    return query, body, form


def _fields(kind: Any) -> list[str]:
    """The fields of a model, or of every model of a union."""
    if fields := getattr(kind, "model_fields", None):
        return list(fields)
    return [field for each in getattr(kind, "__args__", ()) for field in _fields(each)]


def test_the_walk_finds_forms_bodies_and_queries() -> None:
    found = list(ways())
    assert len(found) > 60
    assert any(way.form and "until" in way.body for way in found)
    assert any(not way.form and {"until", "client"} <= set(way.body) for way in found)
    assert any("day" in way.body for way in found)
    assert any("since" in way.query for way in found)


@pytest.mark.slow
@pytest.mark.parametrize("way", list(ways()), ids=lambda way: f"{way.method} {way.path}")
def test_no_header_day_or_number_makes_a_form_or_route_fail(
    community: Database, api: httpx.Client, sign_in: SignIn, ring: Keyring, way: Way
) -> None:
    signed_in = sign_in(Role.MEMBER, "p-1")
    known = {"authorization": f"Bearer {issue(ring, Role.MEMBER, 'login of p-1', 'p-1').text}"}
    if way.path.startswith(("/me", "/sign")):
        known = {"cookie": f"innercircle={signed_in.cookies['innercircle']}"}
    if way.path.endswith(("/granted", "/lookup")):
        known = {"authorization": f"Bearer {issue(ring, Role.CLIENT, 'a bank').text}"}
    known |= {"origin": str(api.base_url).rstrip("/"), "idempotency-key": "k-odd"}
    if f"{way.method} {way.path}" in ENDS:
        known = {}

    @settings(
        max_examples=12,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        headers=some.dictionaries(
            some.sampled_from(HEADERS), some.sampled_from(ODD_HEADERS), min_size=1, max_size=2
        ),
        values=some.lists(some.sampled_from(DAYS), min_size=8, max_size=8),
    )
    def asked(headers: dict[str, str], values: list[str]) -> None:
        _ask(api, way, known, values)
        _ask(api, way, known | headers, values)

    asked()
    for origin in BRACKETS:
        _ask(api, way, known | {"origin": origin}, list(DAYS))
    for each in DAYS if way.query or way.body else ():
        _ask(api, way, known, [each])


def _ask(api: httpx.Client, way: Way, headers: dict[str, str], values: list[str]) -> None:
    odd = {
        name: FITTING.get(name) or values[place % len(values)]
        for place, name in enumerate(dict.fromkeys(way.query + way.body))
    }
    path = re.sub(r"\{(\w+)[^}]*\}", lambda found: FITTING.get(found[1], "x"), way.path)
    asked = {name: odd[name] for name in way.query}
    said = {name: odd[name] for name in way.body} or None
    form, document = (said, None) if way.form else (None, said)
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    request = api.build_request(way.method, path, params=asked, data=form, json=document, headers=sent)
    answer = api.send(request)
    assert answer.status_code < 500 or answer.status_code == 503, (
        request.method,
        request.url,
        headers,
        odd,
        answer.text,
    )
