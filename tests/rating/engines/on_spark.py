"""Snapshots for Spark, and what it made of them, as tests look at it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from benchmarks.spark_process import OnSpark
from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.errors import NotRecorded
from graph.rating.engines.spark import layout
from graph.store.client import Database
from tests.strategies import AS_OF

__all__ = ["OnSpark", "ratings", "take"]
BY = Reader("olga", "a trial on Spark")
TIMES = 10


def take(database: Database, scheme: str, out: Path, as_of: datetime = AS_OF) -> None:
    """A snapshot is there. A read that cannot be recorded in time is asked for again, as the error says.

    What a server is asked for the first time it plans, which takes a starved machine longer than a record waits.
    """
    for left in reversed(range(TIMES)):
        try:
            snapshot.take(database, scheme, out, by=BY, as_of=as_of)
        except NotRecorded:
            if not left:
                raise
        else:
            return


def ratings(directory: Path) -> dict[int, dict[str, Any]]:
    """What was made of a snapshot, by rid."""
    files = sorted((directory / layout.RATINGS).glob("*.parquet"))
    rows = pa.concat_tables([parquet.read_table(file) for file in files]).to_pylist()
    found = {row["rid"]: row for row in rows}
    assert len(found) == len(rows)
    return found
