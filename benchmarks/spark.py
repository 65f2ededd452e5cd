"""make bench-spark: a snapshot, its rating on Spark and its publication, beside runs in arrays.

Each part has its seconds and the peak memory of the processes that do it: this one, or Spark's. The engine in
arrays rates the fresh graph first, and then the days that follow; publish-run comes after it, a day later again,
so that it finds what a run finds. At the end the engine in arrays rates that day as well, and whole points have to
be the same. `python -m benchmarks.spark --members 10000 100000` has other sizes; with several it says how time
grows.
"""

import argparse
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from benchmarks import engines, scale, spark_process
from benchmarks.homes import managed
from benchmarks.measuring import client_megabytes, forget_peak, report, timed
from benchmarks.spark_process import OnSpark
from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.facts import synthetic
from graph.rating.publish_run import publish_run
from graph.server import local
from graph.server.connect import connect
from graph.store.client import Database

BY = Reader("the benchmark", "how long it takes")
OFTEN_SECONDS = 0.2
DAYS_BEFORE = (3, 2, 1)
"Of the runs in arrays; what Spark makes is of the last day."
POINTS = """
MATCH (m:Membership {scheme: $scheme})
RETURN m.rid AS rid, toInteger(round(round(m.points, 6))) AS points, m.band AS band ORDER BY rid
"""
MEMORY = ("spark.driver.memory=4g",)
"In local mode all work is done by the driver."
Part = tuple[str, float, float]
"Its name, seconds, and peak MiB."


def run(members: int, *, heap_megabytes: int, master: str, partitions: int) -> dict[str, float]:
    """Seconds by part, of a community of this many members; prints them."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        settings = managed(directory / "home", heap_megabytes)
        spark = OnSpark(spark_process.python(settings.cache))
        scale.make_up(directory / "files", members)
        try:
            engines.fill(settings, directory / "files")
            with connect(settings) as database:
                parts = [*_in_arrays(database), *_on_spark(database, spark, directory / "out", master, partitions)]
        finally:
            local.discard(settings)
    whole = sum(seconds for name, seconds, _ in parts if not name.startswith("arrays"))
    report(
        f"{members:,} members, Spark with {master} and {partitions} partitions",
        ("part", "seconds", "peak MiB"),
        [*parts, ("snapshot, rate and publish-run together", whole, "")],
    )
    return {name: seconds for name, seconds, _ in parts} | {"together": whole}


def _in_arrays(database: Database) -> list[Part]:
    found = []
    for days_before in DAYS_BEFORE:
        forget_peak()
        seconds = sum(each for _, each in scale.steps(database, days_before=days_before, engine="arrays"))
        what = "the first run on a fresh graph" if days_before == DAYS_BEFORE[0] else "a day later"
        found.append((f"arrays: {what}", seconds, client_megabytes()))
    return found


def _on_spark(database: Database, spark: OnSpark, place: Path, master: str, partitions: int) -> list[Part]:
    forget_peak()
    seconds, taken = timed(lambda: snapshot.take(database, scale.SCHEME, place, by=BY, as_of=synthetic.AS_OF))
    found = [("snapshot", seconds, client_megabytes())]
    with peak() as megabytes:
        seconds, told = timed(lambda: spark.rate(place, master=master, partitions=partitions, conf=MEMORY))
    assert told.returncode == 0, told.stderr
    found.append(("innercircle-spark rate", seconds, megabytes[0]))
    forget_peak()
    seconds, done = timed(lambda: publish_run(database, place))
    found.append(("publish-run", seconds, client_megabytes()))
    assert done.members == taken.members
    made = database.statement(POINTS, scheme=scale.SCHEME)
    scale.steps(database, days_before=0, engine="arrays")
    differ = sum(
        one != other for one, other in zip(made, database.statement(POINTS, scheme=scale.SCHEME), strict=True)
    )
    assert differ == 0, f"{differ} of {len(made)} members have other whole points"
    print(f"whole points and bands are those of the engine in arrays, of all {len(made):,} members")
    size = sum(path.stat().st_size for path in place.rglob("*.parquet"))
    ratings = sum(path.stat().st_size for path in (place / "ratings").glob("*.parquet"))
    facts = sum(rows for table, rows in taken.rows.items() if table not in ("members", "founders"))
    print(
        f"the snapshot: {(size - ratings) / 2**20:.1f} MiB, {(size - ratings) / max(1, facts):.1f} bytes for each "
        f"of {facts:,} facts; the ratings: {ratings / 2**20:.1f} MiB, {done.ties:,} ties"
    )
    return found


@contextmanager
def peak() -> Iterator[list[float]]:
    """The most that the processes hold together which this one starts in the block, in MiB, once it has ended."""
    found, ended = [0.0], threading.Event()
    others = {process.pid for process in psutil.Process().children(recursive=True)}

    def look() -> None:
        held = 0
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                held += 0 if process.pid in others else process.memory_info().rss
        found[0] = max(found[0], held / 2**20)

    def watch() -> None:
        while not ended.wait(OFTEN_SECONDS):
            look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()
        look()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="+", default=[100_000])
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    given = parser.parse_args()
    how = {"heap_megabytes": given.heap_megabytes, "master": given.master, "partitions": given.partitions}
    found = {members: run(members, **how) for members in given.members}
    for part in found[given.members[0]]:
        for few, many, exponent in engines.exponents({size: each[part] for size, each in found.items()}):
            print(f"{part}: from {few:,} to {many:,} members time grows as members^{exponent:.2f}")


if __name__ == "__main__":
    main()
