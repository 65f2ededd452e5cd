"""The log of the service: one object of JSON on each line, with the id of the request that it is about."""

import json
import logging
import os
from datetime import UTC, datetime

from api import request_ids
from api.http.unhandled_errors import described


class Lines(logging.Formatter):
    """A record as `{"at", "level", "log", "pid", "request", "says", ...}`, on one line.

    request: only where a request is being answered; it is the header X-Request-Id of its answer, and in the
    `instance` of its problem. Of an exception its kinds and lines are told, and no message: it may hold a name.
    """

    def format(self, record: logging.LogRecord) -> str:
        request = request_ids.current()
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "log": record.name,
            "pid": os.getpid(),
            **({"request": str(request)} if request else {}),
            "says": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["after"] = described(record.exc_info[1])
        return json.dumps(told, ensure_ascii=True, default=str)
