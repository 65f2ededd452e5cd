"""Partner caps: what all events of one counterpart in one month, and in one year, weigh together at most.

docs/formulas.md, "Partner caps". Fifty small deals with a friend in one month are one deal.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import NamedTuple

from graph.policy.scheme import Factor, ObligationsFactor


class Deal(NamedTuple):
    """One event of a counterpart: the UTC day that it ages from, as an ordinal, and its weight by age."""

    partner: str
    day: int
    weight: float


def cap(deals: Sequence[Deal], factor: Factor) -> list[float]:
    """The weights of these events of one member, in their order, as the factor's caps leave them.

    A sum is the same to the bit in whatever order the events come.
    """
    weights = [deal.weight for deal in deals]
    if not isinstance(factor, ObligationsFactor):
        return weights
    if factor.partner_month is not None:
        weights = _held(deals, weights, factor.partner_month, lambda day: (day.year, day.month))
    if factor.partner_year is not None:
        weights = _held(deals, weights, factor.partner_year, lambda day: day.year)
    return weights


def _held(
    deals: Sequence[Deal], weights: Sequence[float], most: float, span: Callable[[date], Hashable]
) -> list[float]:
    """The weights, where those of one partner in one span sum to `most` at most: each shrinks alike."""
    keys = [(deal.partner, span(date.fromordinal(deal.day))) for deal in deals]
    together: defaultdict[Hashable, list[float]] = defaultdict(list)
    for key, weight in zip(keys, weights, strict=True):
        together[key].append(weight)
    divisors = {key: max(1.0, math.fsum(found) / most) for key, found in together.items()}
    return [weight / divisors[key] for key, weight in zip(keys, weights, strict=True)]
