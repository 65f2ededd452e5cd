"""A caller that asks much, holds connections open or is slow delays nobody else; every request ends in time."""

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from api.app import routes
from api.http import connections, limits
from api.http.bulkheads import MEMBERS, SIZES, FullError, Room, Size
from api.http.coalescing import Together
from api.http.limits import AtOnce, Rates
from api.http.log_rate import OnceASecond
from graph.errors import StoreUnavailable, TooMany
from graph.identity import Keyring, Role
from graph.identity.verifying import revoke
from graph.policy import scheme
from graph.rating.runs import alone
from graph.rights import grants
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import issue, serve
from tests.api.test_ratings import rating_of
from tests.conftest import Command
from tests.slow_wire import Wire, slow_wire

LIMIT = 2.0
"Of a request in these tests, in seconds."
SPARE = 0.5
"By which an answer may be later."
LOOKUP = "/v1/schemes/reliability/ratings/lookup"


def headers(ring: Keyring, role: Role, subject: str, entity: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue(ring, role, subject, entity).text}"}


# How much one asker may ask --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/v1/me", "/v1/schemes/reliability/ratings/p-1"])
def test_a_revoked_token_takes_nothing_from_its_subject(
    community: Database, settings: Settings, ring: Keyring, path: str
) -> None:
    few = settings.model_copy(update={"api_burst": 5, "api_requests_per_second": 0.001})
    stolen, own = (issue(ring, Role.MEMBER, "login of p-1", "p-1") for _ in range(2))
    revoke(community, stolen.id, datetime.now(UTC))
    with serve(partial(connect, settings), settings=few) as client:

        def ask(token: str) -> int:
            return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

        assert [ask(stolen.text) for _ in range(8)] == [401] * 5 + [429] * 3
        assert [ask(own.text) for _ in range(5)] == [200] * 5


@pytest.mark.slow
def test_what_is_asked_of_many_counts_by_how_many_they_are(
    community: Database, settings: Settings, ring: Keyring
) -> None:
    few = settings.model_copy(update={"api_ids_burst": 10, "api_ids_per_second": 0.001})
    bank, other = (headers(ring, Role.CLIENT, each) for each in ("a bank", "another bank"))
    purpose = scheme.read("reliability").purpose[0]
    with serve(partial(connect, settings), settings=few) as client:

        def look_up(asker: dict[str, str], ids: int) -> int:
            wanted = {"ids": [f"x-{n}" for n in range(ids)], "purpose": purpose}
            return client.post(LOOKUP, json=wanted, headers=asker).status_code

        for number in range(10):  # on a machine that is busy the first of its kind is not recorded in time
            if look_up(headers(ring, Role.CLIENT, f"warming {number}"), 1) == 200:
                break
        assert [look_up(bank, 8), look_up(bank, 8), look_up(bank, 2)] == [200, 429, 200]
        single = client.get(rating_of("p-1") + "/granted", params={"purpose": purpose}, headers=bank)
        assert single.status_code == 429
        assert look_up(other, 10) == 200
        assert client.get("/v1/me", headers=headers(ring, Role.MEMBER, "login of p-1", "p-1")).status_code == 200


def test_more_than_a_whole_bucket_is_let_through_once_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rates = Rates(per_second=10, burst=100)
    rates.take("a bank", 1_000)
    for _ in range(2):
        with pytest.raises(TooMany) as refused:
            rates.take("a bank", 1)
        assert refused.value.retry_seconds == 91
    now[0] += 91
    rates.take("a bank", 1)


def test_so_many_at_a_time_for_each_asker() -> None:
    most = AtOnce(2)
    with (
        most.one("a bank"),
        most.one("a bank"),
        most.one("another"),
        pytest.raises(TooMany),
        most.one("a bank"),
    ):
        pytest.fail("a third was let in")
    with most.one("a bank"):
        pass


# Rooms -----------------------------------------------------------------------------------------------


def test_nobody_fills_a_room_alone_and_waiting_requests_go_in_as_they_came() -> None:
    async def all_of_it() -> list[str]:
        room, went_in, free = Room(Size(at_once=3, each=2)), list[str](), asyncio.Event()

        async def ask(asker: str) -> None:
            async with room.place(asker):
                went_in.append(asker)
                await free.wait()

        asked = [asyncio.create_task(ask(each)) for each in ("a", "a", "a", "a", "b", "c", "b")]
        await asyncio.sleep(0.01)
        assert went_in == ["a", "a", "b"]
        asked[1].cancel()  # inside
        asked[2].cancel()  # waiting
        await asyncio.sleep(0.01)
        assert went_in == ["a", "a", "b", "a"]
        free.set()
        await asyncio.gather(*asked, return_exceptions=True)
        assert not room._inside
        assert not room._waiting
        return went_in

    assert asyncio.run(all_of_it()) == ["a", "a", "b", "a", "c", "b"]


