"""What a look back says, in sentences; and plainly, where it says nothing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from graph.analysis.lookback.bands import Cell
from graph.analysis.lookback.measures import Estimate, Separation
from graph.policy.numbers import percent

NAMES = {"rating": "the rating", "conduct": "own conduct alone", "mean": "the plain mean"}
CHANCE = 0.5
"The AUC of a coin."


def sentences(cells: Sequence[Cell], separations: dict[str, Separation] | None) -> list[str]:
    """About the bands, and then about what the rating tells beyond simpler figures."""
    return [*about_bands(cells), *about_scores(separations)]


def about_bands(cells: Sequence[Cell]) -> Iterator[str]:
    """Whether higher bands did better, pair by pair of neighbours."""
    told = [(named(cell), cell.broken) for cell in cells if cell.broken is not None and not cell.apart]
    if len(told) < 2:
        yield "There are too few members to compare bands."
        return
    alike = [(one, other) for (one, low), (other, high) in pairwise(told) if low.overlaps(high)]
    worse = [
        (one, other)
        for (one, low), (other, high) in pairwise(told)
        if not low.overlaps(high) and high.value > low.value
    ]
    for one, other in worse:
        yield f"Members in {other} did worse than those in {one}: the bands are in the wrong order there."
    for one, other in alike:
        yield f"These figures do not show that {one} and {other} differ: their intervals overlap."
    if not worse and not alike:
        yield "Each band did better than the one below it, by more than chance explains."


def about_scores(separations: dict[str, Separation] | None) -> Iterator[str]:
    """Whether the rating tells anything, and more than own conduct and the plain mean do."""
    if separations is None:
        yield "Nothing was broken, or nothing kept: there is nothing to tell apart."
        return
    if separations["rating"].auc.low <= CHANCE:
        yield "These figures do not show that the rating tells more than chance does."
    for name, found in separations.items():
        more = found.more
        if more is not None and more.low <= 0 <= more.high:
            yield f"These figures do not show that the rating tells more or less than {NAMES[name]} does."
        elif more is not None:
            word = "more" if more.low > 0 else "less"
            yield f"The rating tells {word} than {NAMES[name]} does."


def named(cell: Cell) -> str:
    """`poor`, or `poor, weak and fair together`."""
    *most, last = cell.bands
    return f"{', '.join(most)} and {last} together" if most else last


def as_share(estimate: Estimate | None) -> str:
    """`12 % (9 to 16)`, in whole percent; with a note where it is not told."""
    if estimate is None:
        return "not told: one member owed most"
    low, high = (f"{100 * end:.0f}" for end in (estimate.low, estimate.high))
    return f"{percent(round(estimate.value, 2))} ({low} to {high})"


def as_figure(estimate: Estimate, *, sign: bool = False) -> str:
    """`0.644 (0.596 to 0.689)`; with `sign`, `+0.012 (-0.003 to +0.020)`."""
    form = "+.3f" if sign else ".3f"
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"
