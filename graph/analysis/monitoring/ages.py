"""How old ratings and facts are: the last rated day of each scheme, and the last load, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from graph.store.client import Database, utc
from graph.text.counts import counted


@dataclass(frozen=True)
class Age:
    """How old the ratings of a scheme are, or what was loaded last."""

    scheme: str | None
    "None: the last load"
    title: str
    last_day: date | None
    "the last day that is rated, or of the last load, in UTC; None: there is none yet"
    days_ago: int | None
    "of that day; 0 today"
    late: bool
    "it was longer ago than the operator allows"

    @property
    def says(self) -> str:
        """A sentence."""
        what = "facts were last loaded on" if self.scheme is None else f"{self.scheme} is rated up to"
        if self.last_day is None:
            return "no facts were loaded yet" if self.scheme is None else f"{self.scheme} is not rated yet"
        return f"{what} {self.last_day}, {ago(self.days_ago or 0)}{': late' if self.late else ''}"


def ago(days: int) -> str:
    """today, yesterday, 151 days ago."""
    return {0: "today", 1: "yesterday"}.get(days, f"{counted(days, 'days')} ago")


def ages(database: Database, *, now: datetime, late_after_days: int) -> list[Age]:
    """Each scheme, by id, and then the last load."""
    return list(_ages(database, now.astimezone(UTC).date(), late_after_days))


def _ages(database: Database, today: date, late_after_days: int) -> Iterator[Age]:
    def age(scheme: str | None, title: str, last: date | None) -> Age:
        days = None if last is None else max((today - last).days, 0)
        return Age(scheme, title, last, days, late=days is not None and days > late_after_days)

    for row in database.run("schemes"):
        # rated at the midnight that ends the last day
        as_of = row["as_of"] and utc(row["as_of"])
        yield age(row["id"], row["title"], as_of and (as_of - timedelta(days=1)).date())
    loads = database.run("last_loads", limit=1)
    yield age(None, "the last load", utc(loads[0]["at"]).date() if loads else None)


def late(found: Sequence[Age]) -> list[Age]:
    """Those that are longer ago than is allowed."""
    return [each for each in found if each.late]
