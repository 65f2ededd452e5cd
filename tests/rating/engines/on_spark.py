"""innercircle-spark as a process in an environment of its own: Spark, what it needs, and no driver of Neo4j."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import pyarrow as pa
from pyarrow import parquet

from graph.rating.engines.spark import layout

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements-spark.lock"
SECONDS = 3_600
"A machine that is busy takes long to start Java."


def python(cache: Path) -> Path:
    """The Python of an environment with exactly what the lock file says; made in the cache the first time."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:8]
    place = cache.expanduser().resolve() / f"spark-{digest}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(place.with_suffix(".lock")):
        if not (place / ".ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            install = ("-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK)
            subprocess.run([place / "bin" / "python", *install], check=True)
            (place / ".ready").touch()
    return place / "bin" / "python"


@dataclass(frozen=True)
class OnSpark:
    """The commands of that environment."""

    python: Path

    def run(self, *arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Python with these arguments, where nothing is set that this project heeds."""
        return subprocess.run(
            [self.python, *arguments],
            cwd="/",
            env=self.environment() | variables,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("INNERCIRCLE_")}
        return own | {"PYTHONPATH": str(ROOT)}

    def rate(
        self, *directories: Path, master: str = "local[2]", partitions: int = 2, conf: tuple[str, ...] = ()
    ) -> "subprocess.CompletedProcess[str]":
        """`innercircle-spark rate DIR...`"""
        how = ["--master", master, "--partitions", str(partitions), "--json"]
        return self.run(
            "-m",
            "graph.rating.engines.spark.command",
            "rate",
            *directories,
            *how,
            *(word for each in conf for word in ("--conf", each)),
        )


def ratings(directory: Path) -> dict[int, dict[str, Any]]:
    """What was made of a snapshot, by rid."""
    files = sorted((directory / layout.RATINGS).glob("*.parquet"))
    rows = pa.concat_tables([parquet.read_table(file) for file in files]).to_pylist()
    found = {row["rid"]: row for row in rows}
    assert len(found) == len(rows)
    return found
