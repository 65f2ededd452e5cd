"""What accomplices can move at most is what the formulas bound it by, and no attack of so many goes beyond it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.cheating.bound import bounds, in_a_year
from graph.facts.values import Facts, Obligation
from graph.policy.scheme import ObligationsFactor, Scheme
from graph.rating import reference
from tests.conftest import samples
from tests.strategies import AS_OF, communities, make_scheme

VOICES = [1.0, 1.0, 0.5, 0.25, *[0.0] * 16]


def policy(**more: object) -> Scheme:
    own = {"weights": {"obligations": 1.0}, "share": 0.2, "half_life_days": None}
    return make_scheme(**own | more)  # type: ignore[arg-type]


def factor(scheme: Scheme) -> ObligationsFactor:
    assert scheme.factors.obligations
    return scheme.factors.obligations


CAPPED = policy(partner_month=1.0, partner_year=2.0)
HEARD = policy(partner_month=1.0, partner_year=2.0, voice={})


def test_made_up_members_move_nothing_under_a_policy_with_voices_and_much_without() -> None:
    made_up, outside, *_ = bounds(VOICES, HEARD, 1_000)
    assert (made_up.reports, made_up.month, made_up.year, made_up.circle) == (0, 0, 0, 0)
    assert (outside.reports, outside.month) == (0, 0)
    made_up, *_ = bounds([1.0] * 20, CAPPED, 1_000)
    prior = factor(CAPPED).prior_weight
    assert made_up.reports == 1_000
    assert made_up.month == pytest.approx(600 * 0.8 * 1_000 / (prior + 1_000))
    assert made_up.circle == pytest.approx(600 * 0.2)


def test_real_accomplices_are_told_in_whole_reports_rounded_up() -> None:
    """One more does not tell a single voice: 1, 1, a half and a quarter are 1, 2, 3, 3."""
    most = [bounds(VOICES, HEARD, number)[-1].reports for number in (1, 2, 3, 4, 5, 20)]
    assert most == [1, 2, 3, 3, 3, 3]
    usual = [bounds(VOICES, HEARD, number)[-2].reports for number in (1, 8, 20)]
    assert usual == [1, 2, 3]
    assert bounds([], HEARD, 3)[-1].reports == 0


def test_a_year_is_what_the_caps_leave_of_twelve_months() -> None:
    assert in_a_year(factor(CAPPED)) == 2
    assert in_a_year(factor(policy(partner_month=1.0))) == 12
    assert in_a_year(factor(policy(partner_year=3.0))) == 3
    assert in_a_year(factor(policy())) is None
    found = bounds([1.0] * 20, CAPPED, 3)[-1]
    prior = factor(CAPPED).prior_weight
    assert found.year == pytest.approx(480 * 6 / (prior + 6))


def test_where_nothing_caps_a_partner_one_accomplice_can_move_all() -> None:
    found = bounds([1.0], policy(), 1)[-1]
    assert (found.month, found.year) == (480, 480)


def test_a_policy_without_obligations_has_no_bound() -> None:
    assert bounds([1.0], make_scheme(weights={"visits": 1.0}), 1) == []


@settings(max_examples=samples(20, 100), deadline=None)
@given(communities(), st.integers(1, 4), st.sampled_from([0.0, 1.0]))
def test_no_attack_of_so_many_in_one_month_moves_own_conduct_beyond_the_bound(
    facts: Facts, accomplices: int, worth: float
) -> None:
    before = reference.rate(facts, CAPPED, AS_OF)
    some = [f"accomplice {number}" for number in range(accomplices)]
    at = AS_OF - timedelta(days=1)
    said = [
        Obligation(member, each, at, None, worth, f"{member} {each} {number}")
        for member, _ in facts.members
        for each in some
        for number in range(5)
    ]
    after = reference.rate(replace(facts, obligations=[*facts.obligations, *said]), CAPPED, AS_OF)
    most = bounds([1.0] * accomplices, CAPPED, accomplices)[-1].month
    for member, rating in before.members.items():
        assert 480 * abs(after.members[member].conduct - rating.conduct) <= most + 1e-9
