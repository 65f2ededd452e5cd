"""Obligations at the edges of days in zones: due, settled, and how many days late that is by hand."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.facts.files.steps.local_days import day_in
from graph.facts.values import Obligation


class Late(NamedTuple):
    """due: a day, whose end it is, or an instant. settled: as the clocks there show it, or an instant."""

    zone: str | None
    due: str
    settled: str
    late: int


TABLE = [
    # Payments at half past five on the due day, and at its midnights.
    Late("Europe/Berlin", "2026-03-03", "2026-03-03 17:30", 0),
    Late("Europe/Berlin", "2026-03-03", "2026-03-03 00:00", 0),
    Late("Europe/Berlin", "2026-03-03", "2026-03-03 23:59:59.999999", 0),
    Late("Europe/Berlin", "2026-03-03", "2026-03-04 00:00", 1),
    Late("Europe/Berlin", "2026-03-03", "2026-03-02 23:59:59.999999", -1),
    Late("America/Los_Angeles", "2026-03-03", "2026-03-03 17:30", 0),
    Late("America/Los_Angeles", "2026-03-03", "2026-03-03 23:59:59.999999", 0),
    Late("America/Los_Angeles", "2026-03-03", "2026-03-04 00:00", 1),
    Late("Asia/Kolkata", "2026-03-03", "2026-03-03 17:30", 0),
    Late("Asia/Kolkata", "2026-03-03", "2026-03-04 00:00", 1),
    Late("Asia/Kolkata", "2026-03-03", "2026-03-04 05:29", 1),
    Late("Pacific/Auckland", "2026-03-03", "2026-03-03 17:30", 0),
    Late("Pacific/Auckland", "2026-03-03", "2026-03-04 00:00", 1),
    Late("Pacific/Auckland", "2026-03-03", "2026-03-04 12:59", 1),
    # Across the date line: one instant is on two days, and the same two instants are a day apart, or none.
    Late("Pacific/Kiritimati", "2026-03-03", "2026-03-03 17:30", 0),
    Late("Pacific/Kiritimati", "2026-03-03", "2026-03-04 00:00", 1),
    Late("Pacific/Pago_Pago", "2026-03-03", "2026-03-03 17:30", 0),
    Late("Pacific/Kiritimati", "2026-03-03T12:00Z", "2026-03-04T09:59Z", 0),
    Late("Pacific/Pago_Pago", "2026-03-03T12:00Z", "2026-03-04T11:00Z", 1),
    Late("UTC", "2026-03-03T12:00Z", "2026-03-04T00:00Z", 1),
    Late(None, "2026-03-03T12:00Z", "2026-03-04T00:00Z", 1),
    Late(None, "2026-03-03T12:00Z", "2026-03-03T23:59:59.999999Z", 0),
    # 30 December 2011 was left out in Samoa: the calendar counts it.
    Late("Pacific/Apia", "2011-12-29", "2011-12-29 17:30", 0),
    Late("Pacific/Apia", "2011-12-29", "2011-12-31 00:00", 2),
    Late("Pacific/Apia", "2011-12-31", "2011-12-31 17:30", 0),
    Late("Pacific/Apia", "2012-01-03", "2012-01-03 17:30", 0),
    # Clocks go forward and back: days of 23 and of 25 hours, and of 23 and a half.
    Late("Europe/Berlin", "2026-03-29", "2026-03-30 00:00", 1),
    Late("Europe/Berlin", "2026-03-28", "2026-03-29 23:59", 1),
    Late("Europe/Berlin", "2026-10-25", "2026-10-25T22:59:59.999999Z", 0),
    Late("Europe/Berlin", "2026-10-25", "2026-10-25T23:00Z", 1),
    Late("America/Los_Angeles", "2026-03-08", "2026-03-08 23:30", 0),
    Late("America/Los_Angeles", "2026-11-01", "2026-11-02 00:00", 1),
    Late("Australia/Lord_Howe", "2026-04-05", "2026-04-05 23:59", 0),
    Late("Australia/Lord_Howe", "2026-10-04", "2026-10-05 00:00", 1),
    # There is no midnight, so that the day begins at one o'clock; and midnight twice.
    Late("America/Sao_Paulo", "2018-11-03", "2018-11-04 01:00", 1),
    Late("America/Sao_Paulo", "2018-11-03", "2018-11-04T02:59:59.999999Z", 0),
    Late("America/Sao_Paulo", "2019-02-16", "2019-02-17T02:59:59.999999Z", 0),
    Late("America/Sao_Paulo", "2019-02-16", "2019-02-17T03:00Z", 1),
    # In St. John's clocks went back at one minute past midnight: the next day was shown before this one ended.
    Late("America/St_Johns", "2010-11-06", "2010-11-07T02:30:30Z", 0),
    Late("America/St_Johns", "2010-11-06", "2010-11-07T03:29:59.999999Z", 0),
    Late("America/St_Johns", "2010-11-06", "2010-11-07T03:30Z", 1),
    # Leap days, and the years in which there is none.
    Late("Europe/Berlin", "2028-02-28", "2028-02-29 17:30", 1),
    Late("Europe/Berlin", "2028-02-29", "2028-02-29 17:30", 0),
    Late("Europe/Berlin", "2028-02-29", "2028-03-01 00:00", 1),
    Late("Pacific/Auckland", "2100-02-28", "2100-03-01 00:00", 1),
    Late("America/Los_Angeles", "2000-02-28", "2000-03-01 00:00", 2),
    # The first and the last years that are read.
    Late("America/Los_Angeles", "1970-01-01T00:00Z", "1970-01-01T08:00Z", 1),
    Late("America/Los_Angeles", "1970-01-01", "1970-01-01 17:30", 0),
    Late("Asia/Kolkata", "1970-01-02", "1970-01-03 00:00", 1),
    Late("Europe/Berlin", "2199-12-30", "2199-12-30 17:30", 0),
    Late("Europe/Berlin", "2199-12-30", "2199-12-31 00:00", 1),
    Late("Europe/Berlin", "2199-03-31", "2199-04-01 00:00", 1),
    Late("America/Los_Angeles", "2199-12-30", "2199-12-30 17:30", 0),
    Late("Pacific/Kiritimati", "2199-12-31", "2199-12-31 17:30", 0),
    # Years apart: 2024 is a leap year.
    Late("Asia/Kolkata", "2024-01-01", "2025-01-01 00:00", 366),
    Late("Pacific/Auckland", "2025-06-30", "2026-07-01 00:00", 366),
]


def instant(zone: str | None, text: str) -> datetime:
    """The instant, in UTC, of a text with an offset, or of a local time."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)


def obligations() -> list[Obligation]:
    """Those of the table, each of a debtor of its own: `d0`, `d1` and so on."""
    return [
        Obligation(
            f"d{number}",
            "bank",
            instant(row.zone, row.due)
            if "T" in row.due
            else day_in(row.zone or "UTC", date.fromisoformat(row.due), end=True),
            instant(row.zone, row.settled),
            None,
            f"o{number}",
            row.zone,
        )
        for number, row in enumerate(TABLE)
    ]
