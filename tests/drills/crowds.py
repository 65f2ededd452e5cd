"""Many at once: clients on one fact, equal requests, and clients that send a byte a second beside others."""

import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from urllib.parse import urlsplit

from benchmarks.homes import token
from graph.identity import Role
from graph.policy import scheme
from graph.server.connect import connect
from graph.settings import Settings
from tests.drills.home import SCHEME, Home, Owing, Service, caller, owing, own_community, served
from tests.drills.leavings import ended
from tests.drills.outcome import Outcome, together
from tests.drills.writers import Guard, Told, Wanted, ask, dispute, effects_in, grant, judged

CLIENTS, EQUAL, SLOW, ORDINARY = 100, 50, 40, 8
HEAD_SECONDS, BODY_SECONDS = 10.0, 20.0
"By which the head and the body of a request have to be there; what is slower is ended."
SPARE_SECONDS = 5.0
ANSWER_SECONDS = 2.0
"In which an ordinary client beside the slow ones is answered."
DISPUTES_OF = "MATCH (d:Dispute {fact: $fact}) RETURN count(*) AS disputes"
UNGUARDED = "MATCH ()-[o:OWED {id: $fact}]->() REMOVE o.disputed"


def on_one_fact(times: int, *, guarded: bool = True, home: Home = own_community) -> Outcome:
    """A hundred clients of one member dispute the same fact at the same moment, each time another fact.

    guarded: False: the mark of a disputed fact is taken away all the while.
    """
    with home() as settings, served(settings) as service:
        members = [(each, fact) for each in owing(settings) for fact in each.obligations]
        found, begun = list[Outcome](), time.monotonic()
        for member, fact in members[:times]:
            tokens = [token(settings, Role.MEMBER, f"client {n}", member.entity) for n in range(CLIENTS)]
            wanted = [dispute(replace(member, token=each), f"drill-{uuid.uuid4()}", fact) for each in tokens]
            with nullcontext() if guarded else _unguarded(settings, fact):
                told = _at_once(service.url, wanted, Guard.WHOLE)
            one = judged(settings, told)
            with connect(settings) as database:
                many = int(database.statement(DISPUTES_OF, fact=fact)[0]["disputes"])
            found.append(
                replace(
                    one,
                    doubled=one.doubled + max(0, many - 1),
                    lost=one.lost + (many == 0),
                    seen=(*one.seen, *([] if many == 1 else [f"{many} disputes of one fact"])),
                )
            )
        service.stop()
        return ended(together(*found), settings, begun=begun)


def equal_requests(times: int, *, guard: Guard = Guard.WHOLE, home: Home = own_community) -> Outcome:
    """Fifty requests with the same key and body at the same moment: one grant, and fifty answers that name it."""
    with home() as settings, served(settings) as service:
        member, purpose = owing(settings)[0], scheme.read(SCHEME).purpose[0]
        found, begun = list[Outcome](), time.monotonic()
        for _ in range(times):
            wanted = grant(member, f"drill-{uuid.uuid4()}", purpose)
            told = _at_once(service.url, [wanted] * EQUAL, guard)
            effects = effects_in(settings)[wanted.name]
            ids = Counter(id_ for each in told for id_ in each.ids)
            same = max(ids.values(), default=0)
            doubled = max(effects, len(ids)) - 1
            denied = tuple(f"lost: told {each.status}: {each.said[:160]}" for each in told if not each.ids)
            survived = same if doubled == 0 else 0
            found.append(Outcome(EQUAL, survived, len(denied), max(0, doubled), 0, 0.0, denied))
        service.stop()
        return ended(together(*found), settings, begun=begun)


def slow_clients(times: int, *, within: float = SPARE_SECONDS, home: Home = own_community) -> Outcome:
    """Forty clients send a byte a second, half of them in the head, half in the body, beside eight ordinary ones.

    within: seconds by which a slow one may be ended later than its time.
    """
    with home() as settings, served(settings) as service:
        members = owing(settings)[:ORDINARY]
        _answered(service.url, members[0])  # the first time is planned
        found, begun = list[Outcome](), time.monotonic()
        for _ in range(times):
            found.append(_beside_slow_ones(service, members, within))
        service.stop()
        return ended(together(*found), settings, begun=begun)


def _beside_slow_ones(service: Service, members: Sequence[Owing], within: float) -> Outcome:
    over, seen = threading.Event(), list[str]()
    times: list[float] = []

    def ordinary(member: Owing) -> None:
        while not over.is_set():
            took = _answered(service.url, member)
            times.append(took)
            if took > ANSWER_SECONDS:
                seen.append(f"lost: an ordinary client was answered after {took:.1f} s")
            time.sleep(0.2)

    with ThreadPoolExecutor(SLOW + ORDINARY) as pool:
        beside = [pool.submit(ordinary, each) for each in members]
        slow = [pool.submit(_send_slowly, service.url, members[0], n % 2 == 0, within) for n in range(SLOW)]
        seen += [said for each in slow if (said := each.result())]
        over.set()
        for each in beside:
            each.result()
    tried = len(times) + SLOW
    worst = f"the longest that an ordinary client waited was {max(times):.2f} s"
    return Outcome(tried, tried - len(seen), len(seen), 0, 0, 0.0, (*seen, worst))


def _send_slowly(url: str, member: Owing, in_head: bool, within: float) -> str:
    """What is wrong where the service does not end this client in time; empty where it does."""
    at = urlsplit(url)
    head = f"POST /v1/me/grants HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {member.token}\r\n"
    whole = f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\nIdempotency-Key: slow\r\n\r\n"
    limit = (HEAD_SECONDS if in_head else BODY_SECONDS) + within
    with socket.create_connection((at.hostname, at.port or 0), timeout=60) as line:
        began, sent = time.monotonic(), 0
        if not in_head:
            line.sendall(whole.encode())
        line.settimeout(1.0)
        while time.monotonic() - began < limit:
            with suppress(TimeoutError):
                try:
                    line.sendall(head[sent].encode() if in_head else b"x")
                    sent += 1
                    if not line.recv(1_000):
                        return ""
                except ConnectionError:
                    return ""
    return f"lost: a client that sends its {'head' if in_head else 'body'} slowly was not ended in {limit:.0f} s"


# What all of them do ---------------------------------------------------------------------------------


def _at_once(url: str, wanted: Sequence[Wanted], guard: Guard) -> list[Told]:
    """What each was told: all of them ask at the same moment, and again while they are told nothing clear."""
    together_ = threading.Barrier(len(wanted))

    def one(place: int) -> Told:
        with caller(url) as client:
            mine = wanted[place]
            together_.wait()
            return ask(client, replace(mine, key=f"{mine.name}-{place}") if guard is Guard.NO_KEY else mine, guard)

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(one, range(len(wanted))))


@contextmanager
def _unguarded(settings: Settings, fact: str) -> Iterator[None]:
    """While the block runs, the mark of a disputed fact is taken away again and again."""
    over = threading.Event()

    def go_on() -> None:
        with connect(settings) as database:
            while not over.is_set():
                database.statement(UNGUARDED, fact=fact)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _answered(url: str, member: Owing) -> float:
    """Seconds that a member waits for its rating, on a connection of its own."""
    began = time.monotonic()
    with caller(url) as client:
        answer = client.get(member.rating, headers={"Authorization": f"Bearer {member.token}"})
    assert answer.status_code == 200, answer.text
    return time.monotonic() - began
