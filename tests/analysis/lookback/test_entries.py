"""A look back knows what was known on its day, and holds it against what became due after it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.lookback.entries import UNKNOWN, became, known, stood
from graph.analysis.material import Material
from graph.errors import ParameterError, Refused
from graph.facts.values import Facts, Obligation
from graph.policy import scheme
from graph.rating import reference
from tests.conftest import samples
from tests.strategies import communities, make_scheme

DAY = datetime(2026, 4, 1, tzinfo=UTC)
END = DAY + timedelta(days=90)
POLICY = scheme.read("own-conduct")


def owed(due: int, settled: int | None = None, outcome: float | None = None, debtor: str = "ann") -> Obligation:
    """Due and settled so many days after the beginning of the day; noon, or a minute before midnight for due."""
    at = DAY + timedelta(days=due, hours=23, minutes=59)
    paid = None if settled is None else DAY + timedelta(days=settled, hours=12)
    return Obligation(debtor, "shop", at, paid, outcome, f"{debtor} {due} {settled} {outcome}")


@pytest.mark.parametrize(
    ("fact", "broken"),
    [
        (owed(0, 0), [False]),
        (owed(0, 1), [True]),
        (owed(5, 3), [False]),
        (owed(5, None), [True]),
        (owed(5, 200), [True]),
        (owed(5, 89), [True]),
        (owed(5, None, 0.49), [True]),
        (owed(5, None, 0.5), [False]),
        (owed(5, 60, 1.0), [False]),
        (owed(88, 88), [False]),
        (owed(88, None), [True]),
        (owed(89, 89), []),
        (owed(89, None), []),
        (owed(89, None, 0.2), [True]),
        (owed(90, 90), []),
        (owed(-1, None), []),
        (owed(-1, 10), []),
        (owed(5, -1), []),
    ],
    ids=lambda each: each.id if isinstance(each, Obligation) else str(each),
)
def test_what_was_due_in_the_days_was_kept_or_broken_or_is_left_out(fact: Obligation, broken: list[bool]) -> None:
    assert became([fact], DAY, END).get("ann", []) == broken


@pytest.mark.parametrize(
    ("zone", "due", "settled", "broken"),
    [
        # Due in the last minute of a day of UTC, which is an afternoon in Los Angeles; paid an hour later.
        (None, 5, timedelta(hours=1), [True]),
        ("America/Los_Angeles", 5, timedelta(hours=1), [False]),
        ("America/Los_Angeles", 5, timedelta(hours=8), [True]),
        # Due on the last day: only where it is over there can being late show.
        (None, 89, None, []),
        ("America/Los_Angeles", 89, None, []),
        ("Pacific/Auckland", 89, None, []),
        ("Pacific/Auckland", 88, None, [True]),
        ("Pacific/Kiritimati", 88, timedelta(hours=1), [False]),
    ],
)
def test_an_obligation_is_broken_by_the_days_of_its_zone(
    zone: str | None, due: int, settled: timedelta | None, broken: list[bool]
) -> None:
    fact = owed(due)._replace(zone=zone)
    paid = fact._replace(settled=None if settled is None else fact.due + settled)
    assert became([paid], DAY, END).get("ann", []) == broken


def test_what_was_settled_later_was_open_then_and_had_no_outcome() -> None:
    before, after = owed(-40, -35, 0.9), owed(-40, 3, 0.9)
    dated = owed(-40, None, 0.9)
    assert known(Facts(obligations=[before, after, dated]), DAY).obligations == [
        before,
        after._replace(settled=None, outcome=None),
        dated,
    ]


@settings(max_examples=samples(30, 100))
@given(communities(), st.integers(0, 60))
def test_no_fact_from_the_day_on_changes_what_members_are_rated_then(facts: Facts, back: int) -> None:
    """A fact that is dated from the day on, or what became of an earlier one from then on, was not known."""
    day = datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=back)
    policy = make_scheme()
    then = known(facts, day)
    only = replace(
        then,
        obligations=[each for each in then.obligations if min(each.due, each.settled or each.due) < day],
        contacts=[each for each in facts.contacts if each.at < day],
        purchases=[each for each in facts.purchases if each.at < day],
        visits=[each for each in facts.visits if each.at < day],
    )
    assert reference.rate(then, policy, day).members == reference.rate(only, policy, day).members


@pytest.mark.parametrize("days", [1, 30])
@settings(max_examples=samples(30, 100))
@given(communities())
def test_no_obligation_is_known_and_held_against_the_rating_as_well(days: int, facts: Facts) -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    factor = make_scheme().factors.obligations
    assert factor
    for each in facts.obligations:
        due_after = became([each], day, day + timedelta(days=days))
        known_then = reference.value_obligation(known(Facts(obligations=[each]), day).obligations[0], factor, day)
        assert not (due_after and known_then is not None)


def material(*facts: Obligation, members: tuple[str, ...] = ("ann", "bob", "cat")) -> Material:
    rows = [(entity, rid) for rid, entity in enumerate(members)]
    return Material(POLICY, Facts(obligations=facts, members=rows), None)


def test_every_member_of_today_has_an_entry_and_whoever_was_not_known_stands_apart() -> None:
    read = material(owed(-50, -55), owed(-40, -30), owed(7, 7), owed(9, 20), owed(3, None, debtor="bob"))
    ann, bob, cat = stood(read, POLICY, DAY, END)
    assert [each.member for each in (ann, bob, cat)] == ["ann", "bob", "cat"]
    assert (ann.kept, ann.broken, bob.kept, bob.broken, cat.kept, cat.broken) == (1, 1, 0, 1, 0, 0)
    rated = reference.rate(known(read.facts, DAY), POLICY, DAY).members
    assert (ann.score, ann.conduct) == (rated["ann"].score, rated["ann"].conduct)
    assert ann.mean == pytest.approx((1 + (1 - 10 / 30)) / 2), "one on time, one ten days late"
    assert bob.mean == 0.45, "nothing known: the prior"
    assert ann.band == rated["ann"].band.name
    assert bob.band == cat.band == UNKNOWN


def test_a_policy_without_obligations_cannot_be_looked_back_at() -> None:
    policy = make_scheme(weights={"visits": 1.0})
    with pytest.raises(Refused, match="rates no obligations"):
        stood(Material(policy, Facts(), None), policy, DAY, END)


def test_a_look_back_is_from_a_midnight() -> None:
    with pytest.raises(ParameterError, match="UTC midnight"):
        stood(material(owed(1, 1)), POLICY, DAY + timedelta(hours=1), END)


@settings(max_examples=samples(30, 100))
@given(communities())
def test_the_order_of_facts_changes_nothing(facts: Facts) -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    policy = make_scheme()
    turned = replace(facts, obligations=facts.obligations[::-1], contacts=facts.contacts[::-1])
    first, second = (
        stood(Material(policy, each, None), policy, day, day + timedelta(days=30)) for each in (facts, turned)
    )
    assert [(each.member, each.kept, each.broken, each.band) for each in first] == [
        (each.member, each.kept, each.broken, each.band) for each in second
    ]
    for one, other in zip(first, second, strict=True):
        assert (one.score, one.mean) == pytest.approx((other.score, other.mean), abs=1e-12)
