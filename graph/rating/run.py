"""A run: every member of one scheme is rated at one instant, and the ratings are published.

The steps are the files of cypher/rating: those of voices where the policy has them, one for each factor, conduct,
circle, sweep until the bound holds, publish. Until the last of them nothing that a reader sees has changed; each
membership's rating then changes in one transaction.
"""

import math
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from graph import __version__
from graph.errors import InnerCircleError, NotConverged, ParameterError
from graph.model import Run
from graph.policy import parameters
from graph.policy.publishing import published
from graph.policy.scheme import Scheme
from graph.rating import offsets, voices
from graph.rating.runs import alone, recorded
from graph.store import queries
from graph.store.client import Database, utc
from graph.text.counts import counted
from graph.text.instants import in_utc

Progress = Callable[[str], None]
SWEPT = "next_scores", "next_swept"
"The properties that sweeps write by turns."


def coming_midnight(now: datetime) -> datetime:
    """The end of the UTC day that `now` lies in: the default instant of a run."""
    return datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC) + timedelta(days=1)


def rate(
    database: Database,
    scheme_id: str,
    *,
    as_of: datetime | None = None,
    voices_of: str | None = None,
    batch: int = 10_000,
    progress: Progress = lambda step: None,
) -> Run:
    """Every member of the scheme is rated at `as_of` under its published policy; returns the finished run.

    as_of: a midnight in UTC, the end of the last day that counts; None: the coming one.
    voices_of: an earlier run under the same policy, whose founders are all in force still: its voices are used;
    None: they are made anew, where the policy has any.
    batch: members in one transaction at most.
    Raises NotFound (no such scheme or run), ParameterError (as_of), Refused (too few founders; voices of a run
    that cannot be used), StoreConflict (another run of the scheme is under way), NotConverged (nothing was
    published), and any StoreError; a run that was broken off leaves the old ratings, and can simply be started
    again.
    """
    as_of = coming_midnight(datetime.now(UTC)) if as_of is None else in_utc(as_of, "as_of")
    if as_of != datetime.combine(as_of.date(), datetime.min.time(), UTC):
        raise ParameterError(
            f"as_of is the end of a UTC day, such as 2026-07-01T00:00:00Z, and not {as_of.isoformat()}"
        )
    scheme = published(database, scheme_id).scheme
    run = str(uuid.uuid4())
    with alone(database, scheme.id, run) as tags:
        extent = database.one("member_range", scheme=scheme.id)
        source = voices.source(database, scheme, members=extent["range"], voices_of=voices_of)
        record = _record(database, scheme, as_of, extent, batch) | (source.record() if source else {})
        started = utc(database.one("record_run", id=run, run=record)["started"])
        span = {"scheme": scheme.id, "ranges": _ranges(extent["range"], batch)}
        step = partial(_step, database, progress, tags, span)
        try:
            offsets.lay(database, scheme.id)
            if source:
                voices.stage(step, scheme, source, as_of, extent["range"])
            stage_conduct(step, scheme, as_of, parameters.STAGED)
            database.run("unsettle", scheme=scheme.id, id=run, all=True)
            spoken = parameters.voice(scheme, parameters.STAGED)
            step("circle", members=extent["range"], as_of=as_of, **spoken, **parameters.circle(scheme))
            scores, sweeps, bound = _propagate(step, scheme)
        except InnerCircleError:
            step("clear_staged")
            database.run("forget_run", id=run)
            raise
        # before anyone is published, so that no rating is without its bound
        leaning = step("leaning", members=extent["range"], factors=list(scheme.factors.named()))
        database.run("record_run", id=run, run={"sweeps": sweeps, "bound": bound, **leaning})
        totals = step(
            "publish",
            factors=list(scheme.factors.named()),
            share=scheme.circle.share,
            bands=parameters.bands(scheme),
            voices=source is not None,
            known_from=parameters.known_from(scheme),
            contacts_aside=contacts_aside(database, scheme, as_of, extent["range"], parameters.STAGED),
            run=run,
            started=started,
            **{"from": scores},
        )
        if source:
            database.run("keep_voices", scheme=scheme.id, id=run, members=extent["range"])
        step("clear_staged")
        spread = database.one("distribution", scheme=scheme.id, run=run, bands=parameters.bands(scheme))
        database.run("finish_run", id=run, scheme=scheme.id, ties=totals["ties"] or 0, **spread)
    return recorded(database, run)


