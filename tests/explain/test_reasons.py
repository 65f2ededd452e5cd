"""Reasons: their points, signs and order are those of a recomputation with one thing at its best."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from graph.explain import leaning, read_facts, reasons
from graph.explain.reason_codes import CODES
from graph.explain.reasons import MOST, SMALLEST_POINTS, Reasons
from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.model import OpenRating
from graph.policy.scheme import HIGHEST_POINTS, Scheme
from graph.rating import published, reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import store
from tests.strategies import AS_OF, PRODUCTS, SITES, make_scheme, numbered

DAY = timedelta(days=1)
EMPTY_PHRASES = (
    "insufficient",
    "various",
    "other factors",
    "improve your",
    "poor history",
    "limited history",
    "does not meet",
    "not enough",
    "too few",
    "too many",
    "unfavourable",
    "our criteria",
    "risk",
)


# What a rating would be, all else the same -----------------------------------------------------------


def recomputed(
    opened: OpenRating, facts: Facts, scheme: Scheme, *, best: Callable[[float], float] = lambda used: used
) -> float:
    """The points from these facts under this policy, with the contacts' scores that the rating used, or better."""
    rates = reference.rate_factors(facts, scheme, AS_OF)[opened.entity]
    conduct = sum(factor.weight * rates[name].rate for name, factor in scheme.factors.named().items())
    share = scheme.circle.share if opened.circle else 0.0
    company = sum(each.weight * best(each.used) for each in opened.circle)
    return 350 + 600 * ((1 - share) * conduct + share * company)


def settled(fact: Obligation) -> bool:
    return fact.settled is not None and fact.settled < AS_OF


def with_factor(scheme: Scheme, name: str, **changes: Any) -> Scheme:
    changed = msgspec.structs.replace(getattr(scheme.factors, name), **changes)
    return msgspec.structs.replace(scheme, factors=msgspec.structs.replace(scheme.factors, **{name: changed}))


def at_best(code: str, opened: OpenRating, facts: Facts, scheme: Scheme) -> float:
    """The points with what this code names at its best."""
    if code.startswith("circle-"):
        below = code == "circle-below-you"
        return recomputed(
            opened, facts, scheme, best=lambda used: 1.0 if (used < opened.conduct) == below else used
        )
    if code in ("overdue", "paid-late", "low-outcome"):
        kinds: dict[str, Callable[[Obligation], bool]] = {
            "overdue": lambda fact: fact.outcome is None and not settled(fact),
            "paid-late": lambda fact: fact.outcome is None and settled(fact),
            "low-outcome": lambda fact: fact.outcome is not None,
        }
        chosen = kinds[code]
        # one that is not late yet counts for nothing, and would count if it had an outcome
        late = [
            fact
            for fact in facts.obligations
            if chosen(fact) and (fact.outcome is not None or settled(fact) or fact.due < AS_OF - DAY)
        ]
        owed = [fact._replace(outcome=1.0) if fact in late else fact for fact in facts.obligations]
        return recomputed(opened, replace(facts, obligations=owed), scheme)
    few = {"few-obligations": "obligations", "few-purchases": "purchases", "few-visits": "visits"}
    if code in few:
        return recomputed(opened, facts, with_factor(scheme, few[code], prior=1.0))
    name = {"purchase-categories": "purchases", "visit-categories": "visits"}[code]
    values = dict.fromkeys(getattr(scheme.factors, name).values, 1.0)
    return recomputed(opened, facts, with_factor(scheme, name, values=values))


def gains(opened: OpenRating, facts: Facts, scheme: Scheme) -> dict[str, float]:
    """What each code would bring this member, where it names anything."""
    absent = {name for name in ("purchases", "visits", "obligations") if name not in scheme.factors.named()}
    possible = [
        code
        for code in CODES
        if not any(name.rstrip("s") in code for name in absent) and not _is_absent(code, absent)
    ]
    return {code: at_best(code, opened, facts, scheme) - opened.points for code in possible}


def _is_absent(code: str, absent: set[str]) -> bool:
    return "obligations" in absent and code in ("overdue", "paid-late", "low-outcome")


