"""A whole run by each engine, from facts to ratings, on one made-up community: beside each other.

`python -m benchmarks.engines --members 10000 100000` runs this alone. Each engine rates a fresh graph first, which
`import` filled; then both rate the last of these graphs by turns, a day after the one before. With several sizes
it says how time grows: the exponent e in time = c * members^e.
"""

import argparse
import math
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks import scale
from benchmarks.homes import managed
from benchmarks.measuring import client_megabytes, forget_peak, report, server_heap_megabytes, timed
from graph.facts import first_fill
from graph.policy import publishing, scheme
from graph.rating.engines.choice import ENGINES
from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database

DAYS = 3
"Runs of each engine, a day apart, by turns; the first warms plans up and is left out."
Steps = list[tuple[str, float]]


def run(database: Database, members: int, engines: Sequence[str] = tuple(ENGINES)) -> dict[str, float]:
    """Seconds of a run by each engine, a day after the one before; prints them step by step.

    The graph holds a community of this many members, and nothing else.
    """
    took: dict[str, list[Steps]] = {engine: [] for engine in engines}
    for day in range(DAYS):
        for number, engine in enumerate(engines):
            days_before = len(engines) * (DAYS - day) - number - 1  # the last is of the last day
            took[engine].append(scale.steps(database, days_before=days_before, engine=engine))
    reads = [timed(lambda: database.statement(scale.READ_ALL, scheme=scale.SCHEME))[0] for _ in range(7)]
    yardstick = statistics.median(reads)
    whole = {engine: statistics.median(_sum(run) for run in runs[1:]) for engine, runs in took.items()}
    rows: list[tuple[str, str, float, float]] = []
    for engine, runs in took.items():
        names = list(dict.fromkeys(name for name, _ in runs[-1]))
        for name in names:
            seconds = statistics.median(sum(each for step, each in run if step == name) for run in runs[1:])
            rows.append((engine, name, seconds, seconds / yardstick))
        rows.append((engine, "the whole run", whole[engine], whole[engine] / yardstick))
    report(
        f"{members:,} members: a run of each engine, a day after the one before",
        ("engine", "step", "seconds", "yardsticks"),
        rows,
    )
    for engine, seconds in whole.items():
        if "cypher" in whole:
            print(f"{engine}: {seconds / whole['cypher']:.2f} of cypher's whole run")
    print(f"yardstick: one query reads all ties in {yardstick:.3g} s")
    return whole


def first(database: Database, members: int, engine: str) -> float:
    """Seconds of the first run on a graph that no run has rated; prints them, and what memory they took."""
    before = forget_peak()
    seconds = _sum(scale.steps(database, days_before=len(ENGINES) * DAYS, engine=engine))
    print(
        f"{members:,} members, {engine}, the first run on a fresh graph: {seconds:.3g} s; peak memory of the "
        f"client {client_megabytes():.0f} MiB ({before:.0f} before it), peak heap of the server "
        f"{server_heap_megabytes(database):.0f} MiB"
    )
    return seconds


def exponents(seconds: Mapping[int, float]) -> list[tuple[int, int, float]]:
    """(members, members, e) of each size and the next one: time grew as members^e between them."""
    return [
        (few, many, math.log(seconds[many] / seconds[few]) / math.log(many / few))
        for few, many in pairwise(sorted(seconds))
    ]


def fill(settings: Settings, files: Path) -> None:
    """A managed Neo4j of these settings runs, with the community of these files in it: its home was empty."""
    local.start(settings)
    with connect(settings) as database:
        migrations.apply(database)
        for each in (scale.SCHEME, "own-conduct"):
            publishing.publish(database, scheme.read(each))
    done = first_fill.fill(settings, [files], progress=lambda step: None)
    assert not any(each.rejected for each in done.loaded)


def compare(members: int, heap_megabytes: int, engines: Sequence[str]) -> dict[tuple[str, str], float]:
    """Seconds by engine and kind of run, `fresh graph` or `a day later`, of a community of this many members."""
    found: dict[tuple[str, str], float] = {}
    with tempfile.TemporaryDirectory() as name:
        scale.make_up(Path(name) / "files", members)
        settings = managed(Path(name) / "home", heap_megabytes)
        for engine in engines:
            try:
                filled, _ = timed(lambda: fill(settings, Path(name) / "files"))
                print(f"{members:,} members: filled by `import` in {filled:.0f} s")
                with connect(settings) as database:
                    found[engine, "fresh graph"] = first(database, members, engine)
                    if engine == engines[-1]:
                        later = run(database, members, engines)
                        found |= {(each, "a day later"): seconds for each, seconds in later.items()}
            finally:
                local.discard(settings)
    return found


def _sum(steps: Steps) -> float:
    return sum(seconds for _, seconds in steps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="+", default=[10_000])
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    found = {
        members: compare(members, arguments.heap_megabytes, arguments.engines) for members in arguments.members
    }
    for engine, kind in found[arguments.members[0]]:
        for few, many, exponent in exponents({size: each[engine, kind] for size, each in found.items()}):
            print(f"{engine}, {kind}: from {few:,} to {many:,} members time grows as members^{exponent:.2f}")


if __name__ == "__main__":
    main()
