"""When a day begins and ends in a zone, and when a local time is: by the clocks there.

A day begins where the one before it ends, so every instant is in one day. Where clocks skip midnight, a day
begins at the first time after the gap; where they have it twice, the day before ends for good at the last one.
A day that the zone left out, such as 2011-12-30 in Samoa, has no instant.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1969, 2200
_LEAST = timedelta(microseconds=1)


def day_in(zone: str, day: date, *, end: bool) -> datetime:
    """The first instant of the day in this zone, or its last one, a microsecond before the next day.

    Raises ValueError where the zone has no such day, or it is far from the years that are read.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("no day between 1970 and 2200")
    begins, next_begins = _begins(zone, day), _begins(zone, day + timedelta(days=1))
    if begins == next_begins:
        raise ValueError(f"a day that {zone} left out, when it moved across the date line")
    return next_begins - _LEAST if end else begins


def local_in(zone: str, day: date, at: time, *, change: str | None = None) -> datetime:
    """The instant of a local time.

    change: `before` or `after`: by which offset a local time is read that clocks skip or have twice.
    Raises ValueError for such a time where `change` says nothing.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("no such local time between 1970 and 2200")
    first, second = _both(zone, datetime.combine(day, at))
    if first != second and change is None:
        raise ValueError(f"a local time that {zone} skips or has twice; write it with an offset")
    return second if change == "after" else first


def _both(zone: str, local: datetime) -> tuple[datetime, datetime]:
    """The instants of a local time by the offset before a change of clocks, and by the one after it."""
    here = ZoneInfo(zone)
    before, after = (local.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1))
    return before, after


@lru_cache(maxsize=100_000)
def _begins(zone: str, day: date) -> datetime:
    """The first instant from which on it is this day or a later one in this zone."""
    first, second = _both(zone, datetime.combine(day, time()))
    if first < second:  # midnight is there twice; in between it may be the day before again
        return second if _day(zone, second - _LEAST) < day else first
    # Where midnight is skipped, the change of clocks lies between the two.
    while first - second > _LEAST:
        middle = second + (first - second) / 2
        if _day(zone, middle) < day:
            second = middle
        else:
            first = middle
    return first


def _day(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
