"""How much, how often and how long one asker may ask; pages, unchanged answers, and what no log says."""

import io
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import problems
from api.deps import pagination
from api.http.limits import LARGEST_BODY, LONGEST_TARGET, Rates
from graph.audit.log import record
from graph.errors import ParameterError, StoreUnavailable, TooMany
from graph.identity import Keyring, Role
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import As, issue, once_only, serve
from tests.api.test_ratings import rating_of

WHAT_IF = rating_of("p-1") + "/what-if"


# How often -------------------------------------------------------------------------------------------


def test_a_bucket_empties_by_asking_and_fills_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rates = Rates(per_second=2, burst=3)
    for _ in range(3):
        rates.take("a bank")
    with pytest.raises(TooMany) as refused:
        rates.take("a bank")
    assert refused.value.retry_seconds == 1
    rates.take("another")
    now[0] += 0.5
    rates.take("a bank")
    with pytest.raises(TooMany):
        rates.take("a bank")


@pytest.fixture
def tight(settings: Settings, server: Server, ring: Keyring) -> Iterator[httpx.Client]:
    """A client without a token of a service that answers five requests at once, and no more for a long time."""
    few = settings.model_copy(update={"api_burst": 5, "api_requests_per_second": 0.001})
    with serve(partial(connect, settings), settings=few) as client:
        yield client


