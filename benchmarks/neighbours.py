"""A member's read beside one client at its limit, beside slow clients, and with 100 ms to Neo4j.

The figures are ratios to a quiet service. The service and each neighbour are processes of their own, so that none
of them shares what Python does one at a time.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from benchmarks import pages
from benchmarks.homes import ELSEWHERE
from benchmarks.measuring import report, timed
from graph.facts.load import load
from graph.identity import Keyring, Role, tokens
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.server import local
from graph.settings import Settings
from graph.store.client import Database

SCHEME = "reliability"
PURPOSE = scheme.read(SCHEME).purpose[0]
READ = f"/v1/schemes/{SCHEME}/ratings/ada"
LOOKUP = f"/v1/schemes/{SCHEME}/ratings/lookup"
TIMES, EACH_SECONDS = 200, 0.06
"Reads of the member, and one so often: below its own limit."
AWAY_SECONDS = 0.1
"There and back again."
HALF = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nli"


def run(database: Database, settings: Settings) -> None:
    """Prints the figures for a member who is made up for it."""
    with tempfile.TemporaryDirectory() as folder:
        pages.write_files(Path(folder), "ada", 15, 200)
        publishing.publish(database, scheme.read(SCHEME))
        assert not any(each.rejected for each in load(database, [Path(folder)]))
    rate(database, SCHEME, as_of=pages.AS_OF)
    Keyring.of(settings).create(datetime.now(UTC))
    member, client = (_token(settings, *who) for who in ((Role.MEMBER, "ada"), (Role.CLIENT, None)))
    with _served(settings) as address:
        quiet = _p95(address, member)
        with _beside(_client_at_its_limit, address, client):
            at_limit = _p95(address, member)
        with _beside(_slow_clients, address):
            slow = _p95(address, member)
        with _beside(_strangers, address):
            public = _p95(address, member)
    server = local.connection(settings)
    with (
        _away(urlsplit(server.uri).port or 0) as port,
        _served(settings, uri=f"bolt://127.0.0.1:{port}", user=server.user, password=server.password) as address,
    ):
        away = _p95(address, member)
    report(
        "a member's read, p95",
        ("the service is", "ms", "quiet ones", "aim"),
        [
            ("quiet", quiet * 1000, 1.0, ""),
            ("beside one client at its limit", at_limit * 1000, at_limit / quiet, "3"),
            ("beside 200 half-sent requests", slow * 1000, slow / quiet, "2"),
            ("beside 60 connections to a public page", public * 1000, public / quiet, ""),
            (
                "100 ms from Neo4j",
                away * 1000,
                away / quiet,
                f"{(2 * AWAY_SECONDS + quiet) / quiet:.3g}: 2 x 100 ms and a quiet one",
            ),
        ],
    )


def _token(settings: Settings, role: Role, entity: str | None) -> str:
    return tokens.issue(
        Keyring.of(settings),
        role,
        "a neighbour",
        entity=entity,
        issuer=settings.issuer,
        audience=settings.audience,
        now=datetime.now(UTC) - timedelta(seconds=1),
    ).text


def _p95(address: str, member: str) -> float:
    """Seconds of a read, once as many have been made as warm the service up."""
    with httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {member}"}, trust_env=False, timeout=120
    ) as web:

        def read() -> None:
            web.get(READ).raise_for_status()

        took = []
        for number in range(TIMES + 20):
            seconds, _ = timed(read)
            took += [seconds] if number >= 20 else []
            time.sleep(max(0.0, EACH_SECONDS - seconds))
    return statistics.quantiles(took, n=20)[-1]


@contextmanager
def _served(settings: Settings, uri: str | None = None, user: str = "", password: str = "") -> Iterator[str]:
    """The address of a service in a process of its own, with the limits that a service has."""
    named = {"INNERCIRCLE_HOME": str(settings.home), **ELSEWHERE}
    if uri:
        named |= {
            "INNERCIRCLE_NEO4J_URI": uri,
            "INNERCIRCLE_NEO4J_USER": user,
            "INNERCIRCLE_NEO4J_PASSWORD": password,
        }
    program = [sys.executable, "-m", "graph.cli", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(program, env=os.environ | named, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield str(json.loads(process.stdout.readline())["url"])
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _beside(neighbour: Callable[..., None], *arguments: str) -> Iterator[None]:
    """The neighbour is at it, in a process of its own, while the block runs."""
    process = multiprocessing.get_context("spawn").Process(target=neighbour, args=arguments)
    process.start()
    try:
        time.sleep(2)
        yield
    finally:
        process.terminate()
        process.join()


def _client_at_its_limit(address: str, client: str) -> None:
    """20 lookups of 1,000 ids a second, whether they are answered or refused."""
    wanted = {"ids": [f"ada-{number:03}" for number in range(1_000)], "purpose": PURPOSE}
    headers = {"Authorization": f"Bearer {client}"}
    with (
        httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=120) as web,
        ThreadPoolExecutor(20) as callers,
    ):
        while True:
            callers.submit(web.post, LOOKUP, json=wanted)
            time.sleep(1 / 20)


def _slow_clients(address: str) -> None:
    """200 connections with half a request each, opened anew when they are ended."""
    parts = urlsplit(address)
    held: list[socket.socket] = []
    while True:
        with suppress(OSError):
            held.append(socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5))
            held[-1].sendall(HALF)
        if len(held) > 200:
            held.pop(0).close()
            time.sleep(0.05)


def _strangers(address: str) -> None:
    def look() -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=120) as web:
            while True:
                web.get(f"/schemes/{SCHEME}")

    for thread in [threading.Thread(target=look) for _ in range(60)]:
        thread.start()


@contextmanager
def _away(target: int) -> Iterator[int]:
    """A port that leads to this one, half of AWAY_SECONDS later each way."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []

    async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while said := await source.read(65_536):
            loop.call_later(AWAY_SECONDS / 2, sink.write, said)
        loop.call_later(AWAY_SECONDS / 2, sink.close)

    async def connected(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, there = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pour(near, there), pour(far, back), return_exceptions=True)

    async def listening() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    def forever() -> None:
        loop.create_task(listening())
        loop.run_forever()

    thread = threading.Thread(target=forever, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
