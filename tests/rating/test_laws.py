"""The laws of docs/formulas.md, one property test each, over random and nasty communities and policies."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from graph.errors import NotConverged, ParameterError
from graph.facts.values import Contact, Facts, Obligation, Purchase
from graph.policy.scheme import LOWEST_POINTS, POINTS_RANGE, Scheme, points_of
from graph.rating.ageing import ageing
from graph.rating.partner_caps import Deal, cap
from graph.rating.reference import Rating, Ratings, choose_circles, propagate, rate, rate_factors, strength
from tests.conftest import samples
from tests.strategies import AS_OF, NAMED_ZONES, NASTY, PRODUCTS, communities, make_scheme, schemes

EXACT = 1e-12
DAY = timedelta(days=1)

Law = Callable[[Facts, Scheme], None]


def holds_everywhere(law: Law) -> Law:
    """The law, run on random communities and policies, and on every nasty one with a plain policy."""
    for community in NASTY:
        law = example(community.facts, make_scheme())(law)
    law = settings(max_examples=samples(30, 60), suppress_health_check=[HealthCheck.too_slow])(law)
    return given(communities(), schemes())(law)


# Rates and conduct -----------------------------------------------------------------------------------


@holds_everywhere
def test_a_rate_is_a_share_and_its_parts_sum_to_it(facts: Facts, scheme: Scheme) -> None:
    for own in rate_factors(facts, scheme, AS_OF).values():
        for name, factor in scheme.factors.named().items():
            rated = own[name]
            assert -EXACT <= rated.rate <= 1 + EXACT
            assert math.isclose(
                factor.prior + math.fsum(event.part for event in rated.events), rated.rate, abs_tol=EXACT
            )
            for event in rated.events:
                part = event.weight * (event.value - factor.prior) / (factor.prior_weight + rated.evidence)
                assert event.part == part
                assert 0 <= event.value <= 1
                assert 0 <= event.weight <= 1


@holds_everywhere
def test_a_member_without_events_has_the_prior(facts: Facts, scheme: Scheme) -> None:
    silent = replace(facts, obligations=[], purchases=[], visits=[])
    for own in rate_factors(silent, scheme, AS_OF).values():
        for name, factor in scheme.factors.named().items():
            assert own[name].rate == pytest.approx(factor.prior, abs=EXACT)
            assert own[name].evidence == 0


@holds_everywhere
def test_a_rate_lies_between_the_prior_and_the_values(facts: Facts, scheme: Scheme) -> None:
    for own in rate_factors(facts, scheme, AS_OF).values():
        for name, factor in scheme.factors.named().items():
            values = [factor.prior, *(event.value for event in own[name].events)]
            assert min(values) - EXACT <= own[name].rate <= max(values) + EXACT


@holds_everywhere
def test_conduct_is_a_convex_combination_of_the_rates(facts: Facts, scheme: Scheme) -> None:
    for member in rate(facts, scheme, AS_OF).members.values():
        rates = {name: rated.rate for name, rated in member.rates.items()}
        whole = sum(factor.weight * rates[name] for name, factor in scheme.factors.named().items())
        assert member.conduct == pytest.approx(whole, abs=EXACT)
        assert min(rates.values()) - EXACT <= member.conduct <= max(rates.values()) + EXACT
        assert member.evidence == pytest.approx(sum(rated.evidence for rated in member.rates.values()))


OUTCOMES = st.lists(st.tuples(st.integers(0, 900), st.floats(0, 1)), max_size=10)


@given(OUTCOMES, st.integers(0, 400), st.sampled_from([None, 30.0, 365.0]))
def test_ageing_all_events_equally_draws_a_rate_to_the_prior(
    outcomes: list[tuple[int, float]], later: int, half_life_days: float | None
) -> None:
    scheme = make_scheme(weights={"obligations": 1.0}, prior=0.4, half_life_days=half_life_days)
    facts = Facts(
        obligations=[Obligation("a", "b", AS_OF - (age + 1) * DAY, outcome=value) for age, value in outcomes],
        members=[("a", 0)],
    )
    now = rate_factors(facts, scheme, AS_OF)["a"]["obligations"]
    then = rate_factors(facts, scheme, AS_OF + later * DAY)["a"]["obligations"]
    faded = ageing(half_life_days)(later)
    assert then.evidence == pytest.approx(faded * now.evidence, rel=1e-9)
    # rate - prior = Σ w (y - prior) / (prior_weight + Σ w): the numerator fades with every weight
    lean = (now.rate - 0.4) * (4 + now.evidence)
    assert then.rate - 0.4 == pytest.approx(faded * lean / (4 + faded * now.evidence), abs=1e-12)
    assert abs(then.rate - 0.4) <= abs(now.rate - 0.4) + EXACT


# Partner caps ----------------------------------------------------------------------------------------


@holds_everywhere
def test_all_of_one_partner_in_one_month_or_year_weigh_at_most_their_cap(facts: Facts, scheme: Scheme) -> None:
    factor = scheme.factors.obligations
    assume(factor is not None)
    assert factor is not None
    for own in rate_factors(facts, scheme, AS_OF).values():
        together: defaultdict[tuple[object, ...], float] = defaultdict(float)
        for event in own["obligations"].events:
            assert isinstance(event.fact, Obligation)
            together["month", event.fact.creditor, event.day.year, event.day.month] += event.weight
            together["year", event.fact.creditor, event.day.year] += event.weight
        for (span, *_), weight in together.items():
            most = factor.partner_month if span == "month" else factor.partner_year
            assert most is None or weight <= most * (1 + EXACT)


def one_partner(ages: list[int], outcome: float = 1.0) -> Facts:
    """Deals of a with its partner, so many days old."""
    return Facts(
        obligations=[Obligation("a", "b", AS_OF - (age + 1) * DAY, outcome=outcome) for age in ages],
        members=[("a", 0)],
    )


def weights(facts: Facts, **caps: float | None) -> list[float]:
    scheme = make_scheme(weights={"obligations": 1.0}, half_life_days=None, **caps)  # type: ignore[arg-type]
    return [event.weight for event in rate_factors(facts, scheme, AS_OF)["a"]["obligations"].events]


def test_fifty_deals_with_a_friend_in_one_month_are_one_deal() -> None:
    assert weights(one_partner([3] * 50), partner_month=1.0) == pytest.approx([0.02] * 50)


def test_a_month_that_weighs_less_than_its_cap_stays_as_it_is() -> None:
    # AS_OF is the 1st of July: 29 days old is the 1st of June, 30 the 31st of May
    assert weights(one_partner([29, 30, 31]), partner_month=2.0) == [1, 1, 1]
    assert weights(one_partner([0, 29, 30]), partner_month=1.0) == [0.5, 0.5, 1]


def test_a_year_is_held_after_its_months_are() -> None:
    # three in June, one in May, one on the last day of December
    found = weights(one_partner([0, 1, 2, 30, 181]), partner_month=1.0, partner_year=1.0)
    assert found == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2, 1])


@given(st.permutations([0.1, 0.2, 0.3, 0.7]))
def test_the_order_of_deals_changes_no_bit_of_what_their_caps_leave(found: list[float]) -> None:
    # summed one after the other, these give three different sums
    factor = make_scheme(partner_month=0.5, partner_year=0.3).factors.obligations
    assert factor is not None
    deals = [Deal("b", AS_OF.toordinal() - 1, weight) for weight in found]
    by_weight = dict(zip(found, cap(deals, factor), strict=True))
    assert by_weight == dict(zip(sorted(found), cap(sorted(deals), factor), strict=True))


def test_what_is_capped_keeps_its_proportions_and_a_rate_stays_a_mean() -> None:
    scheme = make_scheme(weights={"obligations": 1.0}, half_life_days=10.0, prior_weight=1.0, partner_month=0.5)
    good, bad = one_partner([0, 10]), one_partner([10], outcome=0.0)
    rated = rate_factors(replace(good, obligations=[*good.obligations, *bad.obligations]), scheme, AS_OF)["a"][
        "obligations"
    ]
    assert [event.weight for event in rated.events] == pytest.approx([0.25, 0.125, 0.125])
    assert rated.evidence == pytest.approx(0.5)
    assert rated.rate == pytest.approx((0.5 + 0.375) / 1.5)


@given(st.lists(st.integers(0, 500), max_size=12), st.integers(0, 500), st.sampled_from([0.25, 1.0, 3.0]))
def test_one_more_deal_that_went_well_never_lowers_a_rate_whatever_the_caps(
    ages: list[int], age: int, most: float
) -> None:
    scheme = make_scheme(weights={"obligations": 1.0}, partner_month=most, partner_year=2 * most)
    some = one_partner(ages[::2], outcome=0.3)
    before = replace(some, obligations=[*some.obligations, *one_partner(ages[1::2]).obligations])
    after = replace(before, obligations=[*before.obligations, *one_partner([age]).obligations])
    rates = [rate_factors(facts, scheme, AS_OF)["a"]["obligations"].rate for facts in (before, after)]
    assert rates[1] >= rates[0] - EXACT


def test_the_weight_of_an_event_halves_every_half_life() -> None:
    assert [ageing(10.0)(age) for age in (0, 10, 20, 5)] == [1, 0.5, 0.25, 0.5**0.5]
    assert ageing(None)(10_000) == 1


# Obligations -----------------------------------------------------------------------------------------


@given(
    communities(),
    st.integers(-40, 200),
    st.floats(0, 1),
    st.sampled_from([None, 1.0, 365.0]),
    st.sampled_from([None, 0.5, 1.0]),
    NAMED_ZONES,
)
@settings(max_examples=samples(60, 150))
def test_paying_what_is_open_never_lowers_a_rating(
    facts: Facts, due_age: int, wait: float, half_life_days: float | None, cap: float | None, zone: str | None
) -> None:
    """Paid at any instant from the due one to `as_of`, or on the last day if not due yet; whatever the caps."""
    scheme = make_scheme(half_life_days=half_life_days, share=0.5, partner_month=cap, partner_year=cap and 2 * cap)
    facts = replace(facts, members=[*facts.members, ("debtor", 1000)])
    due = AS_OF - due_age * DAY
    earliest = min(due, AS_OF - DAY)
    settled = min(earliest + wait * (AS_OF - earliest), AS_OF - timedelta(microseconds=1))
    unpaid, paid = (
        rate(
            replace(facts, obligations=[*facts.obligations, Obligation("debtor", "bank", due, end, zone=zone)]),
            scheme,
            AS_OF,
        )
        for end in (None, settled)
    )
    before, after = (run.members["debtor"].rates["obligations"].rate for run in (unpaid, paid))
    assert after >= before - EXACT
    for entity, member in paid.members.items():
        assert member.score >= unpaid.members[entity].score - 2 * scheme.solver.tolerance


@given(st.integers(1, 60), st.integers(0, 100))
def test_lateness_lowers_a_value_day_by_day_to_zero(late_days: int, late: int) -> None:
    scheme = make_scheme(weights={"obligations": 1.0}, late_days=late_days, half_life_days=None)
    due = AS_OF - 200 * DAY
    facts = Facts(obligations=[Obligation("a", "b", due, due + late * DAY)], members=[("a", 0)])
    (event,) = rate_factors(facts, scheme, AS_OF)["a"]["obligations"].events
    assert event.value == max(0.0, 1 - late / late_days)


@pytest.mark.parametrize(
    ("obligation", "expected"),
    [
        ("open and not due", None),
        ("open and due on the last day", None),
        ("open and due the day before", (1, 1 - 1 / 30)),
        ("open for 400 days", (400, 0.0)),
        ("settled long before it is due", (200, 1.0)),
        ("settled before it was due", (90, 1.0)),
        ("settled after as_of", (10, 1 - 10 / 30)),
        ("settled late on the due day", (10, 1.0)),
        ("with an outcome, due", (10, 0.75)),
        ("with an outcome, settled before it is due", (5, 0.25)),
        ("with an outcome, not due", None),
        ("with an outcome, not due and settled after as_of", None),
        ("with an outcome, settled long before it was due", (700, 0.0)),
    ],
)
def test_an_obligation_counts_from_its_day(obligation: str, expected: tuple[int, float] | None) -> None:
    facts = dict(NASTY)["obligations of every kind"]
    names = [
        "open and not due",
        "open and due on the last day",
        "open and due the day before",
        "open for 400 days",
        "settled long before it is due",
        "settled before it was due",
        "settled after as_of",
        "settled late on the due day",
        "with an outcome, due",
        "with an outcome, settled before it is due",
        "with an outcome, not due",
        "with an outcome, not due and settled after as_of",
        "with an outcome, settled long before it was due",
    ]
    fact = facts.obligations[names.index(obligation)]
    rates = rate_factors(facts, make_scheme(), AS_OF)
    found = [
        ((AS_OF.date() - event.day).days - 1, event.value)
        for event in rates[fact.debtor]["obligations"].events
        if event.fact == fact
    ]
    assert found == ([] if expected is None else [expected])


def test_an_obligation_due_at_as_of_does_not_count_yet() -> None:
    due = [Obligation("a", "bank", instant, None, 0.25) for instant in (AS_OF, AS_OF - timedelta(microseconds=1))]
    rates = rate_factors(Facts(obligations=due, members=[("a", 0)]), make_scheme(), AS_OF)
    assert [event.fact for event in rates["a"]["obligations"].events] == due[1:]


def test_the_example_of_the_docs_is_right() -> None:
    """docs/formulas.md, worked out there by hand."""
    scheme = make_scheme(weights={"obligations": 1.0}, prior=0.45)
    days = [(AS_OF - 366 * DAY, AS_OF - 366 * DAY), (AS_OF - DAY, AS_OF - DAY), (AS_OF + 9 * DAY, None)]
    facts = Facts(obligations=[Obligation("a", "bank", *each) for each in days], members=[("a", 0)])
    rated = rate_factors(facts, scheme, AS_OF)["a"]["obligations"]
    assert [event.part for event in rated.events] == pytest.approx([0.05, 0.1], abs=EXACT)
    assert rated.rate == pytest.approx(0.6, abs=EXACT)


# Ties and circles ------------------------------------------------------------------------------------

DAYS = st.sets(st.integers(0, 700), max_size=12)
HALF_LIVES = st.sampled_from([None, 1.0, 30.0, 180.0])


@given(DAYS, DAYS, HALF_LIVES)
def test_strength_is_symmetric_and_at_most_the_days(
    began: set[int], answered: set[int], half_life: float | None
) -> None:
    weight = ageing(half_life)
    power = strength(began, answered, weight)
    assert power == strength(answered, began, weight)
    assert 0 <= power <= math.fsum(map(weight, began | answered)) * (1 + EXACT)


@given(DAYS, HALF_LIVES)
def test_a_one_sided_tie_has_no_strength(began: set[int], half_life: float | None) -> None:
    assert strength(began, set(), ageing(half_life)) == 0
    assert strength(set(), began, ageing(half_life)) == 0


@given(DAYS, DAYS, st.integers(0, 700), st.booleans(), st.booleans(), HALF_LIVES)
def test_a_further_day_of_contact_never_lowers_a_strength(
    began: set[int], answered: set[int], day: int, mine: bool, theirs: bool, half_life: float | None
) -> None:
    assume((mine or theirs) and day not in began | answered)
    more = strength(began | ({day} if mine else set()), answered | ({day} if theirs else set()), ageing(half_life))
    assert more >= strength(began, answered, ageing(half_life)) * (1 - EXACT)


@holds_everywhere
def test_a_burst_in_one_day_counts_as_one_day(facts: Facts, scheme: Scheme) -> None:
    burst = [
        contact._replace(at=day + minute * timedelta(minutes=1))
        for contact in facts.contacts
        for day in [_start_of_day(contact.at)]
        for minute in range(3)
    ]
    circles = choose_circles(facts, scheme, AS_OF)
    assert choose_circles(replace(facts, contacts=[*facts.contacts, *burst]), scheme, AS_OF) == circles


def _start_of_day(instant: datetime) -> datetime:
    return AS_OF - math.ceil((AS_OF - instant) / DAY) * DAY


@holds_everywhere
def test_the_weights_of_a_circle_sum_to_one(facts: Facts, scheme: Scheme) -> None:
    for circle in choose_circles(facts, scheme, AS_OF).values():
        assert len(circle) <= scheme.circle.size
        assert not circle or math.fsum(tie.weight for tie in circle) == pytest.approx(1, abs=EXACT)
        whole = math.fsum(tie.strength for tie in circle)
        assert [tie.weight * whole for tie in circle] == pytest.approx([tie.strength for tie in circle])
        assert [tie.rid for tie in circle] == sorted(tie.rid for tie in circle)
        assert all(tie.weight > 0 and tie.days >= 1 for tie in circle)


@holds_everywhere
def test_a_circle_holds_the_strongest_ties_and_equal_ones_by_rid(facts: Facts, scheme: Scheme) -> None:
    unlimited = make_scheme(size=100, circle_half_life_days=scheme.circle.half_life_days)
    every = choose_circles(facts, unlimited, AS_OF)
    for entity, circle in choose_circles(facts, scheme, AS_OF).items():
        ranked = sorted(every[entity], key=lambda tie: (-tie.strength, tie.rid))[: scheme.circle.size]
        assert {tie.contact for tie in circle} == {tie.contact for tie in ranked}
        for tie in circle:
            back = next(other for other in every[tie.contact] if other.contact == entity)
            assert (back.strength, back.days, back.last) == (tie.strength, tie.days, tie.last)


@holds_everywhere
def test_contacts_that_nobody_answers_change_nothing(facts: Facts, scheme: Scheme) -> None:
    assume(facts.members)
    seeker = facts.members[0][0]
    answered = {contact.source for contact in facts.contacts if contact.target == seeker}
    wooed = [Contact(seeker, other, AS_OF - DAY) for other, _ in facts.members[1:] if other not in answered]
    more = replace(facts, contacts=[*facts.contacts, *wooed])
    assert rate(more, scheme, AS_OF).members == rate(facts, scheme, AS_OF).members


# Scores ----------------------------------------------------------------------------------------------


@holds_everywhere
def test_a_score_lies_between_the_lowest_and_the_highest_conduct(facts: Facts, scheme: Scheme) -> None:
    members = rate(facts, scheme, AS_OF).members.values()
    conducts = [member.conduct for member in members]
    for member in members:
        assert min(conducts) - EXACT <= member.score <= max(conducts) + EXACT
        if not member.circle or scheme.circle.share == 0:
            assert member.score == pytest.approx(member.conduct, abs=EXACT)
        assert abs(member.score - member.conduct) <= scheme.circle.share + EXACT


@holds_everywhere
def test_over_all_hops_a_score_is_personalised_pagerank_of_conduct(facts: Facts, scheme: Scheme) -> None:
    ratings = rate(facts, scheme, AS_OF)
    graph = ratings.graph.copy()
    graph.add_edges_from((node, node, {"weight": 1.0}) for node in ratings.graph if not ratings.graph.adj[node])
    for entity, member in ratings.members.items():
        reach = nx.pagerank(
            graph, alpha=scheme.circle.share, personalization={entity: 1}, tol=1e-13, max_iter=1000
        )
        hops = math.fsum(reach[other] * ratings.members[other].conduct for other in graph)
        assert member.score == pytest.approx(hops, abs=1e-9)


@holds_everywhere
def test_the_bound_bounds_the_error_of_every_score(facts: Facts, scheme: Scheme) -> None:
    for tolerance in (1e-3, 1e-9):
        loose = make_scheme(size=scheme.circle.size, share=scheme.circle.share, tolerance=tolerance)
        ratings = rate(facts, loose, AS_OF)
        assert 0 <= ratings.bound <= tolerance
        exact = _solve(ratings, loose.circle.share)
        for entity, member in ratings.members.items():
            assert abs(member.score - exact[entity]) <= ratings.bound + EXACT
            for tie, used in zip(member.circle, member.used, strict=True):
                assert abs(used - exact[tie.contact]) <= ratings.bound + EXACT


def _solve(ratings: Ratings, share: float) -> dict[str, float]:
    """The exact scores, from a dense solve of (I - share W) s = (1 - share) b."""
    names = list(ratings.members)
    if not names:
        return {}
    weights = np.zeros((len(names), len(names)))
    for row, member in enumerate(ratings.members.values()):
        for tie in member.circle:
            weights[row, names.index(tie.contact)] = tie.weight
        if not member.circle:
            weights[row, row] = 1
    conduct = np.array([member.conduct for member in ratings.members.values()])
    scores = np.linalg.solve(np.eye(len(names)) - share * weights, (1 - share) * conduct)
    return dict(zip(names, scores.tolist(), strict=True))


@holds_everywhere
def test_the_points_are_the_sum_of_their_parts(facts: Facts, scheme: Scheme) -> None:
    for member in rate(facts, scheme, AS_OF).members.values():
        share = scheme.circle.share if member.circle else 0
        own = [
            POINTS_RANGE * (1 - share) * factor.weight * member.rates[name].rate
            for name, factor in scheme.factors.named().items()
        ]
        company = [
            POINTS_RANGE * share * tie.weight * used for tie, used in zip(member.circle, member.used, strict=True)
        ]
        assert member.points == pytest.approx(LOWEST_POINTS + math.fsum([*own, *company]), abs=1e-9)
        assert member.points == points_of(member.score)
        assert member.band == scheme.band(member.points, member.evidence)


def test_the_bound_is_the_last_change_times_share_over_its_rest() -> None:
    pair: nx.DiGraph[str] = nx.DiGraph()
    pair.add_node("a", conduct=0.0)
    pair.add_node("b", conduct=1.0)
    pair.add_weighted_edges_from([("a", "b", 1.0), ("b", "a", 1.0)])
    # By hand, share 0.5: sweeps (0.5, 0.5), (0.25, 0.75), then published (0.375, 0.625); exact (1/3, 2/3).
    solved = propagate(pair, share=0.5, tolerance=0.3, max_sweeps=9)
    assert (solved.sweeps, solved.bound) == (2, 0.25)
    assert solved.used == {"a": 0.25, "b": 0.75}
    assert solved.scores == {"a": 0.375, "b": 0.625}
    third = propagate(pair, share=0.25, tolerance=0.1, max_sweeps=9)
    assert (third.sweeps, third.bound) == (1, 0.25 * 0.25 / 0.75)


# What cannot matter ----------------------------------------------------------------------------------


@holds_everywhere
def test_facts_from_as_of_on_change_nothing(facts: Facts, scheme: Scheme) -> None:
    known = replace(
        facts,
        contacts=[contact for contact in facts.contacts if contact.at < AS_OF],
        purchases=[bought for bought in facts.purchases if bought.at < AS_OF],
        visits=[visit for visit in facts.visits if visit.at < AS_OF],
        obligations=[
            owed._replace(settled=owed.settled if owed.settled and owed.settled < AS_OF else None)
            for owed in facts.obligations
        ],
    )
    assert _figures(rate(known, scheme, AS_OF)) == _figures(rate(facts, scheme, AS_OF))


@given(facts=communities(), scheme=schemes(), data=st.data())
@settings(max_examples=samples(30, 60))
def test_the_order_of_facts_and_members_changes_nothing(facts: Facts, scheme: Scheme, data: st.DataObject) -> None:
    shuffled = replace(
        facts,
        contacts=data.draw(st.permutations(facts.contacts)),
        obligations=data.draw(st.permutations(facts.obligations)),
        purchases=data.draw(st.permutations(facts.purchases)),
        visits=data.draw(st.permutations(facts.visits)),
        members=data.draw(st.permutations(facts.members)),
    )
    assert _figures(rate(shuffled, scheme, AS_OF)) == _figures(rate(facts, scheme, AS_OF))


def _figures(ratings: Ratings) -> dict[str, Rating]:
    """The ratings by entity id, without the events, which are listed as the facts are."""
    return {
        entity: replace(
            member, rates={name: rated._replace(events=()) for name, rated in sorted(member.rates.items())}
        )
        for entity, member in sorted(ratings.members.items())
    }


@holds_everywhere
def test_an_entity_that_has_not_joined_is_not_rated_and_counts_in_no_circle(facts: Facts, scheme: Scheme) -> None:
    joined = {entity for entity, _ in facts.members}
    among = replace(
        facts, contacts=[contact for contact in facts.contacts if {contact.source, contact.target} <= joined]
    )
    ratings = rate(facts, scheme, AS_OF)
    assert ratings.members.keys() == joined
    assert {tie.contact for member in ratings.members.values() for tie in member.circle} <= joined
    assert rate(among, scheme, AS_OF).members == ratings.members


# What is refused -------------------------------------------------------------------------------------


def test_a_run_that_misses_its_tolerance_fails_with_its_bound() -> None:
    facts = dict(NASTY)["a chain"]
    with pytest.raises(NotConverged, match="after 2 sweeps") as missed:
        rate(facts, make_scheme(share=0.5, tolerance=1e-12, max_sweeps=2), AS_OF)
    assert missed.value.sweeps == 2
    assert missed.value.bound > 1e-12


@pytest.mark.parametrize("as_of", [AS_OF + timedelta(hours=1), AS_OF.replace(tzinfo=None)])
def test_as_of_must_be_a_utc_midnight(as_of: datetime) -> None:
    with pytest.raises(ParameterError, match="UTC midnight"):
        rate(Facts(), make_scheme(), as_of)


def test_a_category_without_a_value_counts_for_nothing() -> None:
    facts = Facts(
        purchases=[Purchase("a", "widget", AS_OF - DAY), Purchase("a", "bread", AS_OF - DAY)],
        products=PRODUCTS,
        members=[("a", 0)],
    )
    rated = rate_factors(facts, make_scheme(half_life_days=None), AS_OF)["a"]["purchases"]
    assert [event.fact for event in rated.events] == [facts.purchases[1]]
    assert rated.rate == (4 * 0.5 + 1.0) / 5
