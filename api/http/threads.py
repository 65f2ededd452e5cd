"""Work of a route in a thread, from which the answer comes back as it is.

FastAPI takes the answer of a function that waits to a thread of its own, and from there to another one, to look at
its form. A change of threads costs about as much as all middleware.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from fastapi.concurrency import run_in_threadpool

P = ParamSpec("P")
T = TypeVar("T")


def in_a_thread(work: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """The same for a route, with one change of threads: for work that ends with a model of the API."""

    @wraps(work)
    async def asked(*arguments: P.args, **named: P.kwargs) -> T:
        return await run_in_threadpool(work, *arguments, **named)

    return asked
