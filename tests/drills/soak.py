"""Reads as fast as they are answered, and then at a steady rate for minutes: how long they take, and what grows.

At a steady rate, how long a read took is counted from the moment at which it was due: one that is late makes the
next ones late.
"""

import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode, urlsplit

import httpx

from benchmarks.homes import token
from benchmarks.serving import give_grants
from graph.identity import Role
from graph.policy import scheme
from graph.server.connect import connect
from graph.settings import Settings
from tests.drills.home import SCHEME, Owing, caller, owing, own_community, served
from tests.drills.leavings import leavings
from tests.drills.outcome import Outcome
from tests.drills.size import Size

MEMBERS, READERS, ASKERS = 100_000, 200, 16
PER_SECOND = 50.0
"Reads of all kinds together: about half of what two cores answer beside Neo4j."
HEAP_MEGABYTES = 2_048
"For a run of so many members."
FULL_SECONDS = 60.0
"As fast as they are answered."
CLIENT = "a bank"
LATE_SECONDS = 2.0
WARM_SECONDS = 20.0
MEMORY_SHARE = 0.05


@dataclass(frozen=True)
class Read:
    """One read, of those that come in turn."""

    kind: str
    path: str
    token: str


def run(minutes: float, *, members: int = MEMBERS, per_second: float = PER_SECOND, held: int = 0) -> Outcome:
    """Own ratings, explanations and granted reads in turn. held: connections that somebody opens and keeps."""
    contacts, facts = members * 10, members * 3
    with (
        own_community(heap_megabytes=HEAP_MEGABYTES, members=members, contacts=contacts, facts=facts) as settings,
        served(settings) as service,
        ExitStack() as stack,
    ):
        reads = _reads(settings, owing(settings, READERS))
        _ask(service.url, reads, per_second, WARM_SECONDS)
        full = min(FULL_SECONDS, minutes * 60)
        fast, refused = _ask(service.url, reads, None, full)
        warm, begun = Size.of(service), time.monotonic()
        times, faults = _ask(service.url, reads, per_second, minutes * 60)
        faults += refused
        at = urlsplit(service.url)
        for _ in range(held):
            stack.enter_context(socket.create_connection((at.hostname, at.port or 0)))
        time.sleep(min(1.0, held))
        after = Size.of(service)
        seconds = time.monotonic() - begun
        service.stop()
        left = leavings(settings) + after.beyond(warm, share=MEMORY_SHARE)
        late = [each for each in times if each > LATE_SECONDS]
        lost = len(late) + len(faults)
        told = (
            f"{ASKERS} askers at once, {members:,} members: {_in_words(fast, full)}",
            f"at a steady rate: {_in_words(times, seconds)}",
            f"the service held {warm} before that and {after} at the end",
        )
        tried = len(times) + len(fast) + len(faults)
        return Outcome(tried, tried - lost, lost, 0, len(left), seconds, (*faults[:10], *left, *told))


def _in_words(times: Sequence[float], seconds: float) -> str:
    cuts = [1_000 * each for each in statistics.quantiles(times, n=100)]
    return (
        f"{len(times) / seconds:.0f} reads a second, p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, "
        f"p99 {cuts[98]:.0f} ms, the longest {max(times):.2f} s"
    )


def _reads(settings: Settings, members: Sequence[Owing]) -> list[Read]:
    """What is read: of each member its own rating, its explanation, and the rating as its client sees it."""
    asked = urlencode({"purpose": scheme.read(SCHEME).purpose[0]})
    client = token(settings, Role.CLIENT, CLIENT)
    with connect(settings) as database:
        give_grants(database, CLIENT, [each.entity for each in members])
    return [
        read
        for each in members
        for read in (
            Read("own", each.rating, each.token),
            Read("explanation", f"{each.rating}/explanation", each.token),
            Read("granted", f"{each.rating}/granted?{asked}", client),
        )
    ]


def _ask(
    url: str, reads: Sequence[Read], per_second: float | None, seconds: float
) -> tuple[list[float], list[str]]:
    """How long each read took that was answered, and what became of the others.

    per_second: None: each asker asks again once it is answered.
    """
    begun, step = time.monotonic() + 0.2, ASKERS / per_second if per_second else 0.0
    times: list[float] = []
    faults: list[str] = []

    def one(asker: int) -> None:
        with caller(url) as client:
            for number in count():
                due = max(begun, time.monotonic()) if not step else begun + (number + asker / ASKERS) * step
                if due > begun + seconds:
                    return
                time.sleep(max(0.0, due - time.monotonic()))
                read = reads[(number * ASKERS + asker) % len(reads)]
                try:
                    answer = client.get(read.path, headers={"Authorization": f"Bearer {read.token}"})
                except httpx.TransportError as error:
                    faults.append(f"lost: {read.kind}: {error!r}")
                    continue
                if answer.status_code == 200:
                    times.append(time.monotonic() - due)
                else:
                    faults.append(f"lost: {read.kind}: {answer.status_code}, {answer.text[:160]}")

    with ThreadPoolExecutor(ASKERS) as pool:
        list(pool.map(one, range(ASKERS)))
    return times, faults
