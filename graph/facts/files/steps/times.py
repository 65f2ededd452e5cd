"""format, days_since, zone, clock_change, day: a day or a local time -> a time, in ISO 8601.

    due = { column = "due date", format = ["%d.%m.%Y", "ISO"], day = { zone = "Europe/Berlin", end = true } }
    at = { column = "when", days_since = 1899-12-30, zone = "Europe/London" }

With `day`, a day is its beginning in that zone, or with `end` its last instant; so is a time of exactly midnight,
since many programs write a day so. Other times are local times of that zone. With `zone` alone, there must be a
time. What two formats read differently is refused: nobody could say which is meant. A local time that clocks skip
or have twice is refused, unless `clock_change` says by which of the two offsets it is read.

Where a date is wanted, and not a time, days are read without a zone.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pandas as pd
from msgspec import UNSET

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
    is_iso = typed or not cell.given & {"format", "days_since"}
    if is_iso:
        read = _formats((ISO,))
    elif isinstance(cell.days_since, date):
        read = _serial(cell.days_since)
    else:
        read = _formats(patterns(cell))
    if is_date:
        return each(lambda text: _date(read(text)))
    place = _placing(cell)
    step = each(lambda text: _written(place(read(text))))
    if not is_iso:
        return step
    return _local(cell.zone, step) if isinstance(cell.zone, str) else _beside_times(step)


def days(zone: str, *, end: bool) -> Step:
    """The step that reads days and times of this zone, as in ISO 8601. end: a day is its last instant."""
    read, place = _formats((ISO,)), _placing(Cell(day=Day(zone=zone, end=end)))
    return _beside_times(each(lambda text: _written(place(read(text)))))


TYPED = ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d")
"How people type days, where a program does not write them."


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
                wrong = ValueError(f"{error}{_turned(pattern, text)}")
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
        raise wrong or ValueError(f"not written as {called}{_may_be(text)}")

    return read


def _turned(pattern: str, text: str) -> str:
    """What to do where the text has its day and its month the other way round; empty where it has not."""
    turned = re.sub("%[dm]", lambda found: "%m" if found[0] == "%d" else "%d", pattern)
    try:
        moment = None if turned == pattern else reader(turned)(text)
    except ValueError:
        return ""
    return f"; {turned} reads it: look whether rows above were read with day and month changed" if moment else ""


def _may_be(text: str) -> str:
    """How else a day could be written that a person typed, as the end of a reason; empty where nobody knows."""
    if re.fullmatch(r"[2-7][0-9]{4}(?:\.[0-9]+)?", text):
        return "; to a spreadsheet this is a day: give the cell the format of a day, and save the workbook again"
    fitting, wrong = [], ""
    for pattern in TYPED:
        try:
            if reader(pattern)(text) is not None:
                fitting.append(pattern)
        except ValueError as error:
            wrong = wrong or f"; as {pattern}: {error}"
    if not fitting:
        return wrong
    which = ", and only you know which" if len(fitting) > 1 else ""
    formats = " or ".join(f'format = "{pattern}"' for pattern in fitting)
    return f"; a mapping can say {formats}{which}, or mend the cell"


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
    if moment.at not in (None, time()) or moment.offset is not None:
        raise ValueError("a time, and only its day is wanted here")
    return moment.day.isoformat()


def _placing(cell: Cell) -> Callable[[Moment], datetime]:
    """What a cell makes of a day or a time: the instant, in UTC. It raises ValueError where there is none."""
    day = cell.day if isinstance(cell.day, Day) else None
    zone = day.zone if day else cell.zone or None
    change = cell.clock_change or None
    is_serial = cell.days_since is not UNSET

    def place(moment: Moment) -> datetime:
        at = moment.at
        if day and moment.offset is None and at in (None, time()):
            return day_in(day.zone, moment.day, end=day.end)
        if at is None and is_serial:
            at = time()
        if at is None:
            raise ValueError("a date without a time; say with `day` in the mapping what a day means")
        if moment.offset is not None:
            return _in_utc(moment.day, at, moment.offset)
        if zone is None:
            raise ValueError("a time without a zone; say with `zone` in the mapping whose time it is")
        return local_in(zone, moment.day, at, change=change)

    return place


def _in_utc(day: date, at: time, offset: timedelta) -> datetime:
    try:
        return datetime.combine(day, at, UTC) - offset
    except OverflowError as error:
        raise ValueError("no time between 1970 and 2200") from error


def _written(at: datetime) -> str:
    """`2026-01-31T09:30:00.000000Z` of an instant in UTC."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _beside_times(step: Step) -> Step:
    """The step for cells some of which are times in full: those stay as they are."""

    def whole(cells: Cells) -> tuple[Cells, Reason]:
        known = cells.str.fullmatch(TIME_WRITTEN).fillna(False).astype(bool)
        if known.all():
            return cells, ""
        made, reason = step(cells.where(~known))
        return made.where(~known, cells), reason

    return whole


def _local(zone: str, step: Step) -> Step:
    """The same for local times of a zone: whole columns of them at once, and what is left by the step."""
    step = _beside_times(step)

    def whole(cells: Cells) -> tuple[Cells, Reason]:
        times = local_times(cells)
        times = times.where(times.between(pd.Timestamp("1969-12-30"), pd.Timestamp("2200-01-03")))
        there = times.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
        text = pd.Series(iso_utc(there), index=cells.index, dtype="str")
        left = cells.where(text.isna())
        if not left.notna().any():
            return text, ""
        made, reason = step(left)
        return text.where(text.notna(), made), reason

    return whole
