"""The members of a scheme as they stood on a day, and what became of what they owed in the days after it.

The day is an instant, a midnight in UTC. What was due before it is what the rating knows; what became due from it
on is what it is held against, so no fact is on both sides.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graph.analysis.material import Material, rate
from graph.errors import Refused
from graph.facts.values import LEAST, Facts, Obligation
from graph.policy.scheme import ObligationsFactor, Scheme
from graph.rating.reference import Rating, value_obligation

HALF = 0.5
"A given outcome below it says that the obligation was broken."
UNKNOWN = "nothing known"
"In place of a band: no fact of the member was known then, so that its rating said nothing of it."


@dataclass(frozen=True)
class Entry:
    """One member as it stood on the day, and how much of what became due it kept and broke.

    band: UNKNOWN where nothing was known of it.
    score, conduct: in [0, 1]; mean: of the values of its obligations that were known then, unweighted.
    """

    member: str
    band: str
    score: float
    conduct: float
    mean: float
    kept: int
    broken: int

    @property
    def due(self) -> int:
        return self.kept + self.broken


def stood(material: Material, policy: Scheme, day: datetime, end: datetime) -> list[Entry]:
    """Every member of today as this policy would have rated it on that day, in order of rid.

    Raises Refused (a policy that rates no obligations), ParameterError (`day` is no UTC midnight), NotConverged.
    """
    factor = policy.factors.obligations
    if factor is None:
        raise Refused(
            f"the policy {policy.id} {policy.version} rates no obligations: a look back is at what became of them"
        )
    facts = known(material.facts, day)
    rated = rate(replace(material, facts=facts), policy, day).members
    means = _means(facts, factor, day)
    results = became(material.facts.obligations, day, end)
    return [_entry(rated[entity], means.get(entity, factor.prior), results.get(entity, ())) for entity in rated]


def _entry(rating: Rating, mean: float, results: Sequence[bool]) -> Entry:
    broken = sum(results)
    band = rating.band.name if rating.evidence else UNKNOWN
    return Entry(rating.entity, band, rating.score, rating.conduct, mean, len(results) - broken, broken)


def known(facts: Facts, day: datetime) -> Facts:
    """The facts as they were known on the day: what was settled from then on was open, and had no outcome.

    A fact is known from its own date on, whenever it was loaded. Members are those of today.
    """
    return replace(facts, obligations=[_then(each, day) for each in facts.obligations])


def _then(fact: Obligation, day: datetime) -> Obligation:
    if fact.settled is None or fact.settled < day:
        return fact
    return fact._replace(settled=None, outcome=None)


def _means(facts: Facts, factor: ObligationsFactor, day: datetime) -> dict[str, float]:
    values: defaultdict[str, list[float]] = defaultdict(list)
    for fact in facts.obligations:
        if (valued := value_obligation(fact, factor, day)) is not None:
            values[fact.debtor].append(valued[1])
    return {debtor: math.fsum(own) / len(own) for debtor, own in values.items()}


def became(obligations: Sequence[Obligation], day: datetime, end: datetime) -> dict[str, list[bool]]:
    """For each debtor, of each obligation that became due from `day` on and before `end`, whether it was broken.

    Broken is a given outcome below HALF; and without one, what was settled a whole day of its zone late or more,
    or is not settled at `end`. Left out is what was settled before `day`: the rating knows it already. So is what
    has no outcome and is due on the last day of its zone: being late shows on the day after, and to count only
    what was settled in time would make that day better than the others.
    """
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for fact in obligations:
        if fact.settled is not None and fact.settled < day:
            continue
        if day <= fact.due < end and (broken := _broken(fact, end)) is not None:
            found[fact.debtor].append(broken)
    return found


def _broken(fact: Obligation, end: datetime) -> bool | None:
    if fact.outcome is not None:
        return fact.outcome < HALF
    if fact.days_late(end - LEAST) < 1:
        return None
    if fact.settled is None or fact.settled >= end:
        return True
    return fact.days_late(fact.settled) > 0
