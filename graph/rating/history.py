"""What a rating was before, and why it changed: the difference between two states, split by cause, sums exactly.

A state is all that one publication said of a membership. The causes come one after the other in a fixed order,
each from the score that the one before it led to: docs/formulas.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from graph.errors import NotFound, StoreConflict
from graph.facts.extract import facts_of
from graph.facts.values import Facts
from graph.policy.scheme import POINTS_RANGE, Scheme, whole
from graph.rating import published, reference, voices
from graph.rating.runs import policy_of_run
from graph.store.client import Database, utc

AGEING, OWN, VOICES, CIRCLE, CONTACTS, POLICY = (
    "ageing",
    "own facts",
    "whose word counts",
    "who is in the circle",
    "contacts' ratings",
    "policy",
)
CAUSES = (AGEING, OWN, VOICES, CIRCLE, CONTACTS, POLICY)
"In the order in which they are taken."


@dataclass(frozen=True)
class State:
    """A rating as it was last published before its whole points or its band changed, or as it is now."""

    since: datetime
    "when these whole points and this band were first published"
    points: float
    whole_points: int
    band: str
    run: str
    as_of: datetime
    rerated: datetime | None
    "when a change was passed on to it; None: it is the run's own"
    version: str
    "of the policy"
    present: bool
    detail: "Detail" = field(repr=False)


@dataclass(frozen=True)
class Detail:
    """What a state was made of."""

    conduct: float
    rates: Mapping[str, float]
    evidence: Mapping[str, float]
    circle: Mapping[int, tuple[float, float]]
    "(weight, score used) by the contact's rid"
    seen: Mapping[int, float] | None
    "by the contact's rid, the same under the veil; None: it belongs to an earlier veil, and is not shown any more"
    shown_points: float | None
    "as anybody but the operator was shown them; None as above"


@dataclass(frozen=True)
class Cause:
    """So many points of a change come from here."""

    name: str
    points: float
    whole: int


@dataclass(frozen=True)
class History:
    """Every state that is kept, the oldest first; and what changed between one of them and the present one."""

    entity: str
    scheme: str
    states: tuple[State, ...]
    before: State
    "the state that held at the date asked for, or the first that is known"
    after: State
    causes: tuple[Cause, ...]
    "in a fixed order; their points sum to the difference of the two states' points, and so do the whole ones"


def history(database: Database, entity: str, scheme_id: str, *, since: datetime | None = None) -> History:
    """What the rating was and is, and what changed since then, by cause.

    since: an aware instant; None, or one before the first state: the first state.
    Raises NotFound (no such member, or not rated yet), StoreConflict (it changes faster than it can be read).
    """
    states = distinct(read_states(database, entity, scheme_id))
    before, after = ends(states, since)
    return History(entity, scheme_id, tuple(states), before, after, causes(database, entity, before, after))


def ends(states: Sequence[State], since: datetime | None) -> tuple[State, State]:
    """The state that held at this instant, or the first that is known, and the present one."""
    held = [state for state in states if since is None or state.since <= since]
    return (states[0] if since is None or not held else held[-1]), states[-1]


def distinct(states: Sequence[State]) -> list[State]:
    """The states, where neighbours with the same points and band are one.

    Two neighbours can be alike in that: a state is also kept when only the veiled points or band change.
    """
    found = list(states[:1])
    for state in states[1:]:
        if (state.whole_points, state.band) == (found[-1].whole_points, found[-1].band):
            found[-1] = replace(state, since=found[-1].since)
        else:
            found.append(state)
    return found


def read_states(database: Database, entity: str, scheme_id: str) -> list[State]:
    """Every state that is kept, the oldest first, the present one last. Raises NotFound, StoreConflict."""
    for _ in range(published.READINGS):
        rows = database.run("history", id=f"{scheme_id}|{entity}")
        if not rows:
            raise NotFound(f"{entity!r} has no rating in {scheme_id!r}: not a member, or not rated yet")
        if all(row["sealed"] and row["as_of"] is not None for row in rows):
            return [_state(row) for row in rows]
    raise StoreConflict(f"the rating of {entity!r} in {scheme_id!r} is being published: ask again")


def _state(row: dict[str, Any]) -> State:
    return State(
        since=utc(row["since"]),
        points=row["points"],
        whole_points=whole(row["points"]),
        band=row["band"],
        run=row["run"],
        as_of=utc(row["as_of"]),
        rerated=row["rerated"] and utc(row["rerated"]),
        version=row["version"],
        present=row["present"],
        detail=Detail(
            conduct=row["conduct"],
            rates=dict(zip(row["factors"], row["rates"], strict=True)),
            evidence=dict(zip(row["factors"], row["evidence"], strict=True)),
            circle={
                rid: (weight, used)
                for rid, weight, used in zip(row["circle"], row["weights"], row["used"], strict=True)
            },
            seen=None if row["seen"] is None else dict(zip(row["circle"], row["seen"], strict=True)),
            shown_points=row["shown_points"],
        ),
    )


def causes(database: Database, entity: str, before: State, after: State) -> tuple[Cause, ...]:
    """What the difference of the two states comes from, in a fixed order."""
    old, new = (policy_of_run(database, state.run) for state in (before, after))
    one, other = before.detail, after.detail
    anew = _Anew(database, entity, before, after)
    aged = anew.aged() if _held(old) else _aged(one, old, after.as_of - before.as_of)
    by_voice, by_policy = anew.by_voice(old, new), anew.by_policy(old, new)
    shared = old.circle.share if other.circle else 0.0
    kept = {rid: (weight, one.circle.get(rid, (0.0, used))[1]) for rid, (weight, used) in other.circle.items()}
    steps = [
        score(one.conduct, old.circle.share if one.circle else 0.0, one.circle),
        score(aged, old.circle.share if one.circle else 0.0, one.circle),
        score(other.conduct - by_policy - by_voice, old.circle.share if one.circle else 0.0, one.circle),
        score(other.conduct - by_policy, old.circle.share if one.circle else 0.0, one.circle),
        score(other.conduct - by_policy, shared, kept),
        score(other.conduct - by_policy, shared, other.circle),
        score(other.conduct, new.circle.share if other.circle else 0.0, other.circle),
    ]
    points = [POINTS_RANGE * (then - first) for first, then in pairwise(steps)]
    wholes = published.wholes(points, after.whole_points - before.whole_points)
    return tuple(Cause(*each) for each in zip(CAUSES, points, wholes, strict=True))


def score(conduct: float, share: float, circle: Mapping[int, tuple[float, float]]) -> float:
    """The score that this conduct and this circle, (weight, score used) by rid, make."""
    return (1 - share) * conduct + share * sum(weight * used for weight, used in circle.values())


def _aged(detail: Detail, scheme: Scheme, passed: timedelta) -> float:
    """The conduct that the same events give when they are so much older: weights shrink, values stay."""
    conduct = 0.0
    for name, factor in scheme.factors.named().items():
        faded = 1.0 if factor.half_life_days is None else 0.5 ** (passed.days / factor.half_life_days)
        evidence, rate = detail.evidence[name], detail.rates[name]
        supported = rate * (factor.prior_weight + evidence) - factor.prior_weight * factor.prior
        aged = factor.prior_weight * factor.prior + faded * supported
        conduct += factor.weight * aged / (factor.prior_weight + faded * evidence)
    return conduct


def _held(scheme: Scheme) -> bool:
    """Whether events of one partner are held together, so that ageing does not shrink all weights alike."""
    factor = scheme.factors.obligations
    return factor is not None and factor.caps and factor.half_life_days is not None


@dataclass(frozen=True)
class _Anew:
    """Conduct that is made anew from the entity's present facts: facts are not kept as they were.

    It is read only where two states alone do not tell: caps that ageing meets, other voices, another policy.
    """

    database: Database
    entity: str
    before: State
    after: State

    def aged(self) -> float:
        """The conduct of before, changed by as much as the events that counted then lose by the later instant."""
        if self.before.as_of == self.after.as_of:
            return self.before.detail.conduct
        policy, spoken = policy_of_run(self.database, self.before.run), self._spoken(self.before)
        first, then = self.before.as_of, self.after.as_of
        lost = self._conduct(policy, spoken, first, weighed=then) - self._conduct(policy, spoken, first)
        return self.before.detail.conduct + lost

    def by_voice(self, old: Scheme, new: Scheme) -> float:
        """How much more conduct the voices of now make than those of before, under the old policy."""
        if not (old.voice and new.voice) or self.before.run == self.after.run:
            return 0.0
        one, other = self._spoken(self.before), self._spoken(self.after)
        if one == other:
            return 0.0
        now = self.after.as_of
        return self._conduct(old, other, now) - self._conduct(old, one, now)

    def by_policy(self, old: Scheme, new: Scheme) -> float:
        """How much more conduct the new policy makes than the old one."""
        if old.hash == new.hash:
            return 0.0
        spoken, now = self._spoken(self.after if new.voice else self.before), self.after.as_of
        return self._conduct(new, spoken, now) - self._conduct(old, spoken, now)

    def _conduct(
        self, scheme: Scheme, spoken: Mapping[str, float], as_of: datetime, *, weighed: datetime | None = None
    ) -> float:
        facts = replace(self._facts, voices=spoken)
        rates = reference.rate_factors(facts, scheme, as_of, weighed=weighed)[self.entity]
        return scheme.factors.conduct({name: rate.rate for name, rate in rates.items()})

    def _spoken(self, state: State) -> Mapping[str, float]:
        """The voices of those who report about the entity; none where the policy has none."""
        if policy_of_run(self.database, state.run).voice is None:
            return {}
        return voices.of_reporters(self.database, state.run, self.entity)

    @cached_property
    def _facts(self) -> Facts:
        return facts_of(self.database, policy_of_run(self.database, self.after.run).id, [self.entity])
