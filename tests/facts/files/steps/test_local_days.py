"""When days begin and end: by the clocks of the zone, also where they change, and across the date line."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.files.steps.local_days import day_in, local_in

LAST = timedelta(microseconds=1)
ZONES = st.sampled_from(
    [
        *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Kiritimati"),
        *("Pacific/Pago_Pago", "Pacific/Apia", "America/Sao_Paulo", "America/Havana", "America/St_Johns"),
        *("Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Africa/Casablanca", "America/Caracas"),
    ]
)
DAYS = st.dates(date(1970, 1, 2), date(2199, 12, 30))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# (zone, day, its first instant, its last instant, why)
TABLE = [
    ("UTC", "2026-01-31", "2026-01-31T00:00Z", "2026-01-31T23:59:59.999999Z"),
    ("Europe/Berlin", "2026-01-31", "2026-01-30T23:00Z", "2026-01-31T22:59:59.999999Z"),
    ("America/New_York", "2026-01-31", "2026-01-31T05:00Z", "2026-02-01T04:59:59.999999Z"),
    # 26 hours lie between the first place to begin a day and the last one to end it.
    ("Pacific/Kiritimati", "2026-01-31", "2026-01-30T10:00Z", "2026-01-31T09:59:59.999999Z"),
    ("Pacific/Pago_Pago", "2026-01-31", "2026-01-31T11:00Z", "2026-02-01T10:59:59.999999Z"),
    # Clocks change: 23 hours, and 25.
    ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00Z", "2026-03-29T21:59:59.999999Z"),
    ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T22:59:59.999999Z"),
    # There is no midnight: the day begins at one o'clock.
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z", "2018-11-05T01:59:59.999999Z"),
    ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00Z", "2023-04-28T20:59:59.999999Z"),
    # Midnight comes twice, and after the first one it is never yesterday again.
    ("America/Havana", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T04:59:59.999999Z"),
    # A minute after midnight it is yesterday again: yesterday ends at the second one.
    ("America/St_Johns", "2009-10-31", "2009-10-31T02:30Z", "2009-11-01T03:29:59.999999Z"),
    ("America/St_Johns", "2009-11-01", "2009-11-01T03:30Z", "2009-11-02T03:29:59.999999Z"),
    # Leap days, and the first and last years.
    ("Asia/Shanghai", "2028-02-29", "2028-02-28T16:00Z", "2028-02-29T15:59:59.999999Z"),
    ("UTC", "2100-03-01", "2100-03-01T00:00Z", "2100-03-01T23:59:59.999999Z"),
    ("UTC", "1970-01-01", "1970-01-01T00:00Z", "1970-01-01T23:59:59.999999Z"),
    ("UTC", "2199-12-31", "2199-12-31T00:00Z", "2199-12-31T23:59:59.999999Z"),
    # The days beside the one that Samoa left out.
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00Z", "2011-12-30T09:59:59.999999Z"),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z", "2011-12-31T09:59:59.999999Z"),
]


@pytest.mark.parametrize(("zone", "day", "first", "last"), TABLE)
def test_a_day_begins_and_ends_by_the_clocks_of_its_zone(zone: str, day: str, first: str, last: str) -> None:
    assert day_in(zone, date.fromisoformat(day), end=False) == instant(first)
    assert day_in(zone, date.fromisoformat(day), end=True) == instant(last)


def test_a_day_that_a_zone_left_out_has_no_instant() -> None:
    with pytest.raises(ValueError, match="Pacific/Apia left out, when it moved across the date line"):
        day_in("Pacific/Apia", date(2011, 12, 30), end=True)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1968, 1, 1), date(2201, 1, 1), date(9999, 12, 31)])
def test_a_day_of_another_age_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="no day between 1970 and 2200"):
        day_in("UTC", day, end=True)


@given(ZONES, DAYS)
def test_a_day_begins_where_the_one_before_it_ends_and_is_that_day_in_between(zone: str, day: date) -> None:
    if (zone, day) == ("Pacific/Apia", date(2011, 12, 30)):
        return
    first, last = (day_in(zone, day, end=end) for end in (False, True))
    if (zone, day) != ("Pacific/Apia", date(2011, 12, 29)):
        assert last + LAST == day_in(zone, day + timedelta(days=1), end=False)
    assert timedelta(hours=22) <= last + LAST - first <= timedelta(hours=26)
    assert {at.astimezone(ZoneInfo(zone)).date() for at in (first, last)} == {day}


@given(ZONES, st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)))
def test_a_local_time_that_is_there_once_is_read_back(zone: str, at: datetime) -> None:
    there = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    for change in ("before", "after"):
        read = local_in(zone, there.date(), there.time(), change=change)
        if there.fold == (change == "after"):
            assert read == there
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        ("2026-03-29T02:30", "2026-03-29T01:30Z", "2026-03-29T00:30Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
    ],
)
def test_a_time_that_clocks_skip_or_have_twice_is_refused_unless_it_is_said_how_to_read_it(
    at: str, before: str, after: str
) -> None:
    local = instant(at)
    with pytest.raises(ValueError, match="skips or has twice"):
        local_in("Europe/Berlin", local.date(), local.time())
    assert local_in("Europe/Berlin", local.date(), local.time(), change="before") == instant(before)
    assert local_in("Europe/Berlin", local.date(), local.time(), change="after") == instant(after)


def test_midnight_is_the_beginning_of_its_day_and_the_instant_before_is_the_end_of_the_other() -> None:
    midnight = local_in("Europe/Berlin", date(2026, 2, 1), time())
    assert day_in("Europe/Berlin", date(2026, 1, 31), end=True) < midnight
    assert day_in("Europe/Berlin", date(2026, 2, 1), end=False) == midnight
