"""What a cheat does, as facts that were not there before: who reports what of whom, and who is in contact.

Each attack is a function of the world as it is, of the member that is to be moved, and of chance. It gives the
facts as they are afterwards. A report is of a kept promise (worth 1) or a broken one (worth 0). A kept one is a
contact too, as a rating above 0 is on Bitcoin OTC.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from benchmarks.worlds import World
from graph.facts.values import Contact, Facts, Obligation
from graph.rating.reference import Ratings

MANY = 1_000
"Made-up members."
RING = 10
DEALS = 10
"That each of a ring says of each other in one month."
BURST = 50
MONTHS = 12
GROUPS, IN_GROUP = 100, 3
FEW = 10
"Made-up members to whom a word is given, where it is not given to all of them."
KNOWN = 3.0
"Evidence from which on a member is known: with less, no client is shown its points."


class Report(NamedTuple):
    """One says of another, at this time, that a promise was kept (1) or broken (0)."""

    by: str
    of: str
    at: datetime
    worth: float = 1.0


@dataclass(frozen=True)
class Base:
    """A world as it is rated without any attack. heard: the members that are heard in full, besides founders."""

    world: World
    ratings: Ratings
    chosen: Ratings
    "from which targets are chosen: of one policy, so that they are the same under all"
    heard: Sequence[str]
    unheard: Sequence[str]
    "members that report, and that nobody hears; all that report, where everybody is heard"


Pool = Callable[[Base], Sequence[str]]
"The members among whom targets are chosen, in order of points, or others are drawn."
Change = Callable[[Base, str, Random], Facts]


class Attack(NamedTuple):
    """Among whom its targets are, and what is done."""

    name: str
    pool: Pool
    change: Change


# Whom ------------------------------------------------------------------------------------------------


def bad(base: Base) -> Sequence[str]:
    """The worst tenth, by points, of those of whom something is known."""
    known = _by_points(base)
    return known[: max(1, len(known) // 10)]


def usual(base: Base) -> Sequence[str]:
    """The middle fifth."""
    known = _by_points(base)
    return known[2 * len(known) // 5 : 3 * len(known) // 5 + 1]


def good(base: Base) -> Sequence[str]:
    """The best tenth."""
    known = _by_points(base)
    return known[-max(1, len(known) // 10) :]


def _by_points(base: Base) -> list[str]:
    known = [each for each in base.chosen.members.values() if each.evidence >= KNOWN]
    return [each.entity for each in sorted(known, key=lambda each: (each.points, each.rid))]


# How -------------------------------------------------------------------------------------------------


def with_reports(facts: Facts, reports: Iterable[Report], contacts: Iterable[Contact] = ()) -> Facts:
    """The facts and these; whoever is new in them has joined."""
    reports, contacts = list(reports), list(contacts)
    owed = [
        Obligation(each.of, each.by, each.at, None, each.worth, f"attack-o{number}")
        for number, each in enumerate(reports)
    ]
    touched = [Contact(each.by, each.of, each.at) for each in reports if each.worth > 0] + contacts
    known = dict(facts.members)
    named = {end for each in touched for end in (each.source, each.target)} | {each.by for each in reports}
    new = sorted(named - known.keys())
    first = max(known.values(), default=-1) + 1
    return replace(
        facts,
        obligations=[*facts.obligations, *owed],
        contacts=[
            *facts.contacts,
            *(each._replace(id=f"attack-c{number}") for number, each in enumerate(touched)),
        ],
        members=[*facts.members, *((entity, first + number) for number, entity in enumerate(new))],
    )


def invented(number: int = MANY) -> list[str]:
    """The ids of members who do not exist."""
    return [f"invented-{each:04}" for each in range(number)]


def lately(base: Base, days: int = 3) -> datetime:
    """A moment shortly before the rating."""
    return base.world.as_of - timedelta(days=days)


def monthly(base: Base) -> list[datetime]:
    """A moment in each of the twelve months up to the rating."""
    return [base.world.as_of - timedelta(days=15 + 30 * month) for month in range(MONTHS)]


def praise(base: Base, target: str, _chance: Random) -> Facts:
    """A thousand made-up members praise the target."""
    return with_reports(base.world.facts, _praise(base, target))


def _praise(base: Base, target: str) -> list[Report]:
    return [Report(each, target, lately(base)) for each in invented()]


def _of_each_other(base: Base, group: Sequence[str]) -> list[Report]:
    """Each praises the next three of the group, and the last the first again."""
    return [
        Report(each, group[(place + step) % len(group)], lately(base, days=40))
        for place, each in enumerate(group)
        for step in (1, 2, 3)
        if group[(place + step) % len(group)] != each
    ]


def praise_each_other(base: Base, target: str, _chance: Random) -> Facts:
    """They praise each other as well."""
    return with_reports(base.world.facts, _praise(base, target) + _of_each_other(base, invented()))


def praised_back(base: Base, target: str, _chance: Random) -> Facts:
    """The target praises each of them as well."""
    back = [Report(target, each, lately(base)) for each in invented()]
    return with_reports(base.world.facts, _praise(base, target) + _of_each_other(base, invented()) + back)


def vouched(whom: Pool, number: int = MANY) -> Change:
    """One of these, a real member, says that so many of the made-up members kept a promise."""

    def change(base: Base, target: str, chance: Random) -> Facts:
        voucher = chance.choice([each for each in whom(base) if each != target])
        given = [Report(voucher, each, lately(base, days=70)) for each in invented(number)]
        return with_reports(base.world.facts, _praise(base, target) + _of_each_other(base, invented()) + given)

    return change


def slander(base: Base, target: str, _chance: Random) -> Facts:
    """A thousand made-up members say that the target broke its promise, and praise each other."""
    said = [each._replace(worth=0.0) for each in _praise(base, target)]
    return with_reports(base.world.facts, said + _of_each_other(base, invented()))


def ring(pool: Pool, *, often: bool) -> Change:
    """Ten of these, or all of fewer, say ten good things of each other in one month, or in each of twelve."""

    def change(base: Base, target: str, chance: Random) -> Facts:
        others = [each for each in pool(base) if each != target]
        members = [target, *chance.sample(others, min(RING - 1, len(others)))]
        times = monthly(base) if often else [lately(base)]
        said = [
            Report(one, other, at)
            for one in sorted(members)
            for other in sorted(members)
            if one != other
            for at in times
            for _ in range(DEALS)
        ]
        return with_reports(base.world.facts, said)

    return change


def burst(friends: int) -> Change:
    """Fifty small deals in one day, with one friend who is heard in full, or shared among some."""

    def change(base: Base, target: str, chance: Random) -> Facts:
        some = chance.sample([each for each in base.heard if each != target], friends)
        return with_reports(
            base.world.facts, [Report(some[each % friends], target, lately(base)) for each in range(BURST)]
        )

    return change


def infiltration(base: Base, target: str, _chance: Random) -> Facts:
    """Fifteen made-up members praise each other, and are in touch with the target on sixty days, both ways."""
    friends = invented(15)
    days = [base.world.as_of - timedelta(days=day + 2) for day in range(60)]
    contacts = [Contact(*ends, at) for each in friends for at in days for ends in ((each, target), (target, each))]
    said = [Report(one, other, at) for one in friends for other in friends if one != other for at in monthly(base)]
    return with_reports(base.world.facts, said, contacts)


def disputes(base: Base, target: str, _chance: Random) -> Facts:
    """The target disputes whatever is worth less than half; until that is decided, it counts for nothing."""
    kept = [
        event.fact.id
        for rate in base.ratings.members[target].rates.values()
        for event in rate.events
        if event.value < 0.5
    ]
    gone = set(kept)
    facts = base.world.facts
    return replace(facts, obligations=[each for each in facts.obligations if each.id not in gone])


def come_back(base: Base, target: str, _chance: Random) -> Facts:
    """The target leaves, and somebody of whom nothing is known joins: RETURNED."""
    members = [(RETURNED if entity == target else entity, rid) for entity, rid in base.world.facts.members]
    return replace(base.world.facts, members=members)


RETURNED = "returned"


def by_founders(number: int) -> Change:
    """So many founders praise the target each month of a year, or somebody does it in their name."""

    def change(base: Base, target: str, _chance: Random) -> Facts:
        some = [each for each in base.world.founders if each != target][:number]
        return with_reports(base.world.facts, [Report(each, target, at) for each in some for at in monthly(base)])

    return change


def small_groups(base: Base, target: str, chance: Random) -> Facts:
    """A hundred groups of three, each of which keeps one promise to a member that is heard in full, praise."""
    said: list[Report] = []
    for number in range(GROUPS):
        group = [f"group-{number:03}-{each}" for each in range(IN_GROUP)]
        said.append(Report(chance.choice(base.heard), group[0], lately(base, days=70)))
        said += _of_each_other(base, group)
        said += [Report(each, target, lately(base)) for each in group]
    return with_reports(base.world.facts, said)


ATTACKS = (
    Attack("1,000 made-up members praise one bad member", bad, praise),
    Attack("they praise each other as well", bad, praise_each_other),
    Attack("the target praises them back as well", bad, praised_back),
    Attack("one member that nobody hears vouches for them", bad, vouched(lambda base: base.unheard)),
    Attack("one member that is heard in full vouches for them", bad, vouched(lambda base: base.heard)),
    Attack("one member that is heard in full vouches for ten of them", bad, vouched(lambda base: base.heard, FEW)),
    Attack("1,000 made-up members slander one good member", good, slander),
    Attack("a ring of ten bad members, ten reports each, once", bad, ring(bad, often=False)),
    Attack("the same in each month of a year", bad, ring(bad, often=True)),
    Attack("a ring of ten usual members, once", usual, ring(usual, often=False)),
    Attack("the same in each month of a year", usual, ring(usual, often=True)),
    Attack("50 small deals with one friend in a day", usual, burst(1)),
    Attack("50 small deals with three friends in a day", usual, burst(3)),
    Attack("15 made-up friends come into the circle", bad, infiltration),
    Attack("a bad member leaves, and comes back as somebody else", bad, come_back),
    Attack("a bad member disputes whatever is bad", bad, disputes),
    Attack("a founder, or somebody in its name, praises monthly for a year", bad, by_founders(1)),
    Attack("three founders praise monthly for a year", bad, by_founders(3)),
    Attack("a founder's stolen account vouches for 1,000 of them", bad, vouched(lambda base: base.world.founders)),
    Attack(
        "a founder's stolen account vouches for ten of them", bad, vouched(lambda base: base.world.founders, FEW)
    ),
    Attack("100 groups of three, each with one real report", bad, small_groups),
)
