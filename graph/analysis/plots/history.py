"""What one member's rating was and is, over time."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

from graph.analysis import frames
from graph.analysis.frames import Reader
from graph.analysis.plots.paper import GREY, INK, paper, show_bands
from graph.analysis.plots.source import Source, source_of
from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS, Band
from graph.rating import history
from graph.store.client import Database
from graph.text.counts import counted

WHAT = "plot history"


@dataclass(frozen=True)
class State:
    """So many whole points from `since` on; changed: a change was passed on, and no run of its own."""

    since: datetime
    points: int
    band: str
    version: str
    "of the policy"
    changed: bool


@dataclass(frozen=True)
class Past:
    """Every state that is kept, the oldest first, the present one last. The source is that of the present one."""

    source: Source
    bands: tuple[Band, ...]
    "of the present policy"
    entity: str
    states: tuple[State, ...]


def past(database: Database, scheme_id: str, entity: str, *, by: Reader) -> Past:
    """The member's history; the read is on record. Raises NotFound, StoreConflict, NotRecorded."""
    states = history.distinct(history.read_states(database, entity, scheme_id))
    source, policy = source_of(database, states[-1].run)
    found = tuple(
        State(each.since, each.whole_points, each.band, each.version, changed=each.rerated is not None)
        for each in states
    )
    frames.record(database, scheme_id, [entity], by=by, what=WHAT)
    return Past(source, policy.bands, entity, found)


def _days(state: State) -> float:
    """When it began, as matplotlib counts time: days since 1970."""
    return float(date2num(state.since))  # type: ignore[no-untyped-call]


def draw_past(found: Past) -> Figure:
    """A line with a step where the rating changed: a dot for a run, a diamond for a change that was passed on."""
    last = found.states[-1]
    about = (
        f"{counted(last.points, 'points')}, {last.band}. A step where the whole points or the band changed, when "
        "that was published.\nDots: by a run. Diamonds: by a change that was passed on."
    )
    with paper(f"The rating of {found.entity} in {found.source.scheme}", about, found.source) as (figure, axes):
        times = [_days(each) for each in found.states]
        points = [each.points for each in found.states]
        axes.plot(times, points, drawstyle="steps-post", color=INK, linewidth=1.6, zorder=2)
        for changed, marker in ((False, "o"), (True, "D")):
            chosen = [each for each in found.states if each.changed is changed]
            axes.plot(
                [_days(each) for each in chosen],
                [each.points for each in chosen],
                linestyle="none",
                marker=marker,
                markersize=6,
                markerfacecolor="white",
                markeredgecolor=INK,
                zorder=3,
            )
        for before, after in pairwise(found.states):
            if before.version != after.version:
                axes.axvline(_days(after), color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
                axes.annotate(
                    f"policy {after.version}",
                    (_days(after), 1),
                    (3, -3),
                    xycoords=axes.get_xaxis_transform(),
                    textcoords="offset points",
                    va="top",
                ).set(fontsize=8, color=GREY)
        for each in found.states if len(found.states) <= 20 else found.states[-1:]:
            axes.annotate(
                str(each.points), (_days(each), each.points), (0, 8), textcoords="offset points", ha="center"
            ).set_fontsize(8)
        margin = 0.08 * (times[-1] - times[0]) or 0.5
        axes.set_xlim(times[0] - margin, times[-1] + margin)
        axes.set_ylim(max(LOWEST_POINTS, min(points) - 60), min(HIGHEST_POINTS, max(points) + 60))
        locator = AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        axes.set_xlabel("published (UTC)")
        axes.set_ylabel("points")
        show_bands(axes, found.bands, on="y")
        return figure
