"""Buffered answers: kept until the body is whole, for middleware that looks at it or replaces it."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send


def buffered(
    send: Send,
    wanted: Callable[[int, MutableHeaders], bool],
    then: Callable[[int, MutableHeaders, bytes], Awaitable[None]],
) -> Send:
    """A `send` for an application: the start and body of a wanted answer go to `then`, all others to `send`.

    wanted: decides by status and headers. then: gets these and the whole body, and sends the final answer.
    """
    start: Message | None = None
    body = bytearray()

    async def hold(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and wanted(*_head(message)):
            start = message
        elif start is None:
            await send(message)
        else:
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await then(*_head(start), bytes(body))

    return hold


async def answer(send: Send, status: int, headers: MutableHeaders, body: bytes) -> None:
    """An answer leaves whole."""
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def _head(start: Message) -> tuple[int, MutableHeaders]:
    return start["status"], MutableHeaders(raw=start["headers"])
