"""How much one asker may ask: the length of an address, the size of a body, and how often.

Sizes are counted as a request comes in, before anything looks at it. How often counts by the subject of a token
once it has been checked (api/security.py), and by the address a request comes from where there is none, so that
one asker's flood is not another's.
"""

import math
import time
from collections import OrderedDict
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from graph.errors import TooMany

LONGEST_TARGET = 8_000
"Bytes of a path and query: 20 ids of 200 characters, percent-encoded, fit in."
LARGEST_BODY = 1_000_000
"Bytes: 1,000 ids of 200 characters fit in."
MOST_ASKERS = 100_000
"Whose buckets are kept; beyond, the one that asked longest ago starts anew."


class Sizes:
    """Requests that are too long or too large are refused; a body comes to the application whole."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_TARGET:
            said = f"the path and query of a request have at most {LONGEST_TARGET:,} bytes"
            await problems.answer(problems.TOO_LONG, said)(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        body = bytearray()
        too_large = declared.isdigit() and int(declared) > LARGEST_BODY
        while not too_large:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            too_large = len(body) > LARGEST_BODY
            if not message.get("more_body", False):
                break
        if too_large:
            said = f"the body of a request has at most {LARGEST_BODY:,} bytes"
            await problems.answer(problems.TOO_LARGE, said)(scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)


class Rates:
    """A bucket of requests for each asker: so many at once, and so many more each second. Safe between threads."""

    def __init__(self, per_second: float, burst: int):
        self.per_second, self.burst = per_second, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, asker: str) -> None:
        """One request of this asker is counted. Raises TooMany where it has none left."""
        with self._lock:
            now = time.monotonic()
            left, since = self._buckets.pop(asker, (float(self.burst), now))
            left = min(float(self.burst), left + (now - since) * self.per_second)
            self._buckets[asker] = (max(left - 1, left if left < 1 else 0.0), now)
            if len(self._buckets) > MOST_ASKERS:
                self._buckets.popitem(last=False)
        if left < 1:
            wait = math.ceil((1 - left) / self.per_second)
            raise TooMany(f"too many requests: ask again in {wait} s", retry_seconds=wait)