def test_a_request_that_finds_no_place_in_time_is_told_and_leaves_none_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.http.bulkheads.LONGEST_WAIT_SECONDS", 0.05)

    async def all_of_it() -> None:
        room = Room(Size(at_once=1, each=1))
        async with room.place("a"):
            with pytest.raises(FullError):
                async with room.place("b"):
                    pytest.fail("b was let in")
        async with room.place("b"):
            pass

    asyncio.run(all_of_it())


@pytest.mark.slow
def test_while_clients_and_strangers_wait_for_the_database_members_and_health_are_answered(
    community: Database, settings: Settings, server: Server, ring: Keyring
) -> None:
    """Everything that clients and strangers ask for hangs; more of it than there are threads."""
    held, released = threading.Event(), threading.Event()

    class Slow(Database):
        def run(self, name: str, /, **params: Any) -> Any:
            if name in ("hold_grants", "live_grants") or params.get("id") == "own-conduct":
                held.set()
                released.wait(20)
            return super().run(name, **params)

    slow = partial(Slow, server.uri, server.user, server.password)
    with serve(slow, settings=settings) as client, ThreadPoolExecutor(70) as callers:
        member = headers(ring, Role.MEMBER, "login of p-1", "p-1")
        waiting = [callers.submit(client.get, f"/v1/schemes/own-conduct?{n}") for n in range(60)]
        try:
            assert held.wait(10)
            for path, asker in (("/v1/me", member), (rating_of("p-1"), member), ("/readyz", {}), ("/livez", {})):
                assert client.get(path, headers=asker, timeout=18).status_code == 200, path
            assert not any(each.done() for each in waiting)
        finally:
            released.set()
        assert {each.result().status_code for each in waiting} <= {200, 503}


def test_every_route_has_a_room_that_is_there() -> None:
    from api.app import _room

    assert {room for each in routes() if (room := _room(each))} == set(SIZES)
    by_name = {f"{method} {each.path_format}": _room(each) for each in routes() for method in each.methods or ()}
    assert by_name["GET /livez"] is None
    assert by_name["GET /v1/schemes/{scheme}/ratings/{entity}"] == MEMBERS


def test_a_public_document_is_made_once_for_all_who_wait_and_never_before_it_was_asked_for() -> None:
    made, at, go = 0, list[tuple[int, int]](), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal made
        made += 1
        number = made
        await go.wait()
        await send({"type": "http.response.body", "body": str(number).encode()})

    shared = SimpleNamespace(matches=lambda _scope: (Match.FULL, {}))
    together = Together(app, [shared])  # type: ignore[list-item]

    async def ask() -> None:
        came = made

        async def send(message: Message) -> None:
            at.append((came, int(message["body"])))

        scope = {"type": "http", "method": "GET", "path": "/schemes", "query_string": b""}
        await together(scope, None, send)  # type: ignore[arg-type]

    async def all_of_it() -> None:
        asked = []
        for _ in range(60):
            asked.append(asyncio.create_task(ask()))
            await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*asked)
        await ask()
        assert not together._made
        assert not together._next

    asyncio.run(all_of_it())
    assert [number for _, number in at] == [1, *[2] * 59, 3]
    assert all(came < number for came, number in at)


# In time ---------------------------------------------------------------------------------------------


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with slow_wire(int(server.uri.rpartition(":")[2])) as wire:
        yield wire


@contextmanager
def hurried(wire: Wire, server: Server, settings: Settings) -> Iterator[httpx.Client]:
    """A client of a service that reaches its database through the wire."""
    quick = settings.model_copy(update={"api_query_seconds": LIMIT})
    opened = partial(
        Database, f"bolt://127.0.0.1:{wire.port}", server.user, server.password, timeout_seconds=LIMIT
    )
    with serve(opened, settings=quick) as client:
        yield client


