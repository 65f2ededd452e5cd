"""The arithmetic of the engine in arrays against the reference, from the same facts, without a server."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import held_view
from graph.facts.values import LEAST, Facts
from graph.policy.scheme import QUARTERS, ObligationsFactor, Scheme
from graph.rating import reference, reference_voices
from graph.rating.engines.arrays import circles, conduct, scores, voices
from graph.rating.engines.arrays.columns import Contacts, Obligations, Things, Ties
from graph.rating.engines.arrays.groups import Floats
from graph.rating.engines.sweeps import Propagated
from tests.rating import test_otc
from tests.strategies import AS_OF, NASTY, Community, communities, make_scheme, schemes, schemes_with_voice
from tests.worlds import local_days

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOSE = 1e-9


@dataclass(frozen=True)
class Worked:
    """What the engine works out, by rid."""

    rated: dict[str, conduct.Rated]
    conduct: Floats
    voice: Floats | None
    ties: Ties
    solved: Propagated
    scores: scores.Scores


def work_out(facts: Facts, scheme: Scheme, founders: tuple[str, ...] = (), as_of: datetime = AS_OF) -> Worked:
    """As graph/rating/engines/arrays/engine.py does, from facts as they would be read from the graph."""
    rids, today = dict(facts.members), (as_of - EPOCH).days - 1
    count = max(rids.values(), default=-1) + 1
    factors, outside = scheme.factors, scheme.voice.outside if scheme.voice else 1.0
    voice, rated = None, {}
    if factors.obligations:
        owed = conduct.cap(obligations(facts, rids, as_of), factors.obligations, today)
        if scheme.voice:
            named = tuple(sorted(rids[each] for each in founders))
            voice = voices.made(owed.reports, named, scheme.voice, count)
        rated["obligations"], _ = conduct.rate_obligations(owed, factors.obligations, voice, outside, count)
    for name, factor in factors.named().items():
        if not isinstance(factor, ObligationsFactor):
            rated[name] = conduct.rate_things(things(facts, name, rids, scheme, as_of), factor, today, count)
    own = sum((factor.weight * rated[name].rate for name, factor in factors.named().items()), np.zeros(count))
    none = np.zeros(0, dtype=np.int64)
    finding = circles.Finding(scheme.circle, today, count, voice, outside, (none, none))
    ties = finding.choose(finding.pairs(contacts(facts, rids, as_of)))
    solved, state = scores.solve(scheme, ties, own, np.zeros(count))
    return Worked(rated, own, voice, ties, solved, scores.published(scheme, ties, own, np.zeros(count), state))


def day(at: datetime) -> int:
    return (at - EPOCH).days


def obligations(facts: Facts, rids: dict[str, int], as_of: datetime) -> Obligations:
    partners = {owed.creditor: number for number, owed in enumerate(facts.obligations)}
    rows = [
        (
            rids[owed.debtor],
            partners[owed.creditor],
            rids.get(owed.creditor, -1),
            day(owed.due),
            -1 if owed.settled is None else day(owed.settled),
            owed.days_late(owed.settled if owed.settled and owed.settled < as_of else as_of - LEAST),
            -1.0 if owed.outcome is None else owed.outcome,
            0,
        )
        for owed in facts.obligations
        if owed.debtor in rids
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 8
    kinds = [np.int64] * 6 + [np.float64, np.int64]
    whole: list[Any] = [np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)]
    return Obligations(*whole)


def things(facts: Facts, kind: str, rids: dict[str, int], scheme: Scheme, as_of: datetime) -> Things:
    factor, found = getattr(scheme.factors, kind), getattr(facts, kind)
    categories = {"purchases": facts.products, "visits": facts.sites}[kind]
    rows = [
        (rids[each.entity], day(each.at), factor.values[categories[each[1]]])
        for each in found
        if each.entity in rids and each.at < as_of and categories[each[1]] in factor.values
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 3
    member, at = (np.array(column, dtype=np.int64) for column in columns[:2])
    return Things(member, at, np.array(columns[2], dtype=np.float64), np.zeros(len(member), dtype=np.int64))


def contacts(facts: Facts, rids: dict[str, int], as_of: datetime) -> Contacts:
    rows = [
        (rids[each.source], rids[each.target], day(each.at))
        for each in facts.contacts
        if each.source in rids and each.target in rids and each.at < as_of and each.source != each.target
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 3
    return Contacts(*(np.array(column, dtype=np.int64) for column in columns))


def check(facts: Facts, scheme: Scheme, founders: tuple[str, ...] = (), as_of: datetime = AS_OF) -> Worked:
    """Every value equals the reference's: circles and voices to the last digit, all else within 1e-9."""
    found = work_out(facts, scheme, founders, as_of)
    expected = reference.rate(facts, scheme, as_of, founders=founders)
    for entity, member in expected.members.items():
        rid = member.rid
        for name, rate in member.rates.items():
            assert found.rated[name].rate[rid] == pytest.approx(rate.rate, abs=CLOSE)
            assert found.rated[name].evidence[rid] == pytest.approx(rate.evidence, abs=CLOSE)
        assert found.conduct[rid] == pytest.approx(member.conduct, abs=CLOSE)
        mine = found.ties.member == rid
        assert found.ties.contact[mine].tolist() == [tie.rid for tie in member.circle]
        assert found.ties.days[mine].tolist() == [tie.days for tie in member.circle]
        lasts = [tie.last.toordinal() - EPOCH.toordinal() for tie in member.circle]
        assert found.ties.last[mine].tolist() == lasts
        assert found.ties.weight[mine].tolist() == pytest.approx([tie.weight for tie in member.circle], abs=CLOSE)
        assert found.ties.strength[mine].tolist() == pytest.approx([tie.strength for tie in member.circle])
        assert found.scores.score[rid] == pytest.approx(member.score, abs=CLOSE)
        assert found.scores.used[mine].tolist() == pytest.approx(list(member.used), abs=CLOSE)
        if found.voice is not None:
            assert found.voice[rid] == expected.voices[entity]
    assert found.solved.bound == pytest.approx(expected.bound, abs=CLOSE)
    return found


