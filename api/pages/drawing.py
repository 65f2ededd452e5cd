"""Small pictures that are part of a page: where a rating stands on the scale, and what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.disclosure import ShownState
from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS, POINTS_RANGE, Scheme

WIDTH, HEIGHT = 600, 120
"Of the picture of a history, in its own units."


NARROWEST, LETTER, LANE = 290, 6.7, 15
"Pixels: of the scale on the smallest telephone, of a letter below it, and of a row of such words."


@dataclass(frozen=True)
class Stretch:
    """A band on the scale, from left to right in percent."""

    name: str
    first: int
    start: float
    width: float
    here: bool


@dataclass(frozen=True)
class Label:
    """Words below the scale: x in percent, y in pixels; a line leads from `at` down to words that stand lower."""

    text: str
    at: float
    x: float
    y: int
    anchor: str
    here: bool
    tick: bool


@dataclass(frozen=True)
class Scale:
    """Where a rating stands: the bands, their names and where they begin below them, and the mark above."""

    bands: tuple[Stretch, ...]
    labels: tuple[Label, ...]
    place: float
    mark: Label
    height: int


def scale(policy: Scheme, band: str, points: float) -> Scale:
    """The bands in order, and the points among them; no two words overlap, however narrow the page is."""
    bounds = [*(each.from_points for each in policy.bands), HIGHEST_POINTS]
    bands = tuple(
        Stretch(each.name, int(each.from_points), _across(low), round(_across(high) - _across(low), 2),
                each.name == band)
        for each, low, high in zip(policy.bands, bounds, bounds[1:], strict=False)
    )  # fmt: skip
    numbers = _laid([(f"{bound:g}", _across(bound), False) for bound in bounds], top=53, ticks=False)
    below = max(label.y for label in numbers) + LANE
    names = _laid([(each.name, each.start + each.width / 2, each.here) for each in bands], top=below, ticks=True)
    [mark] = _laid([(f"{points:.0f}", _across(points), True)], top=12, ticks=False)
    return Scale(bands, (*numbers, *names), _across(points), mark, max(label.y for label in names) + 6)


def _laid(words: list[tuple[str, float, bool]], *, top: int, ticks: bool) -> list[Label]:
    """Each text below its place, in the first row where it overlaps no other; words: (text, place, here)."""
    rows: list[float] = []
    labels = []
    for text, at, here in words:
        width = 100 * (len(text) * LETTER + 4) / NARROWEST
        left = min(max(at - width / 2, 0.0), max(100 - width, 0.0))
        row = next((n for n, end in enumerate(rows) if end <= left), len(rows))
        rows[row : row + 1] = [left + width]
        anchor, x = ("start", 0.0) if left == 0 else ("end", 100.0) if left + width >= 100 else ("middle", at)
        labels.append(Label(text, at, x, top + LANE * row, anchor, here, ticks and row > 0))
    return labels


def _across(points: float) -> float:
    """Where so many points are on the scale, in percent."""
    return round(100 * (points - LOWEST_POINTS) / POINTS_RANGE, 2)


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
