"""A snapshot, and its rating on Spark, beside a run in arrays: seconds and peak memory.

`python -m benchmarks.spark --members 10000 --python PATH`: PATH is the Python of an environment with
`requirements-spark.lock`.
"""

import argparse
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks import engines, scale
from benchmarks.measuring import client_megabytes, report, timed
from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.facts import synthetic
from graph.store.client import Database

ROOT = Path(__file__).resolve().parents[1]
BY = Reader("the benchmark", "how long it takes")
OFTEN_SECONDS = 0.2


def run(database: Database, members: int, python: Path, master: str, partitions: int) -> None:
    """Prints the figures of a community of this many members that is in the graph, and in nothing else."""
    runs = [scale.steps(database, days_before=days, engine="arrays") for days in (3, 2, 1)]
    arrays = min(sum(seconds for _, seconds in each) for each in runs[1:])
    rows: list[tuple[str, float, float]] = [("a run in arrays", arrays, client_megabytes())]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "out"
        marks: list[tuple[str, float]] = []
        whole, done = timed(
            lambda: snapshot.take(
                database,
                scale.SCHEME,
                place,
                by=BY,
                as_of=synthetic.AS_OF,
                progress=lambda step: marks.append((step, time.perf_counter())),
            )
        )
        recording = marks[1][1] - marks[0][1]
        rows.append(("snapshot: recording the read", recording, client_megabytes()))
        rows.append(("snapshot: reading and writing", whole - recording, client_megabytes()))
        with _peak() as megabytes:
            seconds, told = timed(lambda: _rate(python, place, master, partitions))
        rows.append((f"rating on Spark, {master}, {partitions} partitions", seconds, megabytes[0]))
        print(told.strip())
        size = sum(path.stat().st_size for path in place.rglob("*.parquet") if "ratings" not in path.parts)
    report(f"{members:,} members", ("part", "seconds", "peak MiB"), rows)
    facts = sum(rows for table, rows in done.rows.items() if table not in ("members", "founders"))
    print(f"the snapshot: {size / 2**20:.1f} MiB, {size / max(1, facts):.1f} bytes for each of {facts:,} facts")


def _rate(python: Path, place: Path, master: str, partitions: int) -> str:
    how = ("--master", master, "--partitions", str(partitions))
    return subprocess.run(
        [python, "-m", "graph.rating.engines.spark.command", "rate", place, *how],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    ).stdout


@contextmanager
def _peak() -> Iterator[list[float]]:
    """The peak of what the processes below this one hold together, in MiB, once the block has ended."""
    found, ended = [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(OFTEN_SECONDS):
            held = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    held += 0 if "neo4j" in " ".join(process.cmdline()) else process.memory_info().rss
                except psutil.Error:
                    continue
            found[0] = max(found[0], held / 2**20)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()


def main() -> None:
    from benchmarks.__main__ import empty_graph

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    with empty_graph(arguments.heap_megabytes) as database:
        engines.fill(database, arguments.members)
        run(database, arguments.members, arguments.python, arguments.master, arguments.partitions)


if __name__ == "__main__":
    main()
