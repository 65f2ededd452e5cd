"""How the ratings of a scheme are spread: bars over points, each of at least twenty members."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from graph.analysis.plots.paper import paper, show_bands
from graph.analysis.plots.source import Source, rated
from graph.disclosure.band_counts import SMALLEST, merged
from graph.errors import Refused
from graph.policy import scheme
from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS, Band
from graph.store.client import Database
from graph.text.counts import counted

FINE, COARSE = 10, 25
MANY = 5_000
"From this many members on, bars are narrow."
FEWEST_BARS = 3
"With fewer, the picture would be a block that says no more than how many are rated."


@dataclass(frozen=True)
class Bar:
    """Members with at least `start` and less than `end` whole points; the last bar has 950 as well."""

    start: int
    end: int
    members: int


@dataclass(frozen=True)
class Distribution:
    """The bars from 350 to 950 points, without gaps; `step`: how wide one is that was not put together."""

    source: Source
    bands: tuple[Band, ...]
    members: int
    step: int
    bars: tuple[Bar, ...]


def distribution(database: Database, scheme_id: str) -> Distribution:
    """How many members have how many points. A bar of fewer than twenty is put together with a neighbour.

    By the rule of docs/decisions/0026: any bars that look the same leave at least twenty sizes for each hidden
    one.
    Raises NotFound, Refused (fewer than twenty are rated, or so few that hardly a bar is left), StoreConflict.
    """
    community, source, policy = rated(database, scheme_id)
    wholes = [scheme.whole(points) for points in community.ratings["points"]]
    step = FINE if len(wholes) >= MANY else COARSE
    starts = range(int(LOWEST_POINTS), int(HIGHEST_POINTS), step)
    counts = [0] * len(starts)
    for whole in wholes:
        counts[min((whole - starts[0]) // step, len(starts) - 1)] += 1
    cells = merged([Band(name="bar", from_points=start) for start in starts], counts, smallest=SMALLEST)
    ends = [*(int(cell.start) for cell in cells[1:]), int(HIGHEST_POINTS)]
    bars = tuple(Bar(int(cell.start), end, cell.members) for cell, end in zip(cells, ends, strict=True))
    if len(bars) < FEWEST_BARS:
        raise Refused(
            f"{len(wholes):,} are rated in {scheme_id!r}, and with {SMALLEST} or more in each bar "
            f"{'one bar is' if len(bars) == 1 else f'{len(bars)} bars are'} left of them, which shows nothing: "
            f"a picture needs {FEWEST_BARS} bars at least, and so more members"
        )
    return Distribution(source, policy.bands, len(wholes), step, bars)


def draw_distribution(found: Distribution) -> Figure:
    """Bars; the area of each stands for its members."""
    about = (
        f"{counted(found.members, 'rated members')} by points. A bar of fewer than {SMALLEST} is put together "
        "with its neighbour:\nso wide bars are of many points, and the area of a bar is its members."
    )
    title = f"How ratings are spread in {found.source.scheme}"
    with paper(title, about, found.source) as (figure, axes):
        axes.bar(
            [bar.start for bar in found.bars],
            [bar.members * found.step / (bar.end - bar.start) for bar in found.bars],
            [bar.end - bar.start for bar in found.bars],
            align="edge",
            color="#4a5a6a",
            edgecolor="white",
            linewidth=0.8,
            zorder=2,
        )
        axes.set_xlim(LOWEST_POINTS, HIGHEST_POINTS)
        axes.set_xticks(range(int(LOWEST_POINTS), int(HIGHEST_POINTS) + 1, 50))
        axes.set_xlabel("points")
        axes.set_ylabel(f"members per {counted(found.step, 'points')}")
        show_bands(axes, found.bands, on="x")
        return figure
