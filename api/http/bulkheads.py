"""Bulkheads: requests of one kind fill their own room and no other, and no asker fills a room alone.

A request is in a room while it is being answered. There are threads enough for all rooms together (api/app.py), so
a request waits for requests of its own kind only: members never wait for clients, and health checks wait for
nobody.
"""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems

LONGEST_WAIT_SECONDS = 20.0
"For a place in a room."
MOST_WAITING = 200
"For one room."


@dataclass(frozen=True)
class Size:
    """How many requests a room takes at a time, and how many of them from one asker."""

    at_once: int
    each: int


HEALTH, PUBLIC, SIGNING_IN, CLIENTS = "health", "public", "signing in", "clients"
OTHERS, MEMBERS = "others", "members"
SIZES = {
    HEALTH: Size(2, 2),
    SIGNING_IN: Size(2, 2),
    PUBLIC: Size(3, 3),
    CLIENTS: Size(4, 2),
    OTHERS: Size(4, 2),
    MEMBERS: Size(16, 4),
}
THREADS = sum(size.at_once for size in SIZES.values())


class FullError(Exception):
    """No place became free in time."""


class Room:
    """So many at a time, and so many of one asker; others wait in turn, except for an asker with enough."""

    def __init__(self, size: Size):
        self.size = size
        self._inside: Counter[str] = Counter()
        self._waiting: deque[tuple[str, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def place(self, asker: str) -> AsyncIterator[None]:
        """A place in the room while the block runs. Raises FullError."""
        if self._waiting or not self._is_free(asker):
            await self._wait(asker)
        else:
            self._inside[asker] += 1
        try:
            yield
        finally:
            self._leave(asker)

    def _is_free(self, asker: str) -> bool:
        return self._inside.total() < self.size.at_once and self._inside[asker] < self.size.each

    async def _wait(self, asker: str) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise FullError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (asker, turn)
        self._waiting.append(entry)
        self._admit()
        try:
            await asyncio.wait_for(asyncio.shield(turn), LONGEST_WAIT_SECONDS)
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it became free at that very moment
                self._leave(asker)
            else:
                self._waiting.remove(entry)
            if isinstance(error, TimeoutError):
                raise FullError from None
            raise

    def _leave(self, asker: str) -> None:
        self._inside[asker] -= 1
        if not self._inside[asker]:
            del self._inside[asker]
        self._admit()

    def _admit(self) -> None:
        """Waiting requests with a free place go in, in the order in which they came."""
        for entry in list(self._waiting):
            if self._inside.total() >= self.size.at_once:
                return
            asker, turn = entry
            if self._is_free(asker):
                self._waiting.remove(entry)
                self._inside[asker] += 1
                turn.set_result(None)


class InRoom:
    """What is answered in a room; a request that finds no place in time is told when to ask again."""

    def __init__(self, app: ASGIApp, room: Room):
        self.app, self._room = app, room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._room.place(_asker(scope)):
                await self.app(scope, receive, send)
        except FullError:
            said = "more is asked at once than can be answered: ask again in a second"
            await problems.answer(problems.BUSY, said)(scope, receive, send)


def _asker(scope: Scope) -> str:
    """The asker that a request seems to have, before anything is verified."""
    headers = Headers(scope=scope)
    said = headers.get("authorization") or headers.get("cookie")
    if said:
        return hashlib.sha256(said.encode()).hexdigest()
    return f"address {(scope.get('client') or ('',))[0]}"
