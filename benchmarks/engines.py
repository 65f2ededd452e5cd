"""A whole run by each engine, on one made-up community: beside each other, and beside the house's yardstick.

`python -m benchmarks.engines --members 10000` runs this alone.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks import scale
from benchmarks.measuring import client_megabytes, report, server_heap_megabytes, timed
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.engines.choice import ENGINES
from graph.store.client import Database

DAYS = 3
"Runs of each engine, a day apart, by turns; the first warms plans up and is left out."


def run(database: Database, members: int) -> None:
    """Prints the figures of a community of this many members that is in the graph, and in nothing else."""
    took: dict[str, list[list[tuple[str, float]]]] = {engine: [] for engine in ENGINES}
    for day in range(DAYS):
        for number, engine in enumerate(ENGINES):
            days_before = len(ENGINES) * day + number
            took[engine].append(scale.steps(database, days_before=days_before, engine=engine))
    reads = [timed(lambda: database.statement(scale.READ_ALL, scheme=scale.SCHEME))[0] for _ in range(7)]
    yardstick = statistics.median(reads)
    whole = {
        engine: statistics.median(sum(seconds for _, seconds in run) for run in runs[1:])
        for engine, runs in took.items()
    }
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
        print(f"{engine}: {seconds / whole['cypher']:.2f} of cypher's whole run")
    print(
        f"yardstick: one query reads all ties in {yardstick:.3g} s; peak heap of the server "
        f"{server_heap_megabytes(database):.0f} MiB, peak memory of the client {client_megabytes():.0f} MiB"
    )


def fill(database: Database, members: int) -> None:
    """A made-up community of this many members is in the graph."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        scale.make_up(directory, members)
        publishing.publish(database, scheme.read(scale.SCHEME))
        publishing.publish(database, scheme.read("own-conduct"))
        assert not any(each.rejected for each in load(database, [directory]))


def main() -> None:
    from benchmarks.__main__ import empty_graph

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    with empty_graph(arguments.heap_megabytes) as database:
        fill(database, arguments.members)
        run(database, arguments.members)


if __name__ == "__main__":
    main()
