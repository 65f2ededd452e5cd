"""What a rating was, as it is shown: the states that are kept, each under the veil, and what changed between."""

from dataclasses import dataclass, replace
from datetime import datetime

from graph import history as exact
from graph import scheme as policies
from graph.database import Database
from graph.history import State
from graph.reading import policy_of_run
from graph.scheme import Scheme
from graph.showing.veil import Veil, read_veil


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


def history(database: Database, entity: str, scheme_id: str, *, since: datetime | None = None) -> ShownHistory:
    """What the rating was and is, as it is shown, and what changed since then, by cause.

    since: an aware instant; None, or one before the first state: the first state.
    Raises NotFound (no such member, or not rated yet), StoreConflict (it changes faster than it can be read).
    """
    kept = exact.read_states(database, entity, scheme_id)
    policy = policy_of_run(database, kept[-1].run)
    veil = read_veil(database, policy, sorted({rid for state in kept for rid in state.detail.circle}))
    states = _distinct([_veiled(state, veil, policy_of_run(database, state.run)) for state in kept])
    before, after = exact.ends(states, since)
    causes = exact.causes(database, entity, before, after)
    return ShownHistory(
        entity=entity,
        scheme=scheme_id,
        states=tuple(map(_shown, states)),
        before=_shown(before),
        after=_shown(after),
        causes=tuple(ShownCause(each.name, each.whole) for each in causes),
    )


def _veiled(state: State, veil: Veil, policy: Scheme) -> State:
    detail = state.detail
    circle = {
        rid: (weight, min(1.0, max(0.0, used + veil.shifts[rid]))) for rid, (weight, used) in detail.circle.items()
    }
    points = policies.points(exact.score(detail.conduct, policy.circle.share if circle else 0.0, circle))
    return replace(
        state,
        points=points,
        whole_points=policies.whole(points),
        band=policy.band(points).name,
        detail=replace(detail, circle=circle),
    )


def _distinct(states: list[State]) -> list[State]:
    """The states without those that are shown as the one before them was; what is there now stays."""
    found = states[:1]
    for state in states[1:]:
        if (state.whole_points, state.band) == (found[-1].whole_points, found[-1].band):
            found[-1] = replace(state, since=found[-1].since)
        else:
            found.append(state)
    return found


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
