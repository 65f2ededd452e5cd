"""Each request gets an id and is counted; where that is asked for, it has a line in the log, and a span.

Paths and queries hold ids of people. So it is known by its method, the template of its route and its status.
"""

import logging
import time
from contextlib import nullcontext

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import request_ids
from api.http import metrics
from api.http.tracing import Spans

LOG = logging.getLogger("innercircle.requests")


class Observed:
    """Outside whatever else can answer, but inside what makes a HEAD a GET, as which it is counted."""

    def __init__(self, app: ASGIApp, *, lines: bool, spans: Spans | None = None):
        """lines: whether each request has a line in the log; spans: where it has a span, if any."""
        self.app = app
        self._spans = spans
        if lines:
            LOG.setLevel(logging.INFO)
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        mine, begun = request_ids.begin(), time.perf_counter()
        status: int | None = None

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                # a document that was made for somebody else as well keeps the id under which it was made, if it
                # is a problem: so the answer never names two
                MutableHeaders(raw=message["headers"]).setdefault(request_ids.HEADER, str(mine))
                status = message["status"]
            await send(message)

        with self._spans.request() if self._spans else nullcontext() as ended:
            try:
                await self.app(scope, receive, noted)
            finally:
                method, route = scope["method"], getattr(scope.get("route"), "path_format", None)
                if ended is not None:
                    ended(method, route, status)
                self._note(method, route, status, time.perf_counter() - begun)

    def _note(self, method: str, route: str | None, status: int | None, seconds: float) -> None:
        metrics.count_request(method, route, status, seconds)
        if self._lines:
            told = {
                "method": method if method in metrics.METHODS else metrics.OTHER,
                "route": route or metrics.NO_ROUTE,
                "status": status,
                "seconds": round(seconds, 4),
            }
            LOG.info("a request was answered" if status else "a request was given up", extra={"fields": told})
