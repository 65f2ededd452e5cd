"""How a cell of each sort is written and read: text, times, dates, numbers, codes.

Every check is a mask over a whole column, so that a chunk costs a few vectorised passes. pandas is imported where
columns are read, and not by modules that only need the kinds of rows.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from graph.facts import reach, registered_numbers, zones
from graph.facts.registered_numbers import standard_form
from graph.policy.categories import REFUSED, SLUG_IS, SLUG_WRITTEN, refusal
from graph.text.plain import MAYBE_ODD, normal, odd_blank, unseen

if TYPE_CHECKING:
    import pandas as pd

Cells: TypeAlias = "pd.Series[Any]"
Mask: TypeAlias = "pd.Series[bool]"
Rows: TypeAlias = "pd.DataFrame"
# What is wrong, in plain words; a function where the words depend on what is written in the cell.
Reason: TypeAlias = str | Callable[[str], str]

TEXT_LENGTH = 200
# A decimal number of as many digits is the same after it was a float.
DIGITS = 15
NUMBER_WRITTEN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
DATE_WRITTEN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# At most nine digits of a second are read; the graph keeps six.
LOCAL_WRITTEN = DATE_WRITTEN + r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
TIME_WRITTEN = LOCAL_WRITTEN + r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))"
# The words for Z that pandas does not read everywhere.
_UTC = r" ?(?:UTC|GMT)$"

# No dot, slash or colon, so that no host, URL or path fits, and no blank, so that no sentence does.
OPAQUE_WRITTEN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}"

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
BORN_FROM, BORN_TO = "1800-01-01", "2200-01-01"


def numbers(cells: Cells) -> Cells:
    """float64; NaN where the text is missing or is not a decimal number. 1e999 is infinite."""
    return cells.where(cells.str.fullmatch(NUMBER_WRITTEN)).astype("float64")


def local_times(cells: Cells) -> Cells:
    """datetime64[us] without a zone; NaT where the text is no such time."""
    import pandas as pd

    written = cells.where(cells.str.fullmatch(LOCAL_WRITTEN))
    return pd.to_datetime(written, format="ISO8601", errors="coerce").astype("datetime64[us]")


def iso_utc(times: Cells) -> list[str | None]:
    """`2026-01-31T09:30:00.000000Z` for each UTC time, None for each NaT."""
    import numpy as np

    written = np.datetime_as_string(
        times.dt.tz_localize(None).to_numpy("datetime64[us]"), unit="us", timezone="UTC"
    )
    texts: list[str | None] = written.tolist()
    return [None if text == "NaT" else text for text in texts] if times.hasnans else texts


def _times(cells: Cells) -> Cells:
    import pandas as pd

    times = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce").astype("datetime64[us, UTC]")
    return times.where(times.between(EARLIEST, LATEST))


def _zone_as_z(cells: Cells) -> Cells:
    """The times with Z in place of UTC and GMT."""
    if not cells.str.endswith(("UTC", "GMT")).any():
        return cells
    return cells.str.replace(_UTC, "Z", regex=True)


def _dates(cells: Cells) -> Cells:
    import pandas as pd

    dates = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
    return cells.where(dates.between(BORN_FROM, BORN_TO))


def _codes(standard: ModuleType, cells: Cells) -> Cells:
    """The codes in their standard form; missing where the check digit does not fit."""
    import pandas as pd

    codes = [standard_form(standard, code) for code in cells.tolist()]
    return pd.Series(codes, index=cells.index, dtype="str")


def _as_written(cells: Cells) -> Cells:
    return cells


def _list(cells: Cells) -> list[Any]:
    values = cells.tolist()
    if cells.hasnans:
        values = [None if value != value else value for value in values]  # NaN is not itself
    return values


def _why_no_time(text: str) -> str:
    if re.fullmatch(DATE_WRITTEN, text):
        return (
            "a date without a time, which begins and ends at other times in every zone; write it as in "
            "2026-01-31T09:30:00Z, or say whose day it is: load with --zone, or `day` in a mapping"
        )
    if re.fullmatch(LOCAL_WRITTEN, text):
        return "a time without a zone; end it with Z or an offset such as +08:00, or say the zone as for a date"
    return "not a time; write it as in 2026-01-31T09:30:00Z"


def _why_no_such_time(text: str) -> str:
    if not "1970" < text[:4] < "2200":
        return "no time between 1970-01-01 and 2200-01-01"
    return "no such time: no calendar or clock has it (between 1970-01-01 and 2200-01-01)"


def _why_no_number(text: str) -> str:
    if text.strip("+-").lower() in ("inf", "infinity", "nan"):
        return "not a finite number"
    if re.fullmatch(r"[+-]?[0-9][0-9.,' ]*", text):
        return "not a number; write it as in 1250.50, or have a mapping say its marks with decimal and thousands"
    return f"not a number; write it as in 1250.50{beside_number(text)}"


def beside_number(text: str) -> str:
    """What a person has written beside a number, as the end of a reason; empty where there is nothing such."""
    if not re.search("[0-9]", text):
        return ""
    if "%" in text:
        return ", without a percent sign"
    has_unit = any(each.isalpha() or unicodedata.category(each) == "Sc" for each in text)
    return ", without a currency or a unit" if has_unit else ""


def _unlike(pattern: str) -> Callable[[Cells], Mask]:
    return lambda cells: ~cells.str.fullmatch(pattern)


def _why_refused(text: str) -> str:
    return REFUSED.format(refusal(text))


def _in_normal_form(cells: Cells) -> Cells:
    import pandas as pd

    texts = cells.tolist()
    if "".join(texts).isascii():
        return cells
    return pd.Series([normal(text) for text in texts], index=cells.index, dtype="str")


def _having(fault: Callable[[str], object], maybe: str = "") -> Callable[[Cells], Mask]:
    """Where the text has the fault; each text is looked at once, and only if it holds the pattern `maybe`.

    maybe: without lookarounds, so that Arrow searches the whole column in one pass.
    """

    def found(cells: Cells) -> Mask:
        looked_at = cells
        if maybe:
            hits = cells.str.contains(maybe)
            if not hits.any():
                return hits
            looked_at = cells[hits]
        return cells.isin([text for text in looked_at.unique() if fault(text)])

    return found


def _infinite(values: Cells) -> Mask:
    return values.abs() == math.inf


def _too_many_digits(text: str) -> bool:
    return len(text.lower().partition("e")[0].strip("+-").replace(".", "").strip("0")) > DIGITS


def _outside(low: float, high: float) -> Callable[[Cells], Mask]:
    return lambda values: (values < low) | (values > high)


@dataclass(frozen=True)
class Format:
    """How the cells of a column are written, and what they say.

    normal:  text -> the text that is looked at and kept.
    faults:  masks over that, in order, each with its reason.
    read:    text without a fault -> values; missing where the text says nothing that exists.
    unread:  the reason for those.
    limits:  masks over the values, with their reasons.
    show:    values -> what a row carries, None for missing.
    parquet: the types that a Parquet column may have, in the words of parquet_source.py.
    dtype:   of the values.
    suspect: what every text with a fault has, unless it is longer than TEXT_LENGTH; a pattern as in `_having`.
    """

    faults: Sequence[tuple[Callable[[Cells], Mask], Reason]]
    read: Callable[[Cells], Cells] = _as_written
    unread: Reason = ""
    limits: Sequence[tuple[Callable[[Cells], Mask], Reason]] = ()
    show: Callable[[Cells], list[Any]] = _list
    parquet: frozenset[str] = frozenset({"text", "whole number"})
    dtype: str = "str"
    normal: Callable[[Cells], Cells] = _as_written
    suspect: str = ""

    def is_clean(self, cells: Cells) -> bool:
        """Whether a quick look tells that no text has a fault; if not, they may have some or none."""
        if not self.suspect or cells.str.contains(self.suspect).any():
            return False
        return not (cells.str.len() > TEXT_LENGTH).any()


_PLAIN = (
    (lambda cells: cells.str.len() > TEXT_LENGTH, f"longer than {TEXT_LENGTH} characters"),
    (_having(unseen, MAYBE_ODD), unseen),
    (lambda cells: cells.str.strip() != cells, "begins or ends with a blank"),
)
_NO_TWIN = (_having(odd_blank, MAYBE_ODD), odd_blank)
_REACHED = {
    "mail": "looks like an address of mail or of the web, which is not kept",
    "phone": "looks like a telephone number, which is not kept",
}
_NO_WAY_TO_REACH_SOMEONE = (_having(reach.why, reach.MAYBE), lambda text: _REACHED[reach.why(text)])
_NO_MAIL = (_having(lambda text: reach.why(text) == "mail", reach.MAYBE), _REACHED["mail"])
# What another row may name, and so must be told from every other.
_SUSPECT = rf"{MAYBE_ODD}|^ | $"
TEXT = Format(faults=[*_PLAIN, _NO_TWIN], normal=_in_normal_form, suspect=_SUSPECT)
# Names: text, but no way to reach someone; a blank of any width is as good as another.
_REACHING = rf"{_SUSPECT}|{reach.MAYBE}"
NAME = Format(faults=[*_PLAIN, _NO_WAY_TO_REACH_SOMEONE], normal=_in_normal_form, suspect=_REACHING)
# Of entities and facts.
ID = Format(faults=[*TEXT.faults, _NO_WAY_TO_REACH_SOMEONE], normal=_in_normal_form, suspect=_REACHING)
# Of a judgment: a number that may look like one of a telephone.
CASE_NUMBER = Format(faults=[*TEXT.faults, _NO_MAIL], normal=_in_normal_form, suspect=_REACHING)
# Of products and sites, which say by their category what they are.
OPAQUE = Format(
    faults=[
        *TEXT.faults,
        (_having(refusal), _why_refused),
        (
            _unlike(OPAQUE_WRITTEN),
            "not an opaque id: letters, digits, hyphens and underscores, at most 60; no host, URL, path or text",
        ),
    ]
)
_NO_SLUG = _having(lambda text: not re.fullmatch(SLUG_WRITTEN, text))
SLUG = Format(faults=[*TEXT.faults, (_having(refusal), _why_refused), (_NO_SLUG, f"not a slug: {SLUG_IS}")])
TIME = Format(
    faults=[(_unlike(TIME_WRITTEN), _why_no_time)],
    read=_times,
    unread=_why_no_such_time,
    show=iso_utc,
    parquet=frozenset({"text", "time"}),
    dtype="datetime64[us, UTC]",
    normal=_zone_as_z,
)
DATE = Format(
    faults=[(_unlike(DATE_WRITTEN), "not a date; write it as in 1990-12-31")],
    read=_dates,
    unread="no such date between 1800-01-01 and 2200-01-01",
    parquet=frozenset({"text", "date"}),
)
AMOUNT = Format(
    faults=[(_unlike(NUMBER_WRITTEN), _why_no_number)],
    read=numbers,
    limits=[
        (lambda values: values < 0, "negative; an amount is 0 or more"),
        (_infinite, "not a finite number"),
    ],
    parquet=frozenset({"text", "whole number", "number"}),
    dtype="float64",
)
# A part of a debt, or what a refund takes back: sums of them are exact, so no digit may get lost.
PAYMENT = Format(
    faults=[
        *AMOUNT.faults,
        (_having(_too_many_digits), f"more than {DIGITS} digits, of which a number keeps {DIGITS} only"),
    ],
    read=numbers,
    limits=[
        (lambda values: values == 0, "pays nothing"),
        (_infinite, "not a finite number"),
    ],
    parquet=AMOUNT.parquet,
    dtype="float64",
)
OUTCOME = Format(
    faults=AMOUNT.faults,
    read=numbers,
    limits=[(_outside(0, 1), "outside 0 to 1")],
    parquet=AMOUNT.parquet,
    dtype="float64",
)
NUMBERS = (AMOUNT, PAYMENT, OUTCOME)
"The formats of columns that hold numbers."
CURRENCY = Format(faults=[(_unlike("[A-Z]{3}"), "not a currency code of three capitals, such as CNY")])
ZONE = Format(faults=[(_having(lambda text: not zones.is_zone(text)), zones.why_no_zone)])
SCHEME = Format(
    faults=[
        *TEXT.faults[:1],
        (_unlike("[a-z0-9][a-z0-9-]*"), "not a scheme id; small letters, digits and hyphens only"),
    ]
)
WHO = Format(
    faults=[(_unlike("person|organisation|sole-trader"), "neither person nor organisation nor sole-trader")]
)
USCC = Format(
    TEXT.faults,
    partial(_codes, registered_numbers.USCC),
    partial(registered_numbers.why_not, registered_numbers.USCC),
)
LEI = Format(
    TEXT.faults,
    partial(_codes, registered_numbers.LEI),
    partial(registered_numbers.why_not, registered_numbers.LEI),
)
