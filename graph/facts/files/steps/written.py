"""Patterns of days and times, such as `%d.%m.%Y %H:%M` -> what a text in that pattern says.

The letters are those of C's strftime, and mean the same under every locale: names of months are English. A number
of one or two digits may have one, except where another number follows at once. A blank is any blank, once.
"""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import NamedTuple

NUMBERS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2}
NAMES = {
    "f": r"[0-9]{1,9}",
    "b": r"[A-Za-z]{3,4}\.?",
    "B": r"[A-Za-z]{3,9}",
    "p": r"[AaPp]\.?[Mm]\.?",
    "z": r"(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)",
}
EVERY = frozenset({*NUMBERS, *NAMES})
# Written with any number of digits in their range.
_LOOSE = "mdHI"
_BLANK = "[ \u00a0\u2009\u202f]"
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_PIECE = re.compile(r"%(.)|([^%]+|%)", re.DOTALL)
ISO = "ISO"
"In a list of patterns: as in 2026-01-31, 2026-01-31 09:30:00 and 2026-01-31T09:30:00+08:00."
_ISO = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?"
    r"(?: ?(?P<z>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)


class Moment(NamedTuple):
    """A day; a time on it, where one is written; how far its zone is from UTC, where that is written."""

    day: date
    at: time | None = None
    offset: timedelta | None = None


def reader(pattern: str) -> Callable[[str], Moment | None]:
    """Text -> what it says in this pattern; None where it is not written so.

    The function raises ValueError where it is written so, but no calendar or clock has it. Raises ValueError for
    a pattern that does not hold.
    """
    expression = _ISO if pattern == ISO else re.compile(_expression(pattern))

    def read(text: str) -> Moment | None:
        found = expression.fullmatch(text)
        return _moment({name: said for name, said in found.groupdict().items() if said}) if found else None

    return read


def has_time(pattern: str) -> bool:
    """Whether a text in this pattern has, or may have, a time of day."""
    return pattern == ISO or bool({"%H", "%I"} & set(re.findall("%.", pattern)))


def has_day_only(pattern: str) -> bool:
    """Whether a text in this pattern has, or may have, no time of day."""
    return pattern == ISO or not has_time(pattern)


def has_offset(pattern: str) -> bool:
    """Whether each text in this pattern says how far it is from UTC."""
    return "%z" in re.findall("%.", pattern)


def _expression(pattern: str) -> str:
    pieces = _PIECE.findall(pattern.replace("%%", "%\0"))
    letters = [letter for letter, _ in pieces if letter and letter != "\0"]
    _check(pattern, letters)
    made = []
    for at, (letter, text) in enumerate(pieces):
        if letter == "\0":
            made.append("%")
        elif letter in NAMES:
            made.append(f"(?P<{letter}>{NAMES[letter]})")
        elif letter:
            beside = (pieces[at - 1] if at else ("", "")), (pieces[at + 1] if at + 1 < len(pieces) else ("", ""))
            joined = any(one in NUMBERS or one == "f" for one, _ in beside)
            joined = joined or beside[0][1][-1:].isdigit() or beside[1][1][:1].isdigit()
            least = 1 if letter in _LOOSE and not joined else NUMBERS[letter]
            made.append(f"(?P<{letter}>[0-9]{{{least},{NUMBERS[letter]}}})")
        else:
            made.append("".join(_BLANK if each == " " else re.escape(each) for each in text))
    return "".join(made)


def _check(pattern: str, letters: list[str]) -> None:
    """Raises ValueError where the pattern says no day, or says something twice or not at all."""
    given = set(letters)
    if unknown := sorted(given - EVERY) or ["%"] * pattern.replace("%%", "").endswith("%"):
        raise ValueError(
            f"%{unknown[0]} is not known; known are {', '.join(f'%{each}' for each in sorted(EVERY))}"
        )
    for needed, what in (({"Y", "y"}, "year"), ({"m", "b", "B"}, "month"), ({"d"}, "day of the month")):
        if sum(letters.count(each) for each in needed) != 1:
            choice = " or ".join(f"%{each}" for each in sorted(needed))
            raise ValueError(f"{pattern!r}: one {what} is needed, {choice}")
    if len(letters) != len(given) or {"H", "I"} <= given:
        raise ValueError(f"{pattern!r} says something twice")
    for one, other in (("H", "M"), ("I", "M"), ("I", "p"), ("p", "I"), ("S", "M"), ("f", "S"), ("z", "M")):
        if one in given and other not in given:
            raise ValueError(f"{pattern!r}: %{one} needs %{other}")
    if "M" in given and not given & {"H", "I"}:
        raise ValueError(f"{pattern!r}: %M needs %H or %I")


def _moment(said: dict[str, str]) -> Moment:
    """Raises ValueError where no calendar or clock has it."""
    try:
        day = date(_year(said), _month(said), int(said["d"]))
        return Moment(day, _time(said), _offset(said["z"]) if "z" in said else None)
    except ValueError as error:
        raise ValueError(f"no such local time or day: {error}") from error


def _year(said: dict[str, str]) -> int:
    if "Y" in said:
        return int(said["Y"])
    short = int(said["y"])  # as in C: 69 to 99 are of the last century
    return short + (1900 if short >= 69 else 2000)


def _month(said: dict[str, str]) -> int:
    if "m" in said:
        return int(said["m"])
    name = (said.get("b") or said["B"]).lower().rstrip(".")
    short = "sep" if name == "sept" else name
    for number, month in enumerate(MONTHS, start=1):
        if short == month or ("b" in said and short == month[:3]):
            return number
    raise ValueError(f"no month is called {name}")


def _time(said: dict[str, str]) -> time | None:
    if "M" not in said:
        return None
    hour = int(said.get("H") or said["I"])
    if "I" in said:
        if not 1 <= hour <= 12:
            raise ValueError("hours of a half day are 1 to 12")
        hour = hour % 12 + (12 if said["p"].lower().startswith("p") else 0)
    return time(hour, int(said["M"]), int(said.get("S", 0)), int(said.get("f", "0")[:6].ljust(6, "0")))


def _offset(written: str) -> timedelta:
    if written[0] not in "+-":
        return timedelta(0)
    digits = written[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 18 or minutes > 59:
        raise ValueError(f"no zone is at {written}")
    return (timedelta(hours=hours, minutes=minutes)) * (-1 if written[0] == "-" else 1)
