"""How well a score parts what was kept from what was broken, with intervals that know whose obligations they are.

AUC   the chance that a kept obligation's debtor scores above a broken one's; ties count half. 0.5: by chance.
Gini  2 AUC - 1.
KS    the largest distance between the two distributions of scores (Kolmogorov and Smirnov).

The intervals are of a bootstrap that draws members, and not obligations: what one member owes goes together, so
obligations say less than as many independent draws would. The seed is fixed: the same facts, the same figures.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.analysis.lookback.entries import Entry

DRAWS = 500
SEED = 20
TAIL = 2.5
"Percent on either side of a 95 % interval."
Z = 1.959963984540054
"The normal distribution has 95 % between -Z and Z."

Numbers = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def overlaps(self, other: "Estimate") -> bool:
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Separation:
    """What a score tells apart.

    more: the AUC of the rating above this one's, of the same draws; None for the rating itself.
    """

    auc: Estimate
    gini: Estimate
    ks: Estimate
    more: Estimate | None


SCORES: dict[str, Callable[[Entry], float]] = {
    "rating": lambda entry: entry.score,
    "conduct": lambda entry: entry.conduct,
    "mean": lambda entry: entry.mean,
}
"What is compared: the rating, own conduct alone, and the plain mean of the outcomes that were known."


def separations(entries: Sequence[Entry], *, draws: int = DRAWS) -> dict[str, Separation] | None:
    """Of each of SCORES, what it tells apart; None where nothing was kept, or nothing broken."""
    kept, broken = (_numbers([getattr(each, name) for each in entries]) for name in ("kept", "broken"))
    if not (kept.sum() and broken.sum()):
        return None
    _, owner = np.unique([each.member for each in entries], return_inverse=True)
    places = [_places([score(each) for each in entries]) for score in SCORES.values()]
    chance = np.random.default_rng(SEED)
    members = int(owner.max()) + 1
    found = []
    for _ in range(draws):
        # a member that is drawn twice counts twice, with all that it owes
        times = np.bincount(chance.integers(0, members, members), minlength=members)[owner]
        if (times * kept).sum() and (times * broken).sum():
            found.append([apart(place, times * kept, times * broken) for place in places])
    drawn = np.array(found).reshape(-1, len(places), 2)
    exact = [apart(place, kept, broken) for place in places]
    return {name: _separation(exact, drawn, number) for number, name in enumerate(SCORES)}


def _separation(exact: list[tuple[float, float]], drawn: NDArray[Any], number: int) -> Separation:
    auc = _estimate(exact[number][0], drawn[:, number, 0])
    more = _estimate(exact[0][0] - exact[number][0], drawn[:, 0, 0] - drawn[:, number, 0]) if number else None
    return Separation(
        auc,
        Estimate(*(2 * value - 1 for value in auc)),
        _estimate(exact[number][1], drawn[:, number, 1]),
        more,
    )


def _estimate(value: float, drawn: Numbers) -> Estimate:
    if not len(drawn):
        return Estimate(value, value, value)
    # KS cannot fall below 0, so draws lie above it where it is small; an interval holds its figure all the same
    low, high = np.percentile(drawn, [TAIL, 100 - TAIL])
    return Estimate(float(value), min(float(low), value), max(float(high), value))


def _places(scores: Sequence[float]) -> NDArray[np.intp]:
    """The place of each score among those that there are, the lowest first; equal ones have one place."""
    return np.unique(np.array(scores), return_inverse=True)[1]


def apart(place: NDArray[np.intp], kept: Numbers, broken: Numbers) -> tuple[float, float]:
    """(AUC, KS) of obligations that stand at these places, so many kept and so many broken at each entry's."""
    size = int(place.max()) + 1
    # counts to the end, which are exact, and only then shares
    good = np.bincount(place, weights=kept, minlength=size)
    bad = np.bincount(place, weights=broken, minlength=size)
    goods, bads = np.cumsum(good), np.cumsum(bad)
    auc = (good * (bads - bad / 2)).sum() / (goods[-1] * bads[-1])
    return float(auc), float(np.abs(goods / goods[-1] - bads / bads[-1]).max())


def share_broken(entries: Sequence[Entry]) -> Estimate:
    """The share that was late or broken, with Wilson's interval for as many independent ones as they are worth.

    What one member owes goes together. `independent` says how many obligations of different members these are
    worth; with one for each member it is all of them, and the interval is Wilson's own.
    """
    due = sum(each.due for each in entries)
    share = sum(each.broken for each in entries) / due
    return Estimate(share, *wilson(share, independent(entries)))


def independent(entries: Sequence[Entry]) -> float:
    """How many independent obligations would say as much: all of them by the design effect, which is at least 1.

    Source: Kish, Survey Sampling (1965), by the linearised variance of a ratio. Where all was kept, or all broken,
    nothing is seen of how alike a member's obligations are; then they are taken to be all alike.
    """
    own: dict[str, list[int]] = {}
    for each in entries:
        sums = own.setdefault(each.member, [0, 0])
        sums[0] += each.due
        sums[1] += each.broken
    due = sum(n for n, _ in own.values())
    share = sum(broken for _, broken in own.values()) / due
    if share in (0, 1):
        return due**2 / sum(n**2 for n, _ in own.values())
    if len(own) == 1:
        return 1.0
    spread = math.fsum((broken - share * n) ** 2 for n, broken in own.values())
    return due / max(1.0, spread / (due * share * (1 - share)))


def wilson(share: float, number: float) -> tuple[float, float]:
    """The ends of Wilson's 95 % interval of a share of so many; `number` need not be whole.

    Source: Wilson, Journal of the American Statistical Association 22 (1927).
    """
    whole = 1 + Z**2 / number
    middle = (share + Z**2 / (2 * number)) / whole
    half = Z * math.sqrt(share * (1 - share) / number + Z**2 / (4 * number**2)) / whole
    # the share itself lies inside, also to the last digit
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _numbers(values: Sequence[float]) -> Numbers:
    return np.array(values, dtype=np.float64)
