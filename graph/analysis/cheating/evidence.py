"""What the reports of each partner weigh in each member's rating, and how far it moves without them."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from graph.facts.values import Facts, Obligation
from graph.policy.scheme import POINTS_RANGE, ObligationsFactor, Scheme
from graph.rating.reference import Rate, Ratings, value_obligation

REPORTS = "obligations"
"The factor whose events somebody else reports: the creditor."


class Said(NamedTuple):
    """What the reports of one partner weigh for one member, and that weight times their values."""

    weight: float
    worth: float


@dataclass(frozen=True)
class Evidence:
    """Of each member, what each partner said: member, then partner, by id.

    said: of partners that are heard; reports: how many each one made, heard or not.
    scale: points that a rate of 1 supplies of own conduct; prior, prior_weight: of the factor.
    """

    said: Mapping[str, Mapping[str, Said]]
    reports: Mapping[str, Mapping[str, int]]
    scale: float
    prior: float
    prior_weight: float

    def moved(self, member: str, partners: Collection[str]) -> float:
        """Points by which the member's own conduct would supply less without the reports of these partners."""
        return self.scale * (self._rate(member, ()) - self._rate(member, partners))

    def _rate(self, member: str, without: Collection[str]) -> float:
        kept = [said for partner, said in self.said[member].items() if partner not in without]
        weight = math.fsum(said.weight for said in kept)
        worth = math.fsum(said.worth for said in kept)
        return (self.prior_weight * self.prior + worth) / (self.prior_weight + weight)


def evidence(
    ratings: Ratings, facts: Facts, policy: Scheme, factor: ObligationsFactor, as_of: datetime
) -> Evidence:
    """What the events of these ratings say, summed by partner. facts: that the ratings were made from."""
    reports: dict[str, Counter[str]] = {entity: Counter() for entity in ratings.members}
    for fact in facts.obligations:
        if fact.debtor in reports and value_obligation(fact, factor, as_of) is not None:
            reports[fact.debtor][fact.creditor] += 1
    return Evidence(
        said={entity: _by_partner(member.rates[REPORTS]) for entity, member in ratings.members.items()},
        reports=reports,
        scale=POINTS_RANGE * own_share(policy) * factor.weight,
        prior=factor.prior,
        prior_weight=factor.prior_weight,
    )


def own_share(policy: Scheme) -> float:
    """What own conduct supplies at least of a score."""
    return 1 - policy.circle.share if policy.circle.size else 1.0


def _by_partner(rate: Rate) -> dict[str, Said]:
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for event in rate.events:
        if isinstance(event.fact, Obligation):
            found[event.fact.creditor].append((event.weight, event.weight * event.value))
    return {
        partner: Said(math.fsum(w for w, _ in each), math.fsum(wy for _, wy in each))
        for partner, each in found.items()
    }
