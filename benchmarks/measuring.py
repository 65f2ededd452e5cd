"""Seconds, ratios and peaks, and how they are printed."""

import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from graph.cli.output import print_table
from graph.store.client import Database

T = TypeVar("T")
PROCESS = Path("/proc/self")

HEAP_PEAKS = """
CALL dbms.queryJmx('java.lang:name=*,type=MemoryPool') YIELD name, attributes
WHERE name CONTAINS 'G1'
RETURN sum(attributes.PeakUsage.value.properties.used) AS bytes
"""


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """(seconds, result) of one call."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def server_heap_megabytes(database: Database) -> float:
    """The server's peak heap since it started: the sum of the peaks of its pools, so an upper bound."""
    return float(database.statement(HEAP_PEAKS)[0]["bytes"]) / 2**20


def client_megabytes() -> float:
    """This process's peak resident memory, since `forget_peak` where the system can forget."""
    try:
        return _status("VmHWM")
    except FileNotFoundError:  # Linux alone has it
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> float:
    """This process's resident memory now; on Linux, peaks count from now on."""
    try:
        PROCESS.joinpath("clear_refs").write_text("5", encoding="ascii")
        return _status("VmRSS")
    except OSError:
        return client_megabytes()


def _status(name: str) -> float:
    """MiB that the system says of this process."""
    lines = (PROCESS / "status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def report(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """One table of figures; floats with three digits."""
    print_table(
        columns,
        [[f"{cell:.3g}" if isinstance(cell, float) else cell for cell in row] for row in rows],
        title=title,
    )
