"""Eight writers through the API, each request named by an Idempotency-Key, and what became of each request.

A writer asks again, with the same key, until it is told clearly: done, or not to be done. Every fourth request
disputes a fact, which is re-rated; the others give a grant. Each has a name of its own in the graph.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any

import httpx

from graph.policy import scheme
from graph.server.connect import connect
from graph.settings import Settings
from tests.drills.home import SCHEME, Owing, caller
from tests.drills.outcome import Outcome
from tests.waiting import wait_for

WRITERS = 8
PATIENCE_SECONDS = 300.0
"After which a writer gives a request up, and says that nobody told it."
PAUSE_SECONDS = 0.1
STEP_SECONDS = 600.0
"In which each writer is to come further, on a machine that does much else."
EFFECTS = """
MATCH (g:Grant) RETURN g.client AS name, count(*) AS effects
UNION ALL MATCH (d:Dispute) RETURN split(d.statement, ': ')[1] AS name, count(*) AS effects
"""


class Guard(Enum):
    """What keeps a request that is repeated from having a second effect, or none: whole, or broken."""

    WHOLE = "each repeat has the key of its request"
    NO_KEY = "each repeat has a key of its own"
    NO_REPEAT = "nothing is repeated"


@dataclass(frozen=True)
class Wanted:
    """One request: its name is in the graph as often as it had its effect."""

    name: str
    path: str
    body: Mapping[str, Any]
    token: str
    key: str = ""
    "its Idempotency-Key; empty: its name"


@dataclass(frozen=True)
class Told:
    """What a writer was told in the end."""

    wanted: Wanted
    status: int | None
    "None: nothing clear"
    ids: frozenset[str] = frozenset()
    "of what was made, in all the answers that said so"
    said: str = ""


@dataclass
class Writer:
    """One member that writes, one request after the other."""

    requests: Iterator[Wanted]
    guard: Guard
    told: list[Told] = field(default_factory=list)

    def go_on(self, url: str, ended: threading.Event, broken: threading.Event) -> None:
        """Until it has ended; the request under way is brought to its end, unless the drill is broken off."""
        with caller(url) as client:
            for wanted in self.requests:
                if ended.is_set():
                    return
                self.told.append(ask(client, wanted, self.guard, broken))
                if self.told[-1].status is None:
                    time.sleep(PAUSE_SECONDS)


def ask(client: httpx.Client, wanted: Wanted, guard: Guard, broken: threading.Event | None = None) -> Told:
    """What a writer is told that repeats the request until it is told clearly, or loses its patience."""
    until, said = time.monotonic() + PATIENCE_SECONDS, "nothing"
    for attempt in count():
        own = wanted.key or wanted.name
        key = f"{own}-{attempt}" if guard is Guard.NO_KEY else own
        headers = {"Authorization": f"Bearer {wanted.token}", "Idempotency-Key": key}
        try:
            answer = client.post(wanted.path, json=wanted.body, headers=headers)
        except httpx.TransportError as error:
            said = repr(error)
        else:
            if answer.status_code < 500 and answer.status_code != 429:
                made = frozenset({answer.json()["id"]}) if answer.is_success else frozenset()
                return Told(wanted, answer.status_code, made, answer.text)
            said = answer.text
        if guard is Guard.NO_REPEAT or time.monotonic() > until or (broken and broken.is_set()):
            break
        time.sleep(PAUSE_SECONDS)
    return Told(wanted, None, said=said)


def requests_of(member: Owing, obligations: Sequence[str]) -> Iterator[Wanted]:
    """Grants without end, and a dispute of each of these obligations, at every fourth place."""
    purpose, disputed = scheme.read(SCHEME).purpose[0], iter(obligations)
    for number in count():
        name = f"drill-{uuid.uuid4()}"
        fact = next(disputed, None) if number % 4 == 1 else None
        yield grant(member, name, purpose) if fact is None else dispute(member, name, fact)


def grant(member: Owing, name: str, purpose: str) -> Wanted:
    """The member lets a client of this name read; a second one is another grant."""
    body = {"scheme": SCHEME, "client": name, "purpose": purpose, "what": "band"}
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    return Wanted(name, "/v1/me/grants", body | {"until": until}, member.token)


def dispute(member: Owing, name: str, fact: str) -> Wanted:
    """The member disputes an obligation; who asks a second time is refused."""
    body = {"kind": "obligations", "fact": fact, "statement": f"It is not so: {name}"}
    return Wanted(name, "/v1/me/disputes", body, member.token)


def write_while(
    url: str, members: Sequence[Owing], guard: Guard, disturb: Callable[[Callable[[], None]], None]
) -> list[Told]:
    """What eight writers were told while `disturb` went on; it is given what waits until each has come further."""
    writers = [Writer(requests_of(member, member.obligations[1:]), guard) for member in members[:WRITERS]]
    assert len(writers) == WRITERS, "there are not enough members that owe something"
    ended, broken = threading.Event(), threading.Event()
    threads = [threading.Thread(target=each.go_on, args=(url, ended, broken), daemon=True) for each in writers]
    for each in threads:
        each.start()

    def further() -> None:
        before = [len(each.told) for each in writers]
        wait_for(
            lambda: all(len(each.told) > then for each, then in zip(writers, before, strict=True)), STEP_SECONDS
        )

    try:
        further()
        disturb(further)
        further()
    except BaseException:
        broken.set()
        raise
    finally:
        ended.set()
        for each in threads:
            each.join(PATIENCE_SECONDS)
    assert not any(each.is_alive() for each in threads), "a writer does not end"
    return [told for each in writers for told in each.told]


def effects_in(settings: Settings) -> Counter[str]:
    """How often each request had its effect, by name."""
    with connect(settings) as database:
        return Counter({row["name"]: row["effects"] for row in database.statement(EFFECTS)})


def judged(settings: Settings, told: Sequence[Told]) -> Outcome:
    """Each request had its effect exactly once and its writer knows, or had none and its writer knows."""
    effects = effects_in(settings)
    ends: Counter[str] = Counter()
    seen = list[str]()
    for each in told:
        found, done = effects[each.wanted.name], each.status is not None and each.status < 300
        if found > 1 or len(each.ids) > 1:
            ends["doubled"] += 1
            seen.append(f"doubled: {each.wanted.path} had {found} effects, told {each.status}")
        elif each.status is not None and found == done:
            ends["survived"] += 1
        else:
            ends["lost"] += 1
            seen.append(f"lost: {each.wanted.path} had {found} effects, told {each.status}: {each.said[:200]}")
    return Outcome(len(told), ends["survived"], ends["lost"], ends["doubled"], 0, 0.0, tuple(seen))
