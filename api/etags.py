"""An answer that has not changed is not sent again: ETag and If-None-Match (RFC 9110, 8.8 and 13.1.2).

The answer is made as always, so a read is checked and on record before it is compared; only its body is spared.
"""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SPARED = ("content-length", "content-type")
"Headers that a 304 leaves out: it has no body."


class ETags:
    """Answers to GET that are documents of ours have a strong ETag; one that is known already is a 304."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        known = ",".join(Headers(scope=scope).getlist("if-none-match"))
        start: Message | None = None
        body = bytearray()

        async def tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if message["status"] != 200 or not kind.startswith("application/json"):
                    await send(message)
                else:
                    start = message
                return
            if start is None:
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            headers = MutableHeaders(raw=start["headers"])
            headers["etag"] = tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if {tag, "*"} & {each.strip().removeprefix("W/") for each in known.split(",")}:
                for name in SPARED:
                    del headers[name]
                await send({"type": "http.response.start", "status": 304, "headers": headers.raw})
                await send({"type": "http.response.body", "body": b""})
                return
            await send(start)
            await send({"type": "http.response.body", "body": bytes(body)})

        await self.app(scope, receive, tagged)
