"""What a rating would be if something had been otherwise. Nothing is ever written."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from graph.errors import ParameterError, StoreConflict
from graph.explain.what_if.changes import Change, FactChange, NewContactDay, UnderPolicy, changed, other_end
from graph.explain.what_if.policies import in_words
from graph.explain.what_if.propagation import Circles, spread
from graph.facts.extract import all_facts, facts_of
from graph.facts.values import Facts
from graph.model import Contact, OpenRating, Part
from graph.policy.scheme import POINTS_RANGE, Scheme, whole
from graph.rating import published, reference, voices
from graph.rating.reference import Tie
from graph.rating.runs import policy_of_run
from graph.store.client import Database

WITHIN = 1e-10
"Of a score, what the search may leave out."
T = TypeVar("T")


@dataclass(frozen=True)
class PointsAndBand:
    """Points as they are or would be."""

    points: float
    whole_points: int
    band: str


@dataclass(frozen=True)
class Moved:
    """A part of the rating that would be another; 0 where it is none, as a contact outside the circle."""

    source: str
    "factor or contact"
    name: str
    before: float
    after: float
    whole_before: int
    whole_after: int


@dataclass(frozen=True)
class WhatIf:
    """A rating as it is and as a fresh run would make it after the change, at the same instant."""

    entity: str
    scheme: str
    run: str
    as_of: datetime
    asked: str
    "what was to be otherwise, in words"
    before: PointsAndBand
    after: PointsAndBand
    parts: tuple[Moved, ...]
    "those that would change; what they gain and lose sums to what the points do"
    bound: float
    "how far the score afterwards can be from that of a fresh run"
    stale: bool
    "facts are newer than the rating: the answer may contain their effect too"


def what_if(database: Database, entity: str, scheme_id: str, change: Change) -> WhatIf:
    """The rating as it would be under the change, at its run's instant and, unless that changes, by its policy.

    Under another policy the voices are those of the run; where it has none, they are made from the founders.
    Raises NotFound (no such member or entity, not rated yet), ParameterError (a change that makes no sense),
    Refused (too few founders), StoreConflict (ratings are being published), NotConverged (another policy whose
    sweeps end too early).
    """
    return settled(database, scheme_id, lambda anew: _answer(database, entity, scheme_id, change, anew=anew))


def settled(database: Database, scheme_id: str, work: Callable[[bool], T]) -> T:
    """The result of `work`, from ratings that stay the same meanwhile. `work` is told if circle ties do not hold.

    Raises StoreConflict when the ratings change faster than they can be read.
    """
    for _ in range(published.READINGS):
        before = database.optional("run_state", scheme=scheme_id)
        result = work(before is not None and before["unsettled"] is not None)
        if database.optional("run_state", scheme=scheme_id) == before:
            return result
    raise StoreConflict(f"ratings in {scheme_id!r} are being published: ask again")


def _answer(database: Database, entity: str, scheme_id: str, change: Change, *, anew: bool) -> WhatIf:
    opened = published.open_rating(database, entity, scheme_id)
    policy = policy_of_run(database, opened.run)
    if isinstance(change, UnderPolicy):
        policy = change.policy
        if policy.id != scheme_id:
            raise ParameterError(f"this is a policy of {policy.id!r}, and not of {scheme_id!r}: schemes never mix")
        facts = facts_of(database, scheme_id, [entity])
        unheard = policy.voice is not None and policy_of_run(database, opened.run).voice is None
        if (policy.circle.share == 0 or policy.circle.size == 0) and not unheard:
            own = own_conduct(facts, policy, opened.as_of, entity)
            return _compared(opened, change, policy, own, (), bound=0.0)
        return _anew(database, opened, change, policy, lambda facts: facts)
    if isinstance(change, NewContactDay):
        _refuse_paused(database, opened, change.contact)
    if anew:
        return _anew(database, opened, change, policy, lambda facts: changed(facts, entity, change, opened.as_of))
    return _locally(database, opened, change, policy)


def _refuse_paused(database: Database, opened: OpenRating, contact: str) -> None:
    """Raises ParameterError for a paused tie, in which a new contact does not count."""
    if database.one("paused", scheme=opened.scheme, one=opened.entity, other=contact)["paused"]:
        raise ParameterError(
            f"the tie of {opened.entity!r} with {contact!r} is paused: no contact of theirs counts"
        )


def _anew(
    database: Database, opened: OpenRating, change: Change, policy: Scheme, apply: Callable[[Facts], Facts]
) -> WhatIf:
    """Everyone is rated anew, from all facts: with the voices of the run, or where it has none of the founders."""
    facts = all_facts(database, opened.scheme, rated_only=True)
    named = voices.in_force(database, policy) if policy.voice and facts.voices is None else ()
    ratings = reference.rate(apply(facts), policy, opened.as_of, founders=named)
    member = ratings.members[opened.entity]
    circle = [
        Contact(tie.contact, tie.rid, tie.weight, used)
        for tie, used in zip(member.circle, member.used, strict=True)
    ]
    own = Own({name: rate.rate for name, rate in member.rates.items()}, member.evidence)
    return _compared(opened, change, policy, own, circle, bound=ratings.bound)


def _locally(database: Database, opened: OpenRating, change: FactChange, policy: Scheme) -> WhatIf:
    """Only the entity and the other end of a contact are rated anew; what that moves is spread along circles."""
    entity, as_of = opened.entity, opened.as_of
    circles = Circles(database, opened.scheme, policy.circle.share)
    facts = facts_of(database, opened.scheme, [entity])
    other = other_end(facts, entity, change)
    if other is not None:
        changed(facts, entity, change, as_of)  # is refused before anything more is read
        facts = facts_of(database, opened.scheme, [entity, other])
    rids = dict(facts.members)
    facts, ties = choose(circles, changed(facts, entity, change, as_of), policy, as_of, [entity, other])
    sources = {}
    for each, circle in ties.items():
        conduct = policy.factors.conduct(own_conduct(facts, policy, as_of, each).rates)
        sources[rids[each]] = residual(circles, rids[each], circle, conduct)
    found = spread(circles, sources, rids[entity], within=WITHIN)
    used = [
        Contact(tie.contact, tie.rid, tie.weight, (circles.scores[tie.rid] or 0.0) + found.moved[tie.rid])
        for tie in ties[entity]
    ]
    own = own_conduct(facts, policy, as_of, entity)
    return _compared(opened, change, policy, own, used, bound=opened.bound + found.error)


def choose(
    circles: Circles, facts: Facts, policy: Scheme, as_of: datetime, entities: Sequence[str | None]
) -> tuple[Facts, dict[str, tuple[Tie, ...]]]:
    """The circles that the facts give these entities, if they are rated, in place of their old ones.

    Also the facts without the members that no run has rated yet: they are in no circle until one does.
    """
    while True:
        rids = dict(facts.members)
        chosen = reference.choose_circles(facts, policy, as_of)
        ties = {each: chosen[each] for each in entities if each is not None and each in chosen}
        circles.read({*(rids[each] for each in ties), *(tie.rid for own in ties.values() for tie in own)})
        rated = [(each, rid) for each, rid in facts.members if circles.scores.get(rid, 0.0) is not None]
        if len(rated) == len(facts.members):
            for each, own in ties.items():
                circles.put(rids[each], circles.row((tie.rid, tie.weight) for tie in own))
            return facts, ties
        facts = replace(facts, members=rated)


def residual(circles: Circles, rid: int, ties: Sequence[Tie], conduct: float) -> float:
    """What a member's new conduct and circle make of its score, less what it is."""
    share = circles.share if ties else 0.0
    company = math.fsum(tie.weight * (circles.scores[tie.rid] or 0.0) for tie in ties)
    return (1 - share) * conduct + share * company - (circles.scores[rid] or 0.0)


