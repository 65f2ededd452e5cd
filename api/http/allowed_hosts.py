"""Requests that name another host than this service are refused.

While nobody can have a token, the service is for this machine alone. This guards against two ways around it: the
application started with another server, and a web page whose own name was made to resolve to an address of the
service (DNS rebinding). Such a page would otherwise ask through the browser of its reader.
"""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.http.loopback import WHY, is_loopback


class Guard:
    """Only requests that are meant for this service reach the application.

    names: by which it may be asked for, besides loopback names and the address that a request comes in at.
    open_to_others: whether there can be tokens; without them only loopback is answered.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], open_to_others: Callable[[], bool]):
        self.app, self.names, self.open_to_others = app, frozenset(map(str.lower, names)), open_to_others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (fault := self._fault(scope)):
            await problems.answer(problems.NOT_LOOPBACK, fault)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _fault(self, scope: Scope) -> str:
        """What is wrong with the address that the request came in at, or with the host it names; empty: none."""
        address, host = (scope.get("server") or ("", None))[0], _host(scope)
        if is_loopback(address) and is_loopback(host):
            return ""
        if not self.open_to_others():
            what = f"the host of the request is {host!r}" if is_loopback(address) else f"it came in at {address!r}"
            return f"{what}: {WHY}"
        if host in self.names or host == address:
            return ""
        return f"the service does not go by the name {host!r}: INNERCIRCLE_API_NAMES says by which it does"


def _host(scope: Scope) -> str:
    named = Headers(scope=scope).get("host", "")
    try:
        return (urlsplit(f"//{named}").hostname or "").lower()
    except ValueError:
        return named
