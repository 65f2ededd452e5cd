"""Loading each kind of rows, beside a program that only merges the same rows through the bare driver.

A part of a made-up community is loaded first. The rest of each file is cut into loads of one size, which go into
that graph in turn by us and by the bare driver (merging.py): both find it as large, and the machine as busy.
`python -m benchmarks.loading --members 10000` runs this alone.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from os import SEEK_END
from pathlib import Path
from statistics import median

from benchmarks import merging
from benchmarks.measuring import client_megabytes, report, timed
from graph.facts import synthetic
from graph.facts.files import read
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.store.client import Database

SCHEMES = ("reliability", "own-conduct")
AIM = 0.8
NAMED = ("entities", "products", "sites", "memberships")
"What facts are about: all of it is there before them."
FACTS = ("contacts", "obligations", "payments", "purchases", "visits", "judgments")
KINDS = (*NAMED, *FACTS)
NOT_YET = "2026-09-30T12:00:00Z"
"When debts are due that are open, and paid in two parts."
THE_REST = "made-up-rest-of-"
"Begins the ids of the second parts."


@dataclass(frozen=True)
class Size:
    """Loads of at most so many rows, in pairs: one of ours and one by the bare driver."""

    rows: int
    pairs: int
    share: float
    "of a file that goes into them; where that is too little, they have fewer rows"

    def of(self, rows: int) -> int:
        return min(self.rows, int(rows * self.share) // (2 * self.pairs))


SIZES = (Size(40_000, 3, 0.6), Size(8_000, 5, 0.3))
Line = tuple[str, str, str, str, float, float, float]


def run(database: Database, members: int) -> None:
    """Prints the figures of a community of this many members, which is then in the graph, empty before."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        seconds, _ = timed(lambda: make_up(directory, members))
        print(f"\n{members:,} members: files made up in {seconds:.0f} s")
        for each in SCHEMES:
            publishing.publish(database, scheme.read(each))
        lines = [line for kind in NAMED for line in _beside(database, kind, _begin(database, kind, directory))]
        later = {kind: _begin(database, kind, directory) for kind in FACTS}
        lines += [line for kind in FACTS for line in _beside(database, kind, later[kind])]
        report(
            f"{members:,} members: loading beside the bare driver (aim: {AIM} of it; entities, products and sites "
            "at 20,000 rows/s where it does 25,000)",
            ("kind", "rows a load", "rows/s", "bare rows/s", "of bare", "least", "most"),
            lines,
        )
        again, _ = timed(lambda: load(database, [directory / "entities.csv"]))
        print(f"entities again, all known: {again:.1f} s; client's peak memory {client_megabytes():.0f} MiB")


def make_up(directory: Path, members: int) -> None:
    """A file of each kind but payments; facts are as many as in scale.py, and a third of the debts is not due."""
    synthetic.write(
        directory,
        entities=members * 4 // 3,
        members=members,
        contacts=members * 10,
        obligations=members * 2,
        purchases=members * 3,
        visits=members * 3,
        judgments=members // 2,
    )
    for kind, category in (("products", "books"), ("sites", "news")):
        with (directory / f"{kind}.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"made-up-{kind}-{number:07},{category}\n" for number in range(members))
    leave_open(directory, members)


def leave_open(directory: Path, debts: int) -> None:
    """So many more debts, between the parties of others, that are open and not due."""
    with (directory / "obligations.csv").open("r+", encoding="utf-8") as file:
        parties = [line.split(",")[1:3] for line in islice(file, 1, debts + 1)]
        file.seek(0, SEEK_END)
        for number, (debtor, creditor) in enumerate(parties):
            print(f"made-up-open-{number:07},{debtor},{creditor},loan,40.00,CNY,{NOT_YET},,", file=file)


def pay(directory: Path) -> None:
    """Two for each open debt that is in the graph, half of it each."""
    with (
        (directory / "obligations-rest.csv").open(encoding="utf-8") as debts,
        (directory / "payments.csv").open("w", encoding="utf-8") as out,
    ):
        print(",".join(synthetic.HEADERS["payments"]), file=out)
        for line in debts:
            name, *_, due, _settled, _outcome = line.split(",")
            if due == NOT_YET:
                print(f"made-up-half-of-{name},{name},2026-05-30T12:00:00Z,20.00,CNY", file=out)
                print(f"{THE_REST}{name},{name},2026-06-30T12:00:00Z,20.00,CNY", file=out)


def _begin(database: Database, kind: str, directory: Path) -> list[list[Path]]:
    """The beginning of a kind's file is in the graph; returns the files of the loads to come, for each size."""
    if kind == "payments":
        pay(directory)
    header, *lines = (directory / f"{kind}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    sizes = [size.of(len(lines)) for size in SIZES]
    assert all(sizes), f"{len(lines)} {kind} are too few to measure anything"
    taken, files = 0, list[list[Path]]()
    for size, rows in zip(SIZES, sizes, strict=True):
        files.append([])
        for _ in range(2 * size.pairs):
            path = directory / f"{kind}-{taken}.csv"
            path.write_text("".join([header, *lines[taken : taken + rows]]), encoding="utf-8")
            files[-1].append(path)
            taken += rows
    rest = directory / f"{kind}-rest.csv"
    rest.write_text("".join([header, *lines[taken:]]), encoding="utf-8")
    _load(database, kind, rest, len(lines) - taken)
    return files


def _beside(database: Database, kind: str, loads: Sequence[Sequence[Path]]) -> Iterator[Line]:
    """The figures of the loads of each size, half of them ours; who is first changes from pair to pair."""
    for files in loads:
        ours, bare = list[float](), list[float]()
        rows = sum(1 for _ in files[0].open(encoding="utf-8")) - 1
        for number, path in enumerate(files):
            if (number + number // 2) % 2:
                ours.append(timed(lambda path=path, rows=rows: _load(database, kind, path, rows))[0])  # type: ignore[misc]
            else:
                bare.append(_merge(database, kind, path))
        ratios = [theirs / own for own, theirs in zip(ours, bare, strict=True)]
        speeds = [f"{rows * len(each) / sum(each):,.0f}" for each in (ours, bare)]
        yield kind, f"{rows:,}", speeds[0], speeds[1], median(ratios), min(ratios), max(ratios)


def _load(database: Database, kind: str, path: Path, rows: int) -> None:
    [loaded] = load(database, [path], kind=kind)
    assert (loaded.stored, loaded.rejected) == (rows, 0), loaded


def _merge(database: Database, kind: str, path: Path) -> float:
    """The seconds in which the bare driver writes the rows of a file that were read before."""
    chunks = [chunk.rows for chunk in read(path, kind)]
    seconds = 0.0
    for rows in chunks:
        settling = [row["id"] for row in rows if str(row.get("id")).startswith(THE_REST)]
        made = merging.statements(database, kind, rows, settling)
        seconds += timed(lambda made=made: merging.merge(database, made))[0]  # type: ignore[misc]
    return seconds


def main() -> None:
    from benchmarks.__main__ import empty_graph

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    with empty_graph(arguments.heap_megabytes) as database:
        run(database, arguments.members)


if __name__ == "__main__":
    main()