def test_one_askers_flood_is_refused_and_is_not_anothers(
    community: Database, tight: httpx.Client, ring: Keyring
) -> None:
    def ask(token: str) -> httpx.Response:
        return tight.get("/v1/me", headers={"Authorization": f"Bearer {token}"})

    mine, other = (issue(ring, Role.MEMBER, f"login of {each}", each).text for each in ("p-1", "p-2"))
    assert [ask(mine).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    refused = ask(mine)
    assert refused.json()["code"] == "too-many"
    assert int(refused.headers["Retry-After"]) > 0
    assert ask(other).status_code == 200
    # guesses at a token count by address
    assert [ask("guess").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    assert ask(other).status_code == 200


# How much --------------------------------------------------------------------------------------------


def test_a_body_that_is_too_large_is_refused_also_when_it_does_not_say_how_large_it_is(
    community: Database, as_member: As
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 1_000 + 1):
            yield b" " * 1_000

    mine = as_member("p-1")
    for content in (b" " * (LARGEST_BODY + 1), chunks()):
        answer = mine.post(WHAT_IF, content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    fits = b'{"kind": "lift"' + b" " * (LARGEST_BODY - 16) + b"}"
    assert len(fits) == LARGEST_BODY
    answer = mine.post(WHAT_IF, content=fits, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


def test_an_address_that_is_too_long_is_refused(community: Database, as_member: As) -> None:
    answer = as_member("p-1").get("/v1/me", params={"x": "y" * LONGEST_TARGET})
    assert (answer.status_code, answer.json()["code"]) == (414, "too-long")


@pytest.mark.slow
def test_a_query_that_takes_too_long_is_ended(community: Database, settings: Settings) -> None:
    """Somebody holds a lock that the query waits for: without a timeout it would wait as long."""
    with connect(settings, timeout_seconds=1) as hurried, community.transaction() as holding:
        holding.run("claim_request", key="k", body="b", now=datetime.now(UTC))
        with pytest.raises(StoreUnavailable, match="took too long"):
            hurried.run("claim_request", key="k", body="b", now=datetime.now(UTC))
        holding.rollback()


def _several(database: Database, way: str, asked: dict[str, Any]) -> None:
    if way == "statement":
        database.statement("MERGE (r:Request {key: 'k'})")
    else:
        with getattr(database, way)() as waiting:
            waiting.run("claim_request", **asked)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["transaction", "rolled_back", "statement"])
def test_whatever_else_takes_too_long_is_ended_as_soon(community: Database, settings: Settings, way: str) -> None:
    asked = {"key": "k", "body": "b", "now": datetime.now(UTC)}
    with connect(settings, timeout_seconds=1) as hurried, community.transaction() as holding:
        holding.run("claim_request", **asked)
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="took too long"):
            _several(hurried, way, asked)
        assert time.monotonic() - started < 10
        holding.rollback()


# Pages and unchanged answers -------------------------------------------------------------------------


@pytest.mark.slow
def test_the_record_of_reads_comes_in_pages_and_nobody_makes_up_a_cursor(
    community: Database, as_member: As
) -> None:
    now = datetime.now(UTC)
    for n in range(120):
        community.write(
            partial(
                record,
                scheme="reliability",
                entity="p-1",
                who=f"client {n}",
                role="client",
                purpose="a purpose",
                what="band",
                now=now + timedelta(seconds=n),
            )
        )
    mine = as_member("p-1")
    first = mine.get("/v1/me/accesses").json()
    second = mine.get("/v1/me/accesses", params={"after": first["next"]}).json()
    assert [each["who"] for each in first["accesses"] + second["accesses"]] == [
        f"client {n}" for n in reversed(range(120))
    ]
    assert second["next"] is None
    changed = first["next"][:-2] + ("AA" if first["next"][-2:] != "AA" else "BB")
    for wrong in (changed, first["next"][1:], first["next"] + "=", "", "p-1", "é"):
        answer = mine.get("/v1/me/accesses", params={"after": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "parameter"), wrong
    assert as_member("p-2").get("/v1/me/accesses", params={"after": first["next"]}).status_code == 422


def test_a_cursor_is_of_one_list(community: Database) -> None:
    given = pagination.cursor(community, "accesses p-1", ["x"])
    assert pagination.read(community, "accesses p-1", given) == ["x"]
    with pytest.raises(ParameterError):
        pagination.read(community, "disputes p-1", given)


def test_an_answer_that_is_known_is_not_sent_again(community: Database, api: httpx.Client, as_member: As) -> None:
    mine = as_member("p-1")
    for client, path in (
        (api, "/v1/schemes/reliability"),
        (mine, rating_of("p-1")),
        (mine, rating_of("p-1") + "/explanation"),
        (mine, rating_of("p-1") + "/history"),
        (mine, "/v1/entities/p-1/ratings"),
    ):
        first = client.get(path)
        tag = first.headers["ETag"]
        again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers.get("Cache-Control") == first.headers.get("Cache-Control")
        assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304
    # what is not open is not told apart by a tag
    stranger = as_member("p-2").get(rating_of("p-1"), headers={"If-None-Match": "*"})
    assert stranger.status_code == 404
    assert "ETag" not in stranger.headers


def test_every_answer_has_its_headers(community: Database, api: httpx.Client, as_member: As) -> None:
    for answer in (api.get("/livez"), api.get("/v1/me"), as_member("p-1").get("/v1/me"), api.get("/lost")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


# Logs ------------------------------------------------------------------------------------------------


def test_no_log_names_a_person_or_has_a_secret(
    community: Database, settings: Settings, server: Server, ring: Keyring, tmp_path: Path
) -> None:
    """Requests that fail in every way, and a database that is away: the log has failures and no person."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for noisy in ("neo4j", "httpx", "httpcore", "hypothesis"):  # the client's, and the driver's own debugging
        logging.getLogger(noisy).setLevel(logging.WARNING)
    token = issue(ring, Role.MEMBER, "login of p-secret", "p-secret").text
    client_token = issue(ring, Role.CLIENT, "bank-secret").text

    def away() -> Database:
        raise StoreUnavailable("no connection to Neo4j")

    try:
        for opened in (partial(connect, settings), away):
            with serve(opened, settings=settings) as client:
                for bearer in (token, client_token, token[:-4] + "AAAA", "p-secret", ""):
                    headers = ({"Authorization": f"Bearer {bearer}"} if bearer else {}) | once_only()
                    for method, path, body in (
                        ("GET", rating_of("p-secret"), None),
                        ("GET", rating_of("p-secret") + "/granted?purpose=p-secret", None),
                        ("GET", "/v1/me", None),
                        (
                            "POST",
                            "/v1/me/disputes",
                            {"kind": "visits", "fact": "f-secret", "statement": "s-secret"},
                        ),
                        ("POST", "/v1/schemes/reliability/membership", {"notice": "n-secret"}),
                        ("POST", rating_of("p-secret") + "/what-if", {"kind": "p-secret"}),
                        ("DELETE", "/v1/me", None),
                        ("GET", "/lost/p-secret", None),
                    ):
                        client.request(method, path, json=body, headers=headers)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    log = said.getvalue()
    assert log, "nothing was logged, so this shows nothing"
    for secret in (token, client_token, "p-secret", "f-secret", "s-secret", "n-secret", "bank-secret"):
        assert secret not in log, log[max(0, log.find(secret) - 300) : log.find(secret) + 100]


def test_the_log_has_the_words_of_the_database_without_what_it_quotes(caplog: pytest.LogCaptureFixture) -> None:
    for code in sorted(problems.QUOTING):
        problems.answer(code, "Node(7) already exists with label `Entity` and property `id` = 'p-secret' or \"x\"")
    assert len(caplog.messages) == len(problems.QUOTING)
    for said in caplog.messages:
        assert "already exists" in said
        assert not any(value in said for value in ("p-secret", "Entity", '"x"'))