class Own(NamedTuple):
    """What an entity's own facts say: the rate of each factor, and the weight of all events that counted."""

    rates: dict[str, float]
    evidence: float


def own_conduct(facts: Facts, policy: Scheme, as_of: datetime, entity: str) -> Own:
    """What the entity's own facts say, member or not; facts: at least its own."""
    alone = replace(facts, members=[(entity, 0)])
    found = reference.rate_factors(alone, policy, as_of)[entity]
    return Own({name: rate.rate for name, rate in found.items()}, reference.evidence_of(found))


def _compared(
    opened: OpenRating,
    change: Change,
    policy: Scheme,
    own: Own,
    circle: Sequence[Contact],
    *,
    bound: float,
) -> WhatIf:
    parts = published.parts_of(own.rates, circle, policy)
    points = math.fsum(part.points for part in parts)
    after = published.rounded(parts, whole(points))
    return WhatIf(
        entity=opened.entity,
        scheme=opened.scheme,
        run=opened.run,
        as_of=opened.as_of,
        asked=in_words(change),
        before=PointsAndBand(opened.points, opened.whole_points, opened.band),
        after=PointsAndBand(points, whole(points), policy.band(points, own.evidence).name),
        parts=tuple(_moved(opened.parts, after)),
        bound=bound,
        stale=opened.stale,
    )


def _moved(before: Sequence[Part], after: Sequence[Part]) -> list[Moved]:
    """The parts that differ, those of before first; a part that is not there counts 0."""
    old, new = _named(before), _named(after)
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        source, name, _ = key
        one, other = old.get(key, Part(source, name, 0.0)), new.get(key, Part(source, name, 0.0))
        if abs(one.points - other.points) > published.NOISE * POINTS_RANGE or one.whole != other.whole:
            found.append(Moved(source, name, one.points, other.points, one.whole, other.whole))
    return found


def _named(parts: Sequence[Part]) -> dict[tuple[str, str, int], Part]:
    """The parts by source, name and number among parts of the same name: members that have left have no name."""
    seen: Counter[tuple[str, str]] = Counter()
    named = {}
    for part in parts:
        key = part.source, part.name
        named[(*key, seen[key])] = part
        seen[key] += 1
    return named
