"""A look back: what became of the ratings of a day. docs/backtest.md says what it shows, and what it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from graph.analysis import material
from graph.analysis.lookback import bands
from graph.analysis.lookback.bands import Cell
from graph.analysis.lookback.entries import UNKNOWN, Entry, stood
from graph.analysis.lookback.measures import Separation, separations
from graph.analysis.material import Material
from graph.disclosure.band_counts import SMALLEST
from graph.errors import ParameterError, Refused
from graph.policy.scheme import Scheme
from graph.rating.run import coming_midnight
from graph.store.client import Database
from graph.text.days import last_day

MOST_DAYS = 3_660
"Ten years."


@dataclass(frozen=True)
class Backtest:
    """What became of a scheme's ratings. All figures are of obligations of members that owed something."""

    scheme: str
    version: str
    hash: str
    at: datetime
    "the midnight that ends the day as of which they were rated"
    days: int
    "from then on in which something became due"
    members: int
    debtors: int
    obligations: int
    cells: tuple[Cell, ...]
    "the bands, the lowest first"
    separations: dict[str, Separation] | None
    """By what is compared: rating, conduct, mean; of the members of whom something was known then. None: they kept
    nothing, or broke nothing."""


def look_back(database: Database, scheme_id: str, *, at: datetime, days: int, now: datetime) -> Backtest:
    """What became of the ratings that the published policy would have given at that midnight.

    Nothing is written. Raises NotFound (no such scheme), ParameterError (`at` or `days`), Refused (fewer than
    twenty owed anything, a policy without obligations, or too few founders), NotConverged.
    """
    check(at, days, now)
    read = material.read(database, scheme_id)
    return judged(read, read.policy, at=at, days=days)


def check(at: datetime, days: int, now: datetime) -> None:
    """The days are over. Raises ParameterError."""
    if not 1 <= days <= MOST_DAYS:
        raise ParameterError(f"--days is from 1 to {MOST_DAYS:,}, and not {days:,}")
    end = at.astimezone(UTC) + timedelta(days=days)
    if end > coming_midnight(now):
        raise ParameterError(
            f"the {days} days after {last_day(at)} end on {last_day(end)}, and that is still to come: "
            "choose an earlier day or fewer days"
        )


def judged(read: Material, policy: Scheme, *, at: datetime, days: int) -> Backtest:
    """The same of a scheme that was read before, under any policy for it."""
    entries = stood(read, policy, at, at + timedelta(days=days))
    return figures(entries, policy, at=at, days=days)


def figures(entries: Sequence[Entry], policy: Scheme, *, at: datetime, days: int) -> Backtest:
    """The figures of these entries. Raises Refused, where fewer than twenty owed anything."""
    owing = [each for each in entries if each.due]
    debtors = len({each.member for each in owing})
    if debtors < SMALLEST:
        raise Refused(
            f"fewer than {SMALLEST} members of {policy.id} had something become due in those {days} days: "
            "figures of so few would be of persons; choose more days, or another day"
        )
    return Backtest(
        scheme=policy.id,
        version=policy.version,
        hash=policy.hash,
        at=at,
        days=days,
        members=len({each.member for each in entries}),
        debtors=debtors,
        obligations=sum(each.due for each in owing),
        cells=bands.cells(entries, policy),
        separations=separations([each for each in owing if each.band != UNKNOWN]),
    )
