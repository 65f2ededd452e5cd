"""The laws of voices in docs/formulas.md: whose word counts, in graph/rating/reference.py and its voices."""

import itertools
import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph.errors import SchemeInvalid
from graph.facts.values import Contact, Facts, Obligation
from graph.policy.scheme import QUARTERS, Scheme, Voice
from graph.rating.reference import make_voices, rate, rate_factors
from graph.rating.reference_voices import full_level, quarter, reach, voices
from tests.conftest import samples
from tests.strategies import AS_OF, NASTY, communities, make_scheme, schemes_with_voice

EXACT = 1e-12
DAY = timedelta(days=1)
PLAIN = make_scheme(weights={"obligations": 1.0}, half_life_days=None, partner_month=1.0, voice={})
CHAIN = dict(NASTY)["promises kept along a chain, and a ring beside it"]


def kept(debtor: str, creditor: str, number: int = 0, outcome: float = 1.0) -> Obligation:
    """A deal of some month that its creditor has judged."""
    due = AS_OF - DAY - 31 * number * DAY
    return Obligation(debtor, creditor, due, None, outcome, f"{debtor}-{creditor}-{number}")


def spoken(facts: Facts, founders: list[str], policy: Scheme = PLAIN) -> dict[str, float]:
    return make_voices(facts, policy, AS_OF, founders)


# Where voices come from ------------------------------------------------------------------------------


@settings(max_examples=samples(30, 60), suppress_health_check=[HealthCheck.too_slow])
@given(communities(), schemes_with_voice(), st.data())
def test_who_no_founders_word_leads_to_has_no_voice_whatever_it_reports(
    facts: Facts, policy: Scheme, data: st.DataObject
) -> None:
    """A set is closed off: nobody outside reports a kept promise of its members, and no founder is in it."""
    names = [entity for entity, _ in facts.members]
    assume(len(names) > 2)
    ring = set(data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=len(names) - 1, unique=True)))
    founders = [entity for entity in names if entity not in ring][:2]
    among = [owed for owed in facts.obligations if owed.debtor not in ring or owed.creditor in ring]
    more = [kept(one, other, 3) for one in ring for other in ring if one != other]
    made_up = [f"made-up-{number}" for number in range(data.draw(st.integers(0, 5)))]
    praise = [kept(one, other) for one in [*made_up, *ring] for other in [*made_up, *ring] if one != other]
    members = [*facts.members, *((each, 10_000 + number) for number, each in enumerate(made_up))]
    closed = replace(facts, obligations=[*among, *more, *praise], members=members)
    found = spoken(closed, founders, policy)
    assert {found[entity] for entity in [*ring, *made_up]} == {0.0}
    assert found.keys() == dict(members).keys()
    assert set(found.values()) <= set(QUARTERS)
    assert all(found[founder] == 1 for founder in founders)


def test_a_thousand_made_up_members_who_praise_a_member_move_it_by_nothing() -> None:
    made_up = [f"m{number}" for number in range(60)]
    praise = [kept("target", each) for each in made_up]
    around = [kept(one, made_up[number - 1]) for number, one in enumerate(made_up)]
    facts = Facts(
        obligations=[
            kept("target", "a", outcome=0.1),
            *praise,
            *around,
            *(kept(each, "target") for each in made_up),
        ],
        contacts=[
            Contact(*pair, AS_OF - DAY) for each in made_up for pair in ((each, "target"), ("target", each))
        ],
        members=[(each, rid) for rid, each in enumerate(["a", "target", *made_up])],
    )
    alone = replace(facts, obligations=facts.obligations[:1], contacts=[])
    moved, before = (rate(each, PLAIN, AS_OF, founders=["a"]).members["target"] for each in (facts, alone))
    assert moved.points == before.points
    assert moved.circle == ()


def test_a_voice_goes_on_from_the_founders_along_kept_promises_and_ends_after_six_passes() -> None:
    names = [f"n{number}" for number in range(9)]
    chain = dict.fromkeys(itertools.pairwise(names), 1.0)
    found = reach(chain, ["n0"], 0.5)
    assert found == {f"n{number}": 0.5**number for number in range(1, 7)}
    assert reach(chain, [], 0.5) == {}


def test_a_word_is_spread_by_how_much_each_kept() -> None:
    found = reach({("f", "a"): 3.0, ("f", "b"): 1.0, ("g", "b"): 5.0}, ["f", "g"], 0.6)
    assert found == pytest.approx({"a": 0.6 * 0.5 * 0.75, "b": 0.6 * (0.5 * 0.25 + 0.5)})


def test_a_promise_that_was_not_kept_above_the_prior_says_nothing_for_anybody() -> None:
    facts = Facts(
        obligations=[kept("a", "f", outcome=0.5), kept("b", "f", outcome=0.0), kept("c", "f", outcome=0.6)],
        members=[("f", 0), ("a", 1), ("b", 2), ("c", 3)],
    )
    assert spoken(facts, ["f"]) == {"f": 1, "a": 0, "b": 0, "c": 1}


