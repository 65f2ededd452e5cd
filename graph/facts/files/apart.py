"""Files that are read by a process of its own, so that what becomes of their rows is decided beside it.

Python runs one thread at a time, and reading is two thirds of what a first fill does in Python.
"""

import os
import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from graph.errors import RecordError
from graph.facts.files.reader import read
from graph.model import Chunk

AHEAD = 3
"Chunks that are read, at most, before they are used."
_found: Iterator[Chunk] = iter(())
"In the process that reads: what it has not given yet."


def read_apart(paths: Sequence[Path], **how: Any) -> Generator[Chunk, None, None]:
    """The chunks of these files, one file after the other, as `read` gives them.

    how: as for `read`; all of it is copied to the other process, so it has no `secret`.
    Raises what `read` raises, and RecordError where something ended the process.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), _begin, (paths, how)) as reader:
        following = deque(reader.submit(_next) for _ in range(AHEAD))
        try:
            while (chunk := following.popleft().result()) is not None:
                following.append(reader.submit(_next))
                yield chunk
        except BrokenProcessPool as error:
            message = "the process that reads the files was ended from outside, perhaps for want of memory"
            raise RecordError(f"{message}: run the command again") from error
        finally:
            reader.shutdown(wait=True, cancel_futures=True)


def _begin(paths: Sequence[Path], how: dict[str, Any]) -> None:
    global _found  # noqa: PLW0603, a process of the pool has no other memory
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that asked is told of Control-C, and ends this one
    Thread(target=_end_with_parent, daemon=True).start()
    _found = chain.from_iterable(read(path, **how) for path in paths)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _next() -> Chunk | None:
    return next(_found, None)
