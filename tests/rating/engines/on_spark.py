"""Snapshots for Spark, and what it made of them, as tests look at it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from benchmarks.spark_process import SECONDS, OnSpark
from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.errors import NotRecorded
from graph.rating.engines.spark import layout
from graph.store.client import Database
from tests.strategies import AS_OF

__all__ = ["QUICK", "OnSpark", "Session", "ratings", "session", "take"]
BY = Reader("olga", "a trial on Spark")
TIMES = 10
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
QUICK = (
    # each part of a plan is a job of its own else, and a class that Java compiles
    "spark.sql.adaptive.enabled=false",
    "spark.sql.codegen.wholeStage=false",
    "spark.sql.codegen.factoryMode=NO_CODEGEN",
    # a sort takes a page, and clears it, however few rows it has
    "spark.buffer.pageSize=256k",
    f"spark.driver.extraJavaOptions={JAVA}",
    f"spark.executor.extraJavaOptions={JAVA}",
)
"""Settings with which a community of hundred members takes seconds: nearly all of its time is Spark's own.

What is measured, and what is rated with the command alone (test_publish_run.py), has Spark's usual ones.
"""


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


@dataclass(frozen=True)
class Session:
    """One session of Spark, for all tests that need no other: to start one takes longer than what they ask."""

    process: "subprocess.Popen[str]"
    log: Path

    def ask(self, **asked: Any) -> dict[str, Any]:
        """What tests/rating/engines/in_spark.py answers."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked, default=str) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.log.read_text(encoding="utf-8", errors="replace")[-4_000:]
        told: dict[str, Any] = json.loads(line)
        return told

    def rate(self, directory: Path, partitions: int = 2) -> dict[str, Any]:
        """The snapshot is rated."""
        told = self.ask(rate=directory, partitions=partitions)
        assert told["out"] == f"{directory}/{layout.RATINGS}", told
        return told


@contextmanager
def session(spark: OnSpark, log: Path) -> Iterator[Session]:
    """A session of two cores, with the settings for small communities, until the block ends."""
    told = json.dumps(dict(each.split("=", 1) for each in QUICK))
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [spark.python, Path(__file__).with_name("in_spark.py"), told],
            cwd="/",
            env=spark.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield Session(process, log)
            process.communicate(timeout=SECONDS)  # it ends when there is nothing more to ask
        finally:
            process.kill()
