"""Limits for one caller: the length of an address, the size of a body, and the number of requests.

Sizes are counted as a request comes in, before anything looks at it. Requests count by the subject of the token,
once it has been checked (api/deps/auth.py), or by the caller's address if there is no token. So a flood from one
caller is not counted for another. A request about many entities counts by their number.
"""

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from graph.errors import TooMany

LONGEST_TARGET = 8_000
"Bytes of a path and query: 20 ids of 200 characters, percent-encoded, fit in."
LARGEST_BODY = 1_000_000
"Bytes: 1,000 ids of 200 characters fit in."
BODY_SECONDS = 20.0
"Within which a body is there: a million bytes over a slow line."
MOST_ASKERS = 100_000
"Callers whose buckets are kept; beyond, the one that asked longest ago starts anew."

Bucket = tuple[float, float]
"(what was left, when): seconds of time.monotonic."


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
        until = time.monotonic() + BODY_SECONDS
        while not too_large:
            try:
                async with asyncio.timeout(max(0.0, until - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                said = f"the body of a request is there within {BODY_SECONDS:g} s"
                # what comes of it later must not be taken for another request
                await problems.answer(problems.TOO_SLOW, said, headers={"Connection": "close"})(
                    scope, receive, send
                )
                return
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
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, asker: str, cost: int = 1, what: str = "requests") -> None:
        """So much is counted for this asker. Raises TooMany if it has too little left.

        A request that costs more than a whole bucket passes if the bucket is full, and the caller waits
        afterwards.
        """
        with self._lock:
            now = time.monotonic()
            left, enough, kept = self.after(self._buckets.pop(asker, (float(self.burst), now)), now, cost)
            self._buckets[asker] = kept
            if len(self._buckets) > MOST_ASKERS:
                self._buckets.popitem(last=False)
        if not enough:
            raise too_many(what, self.wait(left, cost))

    def after(self, bucket: Bucket, now: float, cost: int) -> tuple[float, bool, Bucket]:
        """(what is left of the bucket before, whether that is enough, the bucket afterwards)."""
        left, since = bucket
        left = min(float(self.burst), left + (now - since) * self.per_second)
        enough = left >= min(cost, self.burst)
        return left, enough, (left - cost if enough else left, now)

    def wait(self, left: float, cost: int) -> int:
        """Seconds until a bucket with so much left has enough."""
        return math.ceil((min(cost, self.burst) - left) / self.per_second)


def too_many(what: str, seconds: int) -> TooMany:
    return TooMany(f"too many {what}: ask again in {seconds} s", retry_seconds=seconds)


def too_many_at_once(most: int) -> TooMany:
    return TooMany(f"{most} of these are under way: ask again when one has ended", retry_seconds=1)


class AtOnce:
    """So much of one kind at a time for each asker. Safe between threads."""

    def __init__(self, most: int):
        self.most = most
        self._under_way: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def one(self, asker: str) -> Iterator[None]:
        """One more is under way while the block runs. Raises TooMany where as many are as may be."""
        with self._lock:
            if self._under_way[asker] >= self.most:
                raise too_many_at_once(self.most)
            self._under_way[asker] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[asker] -= 1
                if not self._under_way[asker]:
                    del self._under_way[asker]
