"""How old things are, in words: ratings of each scheme, the last load, the newest backup, the oldest dispute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from graph.analysis.monitoring.allowed import Allowed
from graph.server import backups
from graph.store.client import Database, utc
from graph.text.counts import counted


class What(StrEnum):
    """What has an age."""

    RATINGS = "ratings"
    "the last rated day of a scheme"
    LOAD = "load"
    "the last load"
    BACKUP = "backup"
    "the newest file among the backups"
    DISPUTE = "dispute"
    "the dispute that waits longest, be it for a decision or to be admitted"


@dataclass(frozen=True)
class Age:
    """How old one thing is."""

    what: What
    scheme: str | None
    "whose ratings they are; None for everything else"
    title: str
    last_day: date | None
    "the last day that is rated; else the day on which it happened, in UTC; None: there is none, or it is not told"
    days_ago: int | None
    "of that day; 0 today, less if it is still to come"
    late: bool
    "it was longer ago than the operator allows, or is still to come"
    says: str
    "a sentence"

    def to_anybody(self) -> "Age":
        """The same as anybody may know it: of disputes whether one is late, and not whether there is any.

        In a small community the day on which somebody disputed something is nearly a name.
        """
        if self.what is not What.DISPUTE:
            return self
        says = "a dispute waits for longer than it may" if self.late else "no dispute waits for longer than it may"
        return replace(self, last_day=None, days_ago=None, says=f"{says}{_late(self.late)}")


def ago(days: int) -> str:
    """today, yesterday, 151 days ago; of less than 0, that a clock was wrong."""
    if days < 0:
        return "which is still to come, so that a clock was wrong"
    return {0: "today", 1: "yesterday"}.get(days, f"{counted(days, 'days')} ago")


def ages(database: Database, *, now: datetime, allowed: Allowed) -> list[Age]:
    """Each scheme by id, the last load, the newest backup if they have a folder, and the oldest dispute."""
    return list(_ages(database, now.astimezone(UTC).date(), allowed))


def late(found: Sequence[Age]) -> list[Age]:
    """Those that are longer ago than is allowed, or still to come."""
    return [each for each in found if each.late]


def _ages(database: Database, today: date, allowed: Allowed) -> Iterator[Age]:
    for row in database.run("schemes"):
        # rated at the midnight that ends the last day
        as_of = row["as_of"] and utc(row["as_of"])
        last = as_of and (as_of - timedelta(days=1)).date()
        yield _age(
            *(What.RATINGS, row["title"], last, today, allowed.ratings_days),
            since=f"{row['id']} is rated up to",
            none=f"{row['id']} is not rated yet",
            scheme=row["id"],
        )
    loads = database.run("last_loads", limit=1)
    yield _age(
        *(What.LOAD, "the last load", utc(loads[0]["at"]).date() if loads else None, today, allowed.ratings_days),
        since="facts were last loaded on",
        none="no facts were loaded yet",
    )
    if allowed.backups is not None:
        made = backups.newest(allowed.backups)
        yield _age(
            *(What.BACKUP, "the newest backup", made and made.date(), today, allowed.backups_days),
            since="the newest backup was made on",
            none="there is no backup in the folder that INNERCIRCLE_BACKUPS names",
            late_without=True,
        )
    oldest = database.one("disputes_waiting")["oldest"]
    yield _age(
        *(What.DISPUTE, "the oldest dispute", oldest and utc(oldest).date(), today, allowed.disputes_days),
        since="the oldest dispute that waits was opened on",
        none="no dispute waits",
    )


def _age(
    what: What,
    title: str,
    last: date | None,
    today: date,
    allowed_days: int,
    *,
    since: str,
    none: str,
    scheme: str | None = None,
    late_without: bool = False,
) -> Age:
    if last is None:
        return Age(what, scheme, title, None, None, late_without, f"{none}{_late(late_without)}")
    days = (today - last).days
    if days == -1:
        days = 0  # around midnight two clocks differ by a day
    is_late = not 0 <= days <= allowed_days
    return Age(what, scheme, title, last, days, is_late, f"{since} {last}, {ago(days)}{_late(is_late)}")


def _late(late: bool) -> str:
    return ": late" if late else ""
