"""Ratings against own conduct: how far the company that members keep moves them."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from graph.analysis.plots.paper import GREY, INK, paper
from graph.analysis.plots.source import Source, rated
from graph.disclosure.band_counts import SMALLEST
from graph.errors import Refused
from graph.policy import scheme
from graph.store.client import Database
from graph.text.counts import counted

QUARTERS = (25, 50, 75)
GROUP = 4 * SMALLEST
"Members of a group at least: so each of its quarters has twenty."
FEWEST_GROUPS, MOST_GROUPS = 2, 12
"With one group the picture would be a block, without anything to compare."

Quarters = tuple[int, int, int]
"Whole points below which a quarter, half and three quarters of a group are."


@dataclass(frozen=True)
class Group:
    """Members with neighbouring own conduct.

    own:    the points that own conduct alone would give them.
    points: those that they have.
    """

    members: int
    own: Quarters
    points: Quarters


@dataclass(frozen=True)
class Conduct:
    """Groups of the same size or nearly, from the lowest conduct to the highest; everyone is in one."""

    source: Source
    share: float
    "what the circle can supply at most"
    members: int
    groups: tuple[Group, ...]


def conduct(database: Database, scheme_id: str) -> Conduct:
    """How the ratings of members with similar conduct are spread.

    Raises NotFound, Refused (fewer than eighty are rated, or too few for two groups), StoreConflict.
    """
    community, source, policy = rated(database, scheme_id)
    ratings = community.ratings.sort_values(["conduct", "entity"])
    own = np.array([scheme.points_of(each) for each in ratings["conduct"]])
    points = ratings["points"].to_numpy()
    if len(points) < GROUP:
        raise Refused(
            f"fewer than {GROUP} are rated in {scheme_id!r}: a picture of so few would be one of persons"
        )
    if len(points) < FEWEST_GROUPS * GROUP:
        raise Refused(
            f"{len(points)} are rated in {scheme_id!r}, and groups of {GROUP} or more make one group, which shows "
            f"nothing: a picture needs {FEWEST_GROUPS * GROUP} members at least"
        )
    parts = np.array_split(np.arange(len(points)), min(MOST_GROUPS, len(points) // GROUP))
    groups = tuple(Group(len(part), _quarters(own[part]), _quarters(points[part])) for part in parts)
    return Conduct(source, policy.circle.share, len(points), groups)


def _quarters(points: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Quarters:
    low, middle, high = (scheme.whole(float(each)) for each in np.percentile(points, QUARTERS))
    return low, middle, high


def draw_conduct(found: Conduct) -> Figure:
    """A box for each group; where it lies above the line, the circle lifts most of these members."""
    fewest = min(group.members for group in found.groups)
    about = (
        f"{counted(found.members, 'members')}, in groups of {fewest} or more by own conduct. "
        "A box holds the middle half of a group,\na dot is its middle. "
        "Above the dashed line the circle lifts a rating, below it lowers it: "
        f"by its share of {found.share:g} at most."
    )
    title = f"Ratings against own conduct in {found.source.scheme}"
    with paper(title, about, found.source, inches=(7.6, 7.4)) as (figure, axes):
        for group in found.groups:
            (left, x, right), (bottom, y, top) = group.own, group.points
            axes.add_patch(
                Rectangle(
                    (left, bottom),
                    right - left,
                    top - bottom,
                    facecolor="#56B4E966",
                    edgecolor="#0072B2",
                    zorder=2,
                )
            )
            axes.plot([x], [y], linestyle="none", marker="o", markersize=5, color=INK, zorder=4)
        ends = [point for group in found.groups for point in (*group.own, *group.points)]
        low, high = min(ends) - 20, max(ends) + 20
        axes.axline((low, low), slope=1, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=3)
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        axes.set_xlabel("points that own conduct alone would give")
        axes.set_ylabel("points of the rating")
        return figure
