"""Loading and rating made-up communities of growing size."""

import csv
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.measuring import client_megabytes, median_ratio, report, server_heap_megabytes, timed
from graph.facts import synthetic
from graph.facts.files import kind_of, read
from graph.facts.kinds import KINDS
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.store.client import Database

SCHEME = "reliability"
# What a program without innercircle would write: the same rows, the same properties, no checks, no rejects.
BARE = """
UNWIND $rows AS row
MATCH (source:Entity {id: row.source})
MATCH (target:Entity {id: row.target})
MERGE (source)-[c:CONTACTED {id: row.id}]->(target)
SET c.at = datetime(row.at), c.channel = row.channel, c.load = $load
"""
LOAD = "c8c3f1a0-5d0e-4f39-9a86-3f3e0b9d8d11"
"As long as the id of a load is."
READ_ALL = """
MATCH (m:Membership {scheme: $scheme})-[tie:INNER]->(contact:Membership)
RETURN sum(tie.weight * contact.score) AS company
"""
PAIRS = 6


def run(database: Database, members: int) -> None:
    """Prints the figures of a community of this many members, on an empty graph."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        made, _ = timed(lambda: make_up(directory, members))
        print(f"\n{members:,} members: files made up in {made:.0f} s")
        contacts = directory / "contacts.csv"
        contacts.rename(directory / "later.out")
        publishing.publish(database, scheme.read(SCHEME))
        publishing.publish(database, scheme.read("own-conduct"))
        loaded = _load_everything(database, directory)
        ratio, rate = _load_beside_bare_driver(database, directory / "later.out", directory)
        loaded.append(("contacts", rate))
        report(
            f"{members:,} members: loading", ("kind", "rows/s"), [(kind, f"{rows:,.0f}") for kind, rows in loaded]
        )
        print(f"contacts: {ratio:.2f} of the bare driver's UNWIND ... MERGE of as many rows (aim >= 0.8)")
        again, _ = timed(lambda: load(database, [directory / "entities.csv"]))
        print(
            f"entities again, all known: {again:.1f} s; client's peak memory so far {client_megabytes():.0f} MiB"
        )
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


def _load_everything(database: Database, directory: Path) -> list[tuple[str, float]]:
    found = []
    for file in sorted(directory.glob("*.csv"), key=lambda path: list(KINDS).index(kind_of(path))):
        seconds, (loaded,) = timed(lambda file=file: load(database, [file]))  # type: ignore[misc]
        found.append((loaded.kind, loaded.stored / seconds))
    return found


def _load_beside_bare_driver(database: Database, file: Path, directory: Path) -> tuple[float, float]:
    """(our speed over the bare driver's, our rows/s): slices of one file, in turn by us and by the bare driver."""
    slices = list(_slices(file, directory, 2 * PAIRS))
    pairs, rows = [], 0
    for ours, bare in zip(slices[::2], slices[1::2], strict=True):
        prepared = [chunk.rows for chunk in read(bare, "contacts")]
        bare_seconds, _ = timed(lambda prepared=prepared: _merge(database, prepared))  # type: ignore[misc]
        seconds, (loaded,) = timed(lambda ours=ours: load(database, [ours], kind="contacts"))  # type: ignore[misc]
        pairs.append((bare_seconds / sum(map(len, prepared)), seconds / loaded.stored))
        rows += loaded.stored
    return median_ratio(pairs), 1 / (sum(ours for _, ours in pairs) / len(pairs))


def _slices(file: Path, directory: Path, count: int) -> Iterator[Path]:
    """The file in `count` files of about as many rows each."""
    with file.open(newline="") as source:
        reader = csv.reader(source)
        header = next(reader)
        paths = [directory / f"slice-{number}.csv" for number in range(count)]
        files = [path.open("w", newline="") for path in paths]
        writers = [csv.writer(each) for each in files]
        for writer in writers:
            writer.writerow(header)
        for number, row in enumerate(reader):
            writers[number % count].writerow(row)
        for each in files:
            each.close()
    yield from paths


def _merge(database: Database, chunks: list[list[dict[str, Any]]]) -> None:
    for rows in chunks:
        database.statement(BARE, rows=rows, load=LOAD)


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
