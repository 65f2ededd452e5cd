"""The clock of the service is set forward and back, by an hour and by a day, while eight writers write.

It is done inside of the service (`wrong_clock`): Neo4j, the writers and those who judge have the right time.
Tokens are from before all of it, so nobody is refused because of its own. While the clock is wrong, a client reads
what it was granted, on record, and the service is killed and started again.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.homes import token
from graph.audit.verify import verify
from graph.identity import Role
from graph.policy import scheme
from graph.server.connect import connect
from tests.drills.home import SCHEME, Home, Owing, caller, owing, own_community, served
from tests.drills.leavings import ended
from tests.drills.outcome import Outcome, together
from tests.drills.writers import Guard, ask, grant, judged, write_while
from tests.drills.wrong_clock import LOOK_SECONDS

STEPS = (3_600, -3_600, 86_400, -86_400)
"Seconds, in turn."
READS = 5
"By a client, under each of them and after it."
CLIENT = "a-bank"
BEFORE = timedelta(days=3)
"So old are the tokens."


def run(times: int, *, guard: Guard = Guard.WHOLE, home: Home = own_community) -> Outcome:
    """Every step in turn, so often."""
    with tempfile.TemporaryDirectory(prefix="innercircle-clock-") as name, home() as settings:
        clock, since = Path(name) / "clock", datetime.now(UTC) - BEFORE
        _set(clock, 0)
        members = [
            replace(each, token=token(settings, Role.MEMBER, each.entity, each.entity, now=since))
            for each in owing(settings)
        ]
        client = token(settings, Role.CLIENT, CLIENT, now=since)
        program = (sys.executable, "-m", "tests.drills.wrong_clock", clock)
        faults: list[str] = []
        with served(settings, program) as service:
            _let_in(service.url, members[0])
            begun = time.monotonic()

            def disturb(further: Callable[[], None]) -> None:
                for _ in range(times):
                    for step in STEPS:
                        _set(clock, step)
                        further()
                        faults.extend(_read(service.url, members[0], client, f"{step:+} s"))
                        time.sleep(random.uniform(0, 1))
                        service.kill()
                        service.start()
                        further()
                        _set(clock, 0)
                        faults.extend(_read(service.url, members[0], client, f"after {step:+} s"))

            told = write_while(service.url, members, guard, disturb)
            service.stop()
        with connect(settings) as database:
            record = verify(database)
        faults += [f"lost: the record {each.ledger} does not hold: {each.why}" for each in record.faults]
        reads = 2 * READS * len(STEPS) * times
        seen = (*faults, f"{record.records:,} records of reads hold")
        of_reads = Outcome(reads, reads - len(faults), len(faults), 0, 0, 0.0, seen)
        return ended(together(judged(settings, told), of_reads), settings, begun=begun)


def _set(clock: Path, seconds: int) -> None:
    """The service's clock differs from the right one by so much, once this returns."""
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"{seconds:+d}\n")
    fresh.replace(clock)
    time.sleep(10 * LOOK_SECONDS)


def _let_in(url: str, member: Owing) -> None:
    """The client may read the member's band."""
    with caller(url) as web:
        told = ask(web, grant(member, CLIENT, scheme.read(SCHEME).purpose[0]), Guard.WHOLE)
    assert told.status == 201, told.said


def _read(url: str, member: Owing, client: str, when: str) -> list[str]:
    """What is wrong with reads of what was granted, under this clock."""
    asked = urlencode({"purpose": scheme.read(SCHEME).purpose[0]})
    path = f"{member.rating}/granted?{asked}"
    wrong = []
    with caller(url) as web:
        for _ in range(READS):
            answer = web.get(path, headers={"Authorization": f"Bearer {client}"})
            if answer.status_code != 200:
                wrong.append(f"lost: a granted read, {when}: {answer.status_code} {answer.text[:200]}")
    return wrong
