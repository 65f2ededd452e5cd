"""How days and instants are written for people: one form for each, everywhere.

day       `2026-06-30`: a day, in UTC. Days of facts, of deadlines, of runs. What is due is due on a day of the
          zone that the fact names; where that is another than in UTC, `zone_time` says whose: `, Berlin time`.
last_day  `2026-06-30`: of what ends at a midnight, the last day that counts: a run's `as_of`, a grant's `until`.
moment    `2026-07-01 09:30 UTC`: when something was done.
until     the last day of what ends at midnight, the moment of what ends at another time.

For programs an instant is RFC 3339 in JSON, and none of these are for them.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day(value: date | datetime, zone: str | None = None) -> str:
    """`2026-06-30`; of an instant, the day that it is on in the zone, or in UTC."""
    return f"{local_day(value, zone) if isinstance(value, datetime) else value:%Y-%m-%d}"


def local_day(at: datetime, zone: str | None) -> date:
    """The day that the calendar of the zone shows at this instant; None: that of UTC."""
    return at.astimezone(UTC if zone is None else ZoneInfo(zone)).date()


def zone_time(zone: str | None, *instants: datetime | None) -> str:
    """`, Berlin time` where one of these instants is on another day there than in UTC; else nothing."""
    if zone is None or all(local_day(at, zone) == local_day(at, None) for at in instants if at is not None):
        return ""
    return f", {zone.rpartition('/')[2].replace('_', ' ')} time"


def last_day(end: datetime) -> str:
    """`2026-06-30` of the midnight that ends it: the last day that counts."""
    return day(end - timedelta(microseconds=1))


def moment(at: datetime) -> str:
    """`2026-07-01 09:30 UTC`."""
    return f"{_in_utc(at):%Y-%m-%d %H:%M} UTC"


def second(at: datetime) -> str:
    """`2026-07-01 09:30:15 UTC`, where several things happen in one minute."""
    return f"{_in_utc(at):%Y-%m-%d %H:%M:%S} UTC"


def until(end: datetime) -> str:
    """`2026-12-31` of what holds to the end of that day, `2026-12-31 09:30 UTC` of what ends then."""
    return last_day(end) if _in_utc(end).timetz() == time(tzinfo=UTC) else moment(end)


def days_left(end: datetime, now: datetime) -> int:
    """Days from today to the day of the end, in UTC; below 0 from the instant of the end on."""
    left = (_in_utc(end).date() - _in_utc(now).date()).days
    return left if now <= end else min(left, -1)


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
