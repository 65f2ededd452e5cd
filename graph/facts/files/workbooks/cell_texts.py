"""A cell of a workbook as text: numbers in full, days as 2026-01-31, local times as 2026-01-31 17:30:00.

A workbook keeps a day as a number, the days since the end of 1899 or the beginning of 1904; only the cell's format
says that it is one.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from graph.facts.files.sources import Fault, Number
from graph.facts.formats import NUMBER_WRITTEN

Shown: TypeAlias = Literal["number", "day", "time", "instant"]
"What the format of a cell makes of its number: itself, a day, a time of day, a day with a time."

# A double has fifteen digits that can be relied on; a workbook keeps no more.
MOST_WHOLE = 10**15
GENERAL = 0
_NUMBER = re.compile(NUMBER_WRITTEN)
# Those that every XLSX file has without saying so; 27 to 36 and 50 to 58 are of Chinese, Japanese and Korean.
_SHIPPED: dict[int, Shown] = {
    **dict.fromkeys((14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "day"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "time"),
    22: "instant",
}
# What is no sign of a format: texts in quotes, characters behind a backslash, a blank or a filling of some width,
# colours, conditions, languages; the exponent of a number; and AM/PM, which has an m.
# A bracket ends before the next one opens, so that a code of nothing but brackets is gone through once.
_NO_SIGN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\[\]]*\]|e[+-]|general|am/pm|a/p', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


def shown(id_: int, code: str | None) -> Shown:
    """What a format makes of a number: by its code, where the file says one, or else by its id."""
    if code is None:
        return _SHIPPED.get(id_, "number")
    first = code.split(";")[0]
    # Hours since a beginning are a length of time and no time of day.
    if _ELAPSED.search(first):
        return "number"
    signs = set(_NO_SIGN.sub("", first).lower())
    has_clock = bool(signs & {"h", "s"})
    has_day = bool(signs & {"y", "d", "e"}) or ("m" in signs and not has_clock)
    if has_day:
        return "instant" if has_clock else "day"
    return "time" if has_clock else "number"


def number_text(written: str) -> Number | Fault:
    """The number in full: `17850`, `0.1`, never `1.785e4`."""
    if not _NUMBER.fullmatch(written):
        return Fault(written, "the workbook has this as a number, and it is none")
    value = float(written)
    if abs(value) >= MOST_WHOLE:
        return Fault(
            written,
            "a number of more than 15 digits, of which a workbook keeps 15: give the column the format of text, "
            "and write it anew",
        )
    if value == int(value):
        return Number(int(value))
    return Number(format(Decimal(repr(value)), "f"))


def cell_text(written: str, as_: Shown, *, from_1904: bool) -> str | Fault:
    """A number, a day or a time, as the format of its cell shows it."""
    if as_ == "number" or not _NUMBER.fullmatch(written):
        return number_text(written)
    serial = float(written)
    if as_ == "time" and 0 <= serial < 1:
        return _clock(timedelta(milliseconds=round(serial * 86_400_000)))
    # The calendar of 1900 has a 29th of February, and 60 is its number.
    low, high = (0, 2_957_004) if from_1904 else (1, 2_958_466)
    if not low <= serial < high or (not from_1904 and 60 <= serial < 61):
        return Fault(written, "its format shows this number as a day, and no day has it")
    origin = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if serial < 60 else 30)
    moment = origin + timedelta(milliseconds=round(serial * 86_400_000))
    if as_ == "day" and serial == int(serial):
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")


def _clock(since_midnight: timedelta) -> str:
    seconds, rest = divmod(round(since_midnight.total_seconds() * 1000), 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour % 24:02}:{minute:02}:{second:02}" + (f".{rest:03}" if rest else "")