def test_nothing_passes_through_somebody_who_has_not_joined() -> None:
    facts = Facts(obligations=[kept("stranger", "f"), kept("a", "stranger")], members=[("f", 0), ("a", 1)])
    assert spoken(facts, ["f"]) == {"f": 1, "a": 0}


def test_a_founder_that_takes_no_part_is_none() -> None:
    facts = Facts(obligations=[kept("a", "gone"), kept("b", "f")], members=[("f", 0), ("a", 1), ("b", 2)])
    assert spoken(facts, ["gone", "f"]) == spoken(facts, ["f"]) == {"f": 1, "a": 0, "b": 1}


def test_fifty_kept_promises_in_one_month_say_as_much_as_one() -> None:
    one = Facts(obligations=[kept("a", "f"), kept("b", "f", 1)], members=[("f", 0), ("a", 1), ("b", 2)])
    many = replace(one, obligations=[*[kept("a", "f")] * 50, kept("b", "f", 1)])
    assert rate(one, PLAIN, AS_OF, founders=["f"]).members["a"].evidence == pytest.approx(1)
    assert spoken(one, ["f"]) == spoken(many, ["f"])


# Quarters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "voice"),
    [
        (0.0, 0.0),
        (0.02, 0.0),
        (0.020_000_000_4, 0.0),
        (0.020_000_001, 0.25),
        (0.25, 0.25),
        (0.250_000_000_4, 0.25),
        (0.250_000_000_6, 0.5),
        (0.250_000_001, 0.5),
        (0.5, 0.5),
        (0.75, 0.75),
        (0.750_000_001, 1.0),
        (1.0, 1.0),
        (7.0, 1.0),
    ],
)
def test_a_ratio_is_rounded_to_nine_digits_and_then_up_to_the_next_quarter(ratio: float, voice: float) -> None:
    assert quarter(ratio, 1.0) == voice
    assert quarter(3 * ratio, 3.0) == voice  # a quotient that is no exact number


def test_without_a_level_nobody_speaks() -> None:
    assert quarter(0.0, 0.0) == 0
    assert full_level([], 0.8) == 0


def test_the_level_is_the_smallest_of_the_largest_that_together_hold_the_share() -> None:
    assert full_level([1.0, 4.0, 4.0, 1.0], 0.8) == 4
    assert full_level([1.0, 4.0, 4.0, 1.0], 0.81) == 1
    assert full_level([0.1] * 5, 0.8) == 0.1
    # 0.1 + 0.2 is not 0.3, and a share of exactly a half is held all the same
    assert full_level([0.3, 0.1, 0.2], 0.5) == 0.3
    assert full_level([5.0, 3.0], 1.0) == 3


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20), st.sampled_from([0.5, 0.8, 1.0]))
def test_those_at_the_level_hold_the_share_and_those_above_it_do_not(parts: list[int], full: float) -> None:
    level = full_level(list(map(float, parts)), full)
    assert sum(each for each in parts if each >= level) >= full * sum(parts) - EXACT
    above = sorted((each for each in parts if each >= level), reverse=True)
    assert round(sum(above[: above.index(int(level))]) / sum(parts), 9) < full


# What a voice weighs ---------------------------------------------------------------------------------


@settings(max_examples=samples(30, 60), suppress_health_check=[HealthCheck.too_slow])
@given(communities(), schemes_with_voice(), st.data())
def test_attackers_move_a_rate_by_their_voices_over_the_prior_and_these_at_most(
    facts: Facts, policy: Scheme, data: st.DataObject
) -> None:
    """V is the weight of all that they report: the caps' most for each, times its voice."""
    factor = policy.factors.obligations
    assume(facts.members and factor)
    assert factor is not None
    target = facts.members[0][0]
    loud = data.draw(st.lists(st.sampled_from(QUARTERS), min_size=1, max_size=4))
    attackers = {f"attacker-{number}": voice for number, voice in enumerate(loud)}
    said = data.draw(st.sampled_from([0.0, 1.0]))
    facts = replace(facts, voices={target: 1.0, **attackers})
    lies = [Obligation(target, each, AS_OF - DAY, None, said) for each in attackers for _ in range(3)]
    attacked = replace(facts, obligations=[*facts.obligations, *lies])
    before, after = (rate_factors(each, policy, AS_OF)[target]["obligations"] for each in (facts, attacked))
    weight = math.fsum(
        event.weight
        for event in after.events
        if isinstance(event.fact, Obligation) and event.fact.creditor in attackers
    )
    most = 3.0 if factor.partner_month is None else min(3.0, factor.partner_month)
    assert weight <= sum(loud) * most + EXACT
    assert abs(after.rate - before.rate) <= weight / (factor.prior_weight + weight) + EXACT


