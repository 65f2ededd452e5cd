"""Made-up communities and policies: random ones for hypothesis, and NASTY ones made by hand.

Everything is rated at AS_OF. Facts carry unique ids (`c0`, `o0`, `p0`, `v0`); their instants lie around
AS_OF, at the edges of days and in other zones too, and a few come after it. Rids have gaps, their order is
not that of the ids, and some entities have not joined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import strategies as st

from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.policy import scheme
from graph.policy.scheme import Scheme

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNKNOWN = "made-up-category"

PRODUCTS = {"bread": "groceries", "novel": "books", "chess": "games", "widget": UNKNOWN}
SITES = {"gazette": "news", "town-hall": "public-services", "arcade": "gaming", "somewhere": UNKNOWN}

POLICY = """\
id = "{id}"
version = "1"
title = "Made up for tests"
purpose = ["tests"]
operator = "The tests"
{known_from}
[notice]
version = "1"
text = "Made up for tests."
{factors}
[circle]
size = {size}
share = {share}
{circle_half_life}
[solver]
tolerance = {tolerance}
max_sweeps = {max_sweeps}
[[bands]]
name = "poor"
from = 350
[[bands]]
name = "fair"
from = 600
[[bands]]
name = "very good"
from = 700
"""


class Community(NamedTuple):
    name: str
    facts: Facts


def everyone(facts: Facts) -> list[str]:
    """Every entity that a fact or a membership names, sorted."""
    named = {entity for entity, _ in facts.members}
    named |= {end for contact in facts.contacts for end in (contact.source, contact.target)}
    named |= {end for owed in facts.obligations for end in (owed.debtor, owed.creditor)}
    named |= {bought.entity for bought in facts.purchases} | {visit.entity for visit in facts.visits}
    return sorted(named)


# Random communities ----------------------------------------------------------------------------------

ZONES = (UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11)))
# In which obligations mean their days: the first and the last places to begin a day, and some whose clocks change.
NAMED_ZONES = st.sampled_from(
    [
        *(None, None, None, "UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"),
        *("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns", "Australia/Lord_Howe"),
    ]
)
TIMES_OF_DAY = (timedelta(0), timedelta(hours=12), timedelta(hours=16), timedelta(days=1) - MICROSECOND)
# Recent days, where lateness and distinct days are decided, as often as all others; negative: after AS_OF.
AGES = (*range(-3, 13), *range(-40, 800, 53))


def _instant(number: int) -> datetime:
    """One integer for age, time of day and zone: three draws would make every example slower."""
    number, age = divmod(number, len(AGES))
    zone, time_of_day = divmod(number, len(TIMES_OF_DAY))
    instant = AS_OF - timedelta(days=AGES[age] + 1) + TIMES_OF_DAY[time_of_day]
    # The graph holds UTC only. Neo4j orders equal instants by their zone, so AS_OF itself stays in UTC.
    return instant if instant == AS_OF else instant.astimezone(ZONES[zone])


INSTANTS = st.integers(0, len(AGES) * len(TIMES_OF_DAY) * len(ZONES) - 1).map(_instant)
UNIT = st.sampled_from([0.0, 0.5, 1.0]) | st.integers(0, 1000).map(lambda value: value / 1000)


def _pairs(entities: Sequence[str]) -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from([(one, other) for one in entities for other in entities if one != other])


@st.composite
def _contacts(draw: st.DrawFn, entities: Sequence[str]) -> list[Contact]:
    """Some one-sided, most answered on the same day or another."""
    drawn = draw(
        st.lists(st.tuples(_pairs(entities), INSTANTS, st.none() | INSTANTS | st.just(AS_OF)), max_size=30)
    )
    contacts = []
    for (source, target), at, answered in drawn:
        contacts.append(Contact(source, target, at))
        if answered is not None:
            contacts.append(Contact(target, source, at if answered is AS_OF else answered))
    return contacts


@st.composite
def _obligations(draw: st.DrawFn, entities: Sequence[str]) -> list[Obligation]:
    days_after_due = st.integers(-20, 60).map(timedelta)
    settlements = st.one_of(st.none(), days_after_due, INSTANTS)
    drawn = draw(
        st.lists(
            st.tuples(_pairs(entities), INSTANTS, settlements, st.none() | st.none() | UNIT, NAMED_ZONES),
            max_size=15,
        )
    )
    return [
        Obligation(*pair, due, due + settled if isinstance(settled, timedelta) else settled, outcome, zone=zone)
        for pair, due, settled, outcome, zone in drawn
    ]


@st.composite
def communities(draw: st.DrawFn, *, max_entities: int = 9) -> Facts:
    """A small community; now and then without members, facts or anyone."""
    entities = [f"e{number}" for number in range(draw(st.integers(0, max_entities)))]
    if not entities:
        return numbered(Facts(products=PRODUCTS, sites=SITES))
    one, pairs = st.sampled_from(entities), len(entities) > 1
    joined = draw(st.permutations(entities))[: draw(st.integers(0, len(entities)) | st.just(len(entities)))]
    gaps = draw(st.lists(st.integers(1, 3), min_size=len(joined), max_size=len(joined)))
    purchases = st.builds(Purchase, one, st.sampled_from(list(PRODUCTS)), INSTANTS)
    visits = st.builds(Visit, one, st.sampled_from(list(SITES)), INSTANTS)
    return numbered(
        Facts(
            obligations=draw(_obligations(entities)) if pairs else [],
            contacts=draw(_contacts(entities)) if pairs else [],
            purchases=draw(st.lists(purchases, max_size=10)),
            visits=draw(st.lists(visits, max_size=10)),
            products=PRODUCTS,
            sites=SITES,
            members=[(entity, sum(gaps[:place])) for place, entity in enumerate(joined)],
        )
    )


def numbered(facts: Facts) -> Facts:
    """The same facts, each with an id of its own."""
    return replace(
        facts,
        contacts=[fact._replace(id=f"c{number}") for number, fact in enumerate(facts.contacts)],
        obligations=[fact._replace(id=f"o{number}") for number, fact in enumerate(facts.obligations)],
        purchases=[fact._replace(id=f"p{number}") for number, fact in enumerate(facts.purchases)],
        visits=[fact._replace(id=f"v{number}") for number, fact in enumerate(facts.visits)],
    )


# Policies --------------------------------------------------------------------------------------------


def make_scheme(
    *,
    id: str = "made-up",
    weights: dict[str, float] | None = None,
    prior: float = 0.5,
    prior_weight: float = 4.0,
    half_life_days: float | None = 365.0,
    late_days: int = 30,
    partner_month: float | None = None,
    partner_year: float | None = None,
    size: int = 5,
    share: float = 0.2,
    circle_half_life_days: float | None = 180.0,
    tolerance: float = 1e-9,
    max_sweeps: int = 100,
    voice: dict[str, float] | None = None,
    known_from: float | None = None,
) -> Scheme:
    """A policy of these values; every factor in `weights` has the same prior and half-life.

    voice: keys of its table, perhaps none; None: the policy has no such table.
    """
    factors = ""
    for name, weight in (weights or {"obligations": 0.6, "purchases": 0.3, "visits": 0.1}).items():
        own = {
            "obligations": "\n".join([f"late_days = {late_days}", *_caps(month=partner_month, year=partner_year)]),
            "purchases": _table(name, PRODUCTS),
            "visits": _table(name, SITES),
        }
        factors += f"[factors.{name}]\nweight = {weight}\nprior = {prior}\nprior_weight = {prior_weight}\n"
        factors += _half_life(half_life_days) + own[name] + "\n"
    text = POLICY.format(
        id=id,
        factors=factors,
        size=size,
        share=share,
        circle_half_life=_half_life(circle_half_life_days),
        tolerance=tolerance,
        max_sweeps=max_sweeps,
        known_from="" if known_from is None else f"known_from = {known_from}",
    )
    if voice is not None:
        text += "[voice]\n" + "".join(f"{key} = {value}\n" for key, value in voice.items())
    return scheme.parse(text, "made-up.toml")


def _half_life(days: float | None) -> str:
    return "" if days is None else f"half_life_days = {days}\n"


def _caps(**most: float | None) -> list[str]:
    return [f"partner_{span} = {weight}" for span, weight in most.items() if weight is not None]


def _table(name: str, categories: dict[str, str]) -> str:
    known = sorted(set(categories.values()) - {UNKNOWN})
    values = "\n".join(f"{category} = {number / 2}" for number, category in enumerate(known))
    return f"[factors.{name}.values]\n{values}"


VOICES: list[dict[str, float]] = [
    {},
    {"pass": 1.0, "full": 1.0, "outside": 0.25, "founders_at_least": 1},
    {"pass": 0.3, "full": 0.5, "outside": 1, "founders_at_least": 2},
]
WEIGHTS: list[dict[str, float]] = [
    {"obligations": 1.0},
    {"visits": 1.0},
    {"obligations": 0.6, "purchases": 0.3, "visits": 0.1},
    {"purchases": 0.75, "visits": 0.25},
    {"obligations": 0.0, "purchases": 1.0},
]


def schemes() -> st.SearchStrategy[Scheme]:
    """Policies of every shape: factors left out, no ageing, no circle, nothing or half from others, nobody new."""
    half_lives = st.sampled_from([None, 1.0, 30.0, 365.0])
    return st.builds(
        make_scheme,
        weights=st.sampled_from(WEIGHTS),
        prior=UNIT,
        prior_weight=st.sampled_from([0.01, 1.0, 4.0, 50.0]),
        half_life_days=half_lives,
        late_days=st.sampled_from([1, 7, 30]),
        partner_month=st.sampled_from([None, None, 0.25, 1.0, 3.0]),
        partner_year=st.sampled_from([None, None, 0.5, 2.0]),
        size=st.sampled_from([0, 1, 2, 5, 100]),
        share=st.sampled_from([0.0, 0.05, 0.2, 0.5]),
        circle_half_life_days=half_lives,
        known_from=st.sampled_from([None, 0.5, 3.0]),
    )


def schemes_with_voice() -> st.SearchStrategy[Scheme]:
    """Policies with voices, and caps or none."""
    return st.builds(
        make_scheme,
        weights=st.sampled_from([{"obligations": 1.0}, {"obligations": 0.6, "purchases": 0.4}]),
        prior=UNIT,
        half_life_days=st.sampled_from([None, 30.0, 365.0]),
        partner_month=st.sampled_from([None, 0.25, 1.0]),
        partner_year=st.sampled_from([None, 0.5, 2.0]),
        size=st.sampled_from([0, 1, 5]),
        share=st.sampled_from([0.0, 0.2, 0.5]),
        voice=st.sampled_from(VOICES),
    )


# Communities made by hand ----------------------------------------------------------------------------


def _day(age: int, hours: float = 12) -> datetime:
    """An instant on the UTC day that ended `age` days before AS_OF; 0 is the last day that counts."""
    return AS_OF - timedelta(days=age + 1) + timedelta(hours=hours)


def _mutual(one: str, other: str, *ages: int) -> list[Contact]:
    """Both began a contact on each of these days."""
    ends = ((one, other), (other, one))
    return [Contact(source, target, _day(age)) for age in ages for source, target in ends]


def _paid(debtor: str, late: int, *, due: int = 100) -> Obligation:
    return Obligation(debtor, "bank", _day(due), _day(due - late))


def _joined(*entities: str) -> list[tuple[str, int]]:
    return [(entity, rid) for rid, entity in enumerate(entities)]


def _ties(pairs: Iterable[tuple[str, str]], *ages: int) -> list[Contact]:
    return [contact for pair in pairs for contact in _mutual(*pair, *ages)]


def _kept(debtor: str, creditor: str, age: int, outcome: float = 1.0) -> Obligation:
    """A deal that the creditor has judged."""
    return Obligation(debtor, creditor, _day(age), None, outcome)


_RING = ("r0", "r1", "r2")
_FIVE = ("a", "b", "c", "d", "e")
_CHAIN = list(pairwise(_FIVE))
_TWENTY = tuple(f"m{number:02}" for number in range(20))
_ALL = [(one, other) for one in _TWENTY for other in _TWENTY if one < other]
_OWN = [_paid("a", 0), _paid("b", 10), _paid("c", 60), _paid("a", 3, due=5)]

_MADE = {
    "empty": Facts(),
    "nobody has joined": Facts(obligations=_OWN, contacts=_mutual("a", "b", 3)),
    "one member without facts": Facts(members=_joined("a")),
    "one member among non-members": Facts(
        obligations=_OWN, contacts=_mutual("a", "b", 3, 4), members=_joined("a")
    ),
    "a mutual pair": Facts(obligations=_OWN, contacts=_mutual("a", "b", 3, 40), members=_joined("a", "b")),
    "a one-sided pair": Facts(
        obligations=_OWN,
        contacts=[Contact("a", "b", _day(3)), Contact("a", "b", _day(9))],
        members=_joined("a", "b"),
    ),
    "isolated members": Facts(obligations=_OWN, members=_joined(*_FIVE)),
    "a star": Facts(
        obligations=_OWN, contacts=_ties((("a", leaf) for leaf in _FIVE[1:]), 2, 8), members=_joined(*_FIVE)
    ),
    "a chain": Facts(obligations=_OWN, contacts=_ties(_CHAIN, 2, 8), members=_joined(*_FIVE)),
    "a cycle": Facts(obligations=_OWN, contacts=_ties([*_CHAIN, ("e", "a")], 2, 8), members=_joined(*_FIVE)),
    "two islands": Facts(
        obligations=_OWN, contacts=_ties([("a", "b"), ("c", "d"), ("d", "e")], 2), members=_joined(*_FIVE)
    ),
    "everyone in one circle": Facts(
        obligations=[_paid(entity, late) for late, entity in enumerate(_TWENTY)],
        contacts=_ties(_ALL, 7),
        members=_joined(*_TWENTY),
    ),
    "equal strengths, rids against the ids": Facts(
        obligations=[_paid(entity, late) for late, entity in enumerate(_TWENTY)],
        contacts=_ties((("m00", other) for other in _TWENTY[1:]), 7, 9),
        members=[(entity, 3 * rid) for rid, entity in enumerate(reversed(_TWENTY))],
    ),
    "non-members between members": Facts(
        obligations=_OWN, contacts=_ties(_CHAIN, 2, 8), members=_joined("a", "c", "e")
    ),
    "gaps between rids": Facts(
        obligations=_OWN, contacts=_ties(_CHAIN, 2, 8), members=[("e", 4), ("b", 17), ("a", 400)]
    ),
    "a burst is one day": Facts(
        contacts=[
            *(Contact("a", "b", _day(3, minute / 60)) for minute in range(200)),
            Contact("b", "a", _day(3)),
            *_mutual("a", "c", 3, 4),
        ],
        obligations=_OWN,
        members=_joined("a", "b", "c"),
    ),
    "begun by either, never on one day": Facts(
        obligations=_OWN,
        contacts=[Contact("a", "b", _day(1)), Contact("b", "a", _day(2)), Contact("a", "b", _day(300))],
        members=_joined("a", "b"),
    ),
    "all facts after as_of": Facts(
        obligations=[Obligation("a", "b", _day(-3), _day(-2)), Obligation("b", "a", _day(-9), None, 0.1)],
        contacts=_mutual("a", "b", -1, -2),
        purchases=[Purchase("a", "bread", _day(-1))],
        visits=[Visit("b", "gazette", _day(-1))],
        members=_joined("a", "b"),
    ),
    "one category unknown": Facts(
        purchases=[
            Purchase("a", "widget", _day(1)),
            Purchase("a", "novel", _day(2)),
            Purchase("b", "widget", _day(1)),
        ],
        visits=[
            Visit("a", "somewhere", _day(1)),
            Visit("b", "arcade", _day(1)),
            Visit("b", "somewhere", _day(2)),
        ],
        members=_joined("a", "b"),
    ),
    "at the edges of days": Facts(
        obligations=[
            Obligation("a", "b", AS_OF, None),
            Obligation("a", "b", AS_OF - MICROSECOND, None),
            Obligation("a", "b", _day(1, 0), None),
            Obligation("b", "a", _day(9, 0), _day(8, 0) - MICROSECOND),
            Obligation("b", "a", _day(9, 0), _day(8, 0)),
            Obligation("b", "a", _day(9), AS_OF),
            Obligation("b", "a", AS_OF, AS_OF - MICROSECOND, 0.25),
        ],
        contacts=[
            Contact("a", "b", AS_OF),
            Contact("b", "a", AS_OF - MICROSECOND),
            Contact("a", "b", _day(5, 0)),
            Contact("a", "b", _day(5, 0) - MICROSECOND),
            # the same UTC day, written as the next one in the east
            Contact("b", "a", _day(5, 20).astimezone(ZONES[1])),
        ],
        purchases=[Purchase("a", "bread", AS_OF), Purchase("a", "chess", AS_OF - MICROSECOND)],
        visits=[Visit("a", "arcade", _day(0, 0)), Visit("b", "arcade", _day(0, 0) - MICROSECOND)],
        members=_joined("a", "b"),
    ),
    "obligations of every kind": Facts(
        obligations=[
            Obligation("a", "bank", _day(-30), None),
            Obligation("a", "bank", _day(0), None),
            Obligation("a", "bank", _day(1), None),
            Obligation("a", "bank", _day(400), None),
            Obligation("b", "bank", _day(-30), _day(200)),
            Obligation("b", "bank", _day(10), _day(90)),
            Obligation("b", "bank", _day(10), _day(-5)),
            Obligation("b", "bank", _day(10), _day(10, 23)),
            Obligation("c", "bank", _day(10), None, 0.75),
            Obligation("c", "bank", _day(-30), _day(5), 0.25),
            Obligation("c", "bank", _day(-30), None, 1.0),
            Obligation("c", "bank", _day(-30), _day(-5), 0.0),
            Obligation("c", "bank", _day(10), _day(700), 0.0),
        ],
        members=_joined("a", "b", "c", "bank"),
    ),
    "equal facts twice": Facts(
        obligations=[_paid("a", 5), _paid("a", 5)],
        purchases=[Purchase("a", "bread", _day(1))] * 2,
        visits=[Visit("a", "arcade", _day(1))] * 2,
        contacts=_mutual("a", "b", 1) * 2,
        members=_joined("a", "b"),
    ),
    "many deals with one partner, at the ends of months and years": Facts(
        obligations=[
            *(_kept("a", "b", age) for age in (0, 0, 0, 1, 29)),
            # the 31st of May and the 1st of June; the 31st of December and the 1st of January
            *(_kept("a", "b", age) for age in (30, 30, 180, 180, 181, 182)),
            *(_kept("a", "c", age, outcome=0.25) for age in (3, 4, 5, 40, 75, 110)),
            *(_kept("b", "a", age, outcome=0.1 * age) for age in range(10)),
            _kept("c", "a", 400),
        ],
        contacts=_ties([("a", "b"), ("b", "c")], 2, 8),
        members=_joined("a", "b", "c"),
    ),
    "promises kept along a chain, and a ring beside it": Facts(
        obligations=[
            *(_kept(debtor, creditor, 7) for creditor, debtor in _CHAIN),
            _kept("c", "a", 90, outcome=0.8),
            _kept("e", "c", 60, outcome=0.2),
            *(_kept(one, other, age) for one in _RING for other in _RING if one != other for age in (5, 50, 95)),
            _kept("r0", "outside", 5),
            _kept("outside", "a", 5),
        ],
        contacts=_ties([*_CHAIN, ("a", "r0"), ("r0", "r1"), ("r1", "r2")], 2, 8),
        members=_joined(*_FIVE, *_RING),
    ),
    "very old facts": Facts(
        obligations=[_paid("a", 60, due=12_000)],
        contacts=[*_mutual("a", "b", 12_000), *_mutual("a", "c", 3)],
        members=_joined("a", "b", "c"),
    ),
}

NASTY: list[Community] = [
    Community(name, numbered(replace(facts, products=PRODUCTS, sites=SITES))) for name, facts in _MADE.items()
]
# For what is judged at many places of each: the quick tests take every third.
NASTY_AT_LENGTH = [
    pytest.param(each, id=each.name, marks=pytest.mark.slow if number % 3 else ())
    for number, each in enumerate(NASTY)
]
