"""Spans are sent only where OpenTelemetry's variables say so, and tell of nobody."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import api.app
from api.http.tracing import Spans, asked_for
from graph.identity import Keyring, Role
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import watching
from graph.store.client import Database
from tests.api.conftest import issue, serve

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SECRETS = ("p-1", "p-2", "login of", "reliability", "127.0.0.1", "secret", "eyJ")
"Ids of people, a scheme, an address, what a caller sends, and how a token begins."


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Where an application that begins in this test puts its spans."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(watching, "_WATCHERS", [])
    monkeypatch.setattr("api.http.tracing.by_environment", lambda: Spans(provider))
    return kept


def test_a_request_is_a_span_and_its_queries_are_below_it_and_neither_tells_of_anybody(
    community: Database, settings: Settings, server: Server, ring: Keyring, spans: InMemorySpanExporter
) -> None:
    token = issue(ring, Role.MEMBER, "login of p-1", "p-1").text
    sent = {
        "Authorization": f"Bearer {token}",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "baggage": "secret=1",
        "User-Agent": "secret",
    }
    with serve(partial(connect, settings), settings=settings) as client:
        assert client.get("/v1/schemes/reliability/ratings/p-1?secret=1", headers=sent).status_code == 200
        assert client.get("/v1/schemes/reliability/ratings/p-2", headers=sent).status_code == 404
        assert client.get("/secret", headers=sent).status_code == 404
    found = spans.get_finished_spans()
    requests = [each for each in found if each.parent is None and each.name.startswith("GET")]
    assert {each.name for each in requests} == {"GET", "GET /v1/schemes/{scheme}/ratings/{entity}"}
    first = next(
        each for each in requests if each.attributes and each.attributes["http.response.status_code"] == 200
    )
    assert first.context.trace_id != int("0af7651916cd43dd8448eb211c80319c", 16)
    below = [each.name for each in found if each.parent and each.parent.span_id == first.context.span_id]
    assert any(name.startswith("admitted+") for name in below)
    everything = " ".join(each.to_json() for each in found)
    assert [each for each in SECRETS if each in everything] == []


def test_a_query_that_fails_says_what_kind_of_error_it_was_and_not_its_message(
    community: Database, spans: InMemorySpanExporter
) -> None:
    api.app.create_app(lambda: community)
    with pytest.raises(Exception, match="last_loads"):
        community.run("last_loads", limit=-1)
    [span] = spans.get_finished_spans()
    assert span.name == "last_loads"
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    assert not span.events
    assert set(span.attributes or {}) == {"db.system.name", "db.query.summary", "error.type"}


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({}, False),
        ({ENDPOINT: ""}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_SERVICE_NAME": "innercircle"}, False),
    ],
)
def test_spans_are_asked_for_by_the_variables_of_opentelemetry(variables: dict[str, str], asked: bool) -> None:
    assert asked_for(variables) is asked


class _Collector(BaseHTTPRequestHandler):
    received: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A place for spans: its address, and what came there."""
    received: list[tuple[str, bytes]] = []
    handler = type("Handler", (_Collector,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}", received
        finally:
            listening.shutdown()
            thread.join()


@pytest.mark.slow
def test_the_service_sends_spans_to_the_address_of_the_variable_and_nothing_else_however_it_is_asked(
    tmp_path: Path,
) -> None:
    """Also where the variable is set that has FastAPI send its own, which hold paths."""
    settings = Settings(home=tmp_path)
    ring = Keyring.of(settings)
    ring.create(datetime.now(UTC))
    with collector() as (address, received):
        given = {"INNERCIRCLE_HOME": str(tmp_path), ENDPOINT: address, "FASTAPI_OTEL_AUTO_CONFIGURE": "true"}
        with subprocess.Popen(
            [Path(sys.executable).with_name("innercircle"), "serve", "--port", "0", "--json"],
            env=os.environ | given,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            base = json.loads(process.stdout.readline())["url"]
            with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
                token = issue(ring, Role.MEMBER, "login of p-1", "p-1").text
                sent = {"Authorization": f"Bearer {token}"}
                assert client.get("/v1/schemes/reliability/ratings/p-1?secret=1", headers=sent).status_code == 503
                assert client.get("/secret").status_code == 404
            until = time.monotonic() + 30
            while not received and time.monotonic() < until:
                time.sleep(0.1)
            process.terminate()
            process.wait(60)
    assert received
    assert {path for path, _ in received} == {"/v1/traces"}
    everything = b" ".join(body for _, body in received)
    assert b"/v1/schemes/{scheme}/ratings/{entity}" in everything
    assert [each for each in SECRETS if each.encode() in everything] == []
