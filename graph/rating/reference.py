"""The same rating as the Cypher's, from plain facts, in Python and networkx; docs/formulas.md.

It reads like the formulas and shares nothing with the queries: the tests hold the two against each
other. For notebooks too: 5,881 members and 35,592 obligations take about a second.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import NamedTuple

import networkx as nx

from graph.errors import NotConverged, ParameterError
from graph.facts.values import LEAST, Fact, Facts, Obligation
from graph.policy.scheme import Band, CategoryFactor, Factor, ObligationsFactor, Scheme, points_of
from graph.rating import reference_voices
from graph.rating.ageing import ageing
from graph.rating.partner_caps import Deal, cap
from graph.text.counts import counted


class Event(NamedTuple):
    """One fact that counted: the day it counts from, `weight`, `value` in [0, 1], and its part.

    The prior and the parts of all events of a factor sum to the factor's rate.
    """

    fact: Fact
    day: date
    weight: float
    value: float
    part: float


class Rate(NamedTuple):
    """A factor's rate in [0, 1], the sum of its events' weights as its caps leave them, and the events."""

    rate: float
    evidence: float
    events: tuple[Event, ...]


class Tie(NamedTuple):
    """One contact of a circle. days: distinct UTC days of contact; last: the last of them."""

    contact: str
    rid: int
    strength: float
    weight: float
    days: int
    last: date


@dataclass(frozen=True)
class Rating:
    """One member's rating. circle: by contact rid; used: the contacts' scores, in the same order."""

    entity: str
    rid: int
    rates: dict[str, Rate]
    conduct: float
    evidence: float
    circle: tuple[Tie, ...]
    used: tuple[float, ...]
    score: float
    points: float
    band: Band


@dataclass(frozen=True)
class Ratings:
    """A whole run. members: by entity id, in order of rid; graph: the circles, edges with `weight`."""

    members: dict[str, Rating]
    graph: "nx.DiGraph[str]"
    sweeps: int
    bound: float
    voices: dict[str, float]
    "by entity id, of members; empty where the policy has no voices"


class Propagation(NamedTuple):
    """scores: published; used: the sweep before, that they were made from; bound: error of either."""

    scores: dict[str, float]
    used: dict[str, float]
    sweeps: int
    bound: float


def rate(
    facts: Facts,
    scheme: Scheme,
    as_of: datetime,
    *,
    voices: Mapping[str, float] | None = None,
    founders: Collection[str] = (),
) -> Ratings:
    """Every member's rating under this policy at `as_of`, the UTC midnight that ends the last day.

    Under a policy with voices these are used, by entity id: whoever has none was no member. Without them they are
    made from the founders, entity ids; without these they are those that come with the facts, if any do.
    Raises ParameterError (`as_of` is not a UTC midnight), NotConverged (see `propagate`).
    """
    if scheme.voice and voices is None and (founders or facts.voices is None):
        voices = make_voices(facts, scheme, as_of, founders)
    facts = facts if voices is None else replace(facts, voices=voices)
    rates = rate_factors(facts, scheme, as_of)
    conduct = {
        entity: scheme.factors.conduct({name: rate.rate for name, rate in own.items()})
        for entity, own in rates.items()
    }
    circles = choose_circles(facts, scheme, as_of)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from((entity, {"conduct": conduct[entity]}) for entity in circles)
    graph.add_edges_from(
        (entity, tie.contact, tie._asdict()) for entity, circle in circles.items() for tie in circle
    )
    solver = scheme.solver
    solved = propagate(graph, share=scheme.circle.share, tolerance=solver.tolerance, max_sweeps=solver.max_sweeps)
    members = {
        entity: Rating(
            entity=entity,
            rid=rid,
            rates=rates[entity],
            conduct=conduct[entity],
            evidence=evidence_of(rates[entity]),
            circle=circles[entity],
            used=tuple(solved.used[tie.contact] for tie in circles[entity]),
            score=solved.scores[entity],
            points=points_of(solved.scores[entity]),
            band=scheme.band(points_of(solved.scores[entity]), evidence_of(rates[entity])),
        )
        for entity, rid in facts.members
    }
    spoken = {entity: voice_of(entity) for entity in members} if (voice_of := _voices(facts, scheme)) else {}
    return Ratings(members, graph, solved.sweeps, solved.bound, spoken)


def evidence_of(rates: Mapping[str, Rate]) -> float:
    """The weight of all events that counted."""
    return math.fsum(rate.evidence for rate in rates.values())


def make_voices(facts: Facts, scheme: Scheme, as_of: datetime, founders: Collection[str]) -> dict[str, float]:
    """The voice of each member under this policy with these founders; empty where the policy has no voices.

    What a member kept of its promises to a reporter is the weight of its obligations there, as the caps leave it,
    each as far as its value is above the prior.
    """
    factor = scheme.factors.obligations
    if scheme.voice is None or factor is None:
        return {}
    joined = {entity for entity, _ in facts.members}
    amounts: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    heard = replace(facts, voices=dict.fromkeys(joined, 1.0), purchases=(), visits=())
    for entity, own in rate_factors(heard, scheme, as_of).items():
        for event in own["obligations"].events:
            reporter, above = _other(event.fact), event.weight * (event.value - factor.prior)
            if above > 0 and reporter in joined:
                amounts[reporter, entity].append(above)
    kept = {pair: math.fsum(each) for pair, each in amounts.items()}
    return reference_voices.voices(kept, joined, founders, scheme.voice)


def _voices(facts: Facts, scheme: Scheme) -> Callable[[str], float] | None:
    """Tells an entity's voice; None: all speak in full."""
    if scheme.voice is None:
        return None
    known, outside = facts.voices or {}, scheme.voice.outside
    return lambda entity: known.get(entity, outside)


