"""What fails in a way that may pass is done again, for a while."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from neo4j import exceptions as driver_errors

from graph.store import deadlines, encryption

T = TypeVar("T")
RETRY_SECONDS = 15
"How long a read or a write is repeated, while its failure is transient."
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 1.0


def repeated(attempt: Callable[[], T]) -> T:
    """What the attempt gives, made again while it fails in a way that may pass, and there is time."""
    until, pause = time.monotonic() + RETRY_SECONDS, FIRST_PAUSE_SECONDS
    while True:
        try:
            return attempt()
        except (driver_errors.Neo4jError, driver_errors.DriverError) as error:
            if not error.is_retryable() or encryption.fault(error) or time.monotonic() + pause > until:
                raise
        if deadline := deadlines.current():
            deadline.left()
        time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  # two never wait in step
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
