"""Small pictures that are part of a page: where a rating stands on the scale, and what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.scheme import LOWEST_POINTS, POINTS_RANGE, Scheme
from graph.showing import ShownState

WIDTH, HEIGHT = 600, 120
"Of the picture of a history, in its own units."


@dataclass(frozen=True)
class Stretch:
    """A band on the scale, from left to right in percent."""

    name: str
    first: int
    start: float
    width: float
    here: bool


def scale(policy: Scheme, band: str) -> list[Stretch]:
    """The bands in order."""
    bounds = [*(each.from_points for each in policy.bands), LOWEST_POINTS + POINTS_RANGE]
    return [
        Stretch(each.name, int(each.from_points), _across(bounds[n]), _across(bounds[n + 1]) - _across(bounds[n]),
                each.name == band)
        for n, each in enumerate(policy.bands)
    ]  # fmt: skip


def place(points: float) -> float:
    """Where so many points are on the scale, in percent."""
    return round(_across(points), 2)


def _across(points: float) -> float:
    return 100 * (points - LOWEST_POINTS) / POINTS_RANGE


@dataclass(frozen=True)
class Line:
    """A history as a line of steps, and where its bands begin."""

    path: str
    ends: tuple[float, float]
    lows: int
    highs: int


def steps(states: Sequence[ShownState], end: datetime) -> Line | None:
    """The points over time; None where there is nothing to draw a line between."""
    start = states[0].since
    span = (end - start).total_seconds()
    if len(states) < 2 or span <= 0:
        return None
    low, high = (f(each.whole_points for each in states) for f in (min, max))
    room = max(1, high - low)

    def across(instant: datetime) -> float:
        return round(10 + (WIDTH - 20) * min(1.0, (instant - start).total_seconds() / span), 1)

    def up(points: int) -> float:
        return round(HEIGHT - 15 - (HEIGHT - 30) * (points - low) / room, 1)

    path = [f"M{across(start)} {up(states[0].whole_points)}"]
    for each in states[1:]:
        path += [f"H{across(each.since)}", f"V{up(each.whole_points)}"]
    path.append(f"H{WIDTH - 10}")
    return Line(" ".join(path), (WIDTH - 10, up(states[-1].whole_points)), low, high)