@pytest.mark.slow
def test_a_database_that_swallows_what_it_is_asked_makes_nobody_wait_longer_than_the_limit(
    community: Database, server: Server, settings: Settings, ring: Keyring, wire: Wire
) -> None:
    member = headers(ring, Role.MEMBER, "login of p-1", "p-1")
    asked = [
        ("GET", "/v1/me", None),
        ("GET", rating_of("p-1"), None),
        ("POST", "/v1/me/disputes", {"kind": "visits", "fact": "f-1", "statement": "No."}),
        ("GET", "/schemes", None),
        ("GET", "/readyz", None),
    ]
    with hurried(wire, server, settings) as client, ThreadPoolExecutor(len(asked)) as callers:
        assert client.get(rating_of("p-1"), headers=member).status_code == 200
        wire.open.clear()

        def ask(method: str, path: str, body: Any) -> tuple[float, httpx.Response]:
            begun = time.monotonic()
            answer = client.request(method, path, json=body, headers=member | {"Idempotency-Key": path})
            return time.monotonic() - begun, answer

        for took, answer in callers.map(lambda each: ask(*each), asked):
            assert answer.status_code == 503, answer.text
            assert answer.headers["Retry-After"]
            assert took < LIMIT + SPARE + 1  # on a machine that does much else
        wire.open.set()
        until = time.monotonic() + 10
        while client.get(rating_of("p-1"), headers=member).status_code != 200:
            assert time.monotonic() < until, "a thread is held for good"


def test_a_read_goes_to_the_database_and_back_no_more_often_than_it_has_queries(
    community: Database, server: Server, settings: Settings, ring: Keyring, wire: Wire
) -> None:
    with Database(f"bolt://127.0.0.1:{wire.port}", server.user, server.password) as through:
        through.run("scheme", id="reliability")
        before = wire.said
        through.run("scheme", id="reliability")
        assert wire.said - before == 1


@pytest.mark.parametrize("path", [rating_of("p-1"), rating_of("p-1") + "/explanation"])
def test_a_member_who_reads_its_rating_waits_for_one_answer_of_the_database(
    community: Database, server: Server, settings: Settings, ring: Keyring, wire: Wire, path: str
) -> None:
    member = headers(ring, Role.MEMBER, "login of p-1", "p-1")
    assert answers_waited_for(server, settings, wire, partial(httpx.Client.get, url=path, headers=member)) == 1


@pytest.mark.parametrize(("many", "answers"), [(False, 2), (True, 3)], ids=["one", "several"])
def test_a_client_waits_for_one_answer_that_tells_what_is_open_and_one_that_says_it_is_on_record(
    community: Database, server: Server, settings: Settings, ring: Keyring, wire: Wire, many: bool, answers: int
) -> None:
    """Of several it waits for one more, before: it is let in first."""
    purpose, now = scheme.read("reliability").purpose[0], datetime.now(UTC)
    asked: dict[str, Any] = {"scheme": "reliability", "client": "bank", "purpose": purpose, "what": "points"}
    until = now + timedelta(days=1)
    community.write(lambda own: grants.grant(own, "p-1", until=until, now=now, **asked))
    bank = headers(ring, Role.CLIENT, "bank")
    body = {"ids": ["p-1"], "purpose": purpose}
    look_up = partial(httpx.Client.post, url=LOOKUP, json=body, headers=bank)
    granted = partial(
        httpx.Client.get, url=rating_of("p-1") + "/granted", params={"purpose": purpose}, headers=bank
    )
    assert answers_waited_for(server, settings, wire, look_up if many else granted) == answers


def answers_waited_for(
    server: Server, settings: Settings, wire: Wire, ask: Callable[[httpx.Client], httpx.Response]
) -> int:
    through = partial(Database, f"bolt://127.0.0.1:{wire.port}", server.user, server.password)
    with serve(through, settings=settings) as client:
        took = []
        for _ in range(5):
            before = wire.said
            assert ask(client).status_code == 200
            took.append(wire.said - before)
    return min(took)  # other threads of the service may ask in between, and the first read opens a connection


@pytest.mark.slow
def test_an_answer_of_the_database_that_is_lost_is_missed_after_ten_seconds_and_asked_for_again(
    community: Database, server: Server, wire: Wire
) -> None:
    with Database(f"bolt://127.0.0.1:{wire.port}", server.user, server.password) as through:
        through.run("scheme", id="reliability")
        wire.losing.set()
        begun = time.monotonic()
        threading.Timer(2, wire.losing.clear).start()
        assert through.run("scheme", id="reliability")
        assert 8 < time.monotonic() - begun < 20


def test_a_lock_that_the_server_ended_is_a_database_that_is_away(community: Database, server: Server) -> None:
    class Lost(Database):
        @contextmanager
        def run_lock(self, tags: Any) -> Iterator[None]:  # noqa: ARG002
            yield

    lost = Lost(server.uri, server.user, server.password)
    with pytest.raises(StoreUnavailable, match="lock"), alone(lost, "reliability", "a run"):
        pytest.fail("alone without a lock")
    lost.close()


