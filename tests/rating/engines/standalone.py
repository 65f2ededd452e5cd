"""A master and workers of Spark as processes of this machine, by the commands of docker-compose.spark.yml."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from benchmarks.spark_process import ROOT, OnSpark

COMPOSE = ROOT / "docker-compose.spark.yml"
HOST = "127.0.0.1"
SECONDS = 900
"How long a starved machine takes to start a Java."


@dataclass(frozen=True)
class Cluster:
    """Where jobs are sent, and who works."""

    master: str
    workers: list["subprocess.Popen[bytes]"]

    def executors(self, worker: int) -> list[psutil.Process]:
        """The processes in which this worker works."""
        with suppress(psutil.NoSuchProcess):
            below = psutil.Process(self.workers[worker].pid).children(recursive=True)
            return [each for each in below if "CoarseGrainedExecutorBackend" in " ".join(_typed(each))]
        return []

    def kill(self, worker: int) -> None:
        """The worker is gone with all that it had begun, as when its machine loses power."""
        processes = [*self.executors(worker), psutil.Process(self.workers[worker].pid)]
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                os.kill(each.pid, signal.SIGKILL)
        self.workers[worker].wait()


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return found


@contextmanager
def cluster(spark: OnSpark, place: Path) -> Iterator[Cluster]:
    """A master and two workers, until the block ends; they write below `place` and listen on loopback alone."""
    port = _free_port()
    there = {"master": HOST, "7077": str(port), "8080": "0", "8081": "0", "3g": "1g"}
    there |= {"spark://master:7077": f"spark://{HOST}:{port}"}
    with ExitStack() as stack:
        log = place / "master.log"
        stack.enter_context(_started(spark, "master", there, log, place))
        _wait_for(log, "I have been elected leader")
        workers = []
        for name in ("worker-1", "worker-2"):
            log, own = place / f"{name}.log", there | {"/scratch/work": str(place / name)}
            workers.append(stack.enter_context(_started(spark, name, own, log, place)))
            _wait_for(log, "Successfully registered with master")
        yield Cluster(f"spark://{HOST}:{port}", workers)


@contextmanager
def _started(
    spark: OnSpark, name: str, there: dict[str, str], log: Path, place: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """The service as a process. there: what stands here for the words of its command in a container."""
    service = services()[name]
    program, *words = [there.get(word, word) for word in service["command"]]
    said = service["environment"] | {"SPARK_LOCAL_DIRS": str(place)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [spark.spark_home / "bin" / program, *words],
            cwd=place,
            env=spark.environment() | said | {"SPARK_HOME": str(spark.spark_home), "SPARK_LOCAL_IP": HOST},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.kill()
        process.wait()


def _wait_for(log: Path, words: str) -> None:
    deadline = time.monotonic() + SECONDS
    while words not in log.read_text(encoding="utf-8", errors="replace"):
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8", errors="replace")[-4_000:]
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _typed(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
