"""The network between the API and Neo4j, through a port that delays, cuts, swallows and trickles.

The service has LIMIT_SECONDS for a request. While a fault lasts, eight callers read and write, once each time. An
answer within the limit and SPARE_SECONDS is clear if it is the thing itself, or a 503 that says when to ask again.
Writes that were not told as done are repeated when the fault is over, as a caller would.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx

from graph.server import local
from graph.settings import Settings
from tests.drills.home import Home, Owing, Service, caller, kill_neo4j, owing, own_community, served
from tests.drills.leavings import ended, leavings
from tests.drills.outcome import Outcome, together
from tests.drills.size import Size
from tests.drills.writers import WRITERS, Guard, Told, Wanted, ask, judged, requests_of
from tests.slow_wire import Wire, slow_wire

LIMIT_SECONDS, SPARE_SECONDS = 3.0, 0.5
FAULT_SECONDS = 8.0
"How long each fault lasts."
BACK_SECONDS = 10.0
"After which reads are answered again when the fault is over."
PAUSE_SECONDS = 0.05


@dataclass
class Calls:
    """What callers saw while a fault lasted."""

    told: list[Told] = field(default_factory=list)
    "of the writes, the last answer"
    reads: int = 0
    faults: list[str] = field(default_factory=list)
    "each call that was late or not clear"


def _delayed(wire: Wire, over: threading.Event) -> None:
    wire.delay = 0.2
    over.wait()
    wire.delay = 0.0


def _cut(wire: Wire, over: threading.Event) -> None:
    while not over.wait(0.5):
        wire.cut()


def _cut_during_commit(wire: Wire, over: threading.Event) -> None:
    wire.cutting.set()
    over.wait()
    wire.cutting.clear()


def _half_open(wire: Wire, over: threading.Event) -> None:
    wire.losing.set()
    over.wait()
    wire.losing.clear()


def _silent(wire: Wire, over: threading.Event) -> None:
    wire.open.clear()
    over.wait()
    wire.open.set()


def _trickling(wire: Wire, over: threading.Event) -> None:
    wire.trickle = 1.0
    over.wait()
    wire.trickle = 0.0


FAULTS: dict[str, Callable[[Wire, threading.Event], None]] = {
    "delayed by 0.2 s each way": _delayed,
    "cut twice a second": _cut,
    "cut during a commit": _cut_during_commit,
    "half open": _half_open,
    "silent": _silent,
    "one byte a second": _trickling,
}


@contextmanager
def behind_a_wire(settings: Settings, *, query_seconds: float = LIMIT_SECONDS) -> Iterator[tuple[Service, Wire]]:
    """A service that reaches the managed Neo4j of this home through a wire."""
    with ExitStack() as stack:
        server = local.status(settings)
        assert server is not None
        wire = stack.enter_context(slow_wire(int(server.uri.rpartition(":")[2])))
        given = {
            "INNERCIRCLE_NEO4J_URI": f"bolt://127.0.0.1:{wire.port}",
            "INNERCIRCLE_NEO4J_PASSWORD": server.password,
            "INNERCIRCLE_API_QUERY_SECONDS": str(query_seconds),
        }
        yield stack.enter_context(served(settings, **given)), wire


def run(
    times: int,
    *,
    guard: Guard = Guard.WHOLE,
    query_seconds: float = LIMIT_SECONDS,
    home: Home = own_community,
) -> Outcome:
    """Every fault in turn, so often."""
    with home() as settings, behind_a_wire(settings, query_seconds=query_seconds) as (service, wire):
        members = owing(settings)[:WRITERS]
        requests = [requests_of(each, each.obligations[1:]) for each in members]
        _warm(service.url, members)
        begun, calls = time.monotonic(), Calls()
        sizes, told = list[Size](), list[Told]()
        for _ in range(times):
            for name, fault in FAULTS.items():
                seen = _during(fault, wire, service.url, members, requests)
                calls.reads += seen.reads
                calls.faults += [f"lost: {name}: {each}" for each in seen.faults]
                back = _back_after(service.url, members[0])
                if back > BACK_SECONDS:
                    calls.faults.append(f"lost: {name}: reads came back after {back:.1f} s")
                told += _repeated(service.url, seen.told, guard)
            sizes.append(Size.of(service))
        service.stop()
        grown, lost = sizes[-1].beyond(sizes[0], share=0.1), len(calls.faults)
        held = f"{sizes[0]} after the first round, {sizes[-1]} after the last"
        said = (*calls.faults, *grown, held, f"{wire.cuts} commits were cut off")
        of_calls = Outcome(calls.reads, calls.reads - lost, lost, 0, len(grown), 0.0, said)
        return ended(together(judged(settings, told), of_calls), settings, begun=begun)


def away(times: int, *, seconds: float = 60.0, comes_back: bool = True, home: Home = own_community) -> Outcome:
    """Neo4j is killed and is away for so long; what callers and watchers see meanwhile and afterwards."""
    tried, faults, seen = 0, list[str](), list[str]()
    with home() as settings, behind_a_wire(settings) as (service, _wire):
        member = owing(settings)[0]
        _warm(service.url, [member])
        begun = time.monotonic()
        for _ in range(times):
            kill_neo4j(settings)
            until = time.monotonic() + seconds
            with caller(service.url) as client:
                while time.monotonic() < until:
                    for path, status in (("/livez", 200), ("/readyz", 503), (member.rating, 503)):
                        tried += 1
                        faults += _while_away(client, path, status, member)
                    time.sleep(0.2)
            if comes_back:
                local.start(settings)
            tried += 1
            if (back := _back_after(service.url, member)) > BACK_SECONDS:
                faults.append(f"lost: reads did not come back within {BACK_SECONDS:g} s ({back:.1f} s)")
            seen.append(f"reads came back after {back:.1f} s")
        service.stop()
        if not comes_back:
            local.start(settings)
        left = leavings(settings)
        took = time.monotonic() - begun
        return Outcome(tried, tried - len(faults), len(faults), 0, len(left), took, (*faults, *left, *seen))


def _while_away(client: httpx.Client, path: str, status: int, member: Owing) -> list[str]:
    began = time.monotonic()
    answer = client.get(path, headers={"Authorization": f"Bearer {member.token}"})
    took = time.monotonic() - began
    told = status != 503 or "Retry-After" in answer.headers
    if answer.status_code == status and told and took <= LIMIT_SECONDS + SPARE_SECONDS:
        return []
    return [f"lost: {path} answered {answer.status_code} after {took:.1f} s: {dict(answer.headers)}"]


# One fault ---------------------------------------------------------------------------------------------


def _during(
    fault: Callable[[Wire, threading.Event], None],
    wire: Wire,
    url: str,
    members: Sequence[Owing],
    requests: Sequence[Iterator[Wanted]],
) -> Calls:
    """What the callers saw: each reads and writes in turn."""
    over, ended, calls = threading.Event(), threading.Event(), Calls()
    bending = threading.Thread(target=fault, args=(wire, over))
    bending.start()
    threads = [
        threading.Thread(target=_call, args=(url, member, wanted, ended, calls))
        for member, wanted in zip(members, requests, strict=True)
    ]
    for each in threads:
        each.start()
    time.sleep(FAULT_SECONDS)
    ended.set()
    for each in threads:
        each.join()
    over.set()
    bending.join()
    return calls


def _call(url: str, member: Owing, requests: Iterator[Wanted], ended: threading.Event, calls: Calls) -> None:
    with caller(url) as client:
        for number in count():
            if ended.is_set():
                return
            began = time.monotonic()
            if number % 2:
                wanted = next(requests)
                told = ask(client, wanted, Guard.NO_REPEAT)
                said, clear = told.said, told.status is not None or "/problems/" in told.said
                calls.told.append(told)
            else:
                said, clear = _read(client, member)
                calls.reads += 1
            took = time.monotonic() - began
            if not clear or took > LIMIT_SECONDS + SPARE_SECONDS:
                calls.faults.append(f"{'a write' if number % 2 else 'a read'} took {took:.1f} s: {said[:160]}")
            time.sleep(PAUSE_SECONDS)


def _read(client: httpx.Client, member: Owing) -> tuple[str, bool]:
    try:
        answer = client.get(member.rating, headers={"Authorization": f"Bearer {member.token}"})
    except httpx.TransportError as error:
        return repr(error), False
    return answer.text, answer.is_success or (answer.status_code == 503 and "Retry-After" in answer.headers)


def _repeated(url: str, told: Sequence[Told], guard: Guard) -> list[Told]:
    """What became of each write, asked again where it was not told clearly while the fault lasted."""
    with caller(url) as client:
        return [each if each.status is not None else ask(client, each.wanted, guard) for each in told]


def _back_after(url: str, member: Owing) -> float:
    """Seconds until a read is answered again; those that were waited where it is not."""
    began = time.monotonic()
    with caller(url) as client:
        while time.monotonic() - began < 3 * BACK_SECONDS:
            _, clear = _read(client, member)
            if clear and client.get(member.rating, headers={"Authorization": f"Bearer {member.token}"}).is_success:
                break
            time.sleep(0.1)
    return time.monotonic() - began


def _warm(url: str, members: Sequence[Owing]) -> None:
    """What will be asked was asked once, for the first time takes long: the server plans it."""
    with caller(url) as client:
        for each in members:
            for wanted, _ in zip(requests_of(each, each.obligations[:1]), range(2), strict=False):
                assert ask(client, wanted, Guard.WHOLE).status is not None
            while not _read(client, each)[1]:
                time.sleep(0.1)
