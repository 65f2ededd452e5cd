"""Repeated lines of a log: once a second, and not a thousand times; of requests, each that is asked for."""

import logging
import re
import time
from collections import OrderedDict
from threading import Lock

from api.http.log_lines import Lines

SECONDS = 1.0
MOST_KEPT = 1_000
LONGEST_ALIKE = 200
"Characters by which lines are told apart."
UNLIKE = re.compile(r"urn:uuid:[0-9a-f-]+|0x[0-9a-f]+|\d+")
"The part in which two lines about the same thing differ."


class OnceASecond(logging.Filter):
    """A line that is like one of the second before is left out, and the next that is not says how many were."""

    def __init__(self) -> None:
        super().__init__()
        self._said: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "fields"):  # of one request: another that is alike is another request
            return True
        text = record.getMessage()
        key = (record.name, record.levelno, UNLIKE.sub("#", text[:LONGEST_ALIKE]))
        with self._lock:
            now = time.monotonic()
            at, left_out = self._said.get(key, (-SECONDS, 0))
            if now - at < SECONDS:
                self._said[key] = at, left_out + 1
                return False
            self._said[key] = now, 0
            self._said.move_to_end(key)
            if len(self._said) > MOST_KEPT:
                self._said.popitem(last=False)
        if left_out:
            record.msg, record.args = f"{text} (and {left_out} more like it since the last such line)", None
        return True


def thin_out() -> None:
    """What this process logs from now on goes to stderr as lines of JSON, and none more than once a second."""
    log = logging.StreamHandler()
    log.addFilter(OnceASecond())
    log.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[log])
