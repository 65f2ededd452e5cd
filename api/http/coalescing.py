"""Public documents are made once for all callers that wait for them.

A caller that comes while a document is being made gets the next one. So no document is older than its request, and
however many callers ask at once, one document is made at a time.
"""

import asyncio
from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Key = tuple[str, bytes]
"Path and query."
Making = asyncio.Task[list[Message]]


class Together:
    """A public document is made once for all callers that wait for it.

    shared: the routes that answer everybody alike, whatever the headers.
    """

    def __init__(self, app: ASGIApp, shared: Sequence[BaseRoute]):
        self.app, self._shared = app, shared
        self._made: dict[Key, Making] = {}
        self._next: dict[Key, Making] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._shared_route(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route  # as if the caller had come to it by itself
        key = (scope["path"], scope["query_string"])
        running = self._made.get(key)
        if running is None:
            task = self._made[key] = asyncio.create_task(self._make(scope))
            task.add_done_callback(lambda done: self._forget(self._made, key, done))
        elif key in self._next:
            task = self._next[key]
        else:
            task = self._next[key] = asyncio.create_task(self._follow(scope, running, key))
        for message in await asyncio.shield(task):
            await send(message)

    def _shared_route(self, scope: Scope) -> BaseRoute | None:
        return next((route for route in self._shared if route.matches(scope)[0] is Match.FULL), None)

    async def _follow(self, scope: Scope, before: Making, key: Key) -> list[Message]:
        await asyncio.wait({before})
        task = self._next.pop(key)
        self._made[key] = task
        task.add_done_callback(lambda done: self._forget(self._made, key, done))
        return await self._make(scope)

    async def _make(self, scope: Scope) -> list[Message]:
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        await self.app(dict(scope), nothing, keep)
        return said

    @staticmethod
    def _forget(
        where: dict[Key, Making],
        key: Key,
        task: Making,
    ) -> None:
        if where.get(key) is task:
            del where[key]
        if not task.cancelled():
            task.exception()