def rate_factors(
    facts: Facts, scheme: Scheme, as_of: datetime, *, weighed: datetime | None = None
) -> dict[str, dict[str, Rate]]:
    """Each member's rate of each factor of the policy, with the events that made it.

    weighed: a later midnight at which these events, as they are at `as_of`, are weighed; None: at `as_of`.
    """
    last_day = _last_day(weighed or as_of)
    voice = _voices(facts, scheme)
    factors = scheme.factors.named()
    counted: dict[str, dict[str, list[tuple[Fact, int, float]]]] = {
        entity: {name: [] for name in factors} for entity, _ in facts.members
    }
    for name, entity, fact, day, value in _counted(facts, scheme, as_of):
        if entity in counted:
            counted[entity][name].append((fact, day, value))
    return {
        entity: {name: _rate(events, factors[name], last_day, voice) for name, events in own.items()}
        for entity, own in counted.items()
    }


def _rate(
    events: list[tuple[Fact, int, float]],
    factor: Factor,
    last_day: int,
    voice: Callable[[str], float] | None,
) -> Rate:
    """The rate of these events, as caps and then voices weigh them; those without a voice do not count."""
    age_weight = ageing(factor.half_life_days)
    weights = cap([Deal(_other(fact), day, age_weight(last_day - day)) for fact, day, _ in events], factor)
    if voice is not None and isinstance(factor, ObligationsFactor):
        spoken = [voice(_other(fact)) for fact, _, _ in events]
        weights = [weight * loud for weight, loud in zip(weights, spoken, strict=True) if loud > 0]
        events = [event for event, loud in zip(events, spoken, strict=True) if loud > 0]
    evidence = math.fsum(weights)
    whole = factor.prior_weight + evidence
    parts = tuple(
        Event(fact, date.fromordinal(day), weight, value, weight * (value - factor.prior) / whole)
        for (fact, day, value), weight in zip(events, weights, strict=True)
    )
    supported = math.fsum(weight * event[2] for event, weight in zip(events, weights, strict=True))
    return Rate((factor.prior_weight * factor.prior + supported) / whole, evidence, parts)


def _other(fact: Fact) -> str:
    """The counterpart in the fact: only a creditor has caps."""
    return fact.creditor if isinstance(fact, Obligation) else ""


def _counted(facts: Facts, scheme: Scheme, as_of: datetime) -> Iterator[tuple[str, str, Fact, int, float]]:
    """Every fact that counts at `as_of`, as (factor, entity, fact, its UTC day, value)."""
    policy = scheme.factors
    if policy.obligations:
        for obligation in facts.obligations:
            if (valued := value_obligation(obligation, policy.obligations, as_of)) is not None:
                yield "obligations", obligation.debtor, obligation, *valued
    if policy.purchases:
        for bought in facts.purchases:
            value = _value_category(facts.products.get(bought.product), policy.purchases)
            if bought.at < as_of and value is not None:
                yield "purchases", bought.entity, bought, _day(bought.at), value
    if policy.visits:
        for visit in facts.visits:
            value = _value_category(facts.sites.get(visit.site), policy.visits)
            if visit.at < as_of and value is not None:
                yield "visits", visit.entity, visit, _day(visit.at), value


def _value_category(category: str | None, factor: CategoryFactor) -> float | None:
    return None if category is None else factor.values.get(category)


def value_obligation(fact: Obligation, factor: ObligationsFactor, as_of: datetime) -> tuple[int, float] | None:
    """(the UTC day that it ages from, its value), or None while it counts for nothing.

    Days late are those of the obligation's zone. One that is open is as late as if it were paid at the last
    instant that counts.
    """
    settled = fact.settled if fact.settled is not None and fact.settled < as_of else None
    counts_from = fact.due if settled is None else min(fact.due, settled)
    if counts_from >= as_of:
        return None
    if fact.outcome is not None:
        return _day(counts_from), fact.outcome
    late = fact.days_late(as_of - LEAST if settled is None else settled)
    if settled is None and late < 1:
        return None
    return _day(counts_from), max(0.0, 1 - max(0, late) / factor.late_days)


