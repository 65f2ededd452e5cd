"""Constant time: refusals that nobody can tell apart by how long they took.

An entity may be unknown, no member, or have granted nothing. Finding out takes the same work each time, but never
quite the same time. So a refusal leaves a whole number of steps after its request came.
"""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.http.background import Afterwards
from graph.errors import NotFound, PurposeMismatch

STEP_SECONDS = 0.1
"Longer than the work takes, so that nearly every refusal leaves after the first step."


class ConstantTimeRoute(APIRoute):
    """A route that refuses after whole steps; one that has set `request.state.step_seconds` answers so as well.

    An answer of which nothing was refused leaves at once: it says itself that all was open.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def in_steps(request: Request) -> Response:
            came = time.monotonic()
            afterwards: Afterwards = request.app.state.afterwards
            try:
                response = await handler(request)
            except (NotFound, PurposeMismatch):
                afterwards.record_refusals()
                await _until_a_step(came, request)
                raise
            if getattr(request.state, "all_open", False):
                return response
            afterwards.record_refusals()
            if hasattr(request.state, "step_seconds"):
                await _until_a_step(came, request)
            return response

        return in_steps


def all_open(request: Request) -> None:
    """Nothing of what the request asked for was refused."""
    request.state.all_open = True


async def _until_a_step(came: float, request: Request) -> None:
    step = getattr(request.state, "step_seconds", STEP_SECONDS)
    took = time.monotonic() - came
    await asyncio.sleep(step * math.ceil(took / step) - took)
