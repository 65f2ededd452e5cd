"""What `make bench-spark` says of memory is what the processes hold that it started."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchmarks import spark

HOLD = "import time; held = bytearray(b'x') * {megabytes} * 2**20; print('held', flush=True); time.sleep(60)"


@contextmanager
def holding(megabytes: int) -> Iterator[None]:
    """A process below this one holds so much."""
    process = subprocess.Popen([sys.executable, "-c", HOLD.format(megabytes=megabytes)], stdout=subprocess.PIPE)
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.kill()


def test_the_peak_is_what_processes_held_that_were_started_meanwhile() -> None:
    with ExitStack() as stack:
        stack.enter_context(holding(300))
        with spark.peak() as megabytes:
            stack.enter_context(holding(100))
    assert 100 < megabytes[0] < 200, "without what was there before"
