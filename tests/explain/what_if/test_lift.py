"""The fewest payments that lift a rating one band: the promise is kept when they are made, and fewer do not do."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from random import Random

import pytest

from graph.explain.what_if import Lift, Settled, lift
from graph.facts.values import Contact, Facts, Obligation
from graph.policy.scheme import Scheme
from graph.rating import published, reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.explain.what_if.asking import LAST, make
from tests.storing import store
from tests.strategies import AS_OF, PRODUCTS, SITES, make_scheme, numbered

CLOSE = 1e-9


def owing(chance: Random, members: int) -> Facts:
    """A community in which most owe something that is not yet due, some of it with an outcome."""
    ids = [f"e{number:03}" for number in range(members)]
    day = timedelta(days=1)
    owed, contacts = [], []
    for one in ids:
        for _ in range(chance.randrange(4)):
            due = AS_OF - chance.randrange(1, 300) * day
            owed.append(Obligation(one, "bank", due, due + chance.randrange(-5, 40) * day))
        for _ in range(chance.choice([0, 1, 2, 3, 5])):
            outcome = chance.choice([None, None, None, 0.4, 0.9])
            due = AS_OF + chance.randrange(-1, 60) * day
            settled = chance.choice([None, None, due + 5 * day]) if due >= AS_OF else None
            owed.append(Obligation(one, "bank", due, settled, outcome))
        for other in chance.sample([each for each in ids if each != one], 3):
            at = AS_OF - chance.randrange(1, 90) * day
            contacts += [Contact(one, other, at), Contact(other, one, at)]
    return numbered(
        Facts(
            obligations=owed,
            contacts=contacts,
            products=PRODUCTS,
            sites=SITES,
            members=[(each, rid) for rid, each in enumerate(ids)],
        )
    )


def rated(database: Database, facts: Facts, scheme: Scheme) -> None:
    database.statement(WIPE)
    store(database, facts, scheme)
    rate(database, scheme.id, as_of=AS_OF)


def paying(facts: Facts, entity: str, obligations: list[str]) -> Facts:
    for each in obligations:
        facts = make(facts, entity, Settled(each, LAST))
    return facts


def check(facts: Facts, scheme: Scheme, found: Lift) -> None:
    """With the payments the band is the next one; no smaller set of payments, of any obligations, reaches it."""
    entity = found.entity

    def after(obligations: list[str]) -> reference.Rating:
        return reference.rate(paying(facts, entity, obligations), scheme, AS_OF).members[entity]

    starts = {band.name: band.from_points for band in scheme.bands}
    mine = [fact.id for fact in facts.obligations if fact.debtor == entity]
    unpaid = [
        fact.id for fact in facts.obligations if fact.id in mine and not (fact.settled and fact.settled < AS_OF)
    ]
    if found.reason is None:
        promised = after([each.obligation for each in found.payments])
        assert promised.points == pytest.approx(found.after.points, abs=600 * CLOSE)
        assert promised.band.name == found.after.band
        assert found.aim is not None
        assert promised.band.from_points >= starts[found.aim] > starts[found.before.band]
        assert {each.settled for each in found.payments} == {LAST}
        few = range(len(found.payments))
    else:
        assert (found.payments, found.after) == ((), found.before)
        few = range(len(unpaid) + 1)
    if found.aim is not None:
        for size in few:
            for some in combinations(unpaid, size):
                assert after(list(some)).band.from_points < starts[found.aim]


def owing_scheme(share: float, prior_weight: float) -> Scheme:
    return make_scheme(weights={"obligations": 1.0}, prior=0.35, prior_weight=prior_weight, share=share, size=3)


SCHEMES = [owing_scheme(0.2, 10.0), owing_scheme(0.5, 4.0)]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES, ids=["a fifth from others", "half from others"])
def test_a_lift_keeps_its_promise_and_fewer_payments_do_not_lift(graph: Database, scheme: Scheme) -> None:
    facts = owing(Random(6), 12)
    rated(graph, facts, scheme)
    answers = [lift(graph, entity, scheme.id) for entity, _ in facts.members]
    assert {each.reason is None for each in answers} == {True, False}
    assert any(len(each.payments) > 1 for each in answers)
    for found in answers:
        check(facts, scheme, found)


@pytest.mark.slow
def test_a_lift_keeps_its_promise_in_a_run(graph: Database) -> None:
    facts, scheme = owing(Random(4), 12), SCHEMES[0]
    rated(graph, facts, scheme)
    answers = [lift(graph, entity, scheme.id) for entity, _ in facts.members]
    for found in [each for each in answers if each.reason is None][:3]:
        rated(graph, paying(facts, found.entity, [each.obligation for each in found.payments]), scheme)
        opened = published.open_rating(graph, found.entity, scheme.id)
        assert opened.points == pytest.approx(found.after.points, abs=600 * CLOSE)
        assert (opened.whole_points, opened.band) == (found.after.whole_points, found.after.band)


@pytest.mark.slow
def test_a_thousand_lifts_keep_their_promise(graph: Database) -> None:
    """As a rating of everyone from the changed facts says."""
    kept, chance = 0, Random(1)
    while kept < 1_000:
        facts = owing(chance, 80)
        scheme = owing_scheme(chance.choice([0.1, 0.2, 0.5]), chance.choice([0.5, 1.0, 4.0]))
        rated(graph, facts, scheme)
        for entity, _ in facts.members:
            found = lift(graph, entity, scheme.id)
            if found.reason is None:
                changed = paying(facts, entity, [each.obligation for each in found.payments])
                promised = reference.rate(changed, scheme, AS_OF).members[entity]
                assert promised.points == pytest.approx(found.after.points, abs=600 * CLOSE)
                assert promised.band.name == found.after.band != found.before.band
                kept += 1


@pytest.mark.parametrize(("kept", "payments"), [(2, 1), (1, 2), (0, 3)])
def test_a_new_member_aims_at_being_known(graph: Database, kept: int, payments: int) -> None:
    scheme, day = make_scheme(weights={"obligations": 1.0}, half_life_days=None, known_from=3.0), timedelta(days=1)
    paid = [Obligation("a", "bank", AS_OF - 9 * day, AS_OF - 9 * day, None, f"paid-{n}") for n in range(kept)]
    due = [Obligation("a", "bank", AS_OF + n * day, None, None, f"due-{n}") for n in range(1, 4)]
    facts = Facts(obligations=[*paid, *due], members=[("a", 0)])
    rated(graph, facts, scheme)
    found = lift(graph, "a", scheme.id)
    assert (found.before.band, found.reason, len(found.payments)) == ("new", None, payments)
    promised = reference.rate(
        paying(facts, "a", [each.obligation for each in found.payments]), scheme, AS_OF
    ).members["a"]
    assert promised.band.name == found.after.band != "new"
    fewer = paying(facts, "a", [each.obligation for each in found.payments[1:]])
    assert reference.rate(fewer, scheme, AS_OF).members["a"].band.name == "new"


def test_a_new_member_that_has_too_little_to_pay_is_told_so(graph: Database) -> None:
    scheme = make_scheme(weights={"obligations": 1.0}, known_from=3.0)
    due = Obligation("a", "bank", AS_OF + timedelta(days=9), None, None, "due")
    rated(graph, Facts(obligations=[due], members=[("a", 0)]), scheme)
    found = lift(graph, "a", scheme.id)
    assert (found.payments, found.after.band) == ((), "new")
    assert found.reason is not None
    assert "too little is known" in found.reason


def test_paying_what_is_overdue_lifts_nothing(graph: Database) -> None:
    overdue = Obligation("a", "bank", AS_OF - timedelta(days=9), None, None, "late")
    facts = Facts(obligations=[overdue], members=[("a", 0)])
    rated(graph, facts, SCHEMES[0])
    found = lift(graph, "a", SCHEMES[0].id)
    assert found.reason is not None
    assert "no open obligation" in found.reason
    paid = paying(facts, "a", ["late"])
    assert reference.rate(paid, SCHEMES[0], AS_OF).members["a"].points == found.before.points


@pytest.mark.parametrize(
    ("scheme", "says"),
    [
        (make_scheme(weights={"visits": 1.0}), "does not rate obligations"),
        (make_scheme(prior=1.0), "highest band"),
        (
            make_scheme(prior=0.1, prior_weight=50.0),
            "paying now what is open and not yet due, 1 obligation, gives 4",
        ),
    ],
    ids=["no obligations", "highest", "too little"],
)
def test_a_lift_that_there_is_not_is_given_with_its_reason(graph: Database, scheme: Scheme, says: str) -> None:
    due = Obligation("a", "bank", AS_OF + timedelta(days=9), None, None, "soon")
    rated(graph, replace(Facts(), obligations=[due], members=[("a", 0)]), scheme)
    found = lift(graph, "a", scheme.id)
    assert (found.payments, found.after) == ((), found.before)
    assert found.reason is not None
    assert says in found.reason
