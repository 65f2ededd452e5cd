"""What a rating leans on: one partner or one month, or reporters without a voice, of whom more would be known.

A run counts the members of whom that is so, by the same rules: cypher/rating/leaning.cypher.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from graph.explain.facts import Given
from graph.explain.weighing import NO_VOICE
from graph.text.counts import counted

LEAST = 1.0
"Evidence: with no more than one new fact, everything comes from it, and there is nothing to warn of."
UNHEARD, PARTNER, MONTH = "unheard", "one-partner", "one-month"
CODES = {
    UNHEARD: "Reports that nobody who counts stands behind",
    PARTNER: "One partner",
    MONTH: "One month",
}
"Every code, with what a page calls it."


@dataclass(frozen=True)
class Leaning:
    """One thing that most of a rating comes from."""

    code: str
    sentence: str

    @property
    def title(self) -> str:
        """What a page calls it."""
        return CODES[self.code]


def find(given: Sequence[Given], as_of: datetime) -> tuple[Leaning, ...]:
    """What most of a rating with these own facts leans on; nobody is named."""
    counting = [fact for fact in given if fact.why is None]
    evidence = math.fsum(fact.weight for fact in counting)
    unheard = [fact for fact in given if fact.why == NO_VOICE]
    found = []
    if math.fsum(fact.capped for fact in unheard) > evidence:
        found.append(Leaning(UNHEARD, _unheard(len(unheard), len(counting))))
    if evidence > LEAST:
        reports = [fact for fact in counting if fact.factor == "obligations"]
        if _most((fact.other, fact.weight) for fact in reports) > evidence / 2:
            found.append(Leaning(PARTNER, "More than half of what is known comes from one partner."))
        if _most((_month(fact, as_of), fact.weight) for fact in reports) > evidence / 2:
            found.append(Leaning(MONTH, "More than half of what is known is of one month."))
    return tuple(found)


def _unheard(reports: int, counting: int) -> str:
    do = "do" if reports != 1 else "does"
    return (
        f"{counted(reports, 'reports')} {do} not count, since no kept promises lead from the founders to who made "
        f"them: that would be more than all {counted(counting, 'facts')} that count."
    )


def _most(weights: Iterable[tuple[object, float]]) -> float:
    """The largest sum of one key."""
    together: defaultdict[object, float] = defaultdict(float)
    for key, weight in weights:
        together[key] += weight
    return max(together.values(), default=0.0)


def _month(fact: Given, as_of: datetime) -> tuple[int, int]:
    day: date = as_of.date() - timedelta(days=fact.age + 1)
    return day.year, day.month
