"""What accomplices could move a rating at most: V / (prior_weight + V), docs/formulas.md.

V is the weight that their reports can have together: the voice of each, times what the caps let one partner weigh.
It is told in whole reports, rounded up, so that one accomplice more does not tell a single member's voice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graph.analysis.cheating.evidence import own_share
from graph.policy.scheme import POINTS_RANGE, ObligationsFactor, Scheme

MONTHS = 12
MOST = 1_000_000
"Accomplices that can be asked about."


@dataclass(frozen=True)
class Bound:
    """What some accomplices could move one rating at most, in points."""

    who: str
    reports: int
    "what their reports in one month weigh together, in reports of one who is heard in full, rounded up"
    month: float
    "by reports of one month; all that own conduct supplies, where nothing caps a partner"
    year: float
    "by reports of a year, each month"
    circle: float
    "through the circle, at most: all that the circle can supply, or nothing where nobody hears them"


def bounds(voices: Sequence[float], policy: Scheme, accomplices: int) -> list[Bound]:
    """Of so many accomplices: made up, ordinary members, and the members that are heard most.

    voices: of the members, each in [0, 1].
    """
    factor = policy.factors.obligations
    if factor is None:
        return []
    loudest = sorted(voices, reverse=True)[:accomplices]
    usual = math.fsum(voices) / len(voices) * len(loudest) if voices else 0.0
    made_up, outside = (1.0, 1.0) if policy.voice is None else (0.0, policy.voice.outside)
    return [
        _bound("made-up members", made_up * accomplices, policy, factor),
        _bound("others who have not joined", outside * accomplices, policy, factor),
        _bound("members as they are on average", usual, policy, factor),
        _bound("the members that are heard most", math.fsum(loudest), policy, factor),
    ]


def _bound(who: str, voices: float, policy: Scheme, factor: ObligationsFactor) -> Bound:
    whole = math.ceil(round(voices, 9))
    own = POINTS_RANGE * own_share(policy) * factor.weight
    month = _moved(whole, factor.partner_month, factor.prior_weight)
    year = _moved(whole, in_a_year(factor), factor.prior_weight)
    circle = POINTS_RANGE - POINTS_RANGE * own_share(policy) if whole else 0.0
    return Bound(who, whole, own * month, own * year, circle)


def _moved(voices: float, each: float | None, prior_weight: float) -> float:
    if not voices:
        return 0.0
    return 1.0 if each is None else voices * each / (prior_weight + voices * each)


def in_a_year(factor: ObligationsFactor) -> float | None:
    """What one partner's reports of a calendar year weigh at most; None: nothing caps them."""
    months = None if factor.partner_month is None else MONTHS * factor.partner_month
    caps = [cap for cap in (months, factor.partner_year) if cap is not None]
    return min(caps, default=None)