def check_sum(found: Reasons, opened: OpenRating) -> None:
    points = [each.points for each in found.reasons]
    assert math.isclose(math.fsum([*points, found.rest]), HIGHEST_POINTS - opened.points, abs_tol=1e-9)
    assert sum(each.whole for each in found.reasons) + found.rest_whole == 950 - opened.whole_points
    assert len(points) <= MOST
    assert all(each >= SMALLEST_POINTS for each in points)
    assert points == sorted(points, reverse=True)
    for each in found.reasons:
        assert "{" not in each.sentence + each.advice
        assert not re.search(r"\.\.|\bnan\b|\binf\b| 0 obligations| None", each.sentence + each.advice)


def check_as_recomputed(database: Database, facts: Facts, scheme: Scheme) -> None:
    """Every reason has the points, and so the sign and the order, that recomputation gives."""
    for entity, _ in facts.members:
        opened = published.open_rating(database, entity, scheme.id)
        found = reasons.why_not_higher(database, opened)
        check_sum(found, opened)
        gained = gains(opened, facts, scheme)
        assert math.isclose(math.fsum(gained.values()), 950 - opened.points, abs_tol=1e-6)
        for each in found.reasons:
            assert each.points == pytest.approx(gained[each.code], abs=1e-6)
        expected = sorted((gain for gain in gained.values() if gain >= SMALLEST_POINTS), reverse=True)[:MOST]
        assert [each.points for each in found.reasons] == pytest.approx(expected, abs=1e-6)


# What they say ---------------------------------------------------------------------------------------


def reasons_of(database: Database, facts: Facts, scheme: Scheme | None = None) -> dict[str, tuple[str, str]]:
    """By code, those of `a`."""
    scheme = scheme or make_scheme(weights={"obligations": 1.0})
    named = numbered(replace(facts, members=facts.members or [("a", 0)], products=PRODUCTS, sites=SITES))
    store(database, named, scheme)
    rate(database, scheme.id, as_of=AS_OF)
    found = reasons.why_not_higher(database, published.open_rating(database, "a", scheme.id))
    return {each.code: (each.sentence, each.advice) for each in found.reasons}


def due(days: int) -> Any:
    return AS_OF - (days + 1) * DAY


def test_an_overdue_debt_is_named_with_what_settling_does_and_does_not_do(graph: Database) -> None:
    owed = [Obligation("a", "mill", due(12)), Obligation("a", "shop", due(2))]
    sentence, advice = reasons_of(graph, Facts(obligations=owed))["overdue"]
    assert sentence == (
        "Past due and not settled: 2 obligations. Most is lost by the one to mill, due 2026-06-18: 12 days late."
    )
    assert advice == (
        "Settle what is open. That ends the growing of lateness; from 30 days late on an obligation counts as if "
        "never paid. The days that have passed stay late; a fact counts half as much after every 365 days."
    )


def test_a_debt_as_late_as_can_be_is_not_said_to_gain_by_settling(graph: Database) -> None:
    _, advice = reasons_of(graph, Facts(obligations=[Obligation("a", "mill", due(30))]))["overdue"]
    assert "It changes nothing at once, for from 30 days late on an obligation counts as if never paid." in advice


def test_a_debt_settled_on_the_last_day_is_paid_late_and_no_longer_overdue(graph: Database) -> None:
    paid = Obligation("a", "mill", due(12), AS_OF - DAY / 2)
    found = reasons_of(graph, Facts(obligations=[paid]))
    assert "overdue" not in found
    assert (
        found["paid-late"][0] == "Settled late: 1 obligation. It is the one to mill, due 2026-06-18: 12 days late."
    )


def test_a_debt_settled_after_as_of_is_overdue_still(graph: Database) -> None:
    found = reasons_of(graph, Facts(obligations=[Obligation("a", "mill", due(12), AS_OF)]))
    assert "paid-late" not in found
    assert "12 days late" in found["overdue"][0]


@pytest.mark.parametrize(
    ("zone", "due_at", "said"),
    [
        # the last microsecond of 18 June in Los Angeles is on the 19th in UTC
        ("America/Los_Angeles", timedelta(hours=31), "due 2026-06-18, Los Angeles time: 12 days late"),
        ("Asia/Kolkata", timedelta(hours=18.5), "due 2026-06-18: 13 days late"),
        (None, timedelta(hours=31), "due 2026-06-19: 11 days late"),
    ],
)
def test_a_day_is_said_as_the_calendar_of_its_zone_has_it_and_whose_it_is_where_that_matters(
    graph: Database, zone: str | None, due_at: timedelta, said: str
) -> None:
    owed = Obligation("a", "mill", due(12) + due_at - timedelta(microseconds=1), zone=zone)
    sentence, _ = reasons_of(graph, Facts(obligations=[owed]))["overdue"]
    assert sentence == f"Past due and not settled: 1 obligation. It is the one to mill, {said}."


