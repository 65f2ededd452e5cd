"""A run: every member of one scheme is rated at one instant, and the ratings are published.

An engine works the ratings out (graph/rating/engines). What is around it is the same for all of them: the lock,
the record, the offsets, and the marks that say whether circles and ratings fit. Until an engine publishes, nothing
that a reader sees has changed; each membership's rating then changes in one transaction.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from graph import __version__
from graph.errors import InnerCircleError, ParameterError, Refused
from graph.model import Run
from graph.policy import parameters
from graph.policy.publishing import published
from graph.policy.scheme import Scheme
from graph.rating import offsets, voices
from graph.rating.engines import choice
from graph.rating.engines.contract import Engine, Progress, Work
from graph.rating.runs import alone, check_alone, recorded
from graph.store.client import Database, utc
from graph.text.instants import in_utc


def coming_midnight(now: datetime) -> datetime:
    """The end of the UTC day that `now` lies in: the default instant of a run."""
    return datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC) + timedelta(days=1)


def instant(as_of: datetime | None) -> datetime:
    """The instant of a run: this one, or the coming midnight. Raises ParameterError for any other time of day."""
    as_of = coming_midnight(datetime.now(UTC)) if as_of is None else in_utc(as_of, "as_of")
    if as_of != datetime.combine(as_of.date(), datetime.min.time(), UTC):
        raise ParameterError(
            f"as_of is the end of a UTC day, such as 2026-07-01T00:00:00Z, and not {as_of.isoformat()}"
        )
    return as_of


def rate(
    database: Database,
    scheme_id: str,
    *,
    as_of: datetime | None = None,
    voices_of: str | None = None,
    engine: str | None = None,
    batch: int = 10_000,
    progress: Progress = lambda step: None,
) -> Run:
    """Every member of the scheme is rated at `as_of` under its published policy; returns the finished run.

    as_of: a midnight in UTC, the end of the last day that counts; None: the coming one.
    voices_of: an earlier run under the same policy, whose founders are all in force still: its voices are used;
    None: they are made anew, where the policy has any.
    engine: what works the ratings out, by name; they are the same whichever does. None: the default one.
    batch: members in one transaction at most.
    Raises NotFound (no such scheme or run), ParameterError (as_of, engine), Refused (too few founders; voices of a
    run that cannot be used; too little memory for the engine), StoreConflict (another run of the scheme is under
    way), NotConverged (nothing was published), and any StoreError; a run that was broken off leaves the old
    ratings, and can simply be started again.
    """
    engine = engine or choice.DEFAULT
    make = choice.of(engine)
    as_of = instant(as_of)
    scheme = published(database, scheme_id).scheme
    run = str(uuid.uuid4())
    with alone(database, scheme.id, run) as tags:
        extent = database.one("member_range", scheme=scheme.id)
        source = voices.source(database, scheme, members=extent["range"], voices_of=voices_of)
        record = record_of(database, scheme, as_of, engine, extent, batch) | (source.record() if source else {})
        started = utc(database.one("record_run", id=run, run=record)["started"])
        work = Work(database, scheme, as_of, run, started, extent["range"], batch, source, tags, progress)
        return carry_out(work, make(work), engine)


def carry_out(work: Work, rater: Engine, engine: str) -> Run:
    """The steps of a run that is alone and on record, by this engine of this name; raises as `rate`."""
    database, scheme, run = work.database, work.scheme, work.run
    try:
        with enough_memory(engine):
            offsets.lay(database, scheme.id)
            if work.voices:
                rater.make_voices()
            rater.rate_conduct()
            check_alone(database, scheme.id, run)
            database.run("unsettle", scheme=scheme.id, id=run, all=True)
            rater.find_circles()
            solved = rater.propagate()
    except InnerCircleError:
        check_alone(database, scheme.id, run)  # else it would be another run's that is cleared
        rater.clear()
        database.run("forget_run", id=run)
        raise
    check_alone(database, scheme.id, run)
    # before anyone is published, so that no rating is without its bound
    database.run("record_run", id=run, run=solved._asdict() | {"leaning": rater.count_leaning()})
    with enough_memory(engine):
        ties = rater.publish()
    if work.voices:  # from what was published: nothing is kept of a member that was erased meanwhile
        database.run("keep_voices", scheme=scheme.id, id=run, members=work.members)
    spread = database.one("distribution", scheme=scheme.id, run=run, bands=parameters.bands(scheme))
    database.run("finish_run", id=run, scheme=scheme.id, ties=ties, **spread)
    return recorded(database, run)


@contextmanager
def enough_memory(engine: str) -> Iterator[None]:
    """What the block does has room in this process. Raises Refused."""
    try:
        yield
    except MemoryError as error:
        raise Refused(
            f"the engine {engine!r} needs more memory than this process can have: give it more, or rate with "
            "--engine cypher, which works in the memory of the server"
        ) from error


def record_of(
    database: Database, scheme: Scheme, as_of: datetime, engine: str, extent: dict[str, Any], batch: int
) -> dict[str, Any]:
    """Everything that is needed to repeat the run."""
    return {
        "scheme": scheme.id,
        "as_of": as_of,
        "version": scheme.version,
        "hash": scheme.hash,
        "policy": scheme.text,
        "engine": engine,
        "software": __version__,
        "server": database.server().version,
        "members": extent["members"],
        "range": extent["range"],
        "batch": batch,
    }
