"""The members whose conduct reached a rating, over all hops: how much of it, and by which facts."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.errors import ParameterError
from graph.explain.facts import FactLine, Given, drift, read_facts
from graph.explain.levels import NOT_PASSED_ON, fact_lines
from graph.explain.trace import Node, Trace, trace
from graph.model import Part
from graph.policy.scheme import LOWEST_POINTS, POINTS_RANGE, whole
from graph.rating.published import wholes
from graph.rating.runs import policy_of_run
from graph.store.client import Database

# At 100,000 members a dozen are opened then, in 3 queries: 8 ms at the median, 24 ms at the 99th percentile.
SMALLEST_POINTS = 0.05
BASE = Part("base", "where every rating starts", LOWEST_POINTS)


@dataclass(frozen=True)
class Reached:
    """One member whose conduct is in the explained rating: a share of its score, and so many of its points."""

    entity: str
    share: float
    conduct: float
    points: float
    whole: int


@dataclass(frozen=True)
class ReachedFacts:
    """The same by fact: the largest, and in `parts` everything else. They sum to the points."""

    facts: tuple[FactLine, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Reach:
    """The members whose conduct is in a rating: the largest, and all else in `parts`. They sum to the points.

    opened: how many members were opened to find them.
    """

    entity: str
    scheme: str
    score: float
    points: float
    whole_points: int
    run: str
    as_of: datetime
    opened: int
    members: tuple[Reached, ...]
    parts: tuple[Part, ...]
    by_fact: ReachedFacts | None = None


def reach(
    database: Database,
    entity: str,
    scheme_id: str,
    *,
    largest: int = 20,
    smallest_points: float = SMALLEST_POINTS,
    facts: bool = False,
) -> Reach:
    """The `largest` members whose conduct reached this rating, and exact remainders; one query a hop.

    smallest_points: a member that cannot have supplied as much is not opened, and counts in the remainder.
    facts:           also the largest facts of these members; one more query.
    Raises NotFound (no such rating), ParameterError, StoreConflict (it changes faster than it can be read).
    """
    if largest < 1 or not smallest_points > 0:
        raise ParameterError("at least one member has to be shown, and the smallest points have to be above 0")
    traced = trace(database, entity, scheme_id, smallest=smallest_points / POINTS_RANGE)
    supplied = {rid: mass * traced.nodes[rid].conduct for rid, mass in traced.reached.items()}
    ordered = sorted(supplied, key=lambda rid: (-supplied[rid], traced.nodes[rid].entity))
    shown, others = ordered[:largest], ordered[largest:]
    unopened = [amount for _, amount in traced.waiting.values()]
    rest = math.fsum([*(supplied[rid] for rid in others), *unopened, traced.unrated])
    total = whole(traced.root.points)
    exact = [POINTS_RANGE * supplied[rid] for rid in shown]
    parts = _parts(traced, ("rest", "everyone else", rest))
    found = wholes(exact + [part.points for part in parts], total)
    return Reach(
        entity,
        scheme_id,
        traced.root.score,
        traced.root.points,
        total,
        traced.root.run,
        traced.root.as_of,
        opened=len(traced.reached),
        members=tuple(
            Reached(traced.nodes[rid].entity, traced.reached[rid], traced.nodes[rid].conduct, points, rounded)
            for rid, points, rounded in zip(shown, exact, found, strict=False)
        ),
        parts=_with_wholes(parts, found[len(shown) :]),
        by_fact=_by_fact(database, scheme_id, traced, shown, rest, largest) if facts else None,
    )


def _parts(traced: Trace, *named: tuple[str, str, float]) -> list[Part]:
    """350, the amounts that were named, and what every trace has besides; all in points."""
    left = [("left", "members who have left", traced.left)] if traced.left else []
    amounts = [*named, *left, (NOT_PASSED_ON.source, NOT_PASSED_ON.name, traced.behind)]
    return [BASE, *(Part(source, name, POINTS_RANGE * amount) for source, name, amount in amounts)]


def _with_wholes(parts: Iterable[Part], found: Iterable[int]) -> tuple[Part, ...]:
    return tuple(Part(p.source, p.name, p.points, rounded) for p, rounded in zip(parts, found, strict=True))


def _by_fact(
    database: Database,
    scheme_id: str,
    traced: Trace,
    shown: Sequence[int],
    rest: float,
    largest: int,
) -> ReachedFacts:
    """The largest facts of the members that are shown. rest: what all other members supply, in score."""
    priors, changed = [], []
    lines: list[tuple[Given, float]] = []
    given = _facts_of(database, scheme_id, [traced.nodes[rid] for rid in shown])
    for rid in shown:
        node, mass = traced.nodes[rid], traced.reached[rid]
        factors = policy_of_run(database, node.run).factors.named()
        prior = math.fsum(factor.weight * factor.prior for factor in factors.values())
        own = [(fact, factors[fact.factor].weight * fact.part) for fact in given[node.entity] if fact.why is None]
        priors.append(mass * prior)
        changed.append(mass * drift(node.conduct, prior + math.fsum(part for _, part in own)))
        lines += [(fact, mass * part) for fact, part in own]
    lines.sort(key=lambda line: (-abs(line[1]), line[0].entity, line[0].fact))
    parts = _parts(
        traced,
        ("prior", "assumed before any fact", math.fsum(priors)),
        ("facts", "all other facts of these members", math.fsum(amount for _, amount in lines[largest:])),
        ("changed", "changed since these ratings", math.fsum(changed)),
        ("rest", "everyone else", rest),
    )
    exact = [POINTS_RANGE * amount for _, amount in lines[:largest]]
    found = wholes(exact + [part.points for part in parts], whole(traced.root.points))
    facts = fact_lines([fact for fact, _ in lines[:largest]], exact, found[: len(exact)])
    return ReachedFacts(facts, _with_wholes(parts, found[len(exact) :]))


def _facts_of(database: Database, scheme_id: str, nodes: Iterable[Node]) -> dict[str, list[Given]]:
    """The facts of these members by entity: one query, but while a run publishes one for each of two runs."""
    by_run: defaultdict[tuple[str, datetime], list[str]] = defaultdict(list)
    for node in nodes:
        by_run[node.run, node.as_of].append(node.entity)
    found: dict[str, list[Given]] = {}
    for (run, as_of), entities in by_run.items():
        found |= read_facts(database, scheme_id, entities, run=run, as_of=as_of)
    return found
