"""An answer that is held until its body is whole, for what looks at it or puts another in its place."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send


def buffered(
    send: Send,
    wanted: Callable[[int, MutableHeaders], bool],
    then: Callable[[int, MutableHeaders, bytes], Awaitable[None]],
) -> Send:
    """What an application sends to: the start and body of an answer that is wanted go to `then`, others to `send`.

    wanted: is asked of its status and headers. then: given these and the whole body, it sends what shall leave.
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
