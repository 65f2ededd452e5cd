"""What a scheme's ratings would be if the circle could supply more or less: from nothing up to a half."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from graph.analysis.frames.circle_graph import circle_graph
from graph.analysis.plots.paper import GREY, INK, paper, show_bands
from graph.analysis.plots.source import Source, percents, rated
from graph.disclosure.band_counts import SMALLEST
from graph.errors import Refused
from graph.policy import scheme
from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS, Band
from graph.rating import reference
from graph.store.client import Database
from graph.text.counts import counted

SHARES = tuple(step / 20 for step in range(11))
"0, 0.05, ..., 0.5: more is never allowed."
TOLERANCE = 1e-6
"In score: less than a thousandth of a point."
MAX_SWEEPS = 200
Dashes = str | tuple[int, tuple[int, ...]]
LINES: dict[int, tuple[float, Dashes]] = {
    5: (1.2, (0, (1, 2))),
    25: (1.2, "-"),
    50: (2.4, "-"),
    75: (1.2, "-"),
    95: (1.2, (0, (1, 2))),
}
"Width and dashes of the line of each quantile."


@dataclass(frozen=True)
class Quantile:
    """So many percent of the members have these whole points or fewer, at each of the shares."""

    percent: int
    points: tuple[int, ...]


@dataclass(frozen=True)
class Share:
    """How ratings are spread at each share, with the conduct and the circles of one run."""

    source: Source
    bands: tuple[Band, ...]
    members: int
    share: float
    "the policy's own"
    shares: tuple[float, ...]
    quantiles: tuple[Quantile, ...]


def share(database: Database, scheme_id: str) -> Share:
    """The ratings recomputed by graph/rating/reference.py at each share and at the policy's own.

    A quantile is told only where at least twenty members are on either side of it.
    Raises NotFound, Refused (no quantile can be told), StoreConflict, NotConverged.
    """
    community, source, policy = rated(database, scheme_id)
    members = len(community.ratings)
    told = percents(members)
    if not told:
        raise Refused(
            f"fewer than {2 * SMALLEST} are rated in {scheme_id!r}: a picture of so few would be one of persons"
        )
    graph = circle_graph(community)
    shares = tuple(sorted({*SHARES, policy.circle.share}))
    spread = []
    for each in shares:
        solved = reference.propagate(graph, share=each, tolerance=TOLERANCE, max_sweeps=MAX_SWEEPS)
        points = [scheme.points_of(score) for score in solved.scores.values()]
        spread.append(np.percentile(points, told))
    quantiles = tuple(
        Quantile(percent, tuple(scheme.whole(float(at[place])) for at in spread))
        for place, percent in enumerate(told)
    )
    return Share(source, policy.bands, members, policy.circle.share, shares, quantiles)


def draw_share(found: Share) -> Figure:
    """A line for each quantile that can be told."""
    about = (
        f"What {counted(found.members, 'members')} would be rated if the circle could supply more or less, "
        "all else as it is.\n"
        f"A line says how many of them have so many points or fewer; {SMALLEST} or more are on each side."
    )
    title = f"What the share of the circle does in {found.source.scheme}"
    with paper(title, about, found.source) as (figure, axes):
        by_percent = {each.percent: each.points for each in found.quantiles}
        for percent, points in by_percent.items():
            width, dashes = LINES[percent]
            axes.plot(found.shares, points, color=INK, linewidth=width, linestyle=dashes, zorder=3)
            name = "half" if percent == 50 else f"{percent} in 100"
            axes.annotate(
                f"{name}: {points[-1]}",
                (found.shares[-1], points[-1]),
                (5, 0),
                textcoords="offset points",
                va="center",
            ).set_fontsize(8)
        axes.axvline(found.share, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        axes.annotate(
            f"the policy's: {found.share:g}",
            (found.share, 1),
            (3, -3),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            va="top",
        ).set(fontsize=8, color=GREY)
        values = [point for points in by_percent.values() for point in points]
        axes.set_xlim(0, 0.6)
        axes.set_xticks([0, 0.1, 0.2, 0.3, 0.4, 0.5])
        axes.set_ylim(max(LOWEST_POINTS, min(values) - 25), min(HIGHEST_POINTS, max(values) + 25))
        axes.set_xlabel("share: how much of a rating the circle can supply at most")
        axes.set_ylabel("points")
        show_bands(axes, found.bands, on="y")
        return figure
