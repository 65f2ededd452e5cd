"""What a plan of the server is made of."""

from collections.abc import Iterator
from typing import Any


def operators(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(operator, details) of a plan and everything below it."""
    yield plan["operatorType"].split("@")[0], plan["args"].get("Details", "")
    for child in plan.get("children", ()):
        yield from operators(child)


def products(plan: dict[str, Any]) -> Iterator[list[str]]:
    """The operators below each product of rows, unless each side finds one row at most, by a unique index."""
    children = plan.get("children", ())
    if plan["operatorType"].startswith("CartesianProduct"):
        below = [operator for child in children for operator, _ in operators(child)]
        if any(not operator.startswith("NodeUniqueIndexSeek") for operator in below):
            yield below
    for child in children:
        yield from products(child)
