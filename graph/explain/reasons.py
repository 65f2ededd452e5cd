"""Why a rating is not higher: at most four reasons, in the order of the points that they cost.

The points that a rating lacks to 950 are split exactly: every event, assumption and contact lacks something to 1.
A reason gathers the losses of one kind. Its points are the gain if these were at their best and all else the same.
docs/reasons.md lists the codes.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from graph.explain import Given, leaning, read_facts
from graph.explain.leaning import Leaning
from graph.explain.reason_codes import CODES, by_category
from graph.explain.weighing import NO_VOICE
from graph.model import Contact, OpenRating
from graph.policy.scheme import HIGHEST_POINTS, POINTS_RANGE, CategoryFactor, Factor, ObligationsFactor, Scheme
from graph.rating.published import wholes
from graph.rating.runs import policy_of_run
from graph.store.client import Database
from graph.text.counts import counted
from graph.text.days import day, zone_time

MOST = 4
SMALLEST_POINTS = 0.5


@dataclass(frozen=True)
class Reason:
    """One reason with the points that it costs, exact and whole, and what there is to do about it."""

    code: str
    points: float
    whole: int
    sentence: str
    advice: str

    @property
    def title(self) -> str:
        """What the page of its member calls it."""
        return CODES[self.code].title


@dataclass(frozen=True)
class Reasons:
    """The reasons of one rating. They and `rest` sum to what the rating lacks to the best possible, 950."""

    reasons: tuple[Reason, ...]
    rest: float
    rest_whole: int


_ORDER = list(CODES)


class _Loss(NamedTuple):
    code: str
    points: float
    numbers: Mapping[str, object]


def why_not_higher(database: Database, rating: OpenRating) -> Reasons:
    """The reasons of this rating, from its parts and the facts behind them; one query."""
    return with_leaning(database, rating)[0]


def with_leaning(database: Database, rating: OpenRating) -> tuple[Reasons, tuple[Leaning, ...]]:
    """The same, and what most of the rating comes from, where that is one thing; one query."""
    given = read_facts(database, rating.scheme, [rating.entity], run=rating.run, as_of=rating.as_of)[rating.entity]
    return find(rating, policy_of_run(database, rating.run), given), leaning.find(given, rating.as_of)


def find(rating: OpenRating, scheme: Scheme, given: Sequence[Given]) -> Reasons:
    """The reasons of a rating under this policy with these facts."""
    losses = [*_own(rating, scheme, given), *_company(rating, scheme)]
    losses.sort(key=lambda loss: (-loss.points, _ORDER.index(loss.code)))
    named = [loss for loss in losses if loss.points >= SMALLEST_POINTS][:MOST]
    rest = HIGHEST_POINTS - rating.points - math.fsum(loss.points for loss in named)
    *found, rest_whole = wholes(
        [*(loss.points for loss in named), rest], int(HIGHEST_POINTS) - rating.whole_points
    )
    reasons = tuple(
        Reason(
            loss.code,
            loss.points,
            whole,
            CODES[loss.code].sentence.format(**loss.numbers),
            CODES[loss.code].advice.format(**loss.numbers),
        )
        for loss, whole in zip(named, found, strict=True)
    )
    return Reasons(reasons, rest, rest_whole)


# Own facts -------------------------------------------------------------------------------------------


def _own(rating: OpenRating, scheme: Scheme, given: Sequence[Given]) -> list[_Loss]:
    unit = POINTS_RANGE * (1 - (scheme.circle.share if rating.circle else 0.0))
    losses: list[_Loss] = []
    for name, factor in scheme.factors.named().items():
        events = [fact for fact in given if fact.factor == name and fact.why is None]
        evidence = math.fsum(fact.weight for fact in events)
        # what 1 of weight is worth in this factor: a fact costs it times weight * (1 - value)
        scale = unit * factor.weight / (factor.prior_weight + evidence)
        if isinstance(factor, ObligationsFactor):
            unheard = sum(fact.why == NO_VOICE for fact in given)
            losses += _obligations(events, factor, scale, rating.as_of, unheard, voice=scheme.voice is not None)
        elif isinstance(factor, CategoryFactor):
            losses += _categories(name, events, factor, scale, evidence)
    return losses


def _obligations(
    events: Sequence[Given],
    factor: ObligationsFactor,
    scale: float,
    as_of: datetime,
    unheard: int,
    *,
    voice: bool,
) -> list[_Loss]:
    kinds: dict[str, list[Given]] = {"overdue": [], "paid-late": [], "low-outcome": []}
    for fact in events:
        if fact.value < 1:
            still_open = fact.settled is None or fact.settled >= as_of
            kind = "low-outcome" if fact.outcome is not None else "overdue" if still_open else "paid-late"
            kinds[kind].append(fact)
    held = factor.caps or voice
    losses = [_few("few-obligations", events, factor, scale, best=1.0, unheard=unheard, held=held)]
    for code, found in kinds.items():
        if found:
            numbers = {
                "count": counted(len(found), "obligations"),
                "worst": _worst_obligation(max(found, key=_lack), len(found)),
                "growing": _growing(min(fact.late or 0 for fact in found), factor.late_days),
                "fading": _fading(factor),
            }
            losses.append(_Loss(code, scale * math.fsum(map(_lack, found)), numbers))
    return losses


def _categories(
    name: str, events: Sequence[Given], factor: CategoryFactor, scale: float, evidence: float
) -> list[_Loss]:
    categories, few = by_category(name)
    best = max(factor.values.values())
    losses = [_few(few, events, factor, scale, best=best)]
    if evidence > 0:
        numbers = {
            "count": len(events),
            "mean": math.fsum(fact.weight * fact.value for fact in events) / evidence,
            "best": best,
            "fading": _fading(factor),
        }
        losses.append(_Loss(categories, scale * math.fsum(map(_lack, events)), numbers))
    return losses


def _few(
    code: str,
    events: Sequence[Given],
    factor: Factor,
    scale: float,
    *,
    best: float,
    unheard: int = 0,
    held: bool = False,
) -> _Loss:
    """The loss by the assumption that stands in for missing facts, compared with an assumption of 1.

    unheard: reports without a voice. held: whether a cap or a voice can leave less of another fact's weight.
    """
    whole = factor.prior_weight + math.fsum(fact.weight for fact in events)
    rate = factor.prior + math.fsum(fact.part for fact in events)
    numbers = {
        "events": len(events),
        "unheard": _unheard(unheard),
        "up_to": "up to " if held else "",
        "prior": factor.prior,
        "prior_weight": factor.prior_weight,
        "best": best,
        "most": scale * factor.prior_weight * max(0.0, best - factor.prior),
        "gain": scale * whole * (1 - rate) / (whole + 1),
    }
    return _Loss(code, scale * factor.prior_weight * (1 - factor.prior), numbers)


def _unheard(reports: int) -> str:
    if not reports:
        return ""
    verb = "do" if reports > 1 else "does"
    return f", and {reports:,} more {verb} not, since nobody whose word counts reports them"


def _lack(fact: Given) -> float:
    return fact.weight * (1 - fact.value)


def _worst_obligation(fact: Given, count: int) -> str:
    to = f"to {fact.other}, " if fact.other else ""  # not everybody is told the creditor
    # a place says something of the creditor, so whoever is not told the one is not told the other
    there = zone_time(fact.zone, fact.at) if fact.other else ""
    what = f"the one {to}due {day(fact.at, fact.zone)}{there}"
    how = (
        f"outcome {fact.outcome:g} of 1" if fact.outcome is not None else f"{counted(fact.late or 0, 'days')} late"
    )
    return f"It is {what}: {how}" if count == 1 else f"Most is lost by {what}: {how}"


def _growing(late: int, late_days: int) -> str:
    """late: of the one that is the least late."""
    limit = f"from {counted(late_days, 'days')} late on an obligation counts as if never paid"
    if late >= late_days:
        return f"It changes nothing at once, for {limit}."
    return f"That ends the growing of lateness; {limit}."


def _fading(factor: Factor) -> str:
    if factor.half_life_days is None:
        return "nothing fades under this policy"
    return f"a fact counts half as much after every {counted(factor.half_life_days, 'days')}"


# Company ---------------------------------------------------------------------------------------------


def _company(rating: OpenRating, scheme: Scheme) -> list[_Loss]:
    share = scheme.circle.share if rating.circle else 0.0
    below = [each for each in rating.circle if each.used < rating.conduct]
    others = [each for each in rating.circle if rating.conduct <= each.used < 1]
    return [
        _Loss(
            code,
            POINTS_RANGE * share * math.fsum(each.weight * (1 - each.used) for each in contacts),
            {
                "count": len(contacts),
                "circle": len(rating.circle),
                "own": 1 - share,
                "worst": _worst_contact(contacts),
            },
        )
        for code, contacts in (("circle-below-you", below), ("circle-not-best", others))
        if contacts
    ]


def _worst_contact(contacts: Iterable[Contact]) -> str:
    worst = max(contacts, key=lambda each: each.weight * (1 - each.used))
    if not worst.entity:
        return "Who they are is not shown"
    return f"Most is lost by {worst.entity}, with {worst.weight:.0%} of the circle's weight"
