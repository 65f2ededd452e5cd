"""One rating opened: its lines, the lines inside a contact's, and the facts behind them.

A path leads inside: its first contact is in the circle of the rated member, the next in that contact's circle.
A level sums to the line above that it opens. A contact's rating may have changed since it was used: the difference
has a line of its own, so that the sum holds in the points of the explained rating.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graph.errors import NotFound
from graph.explain.facts import FactLine, Given, Tie, drift, read_facts, read_ties
from graph.model import OpenRating, Part
from graph.policy.scheme import POINTS_RANGE, Scheme
from graph.rating.published import open_rating, rounded, wholes
from graph.rating.runs import policy_of_run
from graph.store.client import Database

NOT_PASSED_ON = Part("not-passed-on", "not yet passed on", 0.0)


@dataclass(frozen=True)
class Level:
    """One rating as a sum, in points of the rating that is explained.

    scale:  how much of this rating's score is in the explained one: 1 on top.
    points: what the parts sum to: on top all points, below the line that was opened.
    """

    rating: OpenRating
    scale: float
    points: float
    whole: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class OpenFactor:
    """The line of one factor opened: `parts` (prior, changed) and `facts` sum to `points`; newest facts first."""

    factor: str
    points: float
    whole: int
    parts: tuple[Part, ...]
    facts: tuple[FactLine, ...]


@dataclass(frozen=True)
class Explanation:
    """A rating opened along a path. factors, contacts: of the last level; None where they were not asked for."""

    entity: str
    scheme: str
    levels: tuple[Level, ...]
    factors: tuple[OpenFactor, ...] | None = None
    contacts: tuple[Tie, ...] | None = None

    @property
    def rating(self) -> OpenRating:
        """The rating that is explained."""
        return self.levels[0].rating


def explain(
    database: Database, entity: str, scheme_id: str, *, path: Sequence[str] = (), facts: bool = False
) -> Explanation:
    """A member's rating opened, then each contact of the path inside it; one query a level, two more for facts.

    facts: also every fact of the last level, and everyone that its member had contact with.
    Raises NotFound (no such rating, or not in the circle), StoreConflict (it changes faster than it can be read).
    """
    rating = open_rating(database, entity, scheme_id)
    levels = [Level(rating, 1.0, rating.points, rating.whole_points, rating.parts)]
    for contact in path:
        levels.append(_inside(database, levels[-1], contact))
    if not facts:
        return Explanation(entity, scheme_id, tuple(levels))
    return Explanation(
        entity,
        scheme_id,
        tuple(levels),
        factors=_open_level(database, levels[-1]),
        contacts=read_ties(database, levels[-1].rating),
    )


def _inside(database: Database, level: Level, contact: str) -> Level:
    """The level that opens this contact's line."""
    outer = level.rating
    member = next((each for each in outer.circle if each.entity == contact != ""), None)
    if member is None:
        raise NotFound(f"{contact!r} is not in the inner circle of {outer.entity!r} in {outer.scheme!r}")
    line = next(part for part in level.parts if (part.source, part.name) == ("contact", contact))
    inner = open_rating(database, contact, outer.scheme)
    scale = level.scale * policy_of_run(database, outer.run).circle.share * member.weight
    since = scale * POINTS_RANGE * (member.used - inner.score)
    parts = [Part(part.source, part.name, scale * part.points) for part in inner.parts if part.source != "base"]
    parts.append(Part(NOT_PASSED_ON.source, NOT_PASSED_ON.name, since))
    return Level(inner, scale, line.points, line.whole, rounded(parts, line.whole))


def _open_level(database: Database, level: Level) -> tuple[OpenFactor, ...]:
    rating = level.rating
    policy = policy_of_run(database, rating.run)
    given = read_facts(database, rating.scheme, [rating.entity], run=rating.run, as_of=rating.as_of)[rating.entity]
    return open_factors(rating, policy, given, parts=level.parts, scale=level.scale)


def open_factors(
    rating: OpenRating, policy: Scheme, given: Sequence[Given], *, parts: Sequence[Part], scale: float = 1.0
) -> tuple[OpenFactor, ...]:
    """Every factor of a rating with its facts, then those that the policy leaves out, if any.

    parts: the lines that are opened; scale: how much of this rating is in the one that they are of.
    """
    own = scale * POINTS_RANGE * (1 - (policy.circle.share if rating.circle else 0.0))
    lines = {part.name: part for part in parts if part.source == "factor"}
    opened = []
    for name, factor in policy.factors.named().items():
        facts = [fact for fact in given if fact.factor == name]
        rate = factor.prior + math.fsum(fact.part for fact in facts)
        unit = own * factor.weight
        prior = Part("prior", "assumed before any fact", unit * factor.prior)
        changed = Part("changed", "changed since this rating", unit * drift(rating.rates[name], rate))
        opened.append(_opened(lines[name], [prior, changed], facts, unit))
    for name in dict.fromkeys(fact.factor for fact in given):
        if name not in lines:
            opened.append(_opened(Part("factor", name, 0.0), [], [f for f in given if f.factor == name], 0.0))
    return tuple(opened)


def _opened(line: Part, parts: Sequence[Part], facts: Sequence[Given], unit: float) -> OpenFactor:
    points = [part.points for part in parts] + [unit * fact.part for fact in facts]
    found = wholes(points, line.whole) if parts else [0] * len(points)
    return OpenFactor(
        line.name,
        line.points,
        line.whole,
        tuple(Part(p.source, p.name, p.points, whole) for p, whole in zip(parts, found, strict=False)),
        fact_lines(facts, points[len(parts) :], found[len(parts) :]),
    )


def fact_lines(facts: Sequence[Given], points: Sequence[float], found: Sequence[int]) -> tuple[FactLine, ...]:
    """The facts with their points, exact and whole."""
    return tuple(
        FactLine(**vars(fact), points=exact, whole=whole)
        for fact, exact, whole in zip(facts, points, found, strict=True)
    )
