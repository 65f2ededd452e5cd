"""What a picture is made from: which run, as of when and under which policy; and all ratings of that run."""

from dataclasses import dataclass
from datetime import datetime

from graph.analysis import frames
from graph.analysis.frames import Community
from graph.disclosure.band_counts import SMALLEST
from graph.errors import NotFound, Refused, StoreConflict
from graph.policy.scheme import Scheme, parse
from graph.rating.runs import recorded
from graph.store.client import Database
from graph.text.days import last_day


@dataclass(frozen=True)
class Source:
    """Where a picture is from; `line` stands below it."""

    scheme: str
    version: str
    "of the policy"
    hash: str
    "of what the policy says"
    run: str
    as_of: datetime

    @property
    def line(self) -> str:
        return (
            f"Source: {self.scheme} {self.version} as of {last_day(self.as_of)}, run {self.run}\n"
            f"under the policy {self.hash}"
        )


PERCENT = (5, 25, 50, 75, 95)


def percents(members: int) -> tuple[int, ...]:
    """The quantiles of so many members that can be told: those with at least twenty on either side."""
    return tuple(each for each in PERCENT if members * min(each, 100 - each) >= 100 * SMALLEST)


def source_of(database: Database, run: str) -> tuple[Source, Scheme]:
    """The source of what this run published, and the policy that it used. Raises NotFound."""
    done = recorded(database, run)
    policy = parse(done.policy, f"run {run}")
    return Source(done.scheme, done.version, done.hash, done.id, done.as_of), policy


def rated(database: Database, scheme_id: str) -> tuple[Community, Source, Scheme]:
    """All ratings of a scheme, for a picture that names nobody, and where they are from.

    Raises NotFound (no such scheme, or nobody is rated), Refused (fewer than twenty are), StoreConflict (ratings
    of two runs: one is being published, or was broken off).
    """
    community = frames.read(database, scheme_id)
    runs = sorted(set(community.ratings["run"]))
    if not runs:
        raise NotFound(f"nobody is rated in {scheme_id!r} yet: `innercircle rate` starts a run")
    if len(runs) > 1:
        raise StoreConflict(
            f"ratings in {scheme_id!r} are of two runs: ask again, or start a run if none is under way"
        )
    if len(community.ratings) < SMALLEST:
        raise Refused(
            f"fewer than {SMALLEST} are rated in {scheme_id!r}: a picture of so few would be one of persons"
        )
    return community, *source_of(database, runs[0])
