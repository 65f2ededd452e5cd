"""What a rating was, as it was shown: each state as it was published, and what changed between."""

import math
from dataclasses import dataclass, replace
from datetime import datetime

from graph.disclosure.losses import TakenBack, losses
from graph.policy.scheme import Scheme, whole
from graph.rating.history import State, causes, distinct, ends, read_states
from graph.rating.runs import policy_of_run
from graph.store.client import Database


@dataclass(frozen=True)
class ShownState:
    """A rating as it was shown until its points or its band changed, or as it is now."""

    since: datetime
    whole_points: int
    band: str
    run: str
    as_of: datetime
    rerated: datetime | None
    version: str
    present: bool


@dataclass(frozen=True)
class ShownCause:
    """So many points of a change come from here."""

    name: str
    whole: int


@dataclass(frozen=True)
class ShownHistory:
    """Every state that is kept, the oldest first; and what changed between one of them and the present one."""

    entity: str
    scheme: str
    states: tuple[ShownState, ...]
    before: ShownState
    after: ShownState
    causes: tuple[ShownCause, ...]
    "in a fixed order; they sum to the difference of the two states' points"
    taken_back: tuple[TakenBack, ...]
    "the loads that were taken back, and facts of the member with them; the oldest first"


def history(database: Database, entity: str, scheme_id: str, *, since: datetime | None = None) -> ShownHistory:
    """What the rating was and is, as it is shown, and what changed since then, by cause.

    since: an aware instant; None, or one before the first state: the first state.
    Raises NotFound (no such member, or not rated yet), StoreConflict (it changes faster than it can be read).
    """
    kept = read_states(database, entity, scheme_id)
    shown = [_as_shown(state, policy_of_run(database, state.run)) for state in kept]
    states = distinct([state for state in shown if state is not None])
    before, after = ends(states, since)
    return ShownHistory(
        entity=entity,
        scheme=scheme_id,
        states=tuple(map(_shown, states)),
        before=_shown(before),
        after=_shown(after),
        causes=tuple(ShownCause(each.name, each.whole) for each in causes(database, entity, before, after)),
        taken_back=losses(database, entity),
    )


def _as_shown(state: State, policy: Scheme) -> State | None:
    """The state as others were shown it; None: that was under an earlier veil, and is shown no more."""
    detail = state.detail
    if detail.seen is None or detail.shown_points is None:
        return None
    circle = {rid: (weight, detail.seen[rid]) for rid, (weight, _) in detail.circle.items()}
    return replace(
        state,
        points=detail.shown_points,
        whole_points=whole(detail.shown_points),
        band=policy.band(detail.shown_points, math.fsum(detail.evidence.values())).name,
        detail=replace(detail, circle=circle),
    )


def _shown(state: State) -> ShownState:
    return ShownState(
        since=state.since,
        whole_points=state.whole_points,
        band=state.band,
        run=state.run,
        as_of=state.as_of,
        rerated=state.rerated,
        version=state.version,
        present=state.present,
    )
