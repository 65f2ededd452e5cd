"""What an event weighs by its age; docs/formulas.md, "Time". For the reference and engines that are not Cypher."""

from collections.abc import Callable


def ageing(half_life_days: float | None) -> Callable[[int], float]:
    """The weight of an event by its age in whole days: halved every half-life; 1 without one."""
    if half_life_days is None:
        return lambda _: 1.0
    return lambda age: 0.5 ** (age / half_life_days)