def _ranges(end: int, batch: int) -> list[list[int]]:
    """The rids below `end` as [first, end], at most `batch` in each; two at least, since two go side by side."""
    size = min(batch, max(1, math.ceil(end / 2)))
    return [[first, min(first + size, end)] for first in range(0, end, size)]


def _step(
    database: Database,
    progress: Progress,
    tags: dict[str, str],
    span: dict[str, Any],
    name: str,
    **params: Any,
) -> dict[str, Any]:
    """The answer of a query; `name`, perhaps with a number behind it, is seen while it runs."""
    query = name.partition(" ")[0]
    progress(query)
    wanted = {field.name for field in queries.get(query).params}
    span = {key: value for key, value in span.items() if key in wanted}  # a few look at the scheme as a whole
    return database.optional(query, tags=tags | {"step": name}, **span, **params) or {}


def stage_conduct(
    step: Callable[..., object], scheme: Scheme, as_of: datetime, voice: str = parameters.KEPT
) -> None:
    """The rate of each factor of the policy is staged, and then the conduct that they make.

    step: runs a query by name, with these parameters. voice: the property that holds the voices that count.
    """
    for name, factor in parameters.factors(scheme, voice).items():
        if factor is not None:
            step(name, as_of=as_of, factor=factor)
    step("conduct", factors=parameters.weights(scheme))


def _propagate(step: Callable[..., dict[str, Any]], scheme: Scheme) -> tuple[str, int, float]:
    """The property that holds the last sweep's scores, the sweeps made, and their bound.

    A sweep writes beside the scores that it reads, so that no score depends on the order of the members.
    """
    share, solver = scheme.circle.share, scheme.solver
    (scores, spare), bound = SWEPT, math.inf
    for sweep in range(1, solver.max_sweeps + 1):
        change = step(f"sweep {sweep}", share=share, into=spare, **{"from": scores})["change"]
        scores, spare = spare, scores
        bound = (change or 0.0) * share / (1 - share)
        if bound <= solver.tolerance:
            return scores, sweep, bound
    raise NotConverged(
        f"after {counted(solver.max_sweeps, 'sweeps')} a score can still be {bound:.3g} from the exact one, "
        f"and the policy of {scheme.id} allows {solver.tolerance:.3g}: nothing was published; "
        "raise solver.max_sweeps",
        sweeps=solver.max_sweeps,
        bound=bound,
    )


def _record(
    database: Database, scheme: Scheme, as_of: datetime, extent: dict[str, Any], batch: int
) -> dict[str, Any]:
    """Everything that is needed to repeat the run."""
    return {
        "scheme": scheme.id,
        "as_of": as_of,
        "version": scheme.version,
        "hash": scheme.hash,
        "policy": scheme.text,
        "engine": "cypher",
        "software": __version__,
        "server": database.server().version,
        "members": extent["members"],
        "range": extent["range"],
        "batch": batch,
    }


def contacts_aside(
    database: Database, scheme: Scheme, as_of: datetime, members: int, voice: str = parameters.KEPT
) -> dict[str, list[int]]:
    """Contacts that circles lack, since they are in dispute now, by rid as text: [by the member, by others].

    members: a member with this rid or a larger one is in no circle. voice: the property that holds the voices.
    Ask after circles are made: a contact disputed since then counts as set aside, though it is still in a circle.
    """
    if not (scheme.circle.size and scheme.circle.share):
        return {}
    how = parameters.circle(scheme) | parameters.voice(scheme, voice)
    rows = database.run("contacts_aside", scheme=scheme.id, members=members, as_of=as_of, **how)
    return {str(row["rid"]): [row["member"], row["other"]] for row in rows}
