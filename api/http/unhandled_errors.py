"""Unforeseen failures are answered like every other, and logged without their messages.

The message of an exception may contain somebody's id or name, and a traceback ends with it. The log has the kind
of each exception and the lines that it came through, which are enough to find the fault.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 12
"Of one exception, counted from where it was raised."


class Unforeseen:
    """No exception of a request leaves the application: the server would log it with its message."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:  # whatever it is
            answer = problems.answer(problems.UNEXPECTED, described(error))
            # Once an answer has begun, the server breaks it off, and the caller sees that something is missing.
            if not begun:
                await answer(scope, receive, send)


def described(error: BaseException) -> str:
    """The kinds of the error and of its causes, with the lines that each came through, but no messages."""
    return "; after ".join(
        f"{type(each).__module__}.{type(each).__qualname__} at {' < '.join(_lines(each)) or 'no line'}"
        for each in _behind(error)
    )


def _behind(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _lines(error: BaseException) -> list[str]:
    """`api/deps/idempotency.py:117 in once`, the innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-MOST_LINES:]
    return [f"{_short(each.filename)}:{each.lineno} in {each.name}" for each in reversed(frames)]


def _short(file: str) -> str:
    path = Path(file)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
