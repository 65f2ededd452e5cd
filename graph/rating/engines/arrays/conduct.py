"""Own conduct in arrays: the rate of each factor, with ages, lateness, caps and voices; docs/formulas.md.

It follows cypher/rating/factors and cypher/rating/conduct.cypher, sum for sum.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graph.policy.scheme import Factor, ObligationsFactor
from graph.rating.ageing import ageing
from graph.rating.engines.arrays.columns import Obligations, Things
from graph.rating.engines.arrays.groups import Flags, Floats, Ints, grouped, summed

BY_MEMBER, BY_OTHERS = 1, 2
"Who disputes a fact."


class Rated(NamedTuple):
    """A factor of every member, by rid."""

    rate: Floats
    evidence: Floats
    aside: Ints
    "facts in dispute that would count otherwise: [of the member, of others], one row a member"


class Reports(NamedTuple):
    """What members owe one creditor, all together, as caps leave it; one row for each member and creditor."""

    debtor: Ints
    reporter: Ints
    weight: Floats
    total: Floats
    "weight times value"
    kept: Floats
    "weight times what the value is above the prior"


class Months(NamedTuple):
    """The same of one month, as caps leave it."""

    report: Ints
    "the row in Reports"
    month: Ints
    weight: Floats


@dataclass(frozen=True)
class Owed:
    """Obligations that count at the instant, and those in dispute that would."""

    reports: Reports
    months: Months
    debtor: Ints
    "of each in dispute, as the next two"
    reporter: Ints
    aside: Ints


class Counting(NamedTuple):
    """Which obligations count at the instant, with the value of each and the day that it ages from."""

    counts: Flags
    value: Floats
    day: Ints


def age_weights(half_life_days: float | None, today: int) -> Floats:
    """The weight of an event by its age, 0 to `today` days: all that facts since 1970 can have."""
    weigh = ageing(half_life_days)
    return np.array([weigh(age) for age in range(today + 1)])


def value(owed: Obligations, factor: ObligationsFactor, today: int) -> Counting:
    """today: the last day that counts."""
    settled = (owed.settled >= 0) & (owed.settled <= today)
    given = owed.outcome >= 0
    day = np.where(settled, np.minimum(owed.settled, owed.due), owed.due)
    counts = (day <= today) & (given | settled | (owed.late >= 1))
    in_part = 1 - owed.late / factor.late_days
    by_days = np.where(owed.late <= 0, 1.0, np.where(owed.late >= factor.late_days, 0.0, in_part))
    return Counting(counts, np.where(given, owed.outcome, by_days), day)


def cap(owed: Obligations, factor: ObligationsFactor, today: int) -> Owed:
    """What the obligations of all members weigh by creditor; voices come later."""
    counting = value(owed, factor, today)
    disputed = owed.aside > 0
    out = np.flatnonzero(counting.counts & disputed)
    rows = np.flatnonzero(counting.counts & ~disputed)
    worth, day = counting.value[rows], counting.day[rows]
    weight = age_weights(factor.half_life_days, today)[today - day]
    above = np.where(worth > factor.prior, weight * (worth - factor.prior), 0.0)
    debtor, partner = owed.debtor[rows], owed.partner[rows]
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)  # since 1970

    first = grouped((debtor, partner, month), (-day, worth))
    sums = [first.sums(each) for each in (weight, weight * worth, above)]
    of_month, total, kept = _held(sums, factor.partner_month)
    debtor, partner, month = (first.shared(each) for each in (debtor, partner, month))
    reporter = first.shared(owed.reporter[rows])

    second = grouped((debtor, partner, month // 12), (month,))
    sums = [second.sums(each) for each in (of_month, total, kept)]
    crowd = _crowd(sums[0], factor.partner_year)
    of_month = of_month / crowd[_inverse(second.order, second.number)]
    of_year, total, kept = (each / crowd for each in sums)
    year = second.shared(month // 12)

    third = grouped((second.shared(debtor), second.shared(partner)), (year,))
    reports = Reports(
        third.shared(second.shared(debtor)),
        third.shared(second.shared(reporter)),
        *(third.sums(each) for each in (of_year, total, kept)),
    )
    years = _inverse(third.order, third.number)
    report = years[_inverse(second.order, second.number)]
    return Owed(reports, Months(report, month, of_month), owed.debtor[out], owed.reporter[out], owed.aside[out])


def _crowd(weight: Floats, most: float | None) -> Floats:
    """What each weight is divided by so that it is `most` at most."""
    return np.ones_like(weight) if most is None else np.where(weight > most, weight / most, 1.0)


def _held(sums: list[Floats], most: float | None) -> list[Floats]:
    crowd = _crowd(sums[0], most)
    return [each / crowd for each in sums]


def _inverse(order: Ints, number: Ints) -> Ints:
    """The group of each row, in the order in which rows were before they were grouped."""
    found = np.empty_like(number)
    found[order] = number
    return found


def rate_obligations(
    owed: Owed, factor: ObligationsFactor, voice: Floats | None, outside: float, count: int
) -> tuple[Rated, Floats]:
    """The rates with these voices, and per member: [without a voice, most of one partner, most of one month].

    voice: by rid; nan: speaks from outside; None: all speak in full.
    """
    reports = owed.reports
    spoken = _spoken(reports.reporter, voice, outside)
    # by what they are, and not by who the creditors are: these have no order that another graph would have as well
    fixed = np.lexsort((reports.total, reports.weight, spoken, reports.debtor))
    debtor, weighed = reports.debtor[fixed], (spoken * reports.weight)[fixed]
    evidence = summed(debtor, weighed, count)
    total = summed(debtor, (spoken * reports.total)[fixed], count)
    unheard = summed(debtor, np.where(spoken == 0, reports.weight, 0.0)[fixed], count)

    leaning = np.zeros((count, 3))
    leaning[:, 0] = unheard
    np.maximum.at(leaning[:, 1], debtor, weighed)
    months = owed.months
    loud = spoken[months.report] * months.weight
    by_month = grouped((reports.debtor[months.report], months.month), (loud,))
    np.maximum.at(leaning[:, 2], by_month.shared(reports.debtor[months.report]), by_month.sums(loud))

    heard = _spoken(owed.reporter, voice, outside) > 0
    aside = _aside(owed.debtor[heard], owed.aside[heard], count)
    return Rated(_rate(factor, evidence, total), evidence, aside), leaning


def rate_things(things: Things, factor: Factor, today: int, count: int) -> Rated:
    """The rates of a factor that values by category."""
    disputed = things.aside > 0
    rows = np.flatnonzero(~disputed)
    member, age, worth = things.member[rows], today - things.day[rows], things.value[rows]
    weight = age_weights(factor.half_life_days, today)[age]
    fixed = np.lexsort((worth, age, member))
    evidence = summed(member[fixed], weight[fixed], count)
    total = summed(member[fixed], (weight * worth)[fixed], count)
    return Rated(
        _rate(factor, evidence, total), evidence, _aside(things.member[disputed], things.aside[disputed], count)
    )


def _rate(factor: Factor, evidence: Floats, total: Floats) -> Floats:
    return (factor.prior_weight * factor.prior + total) / (factor.prior_weight + evidence)


def _spoken(reporter: Ints, voice: Floats | None, outside: float) -> Floats:
    """The voice of each of these creditors; -1 has not joined."""
    if voice is None:
        return np.ones(len(reporter))
    known = (reporter >= 0) & (reporter < len(voice))
    found = np.full(len(reporter), np.nan)
    found[known] = voice[reporter[known]]
    return np.where(np.isnan(found), outside, found)


def _aside(member: Ints, who: Ints, count: int) -> Ints:
    return np.stack([np.bincount(member[who == each], minlength=count) for each in (BY_MEMBER, BY_OTHERS)], axis=1)
