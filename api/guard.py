"""Requests that did not come from this machine, for this machine, are refused.

The service listens on loopback only. This guards the ways around it: a server that somebody starts for the
application by other means, and a web page whose own name was made to resolve to 127.0.0.1 (DNS rebinding), which
would otherwise read ratings through the browser of whoever looks at it.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.loopback import WHY, is_loopback


class LoopbackOnly:
    """Only requests that name this machine, and came in at a loopback address, reach the application."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (fault := _fault(scope)):
            await problems.answer(problems.NOT_LOOPBACK, f"{fault}: {WHY}")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _fault(scope: Scope) -> str:
    """What is wrong with where the request came in, and whom it was meant for; empty if nothing is."""
    address = (scope.get("server") or ("", None))[0]
    if not is_loopback(address):
        return f"the request came in at {address!r}"
    named = Headers(scope=scope).get("host", "")
    try:
        host = urlsplit(f"//{named}").hostname or ""
    except ValueError:
        host = named
    return "" if is_loopback(host) else f"the host of the request is {host!r}"