@settings(max_examples=samples(30, 60), suppress_health_check=[HealthCheck.too_slow])
@given(communities(), schemes_with_voice(), st.data())
def test_the_order_of_facts_members_and_founders_changes_no_bit(
    facts: Facts, policy: Scheme, data: st.DataObject
) -> None:
    founders = [entity for entity, _ in facts.members][:3]
    shuffled = replace(
        facts,
        obligations=data.draw(st.permutations(facts.obligations)),
        contacts=data.draw(st.permutations(facts.contacts)),
        members=data.draw(st.permutations(facts.members)),
    )
    one, other = (
        rate(facts, policy, AS_OF, founders=founders),
        rate(shuffled, policy, AS_OF, founders=founders[::-1]),
    )
    assert one.voices == other.voices
    for entity, member in one.members.items():
        assert (member.score, member.used) == (other.members[entity].score, other.members[entity].used)
        assert member.circle == other.members[entity].circle


@settings(max_examples=samples(30, 60), suppress_health_check=[HealthCheck.too_slow])
@given(communities(), schemes_with_voice())
def test_a_rate_is_the_sum_of_its_parts_under_caps_and_voices(facts: Facts, policy: Scheme) -> None:
    founders = [entity for entity, _ in facts.members][:3]
    for member in rate(facts, policy, AS_OF, founders=founders).members.values():
        for name, factor in policy.factors.named().items():
            rated = member.rates[name]
            parts = math.fsum([factor.prior, *(event.part for event in rated.events)])
            assert rated.rate == pytest.approx(parts, abs=EXACT)
            assert rated.evidence == pytest.approx(math.fsum(event.weight for event in rated.events), abs=EXACT)


def test_a_report_counts_as_much_as_its_creditor_speaks() -> None:
    facts = Facts(
        obligations=[kept("a", each) for each in ("full", "half", "silent", "outside")],
        members=[(each, rid) for rid, each in enumerate(["a", "full", "half", "silent"])],
        voices={"full": 1.0, "half": 0.5, "silent": 0.0},
    )
    policy = make_scheme(weights={"obligations": 1.0}, half_life_days=None, voice={"outside": 0.25})
    rated = rate_factors(facts, policy, AS_OF)["a"]["obligations"]
    assert [event.weight for event in rated.events] == [1, 0.5, 0.25]
    assert rated.rate == pytest.approx((4 * 0.5 + 1.75) / 5.75)


def test_a_contact_is_as_close_as_it_is_heard_and_one_without_a_voice_is_in_no_circle() -> None:
    both = [Contact(*pair, AS_OF - DAY) for each in "bcd" for pair in ((each, "a"), ("a", each))]
    members = [(each, rid) for rid, each in enumerate("abcd")]
    facts = Facts(contacts=both, members=members, voices={"a": 0.0, "b": 1.0, "c": 0.25, "d": 0.0})
    circle = rate(facts, PLAIN, AS_OF).members["a"].circle
    assert {tie.contact: tie.weight for tie in circle} == pytest.approx({"b": 0.8, "c": 0.2})


def test_given_voices_are_used_and_whoever_has_none_speaks_as_from_outside() -> None:
    found = rate(CHAIN, PLAIN, AS_OF, voices={"a": 1.0, "b": 0.5})
    assert found.voices["b"] == 0.5
    assert found.voices["c"] == 0
    made = rate(CHAIN, PLAIN, AS_OF, founders=["a"])
    assert made.voices["a"] == made.voices["b"] == 1
    assert [made.voices[each] for each in ("r0", "r1", "r2")] == [0, 0, 0]


def test_without_the_table_everybody_speaks_in_full_and_nothing_is_said_of_voices() -> None:
    plain = make_scheme(weights={"obligations": 1.0})
    assert rate(CHAIN, plain, AS_OF, founders=["a"]).voices == {}
    assert rate(CHAIN, plain, AS_OF, voices={"a": 0.0}).members == rate(CHAIN, plain, AS_OF).members


# The policy ------------------------------------------------------------------------------------------


def test_the_keys_of_the_table_may_be_left_out() -> None:
    assert PLAIN.voice == Voice(passed_on=0.6, full=0.8, outside=0.0, founders_at_least=3)
    said = make_scheme(voice={"pass": 0.6, "full": 0.8, "outside": 0, "founders_at_least": 3})
    assert said.hash == make_scheme(voice={}).hash != make_scheme().hash


@pytest.mark.parametrize(
    ("voice", "key"),
    [
        ({"outside": 0.3}, "voice.outside"),
        ({"pass": 0}, "voice.pass"),
        ({"full": 1.5}, "voice.full"),
        ({"founders_at_least": 0}, "voice.founders_at_least"),
        ({"founders": 3}, "voice.founders"),
    ],
)
def test_a_table_that_does_not_hold_is_refused_by_its_key(voice: dict[str, float], key: str) -> None:
    with pytest.raises(SchemeInvalid) as refused:
        make_scheme(voice=voice)
    assert refused.value.key == key


def test_a_policy_without_obligations_has_no_reporters() -> None:
    with pytest.raises(SchemeInvalid, match="only obligations have a reporter"):
        make_scheme(weights={"purchases": 1.0}, voice={})


def test_founders_are_named_once_and_the_reach_of_one_alone_is_a_voice() -> None:
    policy = Voice()
    assert voices({("f", "a"): 1.0}, ["f", "a", "b"], ["f", "f"], policy) == {"f": 1, "a": 1, "b": 0}
