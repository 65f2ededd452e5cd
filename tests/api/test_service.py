"""Whether the service lives and is ready: with the database there, away, behind, and back again."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import pytest

from api.deps.database import Store
from graph.errors import StoreUnavailable
from graph.identity import Keyring, Role
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from tests.api.conftest import issue, serve

# A query is repeated for 15 s when there is no connection: an answer in less was not waited for.
AT_ONCE_SECONDS = 10


class _Wire(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, port: int, target: int):
        super().__init__(("127.0.0.1", port), _Connection)
        self.target = target
        self.ends: list[socket.socket] = []


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire = cast(_Wire, self.server)
        with socket.create_connection(("127.0.0.1", wire.target)) as far:
            wire.ends += [self.request, far]
            back = threading.Thread(target=_pour, args=(far, self.request))
            back.start()
            _pour(self.request, far)
            back.join()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(server: Server, port: int = 0) -> Iterator[int]:
    """A port that leads to the Neo4j as long as the block runs, and to nothing afterwards."""
    with _Wire(port, int(server.uri.rpartition(":")[2])) as wire:
        thread = threading.Thread(target=wire.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield wire.server_address[1]
        finally:
            wire.shutdown()
            thread.join()
            for end in wire.ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


def through(server: Server, port: int) -> Database:
    return Database(f"bolt://127.0.0.1:{port}", server.user, server.password)


# Ready -----------------------------------------------------------------------------------------------


def test_the_service_is_ready_when_the_database_is_in_order(database: Database, api: httpx.Client) -> None:
    known = database.server()
    answer = api.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert {each["scheme"] for each in body.pop("ages")} >= {None}
    assert body == {"status": "ready", "neo4j": f"{known.version} {known.edition}", "migrations": "all applied"}


def test_the_service_starts_and_lives_without_a_database_and_says_what_to_do(tmp_path: Path) -> None:
    with serve(partial(connect, Settings(home=tmp_path / "no Neo4j here"))) as client:
        assert client.get("/livez").json() == {"status": "alive"}
        for path in ("/readyz", "/v1/schemes"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.json()["code"] == "local-server-failed"
            assert "`innercircle up`" in answer.json()["detail"]
            assert "no Neo4j here" not in answer.text


def test_a_database_that_goes_away_is_missed_at_once_and_used_again_when_it_is_back(
    database: Database, server: Server, settings: Settings, ring: Keyring
) -> None:
    with wire(server) as port:
        pass
    headers = {"Authorization": f"Bearer {issue(ring, Role.MEMBER, 'someone', 'p-1').text}"}
    with serve(lambda: through(server, port), settings=settings) as client:
        assert client.get("/readyz").status_code == 503
        with wire(server, port):
            assert client.get("/v1/schemes").status_code == 200
            assert client.get("/readyz").status_code == 200
        started = time.monotonic()
        for path in ("/readyz", "/v1/schemes", "/v1/entities/p-1/ratings"):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
            assert answer.headers["Retry-After"] == "5"
            assert str(port) not in answer.text
        assert time.monotonic() - started < AT_ONCE_SECONDS
        assert client.get("/livez").status_code == 200
        with wire(server, port):
            assert client.get("/v1/schemes").status_code == 200


def test_after_one_request_found_the_database_away_the_next_proves_it_first(
    database: Database, server: Server
) -> None:
    with wire(server) as port:
        store = Store(lambda: through(server, port))
        with store.use() as found:
            assert found.server() == database.server()
    with pytest.raises(StoreUnavailable), store.use() as found:
        found.server()
    with pytest.raises(StoreUnavailable), store.use():
        pytest.fail("used without proof")
    with wire(server, port), store.use() as found:
        assert found.server() == database.server()
    store.close()


def test_a_database_behind_the_migrations_is_not_used_until_it_is_migrated(
    database: Database, settings: Settings
) -> None:
    database.statement("MATCH (m:Migration) DELETE m")
    try:
        with serve(partial(connect, settings)) as client:
            for path in ("/readyz", "/v1/schemes"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (503, "migration-pending")
                assert "`innercircle migrate`" in answer.json()["detail"]
            migrations.apply(database)
            assert client.get("/v1/schemes").status_code == 200
    finally:
        migrations.apply(database)


def test_an_edited_migration_is_said(database: Database, api: httpx.Client) -> None:
    database.statement("MATCH (m:Migration) SET m.was = m.checksum, m.checksum = 'another'")
    try:
        answer = api.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "migration-edited")
        assert "restore the file" in answer.json()["detail"]
    finally:
        database.statement("MATCH (m:Migration) SET m.checksum = m.was REMOVE m.was")
    assert api.get("/readyz").status_code == 200


def test_the_service_lives_while_every_thread_waits_for_the_database() -> None:
    started, released = threading.Event(), threading.Event()

    def slow() -> Database:
        if started.is_set():
            released.wait(30)
        started.set()
        raise StoreUnavailable("away")

    # More requests than the service has threads.
    with serve(slow) as client, ThreadPoolExecutor(60) as callers:
        waiting = [callers.submit(client.get, "/v1/schemes") for _ in range(60)]
        try:
            time.sleep(0.3)
            assert client.get("/livez", timeout=5).status_code == 200
            assert not any(each.done() for each in waiting)
        finally:
            released.set()
        assert {each.result().status_code for each in waiting} == {503}


def test_an_address_that_is_none_is_a_setting_that_does_not_hold() -> None:
    with serve(lambda: Database("nonsense", "neo4j", "x")) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "setting-invalid")
        assert "nonsense" not in answer.text
