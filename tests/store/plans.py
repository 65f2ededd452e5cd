"""What a plan of the server is made of."""

from collections.abc import Iterator
from typing import Any


def operators(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(operator, details) of a plan and everything below it."""
    yield plan["operatorType"].split("@")[0], plan["args"].get("Details", "")
    for child in plan.get("children", ()):
        yield from operators(child)
