"""An answer that has not changed is not sent again: ETag and If-None-Match (RFC 9110, 8.8 and 13.1.2).

The answer is made as always, so a read is checked and on record before the comparison; only the body is not sent.
"""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.buffered import answer, buffered

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

        def is_document(status: int, headers: MutableHeaders) -> bool:
            return status == 200 and headers.get("content-type", "").startswith("application/json")

        async def tagged(status: int, headers: MutableHeaders, body: bytes) -> None:
            headers["etag"] = tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if {tag, "*"} & {each.strip().removeprefix("W/") for each in known.split(",")}:
                for name in SPARED:
                    del headers[name]
                await answer(send, 304, headers, b"")
            else:
                await answer(send, status, headers, body)

        await self.app(scope, receive, buffered(send, is_document, tagged))
