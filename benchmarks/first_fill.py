"""Filling an empty graph: contacts a second by `load`, and by `import` through Neo4j's own bulk importer.

Both fill an empty managed Neo4j with the same files of a made-up community, and both are timed from the first byte
read to the last row stored, with all that they wait for: `import` stops Neo4j and starts it again. Beside them is
the reading alone, since both read and check with the same code, and what each step of `import` took.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.homes import managed
from benchmarks.measuring import client_megabytes, report, timed
from graph.facts import first_fill, synthetic
from graph.facts.files import read
from graph.facts.load import load
from graph.model import Loaded
from graph.policy import publishing, scheme
from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations

AIM = 5.0
CONTACTS = 100_000


def run(contacts: int, heap_megabytes: int = 2048) -> None:
    """Prints the figures of a community with so many contacts, a tenth as many members, and the other facts."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        members = max(20, contacts // 10)
        synthetic.write(
            directory / "all",
            entities=members * 4 // 3,
            members=members,
            contacts=contacts,
            obligations=members * 3,
            purchases=members * 3,
            visits=members * 3,
        )
        few = directory / "contacts alone"
        few.mkdir()
        for kind in ("entities", "contacts"):
            (few / f"{kind}.csv").symlink_to(directory / "all" / f"{kind}.csv")
        for title, files in (("entities and contacts", few), ("all kinds", directory / "all")):
            _compare(title, files, directory / "home", heap_megabytes)
    print(f"client's peak memory {client_megabytes():.0f} MiB")


def _compare(title: str, files: Path, home: Path, heap_megabytes: int) -> None:
    seconds, read_rows = timed(lambda: _read(files))
    rows = [("reading and checking alone", seconds, read_rows / seconds, 0.0)]
    found: dict[str, tuple[float, int]] = {}
    steps = _Steps()
    for name in ("load", "import"):
        settings = managed(home, heap_megabytes)
        local.start(settings)
        try:
            found[name] = _fill(settings, name, files, steps)
        finally:
            local.discard(settings)
    for name, (seconds, stored) in found.items():
        rows.append((name, seconds, stored / seconds, found["load"][0] / seconds))
    report(
        f"{title}: {read_rows:,} rows (aim of import: {AIM} of load)", ("", "seconds", "rows/s", "of load"), rows
    )
    report("the steps of import", ("", "seconds"), steps.taken())


class _Steps:
    """What an import tells of while it is at work, each with the time at which it began."""

    def __init__(self) -> None:
        self._begun: list[tuple[str, float]] = []

    def __call__(self, step: str) -> None:
        name = "reading, checking, writing files" if step.endswith("rejected") else step
        if not self._begun or self._begun[-1][0] != name:
            self._begun.append((name, time.perf_counter()))

    def taken(self) -> list[tuple[str, float]]:
        """Each step with the seconds until the next one."""
        return [(name, end - start) for (name, start), (_, end) in zip(self._begun, self._begun[1:], strict=False)]


def _fill(settings: Settings, name: str, files: Path, steps: _Steps) -> tuple[float, int]:
    """(seconds, rows stored) of one command on an empty graph with two schemes."""
    with connect(settings) as database:
        migrations.apply(database)
        for each in ("reliability", "own-conduct"):
            publishing.publish(database, scheme.read(each))
        if name == "load":
            seconds, loaded = timed(lambda: load(database, [files]))
            return seconds, _stored(loaded)
    steps("looking at the graph")
    seconds, done = timed(lambda: first_fill.fill(settings, [files], progress=steps))
    steps("end")
    return seconds, _stored(done.loaded)


def _stored(loaded: Sequence[Loaded]) -> int:
    return sum(each.stored for each in loaded)


def _read(files: Path) -> int:
    return sum(len(chunk.rows) for file in files.iterdir() for chunk in read(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=CONTACTS)
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    run(arguments.contacts, arguments.heap_megabytes)


if __name__ == "__main__":
    main()
