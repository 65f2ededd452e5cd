"""The path under which a proxy shows the service, such as /innercircle: all that answers lead to begins with it.

The proxy takes it off before it passes a request on, so no route begins with it, and none is ever read from a
request: a header could say anything.
"""

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

_CURRENT: ContextVar[str] = ContextVar("prefix", default="")


def at(path: str) -> str:
    """Where somebody who asks the service finds this path of it."""
    return _CURRENT.get() + path


class Root:
    """What a template writes before the path of a link: `{{ root }}/me`."""

    def __str__(self) -> str:
        return _CURRENT.get()


class Prefixed:
    """What answers inside, in whichever thread, leads to paths under the prefix."""

    def __init__(self, app: ASGIApp, prefix: str):
        self.app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _CURRENT.set(self._prefix)
        await self.app(scope, receive, send)