def test_who_is_not_told_the_creditor_is_not_told_its_place(graph: Database) -> None:
    owed = Obligation("a", "mill", due(12) + timedelta(hours=30), zone="America/Los_Angeles")
    scheme = make_scheme(weights={"obligations": 1.0})
    reasons_of(graph, Facts(obligations=[owed]))
    opened = published.open_rating(graph, "a", scheme.id)
    [fact] = read_facts(graph, scheme.id, ["a"], run=opened.run, as_of=opened.as_of)["a"]
    told = reasons.find(opened, scheme, [replace(fact, other="")]).reasons
    sentence = next(each.sentence for each in told if each.code == "overdue")
    assert sentence == "Past due and not settled: 1 obligation. It is the one due 2026-06-18: 12 days late."


def test_where_nothing_fades_no_fading_is_promised(graph: Database) -> None:
    scheme = make_scheme(weights={"obligations": 1.0}, half_life_days=None)
    _, advice = reasons_of(graph, Facts(obligations=[Obligation("a", "mill", due(12))]), scheme)["overdue"]
    assert "nothing fades under this policy" in advice


def test_one_more_obligation_adds_what_is_said(graph: Database) -> None:
    owed = [Obligation("a", "mill", due(9), due(9)), Obligation("a", "mill", due(40), due(30))]
    scheme = make_scheme(weights={"obligations": 1.0})
    _, advice = reasons_of(graph, Facts(obligations=owed), scheme)["few-obligations"]
    members = [("a", 0)]
    before, after = (
        reference.rate(Facts(obligations=each, members=members), scheme, AS_OF).members["a"].points
        for each in (owed, [*owed, Obligation("a", "mill", due(0), due(0))])
    )
    assert f"would add {after - before:.1f} points" in advice


def test_nobody_is_asked_to_buy_anything_else_or_to_change_friends(graph: Database) -> None:
    facts = Facts(
        purchases=[Purchase("a", "chess", due(3))] * 9,
        visits=[Visit("a", "town-hall", due(3))] * 9,
        obligations=[Obligation("a", "mill", due(9), due(9))] * 9 + [Obligation("b", "mill", due(90))] * 9,
        contacts=[Contact("a", "b", due(3)), Contact("b", "a", due(3))],
        members=[("a", 0), ("b", 1)],
    )
    scheme = make_scheme(weights={"obligations": 0.2, "purchases": 0.4, "visits": 0.4}, share=0.5)
    found = reasons_of(graph, facts, scheme)
    said = {code: advice for code, (_, advice) in found.items()}
    assert said["purchase-categories"].startswith("Nothing has to be bought otherwise.")
    assert said["circle-below-you"].startswith("Nobody has to change whom they are in touch with.")
    assert "Most is lost by b, with 100% of the circle's weight." in found["circle-below-you"][0]


def test_a_high_rating_has_reasons_too(graph: Database) -> None:
    paid = [Obligation("a", "mill", due(age), due(age)) for age in range(40)]
    assert list(reasons_of(graph, Facts(obligations=paid))) == ["few-obligations"]


def test_what_facts_have_changed_since_is_no_reason(graph: Database) -> None:
    scheme = make_scheme(weights={"obligations": 1.0})
    reasons_of(graph, Facts(obligations=[Obligation("a", "mill", due(40))] * 3), scheme)
    opened = published.open_rating(graph, "a", scheme.id)
    graph.statement("MATCH ()-[owed:OWED {id: 'o1'}]->() DELETE owed")
    check_sum(reasons.why_not_higher(graph, opened), opened)


def test_every_code_says_something_and_no_empty_phrase() -> None:
    for code, texts in CODES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert texts.title
        for text in (texts.sentence, texts.advice):
            assert text.endswith(".") or text.endswith("{worst}.")
            assert [phrase for phrase in EMPTY_PHRASES if phrase in text.lower()] == [], code
        assert "{" in texts.sentence, f"{code} says nothing of this member"


def test_every_code_is_documented_and_no_other_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == [*CODES, *leaning.CODES]
