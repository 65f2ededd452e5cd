"""Every request ends in time: when its time is over, it is answered with a failure, whatever it waits for."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from graph.errors import StoreUnavailable
from graph.store import deadlines
from graph.store.deadlines import Deadline

AGAIN_SECONDS = 0.5
"When the time of a request is over, its waiting is ended, and again after so long, until the request has ended."


class InTime:
    """A request without an answer after so many seconds is answered with 503; its work ends soon after."""

    def __init__(self, app: ASGIApp, seconds: float):
        self.app, self.seconds = app, seconds
        self._ending: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = over = False

        async def noted(message: Message) -> None:
            nonlocal begun
            if not over:
                begun = True
                await send(message)

        deadline = Deadline(self.seconds)
        deadlines.CURRENT.set(deadline)  # of this request's task, which the next one copies
        task = asyncio.ensure_future(self.app(scope, receive, noted))
        try:
            await asyncio.wait({task}, timeout=self.seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done():
            task.result()
            return
        over = True
        ending = asyncio.ensure_future(_end(task, deadline))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        # Once an answer has begun, the server breaks it off, and the caller sees that something is missing.
        if not begun:
            said = f"the request took longer than {self.seconds:g} s"
            await problems.answer(StoreUnavailable.code, said)(scope, receive, send)


async def _end(task: "asyncio.Future[None]", deadline: Deadline) -> None:
    """The waiting of the request is ended until its work has ended; nobody gets its late answer."""
    while not task.done():
        deadline.expire()
        await asyncio.wait({task}, timeout=AGAIN_SECONDS)
    if not task.cancelled():
        task.exception()
