"""HEAD is answered wherever GET is: the same status and headers, and no body (RFC 9110, 9.3.2).

Headers tell of a person too: how long an answer is, and whether there is one at all. So a HEAD is checked,
counted, refused and put on record like the GET; only its answer is shorter.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """For the application inside, a HEAD is a GET."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self.app(scope, receive, _with_head_allowed(send) if scope["type"] == "http" else send)


def _without_body(send: Send) -> Send:
    async def bodiless(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(_allowing(message))

    return bodiless


def _with_head_allowed(send: Send) -> Send:
    async def allowing(message: Message) -> None:
        await send(_allowing(message))

    return allowing


def _allowing(message: Message) -> Message:
    """Where a refusal says that GET is taken, it says so of HEAD."""
    if message["type"] == "http.response.start":
        headers = MutableHeaders(raw=message["headers"])
        allowed = [each.strip() for each in headers.get("allow", "").split(",")]
        if "GET" in allowed and "HEAD" not in allowed:
            headers["allow"] = ", ".join([*allowed, "HEAD"])
    return message
