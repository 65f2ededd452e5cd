"""innercircle-spark as a process in an environment of its own: Spark, what it needs, and no driver of Neo4j."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import filelock

from graph.errors import SetupError
from graph.server import java_for_spark

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-spark.lock"
SECONDS = 3_600
"A machine that is busy takes long to start Java."


def python(cache: Path) -> Path:
    """The Python of an environment with exactly what the lock file says; made in the cache the first time.

    Raises SetupError where there is no Java for Spark, or the packages cannot be had.
    """
    java_for_spark.check()
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:8]
    place = cache.expanduser().resolve() / f"spark-{digest}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(place.with_suffix(".lock")):
        if not (place / ".ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            _run(sys.executable, "-m", "venv", place)
            _run(place / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK)
            (place / ".ready").touch()
    return place / "bin" / "python"


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(
            f"an environment with {LOCK.name} cannot be made: {done.stderr.strip()[-500:]}; "
            "see that pip reaches a registry"
        )


@dataclass(frozen=True)
class OnSpark:
    """The commands of that environment."""

    python: Path

    @property
    def spark_home(self) -> Path:
        """Where pyspark has Spark's jars and programs."""
        return next(self.python.parents[1].glob("lib/python*/site-packages/pyspark"))

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
        return self.run(*self._rating(*directories, master=master, partitions=partitions, conf=conf))

    def start(
        self, *directories: Path, master: str, partitions: int = 2, conf: tuple[str, ...] = ()
    ) -> "subprocess.Popen[str]":
        """The same, while it is at work."""
        return subprocess.Popen(
            [self.python, *self._rating(*directories, master=master, partitions=partitions, conf=conf)],
            cwd="/",
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _rating(self, *directories: Path, master: str, partitions: int, conf: tuple[str, ...]) -> list[str | Path]:
        how = ["--master", master, "--partitions", str(partitions), "--json"]
        own = [word for each in conf for word in ("--conf", each)]
        return ["-m", "graph.rating.engines.spark.command", "rate", *directories, *how, *own]
