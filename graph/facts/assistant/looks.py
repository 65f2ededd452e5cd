"""What the cells of a column look like: days in some pattern, amounts, codes, addresses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.facts import reach
from graph.facts.assistant.sampled import filled
from graph.facts.files.steps.written import reader
from graph.facts.formats import DATE_WRITTEN, LOCAL_WRITTEN, NUMBER_WRITTEN, TIME_WRITTEN

# Tried in this order; of those that read every cell, several may read it as different days.
PATTERNS = (
    *("%d.%m.%Y", "%d.%m.%y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y, %H:%M"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"),
    *("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%y %H:%M", "%m/%d/%y %H:%M"),
    *("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p"),
    *("%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y"),
    *("%b %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%Y-%m-%d %H:%M:%S %z"),
)
_POINT = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?|-?[0-9]+\.[0-9]+")
_COMMA = re.compile(r"-?[0-9]{1,3}(?:[. '][0-9]{3})*(?:,[0-9]+)?|-?[0-9]+,[0-9]+")
PENDING = ("open", "unpaid", "pending", "offen", "ausstehend", "unbezahlt", "impayé", "pendiente")
"Words in place of a day that has not come yet."
_NOTHING = ("null", "none", "n/a", "-", "\\n", "nan", "(null)", *PENDING)
ENOUGH = 0.9
"Of the cells: so many look alike where a column is of one sort. A few may be mistakes."


@dataclass(frozen=True)
class Look:
    """What a column looks like.

    patterns: of days or times, each of which reads the cells: `ISO` for ours; several where it is open which.
    clock:    whether a time of day is written; zoned: whether each says its zone too.
    unix:     1 or 1000: a number of seconds or milliseconds since 1970.
    number:   whether it is one; decimal, thousands: the marks in it, where they are not ours.
    whole:    whether all are whole numbers, with `.0` behind them (`floats`) or not.
    """

    cells: int
    different: int
    patterns: tuple[str, ...] = ()
    clock: bool = False
    zoned: bool = False
    unix: int = 0
    number: bool = False
    decimal: str = ""
    thousands: str = ""
    whole: bool = False
    floats: bool = False
    currency: bool = False
    mail: bool = False
    phone: bool = False
    nothing: tuple[str, ...] = ()

    @property
    def is_time(self) -> bool:
        return bool(self.patterns or self.unix)


def look(cells: Sequence[str | None]) -> Look:
    """What these cells look like; those that say nothing in words are left out."""
    said = filled(cells)
    nothing = tuple(sorted({cell for cell in said if cell.lower() in _NOTHING}))
    said = [cell for cell in said if cell not in nothing]
    base = Look(len(said), len(set(said)), nothing=nothing)
    if not said:
        return base
    found = _times(said) or _numbers(said) or _texts(said)
    return Look(base.cells, base.different, nothing=nothing, **found)


def _most(said: Sequence[str], holds: Sequence[bool]) -> bool:
    return sum(holds) >= ENOUGH * len(said)


def _all(said: Sequence[str], pattern: str) -> bool:
    return _most(said, [re.fullmatch(pattern, cell) is not None for cell in said])


def _times(said: Sequence[str]) -> dict[str, Any]:
    if _all(said, TIME_WRITTEN):
        return {"patterns": ("ISO",), "clock": True, "zoned": True}
    if _all(said, LOCAL_WRITTEN):
        return {"patterns": ("ISO",), "clock": True}
    if _all(said, DATE_WRITTEN):
        return {"patterns": ("ISO",)}
    fitting = tuple(pattern for pattern in PATTERNS if _most(said, [_reads(pattern, cell) for cell in said]))
    if fitting and not (fitting == ("%Y%m%d",) and len(set(map(len, said))) != 1):
        return {"patterns": fitting, "clock": "%M" in fitting[0], "zoned": "%z" in fitting[0]}
    unix = next((unix for unix in (1, 1_000) if _most(said, [_is_unix(cell, unix) for cell in said])), 0)
    return {"unix": unix} if unix else {}


def _is_unix(cell: str, unix: int) -> bool:
    """Whether it counts from 1970 to an instant in 2001 to 2100; smaller numbers may be anything."""
    if not re.fullmatch(r"[0-9]{10,13}(?:\.[0-9]{1,9})?", cell):
        return False
    return 10**9 <= float(cell) / unix < 4_102_444_800


def _reads(pattern: str, cell: str) -> bool:
    try:
        return reader(pattern)(cell) is not None
    except ValueError:
        return False


def _numbers(said: Sequence[str]) -> dict[str, Any]:
    if _all(said, NUMBER_WRITTEN):
        whole = all(re.fullmatch(r"-?[0-9]+(?:\.0*)?", cell) for cell in said)
        return {"number": True, "whole": whole, "floats": whole and any("." in cell for cell in said)}
    if _most(said, [_COMMA.fullmatch(cell) is not None for cell in said]):
        thousands = next((mark for mark in ". '" if any(mark in cell for cell in said)), "")
        return {"number": True, "decimal": ",", "thousands": thousands}
    if _most(said, [_POINT.fullmatch(cell) is not None for cell in said]):
        return {"number": True, "thousands": ","}
    return {}


def _texts(said: Sequence[str]) -> dict[str, Any]:
    why = [reach.why(cell) for cell in said]
    return {
        "currency": _all(said, "[A-Z]{3}"),
        "mail": why.count("mail") >= len(said) / 2,
        "phone": why.count("phone") >= len(said) / 2,
    }