@pytest.mark.parametrize("community", NASTY, ids=lambda community: community.name)
def test_a_nasty_community_is_worked_out_as_the_reference_does(community: Community) -> None:
    check(community.facts, make_scheme(partner_month=1.0, partner_year=2.0))
    check(community.facts, make_scheme())


HEARD = make_scheme(
    partner_month=1.0, partner_year=2.0, voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1}
)


@pytest.mark.parametrize("community", NASTY, ids=lambda community: community.name)
def test_a_nasty_community_has_the_voices_of_the_reference(community: Community) -> None:
    check(community.facts, HEARD, tuple(entity for entity, _ in community.facts.members)[:2])


def test_days_late_are_those_of_the_zone_of_each_obligation() -> None:
    owed = local_days.obligations()
    facts = Facts(obligations=owed, members=[(each.debtor, rid) for rid, each in enumerate(owed)])
    scheme = make_scheme(weights={"obligations": 1.0}, late_days=400, half_life_days=None)
    found = check(facts, scheme, as_of=datetime(2200, 1, 1, tzinfo=UTC))
    values = 5 * found.rated["obligations"].rate - 4 * 0.5
    assert (400 * (1 - values)).round(6).tolist() == [max(0, row.late) for row in local_days.TABLE]


@pytest.mark.slow
@pytest.mark.skipif(not test_otc.OTC.is_dir(), reason="the Bitcoin OTC data are not beside the project")
def test_bitcoin_otc_is_worked_out_as_the_reference_does() -> None:
    found = check(test_otc.facts(), test_otc.POLICY, (test_otc.FOUNDER,), held_view.AS_OF)
    assert found.voice is not None
    assert set(found.voice.tolist()) == set(QUARTERS)


@settings(max_examples=50)
@given(facts=communities(), scheme=schemes())
def test_a_random_community_is_worked_out_as_the_reference_does(facts: Facts, scheme: Scheme) -> None:
    check(facts, scheme)


@settings(max_examples=50)
@given(facts=communities(), scheme=schemes_with_voice(), founders=st.integers(0, 3))
def test_a_random_community_has_the_voices_of_the_reference(facts: Facts, scheme: Scheme, founders: int) -> None:
    check(facts, scheme, tuple(entity for entity, _ in facts.members)[:founders])


@settings(max_examples=25)
@given(facts=communities(), scheme=schemes_with_voice() | schemes(), seed=st.integers(0, 1000))
def test_the_order_in_which_facts_come_changes_no_bit(facts: Facts, scheme: Scheme, seed: int) -> None:
    chance = Random(seed)
    kinds = ("contacts", "obligations", "purchases", "visits")
    shuffled: dict[str, Any] = {
        kind: chance.sample(list(getattr(facts, kind)), len(getattr(facts, kind))) for kind in kinds
    }
    mixed = replace(facts, **shuffled)
    founders = tuple(entity for entity, _ in facts.members)[:2]
    one, other = (work_out(each, scheme, founders) for each in (facts, mixed))
    assert bits(one) == bits(other)


def bits(worked: Worked) -> list[bytes]:
    arrays = [each for rated in worked.rated.values() for each in rated]
    return [each.tobytes() for each in (*arrays, worked.conduct, *worked.ties, *worked.scores)]


def test_the_level_is_the_smallest_of_the_largest_that_hold_the_share_as_the_reference_has_it() -> None:
    chance = Random(3)
    for size in (0, 1, 2, 3, 10, 1000):
        reach = [chance.choice([0.0, 0.25, chance.random(), chance.random() ** 9]) for _ in range(size)]
        for full in (0.1, 0.25, 0.5, 0.8, 1.0):
            expected = reference_voices.full_level(reach, full)
            assert voices.full_level(np.array(reach), full) == expected