@pytest.mark.parametrize("way", ["run", "write", "statement", "transaction", "run_lock"])
def test_a_connection_that_is_lost_is_said_to_be_lost_whatever_was_done_with_it(
    community: Database, server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("graph.store.retries.RETRY_SECONDS", 0.3)
    database = Database(f"bolt://127.0.0.1:{wire.port}", server.user, server.password)
    database.run("scheme", id="reliability")

    def cut() -> None:
        wire.shutdown()
        wire.server_close()
        for end in wire.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def do() -> None:
        if way in ("transaction", "run_lock"):
            with getattr(database, way)({"scheme": "x"}) as transaction:
                cut()
                if transaction is not None:
                    transaction.run("scheme", id="reliability")
                else:
                    database.run("scheme", id="reliability")
            return
        cut()
        if way == "write":
            database.write(lambda transaction: transaction.run("scheme", id="reliability"))
        elif way == "run":
            database.run("scheme", id="reliability")
        else:
            database.statement("RETURN 1 AS one")

    with pytest.raises(StoreUnavailable):
        do()
    database.close()


# Connections -----------------------------------------------------------------------------------------


def opened(client: httpx.Client, said: bytes = b"") -> socket.socket:
    made = socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5)
    made.sendall(said)
    return made


def heard(connection: socket.socket) -> bytes:
    """What comes until the other end closes."""
    said = b""
    with suppress(ConnectionError):
        while more := connection.recv(65_536):
            said += more
    return said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", b""),
        (b"GET /livez HTTP/1.1\r\nHost: 127.", b"408"),
        (b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nli", b"408"),
        (b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /livez HTTP/1.1\r\n", b"408"),
    ],
    ids=["nothing", "half a head", "half a body", "a whole one and half a head"],
)
def test_a_request_that_stays_half_sent_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, said: bytes, told: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.5)

    def away() -> Database:
        raise StoreUnavailable("away")

    with serve(away) as client, opened(client, said) as connection:
        answer = heard(connection)
    assert told in answer
    assert answer.count(b"HTTP/1.1") == said.count(b" HTTP/1.1")


def test_a_byte_now_and_then_does_not_keep_a_request_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with serve(lambda: Database("bolt://127.0.0.1:1", "x", "x")) as client, opened(client) as connection:
        sent = 0
        with suppress(ConnectionError):
            while sent < 100:
                connection.sendall(b"G")
                sent += 1
                time.sleep(0.1)
        assert sent < 50


def test_a_caller_that_holds_every_connection_open_ends_its_own(settings: Settings) -> None:
    few = settings.model_copy(update={"api_connections": 20})
    with serve(lambda: Database("bolt://127.0.0.1:1", "x", "x"), settings=few) as client, ExitStack() as held:
        idle = [held.enter_context(opened(client)) for _ in range(40)]
        half = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nli"
        idle += [held.enter_context(opened(client, half)) for _ in range(40)]
        with httpx.Client(base_url=client.base_url, trust_env=False) as fresh:
            assert fresh.get("/livez").status_code == 200
        assert heard(idle[0]) == b""


def test_connections_are_fewer_than_half_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1_024, 4_096))
    assert [connections.bound(most) for most in (100, 512, 10_000)] == [100, 512, 512]


def test_a_line_of_the_log_comes_once_a_second_and_says_how_many_were_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, said = [1_000.0], list[str]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    log = logging.Logger("one of these tests")
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    handler.addFilter(OnceASecond())
    log.addHandler(handler)
    for number in range(1_000):
        log.warning("connection %d is one too many", number)
    log.warning("something else")
    now[0] += 1.5
    log.warning("connection 5 is one too many")
    assert said == [
        "connection 0 is one too many",
        "something else",
        "connection 5 is one too many (and 999 more like it since the last such line)",
    ]


def test_the_service_thins_out_its_own_log_and_no_other(innercircle: Command) -> None:
    """Else whatever runs in the same process afterwards would miss lines of its own."""
    before = [(each, [*each.filters]) for each in logging.getLogger().handlers]
    assert before
    assert innercircle("serve", "--host", "192.0.2.1").returncode == 1
    assert [(each, [*each.filters]) for each in logging.getLogger().handlers] == before


@pytest.mark.slow
def test_more_connections_than_files_kill_neither_the_service_nor_its_log(tmp_path: Path) -> None:
    program = [str(Path(sys.executable).with_name("innercircle")), "serve", "--port", "0", "--json"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            ["/bin/sh", "-c", 'ulimit -n 256 && exec "$@"', "sh", *program],
            env={**os.environ, "INNERCIRCLE_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout
            address = json.loads(process.stdout.readline())["url"]
            with httpx.Client(base_url=address, trust_env=False, timeout=10) as client, ExitStack() as held:
                for _ in range(400):
                    held.enter_context(opened(client))
                for _ in range(5):
                    assert client.get("/livez").status_code == 200
                    time.sleep(0.5)
        finally:
            process.terminate()
    assert (tmp_path / "log").stat().st_size < 20_000