def choose_circles(facts: Facts, scheme: Scheme, as_of: datetime) -> dict[str, tuple[Tie, ...]]:
    """Each member's circle: the `size` strongest ties (equal ones by rid), in order of rid.

    A tie is as strong as it is close, times the contact's voice: one without a voice supplies nothing.
    """
    last_day = _last_day(as_of)
    rids = dict(facts.members)
    age_weight = ageing(scheme.circle.half_life_days)
    voice = _voices(facts, scheme) or (lambda _: 1.0)
    began: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for contact in facts.contacts:
        pair = contact.source, contact.target
        if contact.at < as_of and contact.source != contact.target and pair[0] in rids and pair[1] in rids:
            began[pair].add(_day(contact.at))
    ties: dict[str, list[Tie]] = {entity: [] for entity in rids}
    for (entity, contact_id), days in began.items():
        answered = began.get((contact_id, entity), set())
        power = strength(days, answered, lambda day: age_weight(last_day - day)) * voice(contact_id)
        if power > 0:
            every = days | answered
            last = date.fromordinal(max(every))
            ties[entity].append(Tie(contact_id, rids[contact_id], power, 0.0, len(every), last))
    return {entity: _normalise(own, scheme.circle.size) for entity, own in ties.items()}


def _normalise(ties: list[Tie], size: int) -> tuple[Tie, ...]:
    chosen = sorted(ties, key=lambda tie: (-tie.strength, tie.rid))[:size]
    total = math.fsum(tie.strength for tie in chosen)
    chosen.sort(key=lambda tie: tie.rid)
    return tuple(tie._replace(weight=tie.strength / total) for tie in chosen)


def strength(began: Set[int], answered: Set[int], weight: Callable[[int], float]) -> float:
    """How close two are, from the days on which the one and the other began a contact; 0 if one-sided.

    D * 2 (min(g, r) + 1) / (g + r + 2): all days, times how evenly the two begin. `weight` ages a day.
    """
    given = math.fsum(map(weight, began))
    received = math.fsum(map(weight, answered))
    if not (given > 0 and received > 0):
        return 0.0
    every = math.fsum(map(weight, began | answered))
    return every * 2 * (min(given, received) + 1) / (given + received + 2)


def propagate(graph: "nx.DiGraph[str]", *, share: float, tolerance: float, max_sweeps: int) -> Propagation:
    """Scores s with s = (1 - share) * conduct + share * weighted mean of the contacts' s.

    graph: nodes with `conduct` in [0, 1], edges with `weight`; the weights of one node sum to 1,
           and a node without edges keeps its conduct.
    bound: how far any score can be from the exact one: change of the last sweep * share / (1 - share).
    Raises NotConverged when `bound` is above `tolerance` after `max_sweeps`; at least one is made.
    Source: Jacobi iteration; rows sum to 1, so `share` is the contraction factor.
    """
    scores, bound = _conduct(graph), math.inf
    for sweeps in range(1, max_sweeps + 1):
        following = _sweep(graph, scores, share)
        change = max((abs(following[node] - scores[node]) for node in graph), default=0.0)
        scores, bound = following, change * share / (1 - share)
        if bound <= tolerance:
            return Propagation(_sweep(graph, scores, share), scores, sweeps, bound)
    raise NotConverged(
        f"scores are still up to {bound:.3g} off after {counted(max_sweeps, 'sweeps')}, above the tolerance of "
        f"{tolerance:.3g}; raise solver.max_sweeps or solver.tolerance",
        sweeps=max_sweeps,
        bound=bound,
    )


def _sweep(graph: "nx.DiGraph[str]", scores: Mapping[str, float], share: float) -> dict[str, float]:
    """Every score from the sweep before's."""
    following = _conduct(graph)
    for node, ties in graph.adjacency():
        if ties:
            company = math.fsum(tie["weight"] * scores[contact] for contact, tie in ties.items())
            following[node] = (1 - share) * following[node] + share * company
    return following


def _conduct(graph: "nx.DiGraph[str]") -> dict[str, float]:
    return nx.get_node_attributes(graph, "conduct")


def _day(instant: datetime) -> int:
    """The UTC day of an instant, as its ordinal."""
    return instant.astimezone(UTC).toordinal()


def _last_day(as_of: datetime) -> int:
    """The last UTC day that counts, as its ordinal."""
    if as_of.tzinfo is None or as_of.astimezone(UTC).time() != time():
        raise ParameterError(f"as_of must be a UTC midnight such as 2026-07-01T00:00:00Z, not {as_of}")
    return as_of.astimezone(UTC).toordinal() - 1
