"""make bench: every benchmark on a managed Neo4j of its own, which is gone afterwards."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import (
    backtest,
    cheating,
    engines,
    first_fill,
    held_view,
    neighbours,
    opening,
    pages,
    scale,
    serving,
)
from benchmarks.homes import empty_service
from graph.store.client import Database

OTC = Path(__file__).resolve().parents[2] / "shared" / "data" / "bitcoin-otc"


@contextmanager
def empty_graph(heap_megabytes: int) -> Iterator[Database]:
    with empty_service(heap_megabytes) as (database, _settings):
        yield database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--heap-megabytes", type=int, default=2048)
    arguments = parser.parse_args()
    with empty_graph(arguments.heap_megabytes) as database:
        held_view.run(database, OTC)
    backtest.run(OTC)
    cheating.run(OTC)
    with empty_service(arguments.heap_megabytes) as (database, settings):
        pages.run(database, settings)
    with empty_service(arguments.heap_megabytes) as (database, settings):
        neighbours.run(database, settings)
    with empty_service(arguments.heap_megabytes) as (database, settings):
        serving.run(database, settings)
    first_fill.run(first_fill.CONTACTS, arguments.heap_megabytes)
    for members in arguments.members:
        with empty_graph(arguments.heap_megabytes) as database:
            scale.run(database, members)
            opening.run(database, members)
            engines.run(database, members)


if __name__ == "__main__":
    main()
