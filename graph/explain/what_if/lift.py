"""The fewest own actions that lift a rating by one band. Nothing is ever written.

Own actions are payments, and nothing else: whom to be in touch with and what to buy is nobody's business to
advise. An overdue debt is no action either: paying it stops its lateness from growing, and lifts nothing at once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from graph.errors import StoreConflict
from graph.explain.what_if.answer import WITHIN, PointsAndBand, choose, own_rates, residual, settled
from graph.explain.what_if.changes import paid
from graph.explain.what_if.propagation import Circles, spread
from graph.facts.extract import facts_of
from graph.facts.values import Facts, Obligation
from graph.model import OpenRating
from graph.policy import scheme as policies
from graph.policy.scheme import ObligationsFactor, Scheme
from graph.rating import published, reference
from graph.rating.runs import policy_of_run
from graph.store.client import Database
from graph.text.counts import counted


@dataclass(frozen=True)
class Payment:
    """One action: this open obligation is settled on this day."""

    obligation: str
    creditor: str
    due: datetime
    settled: date


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


def _lift(database: Database, opened: OpenRating) -> Lift:
    policy = policy_of_run(database, opened.run)
    above = [band for band in policy.bands if band.from_points > opened.whole_points]
    factor = policy.factors.obligations
    if not above:
        return _nothing(opened, None, "this is the highest band")
    aim = above[0].name
    if factor is None or factor.weight == 0:
        return _nothing(opened, aim, "this scheme does not rate obligations, and other actions are not advised")
    facts = facts_of(database, opened.scheme, [opened.entity])
    open_ones = payable(facts, opened.entity, factor, opened.as_of)
    if not open_ones:
        return _nothing(
            opened, aim, "there is no open obligation that paying now, before it is due, would count for"
        )

    circles = Circles(database, opened.scheme, policy.circle.share)
    facts, ties = choose(circles, facts, policy, opened.as_of, [opened.entity])
    circle, rid = ties[opened.entity], dict(facts.members)[opened.entity]
    # a unit more of own score comes back through contacts who have this member in their circle
    echo = spread(circles, {rid: 1.0}, rid, within=WITHIN)
    bound = opened.bound + echo.error
    for count in range(1, len(open_ones) + 1):
        now = paid(facts, [fact.id for fact, _ in open_ones[:count]], opened.as_of)
        conduct = policy.factors.conduct(own_rates(now, policy, opened.as_of, opened.entity))
        score = opened.score + echo.moved[rid] * residual(circles, rid, circle, conduct)
        points = policies.points(score)
        if policy.band(points - policies.POINTS_RANGE * bound).from_points >= above[0].from_points:
            return _found(opened, policy, aim, open_ones[:count], points, bound)
    shown = policies.whole(points)
    return _nothing(
        opened,
        aim,
        f"paying now what is open and not yet due, {counted(len(open_ones), 'obligations')}, gives "
        f"{counted(shown, 'points')}, and {aim} "
        f"starts at {above[0].from_points:g}",
    )


def payable(
    facts: Facts, entity: str, factor: ObligationsFactor, as_of: datetime
) -> list[tuple[Obligation, float]]:
    """The entity's open obligations that would begin to count if paid on the last day, and the value of each.

    The best first; of equal ones the one that is due first.
    """
    found = []
    for fact in facts.obligations:
        is_open = fact.settled is None or fact.settled >= as_of
        if fact.debtor == entity and is_open and reference.value_obligation(fact, factor, as_of) is None:
            (now,) = paid(Facts(obligations=[fact]), [fact.id], as_of).obligations
            if valued := reference.value_obligation(now, factor, as_of):
                found.append((fact, valued[1]))
    return sorted(found, key=lambda each: (-each[1], each[0].due, each[0].id))


def _found(
    opened: OpenRating,
    policy: Scheme,
    aim: str,
    chosen: list[tuple[Obligation, float]],
    points: float,
    bound: float,
) -> Lift:
    day = (opened.as_of - timedelta(days=1)).date()
    payments = tuple(Payment(fact.id, fact.creditor, fact.due, day) for fact, _ in chosen)
    after = PointsAndBand(points, policies.whole(points), policy.band(points).name)
    return _answer(opened, aim, payments, after, None, bound)


def _nothing(opened: OpenRating, aim: str | None, reason: str) -> Lift:
    return _answer(opened, aim, (), _before(opened), reason, opened.bound)


def _answer(
    opened: OpenRating,
    aim: str | None,
    payments: tuple[Payment, ...],
    after: PointsAndBand,
    reason: str | None,
    bound: float,
) -> Lift:
    return Lift(
        entity=opened.entity,
        scheme=opened.scheme,
        run=opened.run,
        as_of=opened.as_of,
        before=_before(opened),
        aim=aim,
        payments=payments,
        after=after,
        reason=reason,
        bound=bound,
        stale=opened.stale,
    )


def _before(opened: OpenRating) -> PointsAndBand:
    return PointsAndBand(opened.points, opened.whole_points, opened.band)
