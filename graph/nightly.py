"""The nightly round: what an operator would do once a day, in its order, each step told of by itself.

Each step leaves nothing half done. So a round that was broken off is simply started again: what is done already is
found to be so, from the graph and the folder of backups alone. A step that fails stops none of those after it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from graph.analysis.monitoring.ages import ages, late
from graph.analysis.monitoring.allowed import Allowed
from graph.analysis.monitoring.runs import watched
from graph.errors import InnerCircleError
from graph.rating import catch_up, rerate, run
from graph.rights import backing_up, disputes, retention
from graph.rights.dispute_records import open_ones
from graph.server import backups
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.text.counts import counted
from graph.text.days import last_day

Progress = Callable[[str], None]


class Outcome(StrEnum):
    """How a step ended."""

    DONE = "done"
    ALREADY = "already"
    "there was nothing to do: an earlier round did it"
    LEFT_OUT = "left-out"
    "the settings do not ask for it"
    WAITS = "waits"
    "it is done, and something waits for a person"
    FAILED = "failed"


class Exit(IntEnum):
    """What the command ends with, by the worst of the steps."""

    GOOD = 0
    FAILED = 1
    WAITS = 2


@dataclass(frozen=True)
class Step:
    """One step of a round, as it ended."""

    step: str
    "changes, retention, disputes, rating, backup, ages"
    scheme: str | None
    "whose ratings were made; None for everything else"
    outcome: Outcome
    at: datetime
    "when it began"
    seconds: float
    says: str
    "a sentence"
    found: dict[str, Any] = field(default_factory=dict)
    "figures, and ids of disputes, for a program"


@dataclass(frozen=True)
class _Found:
    outcome: Outcome
    says: str
    found: dict[str, Any] = field(default_factory=dict)


def round_of(
    settings: Settings,
    *,
    now: datetime,
    folder: Path | None,
    keep: tuple[int, int, int] | None,
    progress: Progress = lambda step: None,
) -> Iterator[Step]:
    """The steps of one round, each as soon as it has ended.

    Ratings are as of the end of the last whole day in UTC, or later where a run has gone further.
    now: with a zone. folder: where the backup goes; None: none is made. keep: as in backing_up.back_up.
    Raises any StoreError, LocalServerFailed or MigrationPending before the first step, and none after it: a step
    that fails says why.
    """
    with connect(settings) as database:
        migrations.require(database)
        schemes = [row["id"] for row in database.run("schemes")]
        yield _step("changes", None, partial(_changes, database, now))
        yield _step("retention", None, partial(_retention, database, now))
        yield _step("disputes", None, partial(_disputes, database, now))
        for scheme in schemes:
            progress(f"rating {scheme}")
            yield _step("rating", scheme, partial(_rating, database, settings, scheme, now))
    progress("backing up")
    yield _step("backup", None, partial(_backup, settings, folder, keep, now, progress))
    yield _step("ages", None, partial(_ages, settings, now))


def worst(steps: list[Step]) -> Exit:
    """What the command ends with after these steps."""
    outcomes = {each.outcome for each in steps}
    if Outcome.FAILED in outcomes:
        return Exit.FAILED
    return Exit.WAITS if Outcome.WAITS in outcomes else Exit.GOOD


def _step(name: str, scheme: str | None, work: Callable[[], _Found]) -> Step:
    at, began = datetime.now(UTC), time.monotonic()
    try:
        done = work()
    except InnerCircleError as error:
        done = _Found(Outcome.FAILED, str(error), {"code": error.code})
    return Step(name, scheme, done.outcome, at, round(time.monotonic() - began, 3), done.says, done.found)


def _last_midnight(now: datetime) -> datetime:
    """The end of the last whole day in UTC: of today not all facts are in yet."""
    return run.coming_midnight(now) - timedelta(days=1)


def _changes(database: Database, now: datetime) -> _Found:
    """What requests left to be passed on, because a run was under way then."""
    left = catch_up.pass_on_left(database, now=now)
    if left:
        says = f"not passed on yet, and settled by the runs: {counted(left, 'changes')}"
        return _Found(Outcome.DONE, says, {"left": left})
    return _Found(Outcome.DONE, "every change is passed on", {"left": 0})


def _retention(database: Database, now: datetime) -> _Found:
    done = retention.retain(database, now=now)
    removed = sum(done.facts.values())
    passed_on = rerate.passed_on(database, done.changes)
    return _Found(
        Outcome.DONE if removed else Outcome.ALREADY,
        f"{counted(removed, 'facts')} removed that no policy keeps any longer"
        if removed
        else "no fact is too old",
        {"facts": done.facts, "requests": done.requests, "revocations": done.revocations, "passed_on": passed_on},
    )


def _disputes(database: Database, now: datetime) -> _Found:
    done = database.write(lambda transaction: disputes.due(transaction, now=now))
    passed_on = rerate.passed_on(database, done.changes)
    overdue = [each.id for each in open_ones(database, now=now) if each.overdue]
    told = [
        (done.expired, "not decided in time, so that the fact is removed"),
        (overdue, "overdue"),
        (done.reminded, "to be decided soon"),
    ]
    says = "; ".join(f"{what}: {counted(len(ids), 'disputes')}" for ids, what in told if ids)
    return _Found(
        Outcome.WAITS if says else Outcome.DONE,
        says or "no dispute is to be reminded of",
        {"reminded": done.reminded, "overdue": overdue, "expired": done.expired, "passed_on": passed_on},
    )


def _rating(database: Database, settings: Settings, scheme: str, now: datetime) -> _Found:
    as_of = _last_midnight(now)
    if database.one("rated_already", scheme=scheme, as_of=as_of)["already"]:
        return _Found(Outcome.ALREADY, f"{scheme} is rated up to {last_day(as_of)}, and nothing is newer")
    done = run.rate(database, scheme, as_of=as_of, engine=settings.engine, batch=settings.batch_members)
    return _Found(
        Outcome.DONE,
        f"rated {counted(done.members, 'members')} of {scheme} up to {last_day(done.as_of)}",
        {"run": done.id, "members": done.members, "ties": done.ties, "engine": done.engine},
    )


def _backup(
    settings: Settings,
    folder: Path | None,
    keep: tuple[int, int, int] | None,
    now: datetime,
    progress: Progress,
) -> _Found:
    if folder is None:
        return _Found(Outcome.LEFT_OUT, "INNERCIRCLE_BACKUPS names no folder: none is made")
    if settings.neo4j_uri is not None:
        return _Found(
            Outcome.LEFT_OUT, f"{settings.neo4j_uri} is backed up where it runs: docs/restoring.md says how"
        )
    with connect(settings) as database:
        ends = [last.finished for each in watched(database) for last in each.finished[:1]]
    newest = backups.newest_of_ours(folder)
    today = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    if newest is not None and newest > max([today, *ends]):
        return _Found(Outcome.ALREADY, f"{backups.name_at(newest)} was made today, after the last run")
    done = backing_up.back_up(settings, folder, now=datetime.now(UTC), keep=keep, progress=progress)
    return _Found(
        Outcome.DONE,
        f"{done.file.name}: {done.bytes / 2**20:,.1f} MB",
        {"file": str(done.file), "bytes": done.bytes, "removed": list(done.removed)},
    )


def _ages(settings: Settings, now: datetime) -> _Found:
    with connect(settings) as database:
        found = ages(database, now=now, allowed=Allowed.by(settings))
    told = [each.says for each in late(found)]
    return _Found(Outcome.WAITS if told else Outcome.DONE, "; ".join(told) or "nothing is late", {"late": told})
