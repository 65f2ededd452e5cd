"""Reads at a steady rate, for minutes: how long they take, and whether the service grows meanwhile.

How long a read took is counted from the moment at which it was due: one that is late makes the next ones late.
"""

import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import quote, urlencode, urlsplit

import httpx

from benchmarks.homes import token
from graph.identity import Role
from graph.policy import scheme
from graph.rights import grants
from graph.server.connect import connect
from graph.settings import Settings
from tests.drills.home import SCHEME, Owing, owing, own_community, served
from tests.drills.leavings import leavings
from tests.drills.outcome import Outcome
from tests.drills.size import CONNECTIONS, Size

MEMBERS, READERS, ASKERS = 10_000, 200, 16
PER_SECOND = 50.0
"Reads of all kinds together, of which two cores answer some more beside Neo4j."
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
    with (
        own_community(members=members, contacts=members * 10, facts=members * 3) as settings,
        served(settings) as service,
        ExitStack() as stack,
    ):
        reads = _reads(settings, owing(settings)[:READERS])
        _ask(service.url, reads, per_second, WARM_SECONDS)
        warm, begun = Size.of(service), time.monotonic()
        times, faults = _ask(service.url, reads, per_second, minutes * 60)
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
        cuts = statistics.quantiles(times, n=100)
        told = (
            f"{len(times) / seconds:.0f} reads a second of {members:,} members: p50 {1000 * cuts[49]:.0f} ms, "
            f"p95 {1000 * cuts[94]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms, the longest {max(times):.2f} s; "
            f"the service held {warm} at first and {after} at the end"
        )
        tried = len(times) + len(faults)
        return Outcome(tried, tried - lost, lost, 0, len(left), seconds, (*faults[:10], *left, told))


def _reads(settings: Settings, members: Sequence[Owing]) -> list[Read]:
    """What is read: of each member its own rating, its explanation, and the rating as its client sees it."""
    purpose, now = scheme.read(SCHEME).purpose[0], datetime.now(UTC)
    client = token(settings, Role.CLIENT, CLIENT)
    with connect(settings) as database:
        for member in members:
            database.write(
                lambda transaction, entity=member.entity: grants.grant(  # type: ignore[misc]
                    transaction,
                    entity,
                    scheme=SCHEME,
                    client=CLIENT,
                    purpose=purpose,
                    what="points",
                    until=now + timedelta(days=2),
                    now=now,
                )
            )
    return [
        read
        for each in members
        for path in [f"/v1/schemes/{SCHEME}/ratings/{quote(each.entity)}"]
        for read in (
            Read("own", path, each.token),
            Read("explanation", f"{path}/explanation", each.token),
            Read("granted", f"{path}/granted?{urlencode({'purpose': purpose})}", client),
        )
    ]


def _ask(url: str, reads: Sequence[Read], per_second: float, seconds: float) -> tuple[list[float], list[str]]:
    """How long each read took that was answered, and what became of the others."""
    begun, step = time.monotonic() + 0.2, ASKERS / per_second
    times: list[float] = []
    faults: list[str] = []

    def one(asker: int) -> None:
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            for number in count():
                due = begun + (number + asker / ASKERS) * step
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


HELD = CONNECTIONS + 4
"Connections that are more than a service may have gained."
