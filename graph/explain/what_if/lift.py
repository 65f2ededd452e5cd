"""The fewest own actions that lift a rating by one band, or make a new member known. Nothing is ever written.

Own actions are payments, and nothing else: it is nobody's business to advise on whom to know and what to buy.
Paying an overdue debt is left out too: its lateness stops growing, but the rating does not rise at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Generic, TypeVar

from graph.errors import StoreConflict
from graph.explain.what_if.answer import WITHIN, PointsAndBand, choose, own_conduct, residual, settled
from graph.explain.what_if.changes import paid
from graph.explain.what_if.propagation import Circles, Spread, spread
from graph.facts.extract import facts_of
from graph.facts.values import Facts, Obligation
from graph.model import OpenRating
from graph.policy.scheme import NEW, POINTS_RANGE, Band, ObligationsFactor, Scheme, points_of, whole
from graph.rating import published, reference
from graph.rating.reference import Tie
from graph.rating.runs import policy_of_run
from graph.store.client import Database
from graph.text.counts import counted

NOISE = 1e-12
"Of a rate: what a payment adds at least to be advised."
T = TypeVar("T", PointsAndBand, OpenRating)


@dataclass(frozen=True)
class Payment:
    """One action: this open obligation is settled on this day."""

    obligation: str
    creditor: str
    due: datetime
    zone: str | None
    "in which its days are meant; None: UTC"
    settled: date


@dataclass(frozen=True)
class Fewest(Generic[T]):
    """The fewest payments that lift a rating into the next band, or why there are none."""

    aim: str | None
    "the next band; of a new member the band of its points; None in the highest"
    payments: tuple[Payment, ...] = ()
    "those that are worth most first"
    after: T | None = None
    "the rating with these payments"
    bound: float = 0.0
    "how far the score of that rating can be off"
    reason: str | None = None
    "why there are none"


@dataclass(frozen=True)
class Lift:
    """What lifts a rating into the next band, or why nothing that the person can do does."""

    entity: str
    scheme: str
    run: str
    as_of: datetime
    before: PointsAndBand
    aim: str | None
    "the next band; None in the highest"
    payments: tuple[Payment, ...]
    "the fewest that reach it, those due first; none where it cannot be reached"
    after: PointsAndBand
    "with these payments; as before without any"
    reason: str | None
    "why there are none"
    bound: float
    "how far the score afterwards can be from that of a fresh run"
    stale: bool


def lift(database: Database, entity: str, scheme_id: str) -> Lift:
    """The fewest payments that lift the rating by one band, made on the last day that counts.

    The points afterwards are what a fresh run at the same instant would give. A band counts as reached only if the
    bound leaves no doubt.
    Raises NotFound (no such member, not rated yet), StoreConflict (ratings are being published, or a run broke off
    while it did).
    """

    def answer(anew: bool) -> Lift:
        if anew:
            raise StoreConflict(f"a run of {scheme_id!r} is under way or was broken off: ask after the next run")
        return _lift(database, published.open_rating(database, entity, scheme_id))

    return settled(database, scheme_id, answer)


def fewest_payments(
    rating: OpenRating, policy: Scheme, facts: Facts, score: Callable[[Facts], tuple[T, float]]
) -> Fewest[T]:
    """The fewest payments, made on the last day that counts, that lift the rating by a band without doubt.

    facts: at least the entity's own.
    score: the rating that such facts give, and how far its score can be off.
    """
    factor, aim = policy.factors.obligations, _aim(rating, policy)
    if aim is None:
        return Fewest(None, reason="this is the highest band")
    if factor is None or factor.weight == 0:
        reason = "this scheme does not rate obligations, and other actions are not advised"
        return Fewest(aim.name, reason=reason)
    open_ones = _payable(facts, rating.entity, factor, rating.as_of)
    if factor.caps or policy.voice:
        open_ones = _worth_most(open_ones, facts, policy, rating)
    if not open_ones:
        reason = "there is no open obligation that paying now, before it is due, would count for"
        return Fewest(aim.name, reason=reason)
    for count in range(1, len(open_ones) + 1):
        chosen = open_ones[:count]
        after, bound = score(paid(facts, [fact.id for fact in chosen], rating.as_of))
        reached = policy.band_of_points(after.points - POINTS_RANGE * bound).from_points >= aim.from_points
        if reached and after.band != NEW.name:
            day = (rating.as_of - timedelta(days=1)).date()
            payments = tuple(Payment(fact.id, fact.creditor, fact.due, fact.zone, day) for fact in chosen)
            return Fewest(aim.name, payments, after, bound)
    paying = f"paying now what is open and not yet due, {counted(len(open_ones), 'obligations')}"
    if after.band == NEW.name:
        missing = "too little is known then for a band that goes by points"
    else:
        missing = f"{aim.name} starts at {aim.from_points:g}"
    reason = f"{paying}, gives {counted(after.whole_points, 'points')}, and {missing}"
    return Fewest(aim.name, reason=reason)


def _aim(rating: OpenRating, policy: Scheme) -> Band | None:
    """The next band; of a new member the band of its points as they are; None in the highest."""
    if rating.band == NEW.name:
        return policy.band_of_points(rating.points)
    return next((band for band in policy.bands if band.from_points > rating.whole_points), None)


def _payable(facts: Facts, entity: str, factor: ObligationsFactor, as_of: datetime) -> list[Obligation]:
    """The entity's open obligations that would begin to count if they were paid on the last day.

    Those that are worth most first; of equal ones the one that is due first.
    """
    found = []
    for fact in facts.obligations:
        is_open = fact.settled is None or fact.settled >= as_of
        if fact.debtor == entity and is_open and reference.value_obligation(fact, factor, as_of) is None:
            (now,) = paid(Facts(obligations=[fact]), [fact.id], as_of).obligations
            if valued := reference.value_obligation(now, factor, as_of):
                found.append((fact, valued[1]))
    return [fact for fact, _ in sorted(found, key=lambda each: (-each[1], each[0].due, each[0].id))]


def _worth_most(
    open_ones: Sequence[Obligation], facts: Facts, policy: Scheme, rating: OpenRating
) -> list[Obligation]:
    """The payments one after the other, each time the one that raises the rate most; none that raises nothing.

    Under caps a payment takes room from others of the same creditor, and a creditor without a voice is not heard.
    Of equal ones the first is taken.
    """
    found: list[Obligation] = []
    left = list(open_ones)

    def rate(more: Obligation | None) -> float:
        ids = [fact.id for fact in found] + ([more.id] if more else [])
        return own_conduct(paid(facts, ids, rating.as_of), policy, rating.as_of, rating.entity).rates[
            "obligations"
        ]

    while left:
        # of one creditor's debts the first is worth most, so that no other needs to be tried
        first = {fact.creditor: fact for fact in reversed(left)}
        tried = [(fact, rate(fact)) for fact in left if first[fact.creditor] is fact]
        best, then = max(tried, key=lambda each: each[1])
        if then <= rate(None) + NOISE:
            return found
        found.append(best)
        left.remove(best)
    return found


@dataclass(frozen=True)
class _FreshRun:
    """What a fresh run would give an entity of which only own facts change. It reads nothing until it is asked."""

    database: Database
    opened: OpenRating
    policy: Scheme
    facts: Facts

    def score(self, facts: Facts) -> tuple[PointsAndBand, float]:
        """The entity's points with these facts, and how far the score can be off."""
        entity, as_of = self.opened.entity, self.opened.as_of
        circles, circle, rid, echo = self._found
        own = own_conduct(facts, self.policy, as_of, entity)
        conduct = self.policy.factors.conduct(own.rates)
        score = self.opened.score + echo.moved[rid] * residual(circles, rid, circle, conduct)
        points = points_of(score)
        after = PointsAndBand(points, whole(points), self.policy.band(points, own.evidence).name)
        return after, self.opened.bound + echo.error

    @cached_property
    def _found(self) -> tuple[Circles, tuple[Tie, ...], int, Spread]:
        """All circles, the entity's own ties, its rid, and what a unit more of its score moves.

        Part of it comes back through contacts that have this member in their circle.
        """
        entity = self.opened.entity
        circles = Circles(self.database, self.opened.scheme, self.policy.circle.share)
        facts, ties = choose(circles, self.facts, self.policy, self.opened.as_of, [entity])
        rid = dict(facts.members)[entity]
        return circles, ties[entity], rid, spread(circles, {rid: 1.0}, rid, within=WITHIN)


def _lift(database: Database, opened: OpenRating) -> Lift:
    policy = policy_of_run(database, opened.run)
    facts = facts_of(database, opened.scheme, [opened.entity])
    fresh = _FreshRun(database, opened, policy, facts)
    found = fewest_payments(opened, policy, facts, fresh.score)
    before = PointsAndBand(opened.points, opened.whole_points, opened.band)
    return Lift(
        entity=opened.entity,
        scheme=opened.scheme,
        run=opened.run,
        as_of=opened.as_of,
        before=before,
        aim=found.aim,
        payments=found.payments,
        after=found.after or before,
        reason=found.reason,
        bound=found.bound if found.payments else opened.bound,
        stale=opened.stale,
    )
