"""Limits on connections, so that no caller keeps others out: on their number, and on the time of each.

Each has a time for sending a head and for taking its answer. uvicorn has no such limits, so this is its protocol
with three clocks. The time for a body is in api/http/limits.py, the time for an answer in api/http/time_limit.py.
When there are as many connections as allowed, the one that has kept the service waiting for longest makes room. So
a stranger who holds all of them open loses his own.
"""

import asyncio
import logging
import resource
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

LOG = logging.getLogger("innercircle.api")
HEAD_SECONDS = 10.0
"Within which the head of a request has to come, from the connection on or from the answer before."
TAKEN_SECONDS = 60.0
"Within which the caller has to take an answer that does not fit into the line at once."
FLUSH_SECONDS = 10.0
"Within which the caller has to take the last of an answer before its connection ends."
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def bound(most: int) -> int:
    """So many, and never more than half of the files that this process may open: others are for the database."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if files == resource.RLIM_INFINITY else max(1, min(most, files // 2))


def protocol(most: int) -> type[H11Protocol]:
    """The protocol of a server that holds at most so many connections."""
    return cast(type[H11Protocol], type("Bounded", (Connection,), {"most": most}))


class Connection(H11Protocol):
    """One connection."""

    most: int

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self._head: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._begun = False
        self.waits_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._begun = True
        super().data_received(data)
        if self.is_asked():
            self._begun = False
            self._stop_head()

    def on_response_complete(self) -> None:
        self._stop()
        self._wait_for_head()
        super().on_response_complete()
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            self._taking = self.loop.call_later(FLUSH_SECONDS, self._not_taken)
        if self.is_asked():  # by a request that came right behind the one before
            self._stop_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(TAKEN_SECONDS, self._not_taken)

    def is_asked(self) -> bool:
        """Whether a request is under way."""
        return self.cycle is not None and not self.cycle.response_complete

    def waits_for_asker(self) -> bool:
        """Whether the other end has to act: to ask, to send the rest, to take the answer."""
        return not self.is_asked() or self.cycle.more_body or self.flow.write_paused

    def _wait_for_head(self) -> None:
        self._begun, self.waits_since = False, self.loop.time()
        self._stop_head()
        self._head = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _stop(self) -> None:
        self._stop_head()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _too_slow(self) -> None:
        if self.is_asked() or self.transport.is_closing():
            return
        if self._begun or self.conn.trailing_data[0]:
            self.transport.write(TOO_SLOW)
        self.transport.close()
        self._taking = self._taking or self.loop.call_later(FLUSH_SECONDS, self._not_taken)

    def _not_taken(self) -> None:
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            self.transport.abort()

    def _make_room(self) -> None:
        held = [each for each in self.connections if isinstance(each, Connection) and each is not self]
        waiting = [each for each in held if each.waits_for_asker()]
        LOG.warning("there are %d connections, as many as may be: the one that waits longest is ended", self.most)
        longest = min(waiting, key=lambda each: each.waits_since, default=self)
        self.connections.discard(longest)
        longest.transport.abort()
