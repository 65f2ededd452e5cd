"""The runs of every scheme, as its operator sees them: no member is named or counted by score."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from graph.analysis.monitoring.drift import stability
from graph.store.client import Database, utc

LATEST = 10
"Runs of a scheme that are told, the newest first."


@dataclass(frozen=True)
class UnderWay:
    """A run or a re-rating that has not ended."""

    id: str
    since: datetime
    step: str
    "what it is at, such as sweep 3; empty: between two steps"
    is_run: bool
    "False: a re-rating"
    members: int | None
    "of the scheme, at the start of the run"
    as_of: datetime | None


@dataclass(frozen=True)
class Finished:
    """A run that has ended."""

    id: str
    as_of: datetime
    started: datetime
    finished: datetime
    version: str
    "of the policy"
    hash: str
    members: int
    ties: int
    sweeps: int
    bound: float
    "how far any score can be from the exact one, also after changes were passed on"
    stale: bool
    "changes were given up on: the next run settles them"
    leaning: tuple[int, int, int] | None
    "members whose rating leans on reporters without a voice, on one partner, on one month; None: it was not kept"
    drift: float | None
    "PSI against the run before; None: there is none, or one of the two kept no histogram"

    @property
    def seconds(self) -> float:
        return (self.finished - self.started).total_seconds()


@dataclass(frozen=True)
class Watched:
    """One scheme: what is under way, and its last runs."""

    scheme: str
    title: str
    version: str
    "of the policy that the next run uses"
    hash: str
    under_way: tuple[UnderWay, ...]
    broken_off: tuple[datetime, ...]
    "when runs began that did not end, since the last that did: nothing of them was published, or not all"
    finished: tuple[Finished, ...]
    "the newest first"

    @property
    def waits(self) -> bool:
        """Whether the present policy has not been used yet."""
        return not self.finished or self.finished[0].hash != self.hash


def watched(database: Database) -> list[Watched]:
    """Every scheme, by id."""
    return [_watched(database, row) for row in database.run("schemes")]


def _watched(database: Database, row: dict[str, Any]) -> Watched:
    scheme = row["id"]
    found = database.run("runs_under_way", scheme=scheme, database=database.called)
    under_way = tuple(_under_way(database, each) for each in found)
    every = database.run("runs", scheme=scheme)
    rows = [each for each in every if each["finished"] is not None]
    at_work = {each.id for each in under_way}
    broken_off = [each for each in every if each["finished"] is None and each["run"] not in at_work]
    finished = [_finished(each, before) for before, each in pairwise([None, *rows]) if each is not None]
    return Watched(
        scheme=scheme,
        title=row["title"],
        version=row["version"],
        hash=row["hash"],
        under_way=under_way,
        broken_off=tuple(utc(each["started"]) for each in broken_off),
        finished=tuple(reversed(finished[-LATEST:])),
    )


def _finished(row: dict[str, Any], before: dict[str, Any] | None) -> Finished:
    histograms = [each["histogram"] for each in (before, row) if each is not None]
    compared = len(histograms) == 2 and None not in histograms
    return Finished(
        id=row["run"],
        as_of=utc(row["as_of"]),
        started=utc(row["started"]),
        finished=utc(row["finished"]),
        version=row["version"],
        hash=row["hash"],
        members=row["members"],
        ties=row["ties"],
        sweeps=row["sweeps"],
        bound=row["bound"],
        stale=row["stale"],
        leaning=row["leaning"] and tuple(row["leaning"]),
        drift=stability(*histograms) if compared else None,
    )


def _under_way(database: Database, row: dict[str, Any]) -> UnderWay:
    found = database.optional("run", id=row["run"])
    record = found["run"] if found else {}
    return UnderWay(
        id=row["run"],
        since=datetime.fromisoformat(row["since"]),
        step=row["step"] or "",
        is_run=found is not None,
        members=record.get("members"),
        as_of=utc(record["as_of"]) if record else None,
    )
