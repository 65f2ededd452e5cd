"""format, days_since, zone, day: a day or a local time -> a time, in ISO 8601.

    due = { column = "due date", format = ["%d.%m.%Y", "ISO"], day = { zone = "Europe/Berlin", end = true } }
    at = { column = "when", days_since = 1899-12-30, zone = "Europe/London" }

With `day`, a day is its beginning in that zone, or with `end` its last instant; so is a time of exactly midnight,
since many programs write a day so. Other times are local times of that zone. With `zone` alone, there must be a
time. What two formats read differently is refused: nobody could say which is meant.

Where a date is wanted, and not a time, days are read without a zone.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pandas as pd

from graph.facts.files.cell import Cell, Day
from graph.facts.files.steps.local_days import day_in, local_in
from graph.facts.files.steps.step import Step, each
from graph.facts.files.steps.written import ISO, Moment, reader
from graph.facts.formats import NUMBER_WRITTEN, TIME_WRITTEN, Cells, Reason, iso_utc, local_times

FURTHEST_DAYS = 200_000
"From any origin to any time that is read."
_MILLISECONDS = 86_400_000
Reader = Callable[[str], Moment]


def of(cell: Cell, *, typed: bool = False, is_date: bool = False) -> Step | None:
    """The step of a cell that reads days or local times; None if it does not.

    typed:   the file has dates or times there, and no text in a format.
    is_date: a date is wanted, and no time.
    """
    if not cell.given & {"format", "days_since", "zone", "day"}:
        return None
    if isinstance(cell.days_since, date) and not typed:
        read = _serial(cell.days_since)
    else:
        read = _formats((ISO,) if typed or not cell.format else patterns(cell))
    if is_date:
        return each(lambda text: _date(read(text)))
    if isinstance(cell.day, Day):
        return days(cell.day, read, is_iso=typed or not cell.given & {"format", "days_since"})
    if not isinstance(cell.zone, str):
        return each(lambda text: _written(_placed(read(text), None)))
    zone = cell.zone
    if cell.given & {"format", "days_since"} and not typed:
        midnight = isinstance(cell.days_since, date)
        return each(lambda text: _written(_placed(read(text), zone, midnight=midnight)))
    return lambda cells: _local(zone, cells)


def days(day: Day, read: Reader | None = None, *, is_iso: bool = True) -> Step:
    """The step that reads days of this zone and, in the same column, times."""
    read = read or _formats((ISO,))
    step = each(lambda text: _written(_in_day(read(text), day)))
    if not is_iso:
        return step

    def beside_times(cells: Cells) -> tuple[Cells, Reason]:
        known = cells.str.fullmatch(TIME_WRITTEN).fillna(False).astype(bool)
        if known.all():
            return cells, ""
        made, reason = step(cells.where(~known))
        return made.where(~known, cells), reason

    return beside_times


def patterns(cell: Cell) -> tuple[str, ...]:
    """The formats of a cell."""
    if isinstance(cell.format, str):
        return (cell.format,)
    return cell.format or ()


def _formats(formats: tuple[str, ...]) -> Reader:
    """What a text says in these formats. It raises ValueError where none fits, or two fit and differ."""
    readers = [(each, reader(each)) for each in formats]
    called = " or ".join(_called(each) for each in formats)

    def read(text: str) -> Moment:
        found: dict[Moment, str] = {}
        wrong = None
        for pattern, moment_of in readers:
            try:
                moment = moment_of(text)
            except ValueError as error:
                wrong = error
                continue
            if moment is not None:
                found.setdefault(moment, pattern)
        if len(found) > 1:
            (one, first), (other, second), *_ = found.items()
            raise ValueError(
                f"two formats read it differently: {_said(one)} by {first}, {_said(other)} by {second}"
            )
        if found:
            return next(iter(found))
        raise wrong or ValueError(f"not written as {called}")

    return read


def _called(pattern: str) -> str:
    return "in 2026-01-31 or 2026-01-31 09:30:00" if pattern == ISO else pattern


def _said(moment: Moment) -> str:
    return " ".join(str(part) for part in moment[:2] if part is not None)


def _serial(origin: date) -> Reader:
    """A number of days since then: a whole one is a day, another a local time to the millisecond."""

    def read(text: str) -> Moment:
        if not re.fullmatch(NUMBER_WRITTEN, text) or len(text) > 40 or abs(float(text)) > FURTHEST_DAYS:
            raise ValueError(f"not a number of days since {origin} to a day before 2200")
        number = Decimal(text)
        if number == number.to_integral_value():
            return Moment(_day_after(origin, int(number)))
        passed, milliseconds = divmod(round(number * _MILLISECONDS), _MILLISECONDS)
        at = datetime.combine(_day_after(origin, passed), time()) + timedelta(milliseconds=milliseconds)
        return Moment(at.date(), at.time())

    return read


def _day_after(origin: date, passed: int) -> date:
    try:
        return origin + timedelta(days=passed)
    except OverflowError as error:
        raise ValueError(f"not a number of days since {origin} to a day before 2200") from error


def _date(moment: Moment) -> str:
    if moment.time not in (None, time()) or moment.offset is not None:
        raise ValueError("a time, and only its day is wanted here")
    return moment.day.isoformat()


def _in_day(moment: Moment, day: Day) -> datetime:
    """The instant of a day as the mapping means it, or of a local time of its zone."""
    if moment.offset is None and moment.time in (None, time()):
        return day_in(day.zone, moment.day, end=day.end)
    return _placed(moment, day.zone)


def _placed(moment: Moment, zone: str | None, *, midnight: bool = False) -> datetime:
    """The instant of a time, in this zone where it has no offset; with `midnight`, a day is its midnight."""
    at = time() if moment.time is None and midnight else moment.time
    if at is None:
        raise ValueError("a date without a time; say what a day means: `day` in a mapping")
    if moment.offset is None:
        if zone is None:
            raise ValueError("a time without a zone; say which with `zone` in the mapping")
        return local_in(zone, moment.day, at)
    try:
        return datetime.combine(moment.day, at, UTC) - moment.offset
    except OverflowError as error:
        raise ValueError("no time between 1970 and 2200") from error


def _written(at: datetime) -> str:
    """`2026-01-31T09:30:00.000000Z` of an instant in UTC."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _local(zone: str, cells: Cells) -> tuple[Cells, Reason]:
    """Local times in ISO 8601, whole columns at once; a time that has its offset needs no zone."""
    times = local_times(cells)
    times = times.where(times.between(pd.Timestamp("1969-12-30"), pd.Timestamp("2200-01-03")))
    there = times.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    text = pd.Series(iso_utc(there), index=cells.index, dtype="str")
    read = _formats((ISO,))

    def reason(written: str) -> str:
        try:
            _placed(read(written), zone)
        except ValueError as error:
            return str(error)
        return "no such local time between 1970 and 2200"

    return text.where(text.notna(), cells.where(cells.str.fullmatch(TIME_WRITTEN))), reason
