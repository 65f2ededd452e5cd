"""Loading and rating made-up communities of growing size."""

import statistics
import time
from datetime import timedelta
from pathlib import Path

from benchmarks import loading
from benchmarks.measuring import client_megabytes, report, server_heap_megabytes, timed
from graph.facts import synthetic
from graph.rating.run import rate
from graph.store.client import Database

SCHEME = "reliability"
READ_ALL = """
MATCH (m:Membership {scheme: $scheme})-[tie:INNER]->(contact:Membership)
RETURN sum(tie.weight * contact.score) AS company
"""


def run(database: Database, members: int) -> None:
    """Prints the figures of a community of this many members, on an empty graph."""
    loading.run(database, members)
    _rate(database, members)


def make_up(directory: Path, members: int) -> None:
    synthetic.write(
        directory,
        entities=members * 4 // 3,
        members=members,
        contacts=members * 10,
        obligations=members * 3,
        purchases=members * 3,
        visits=members * 3,
    )


def _rate(database: Database, members: int) -> None:
    """Two runs, a day apart, so that the second has warm plans and every weight still changes."""
    steps(database, days_before=1)
    last = steps(database, days_before=0)
    reads = [timed(lambda: database.statement(READ_ALL, scheme=SCHEME))[0] for _ in range(7)]
    yardstick = statistics.median(reads)
    sweeps = [seconds for name, seconds in last if name == "sweep"]
    shown = [(name, seconds) for name, seconds in last if name != "sweep"]
    shown.insert(2, ("one sweep, the median", statistics.median(sweeps)))
    shown.append(("the whole run", sum(seconds for _, seconds in last)))
    shown.append(("yardstick: one query reads all ties", yardstick))
    rows = [(name, seconds, seconds / yardstick) for name, seconds in shown]
    report(
        f"{members:,} members: one run, {len(sweeps)} sweeps (aim: a sweep <= 1.0 yardsticks)",
        ("step", "seconds", "yardsticks"),
        rows,
    )
    print(
        f"peak heap of the server {server_heap_megabytes(database):.0f} MiB, "
        f"peak memory of the client {client_megabytes():.0f} MiB"
    )


def steps(database: Database, *, days_before: int, engine: str = "cypher") -> list[tuple[str, float]]:
    """The seconds of each step of a run by this engine, in order."""
    marks: list[tuple[str, float]] = []
    rate(
        database,
        SCHEME,
        as_of=synthetic.AS_OF - timedelta(days=days_before),
        engine=engine,
        progress=lambda step: marks.append((step, time.perf_counter())),
    )
    ends = [at for _, at in marks[1:]] + [time.perf_counter()]
    return [(name, end - at) for (name, at), end in zip(marks, ends, strict=True)]
