"""Changes of facts, passed on to every rating that they touch: new facts, corrections, removals, joins, leaves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from graph.errors import NotFound, ParameterError
from graph.facts import store, unload
from graph.facts.kinds import CORRECTABLE
from graph.facts.load import load
from graph.facts.unload import Unloaded
from graph.model import Changes, Loaded
from graph.policy.categories import Categories
from graph.rating.rerate import TOLERANCE_POINTS, Rerated, rerate
from graph.rights import membership
from graph.store.client import Database


def apply(
    database: Database,
    paths: Sequence[Path],
    *,
    kind: str | None = None,
    mapping: str | None = None,
    answers: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    by: str | None = None,
    batch: int = 10_000,
    categories: Categories | None = None,
    prefix: str | None = None,
    all_ids: bool = False,
    zone: str | None = None,
    tolerance_points: float = TOLERANCE_POINTS,
    progress: Callable[[str], None] = lambda message: None,
) -> tuple[list[Loaded], list[Rerated]]:
    """The files are loaded, known facts are corrected by them, and all members that this touches are re-rated.

    by: the person who applies them; kept with what is new.
    answers: to what the mapping asks, by name.
    prefix, all_ids: those that the facts were loaded with.
    zone: where days and times without a zone are read, in files of our form.
    An empty cell or a missing column says nothing, and what is stored there stays: to take a value away, remove
    the fact and load it anew.
    Raises what load.load and rerate.rerate raise; repeating it is safe.
    """
    changes = Changes()
    loaded = load(
        database,
        paths,
        kind=kind,
        mapping=mapping,
        answers=answers,
        rejects=rejects,
        correct=True,
        by=by,
        batch=batch,
        categories=categories,
        prefix=prefix,
        all_ids=all_ids,
        zone=zone,
        progress=progress,
        touch=changes.add,
    )
    return loaded, rerate(database, changes, tolerance_points=tolerance_points)


def remove(
    database: Database,
    kind: str,
    ids: Sequence[str],
    *,
    tolerance_points: float = TOLERANCE_POINTS,
) -> tuple[list[str], list[Rerated]]:
    """Facts or memberships are gone, and all members that this touches are re-rated; returns the known ids.

    kind: a fact or judgments; or memberships, whose ids are `scheme|entity`.
    Raises ParameterError (no such kind), and what rerate.rerate raises.
    """
    changes = Changes()
    removed = []
    if kind in CORRECTABLE:
        for row in store.remove(database, kind, sorted(set(ids))):
            removed.append(row["id"])
            changes.add(kind, row.get("touched", ()))
    elif kind == "memberships":
        now = datetime.now(UTC)
        for id_ in sorted(set(ids)):
            scheme, _, entity = id_.partition("|")
            leaving = partial(membership.leave, entity=entity, scheme=scheme, now=now)
            try:
                changes.include(database.write(leaving))
            except NotFound:
                continue
            removed.append(id_)
    else:
        kinds = ", ".join((*CORRECTABLE, "memberships"))
        raise ParameterError(f"{kind!r} cannot be removed one by one: name one of {kinds}")
    return removed, rerate(database, changes, tolerance_points=tolerance_points)


def take_back(
    database: Database,
    load_id: str,
    *,
    by: str | None = None,
    why: str | None = None,
    tolerance_points: float = TOLERANCE_POINTS,
    progress: Callable[[str], None] = lambda message: None,
) -> tuple[Unloaded, list[Rerated]]:
    """What a load brought is gone, and all members that this touches are re-rated.

    by, why: the person who takes it back, and the reason; kept with the load, and shown to members who lose by it.
    Raises what unload.taking_back and rerate.rerate raise; repeating it does the rest.
    """
    with unload.taking_back(database, load_id, by=by, why=why, progress=progress) as (done, since):
        changes = Changes()
        if done.already is None:
            # Also those of an earlier attempt that broke off; all since then are read, whoever changed them.
            changed = {row["entity"] for row in database.run("changed_since", since=since)}
            changes.conduct |= changed
            changes.contacts |= changed
        rerated = rerate(database, changes, tolerance_points=tolerance_points)
    return done, rerated
