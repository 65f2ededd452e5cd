"""The steps of one cell in their order, and which keys of it go together.

The order is the one of graph/facts/files/cell.py, whatever the order in which a mapping writes its keys: every
column by itself is trimmed, emptied of words for nothing, cased and made whole; several become one; words become
what they mean, addresses pseudonyms; a prefix comes last. Numbers and times are read where one is wanted.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from graph.facts.files.cell import OF_NUMBERS, OF_TIMES, SINCE, Cell, Day, Decimal, Thousands
from graph.facts.files.steps import instants, numbers, pseudonym, times, where, words
from graph.facts.files.steps.step import Step
from graph.facts.files.steps.written import ISO, has_day_only, has_offset, has_time, reader
from graph.facts.formats import CASE_NUMBER, DATE, ID, NUMBERS, OPAQUE, TEXT, TIME, Cells, Format
from graph.facts.zones import is_zone, why_no_zone

NUMBERED = ("entities", "products", "sites")
"The kinds whose ids can come from several columns in turn, since one row can name several of them."
SWITCHES = ("needed", "trim", "whole", "pseudonym")


class Defaults(NamedTuple):
    """What a mapping says once for all cells that do not say otherwise."""

    trim: bool = False
    nothing: tuple[str, ...] = ()
    decimal: Decimal | None = None
    thousands: Thousands | None = None


NO_DEFAULTS = Defaults()


def prefixed(prefix: str) -> Step:
    def step(cells: Cells) -> tuple[Cells, str]:
        return prefix + cells, ""

    return step


def numbers_of(cell: Cell, format_: Format, defaults: Defaults) -> Step | None:
    """The step from a number as the file writes it to ours; None where it is written as ours are, or no number."""
    if format_ not in NUMBERS and not cell.given & {"from", *SINCE}:
        return None
    decimal = cell.decimal or defaults.decimal
    thousands = cell.thousands or (defaults.thousands if cell.decimal is UNSET else None)
    return numbers.of(decimal, thousands)


def of_whole(
    cell: Cell, format_: Format, defaults: Defaults, *, typed: bool, secret: bytes | None
) -> Iterator[Step]:
    """The steps behind those of each column by itself.

    typed:  the file has dates or times there, and no text in a form of somebody's.
    secret: the key of pseudonyms, where there are any.
    """
    if cell.values is not UNSET:
        yield words.of(cell, trim=defaults.trim or cell.has("trim"))
    if cell.has("pseudonym") and secret is not None:
        yield pseudonym.of(secret)
    if isinstance(cell.prefix, str):
        yield prefixed(cell.prefix)
    if step := numbers.scaled(cell):
        yield step
    yield from instants.of(cell)
    if step := times.of(cell, typed=typed, is_date=format_ is DATE):
        yield step


def contradictions(cell: Cell, format_: Format, *, several: bool) -> Iterator[str]:
    """What each key allows by itself but the cell as a whole does not.

    format_: of our column. several: whether several columns may be taken for it in turn.
    """
    yield from _of_sources(cell, several)
    yield from _of_texts(cell, format_)
    yield from _of_numbers(cell, format_)
    yield from _of_times(cell, format_)


def _of_sources(cell: Cell, several: bool) -> Iterator[str]:
    given = cell.given
    if len(given & {"column", "columns", "joined", "value"}) != 1:
        yield "exactly one of column, columns, joined, value is needed"
    if "columns" in given and not (several and cell.columns):
        yield f"several columns can only name the id of {', '.join(NUMBERED)}"
    if isinstance(cell.joined, tuple) and len(cell.joined) < 2:
        yield "joined needs two columns at least"
    if "by" in given and "joined" not in given:
        yield "by says what stands between joined columns, and there are none"
    if "value" in given and given - {"value"}:
        yield f"nothing is done to a value: {_listed(given - {'value'})} goes with a column"


def _of_texts(cell: Cell, format_: Format) -> Iterator[str]:
    given = cell.given
    for switch in SWITCHES:
        if switch in given and not getattr(cell, switch):
            yield f"{switch} = false says nothing; leave it out"
    if {"values", "values_from"} <= given:
        yield "values or values_from, and not both"
    if "others" in given and not ("column" in given and given & {"values", "values_from"}):
        yield "others says what becomes of words that are in no table: give column, and values or values_from"
    if "pseudonym" in given and format_ not in (ID, TEXT):
        yield "a pseudonym is an id of an entity or a fact"
    if "pseudonym" in given and given & {"values", "values_from"}:
        yield "a word that means something needs no pseudonym"
    if "joined" in given and format_ not in (ID, TEXT, OPAQUE, CASE_NUMBER):
        yield "joined columns make an id"
    if (rest := given & {"joined", "prefix", "pseudonym"}) and given & (OF_NUMBERS | OF_TIMES):
        yield f"{_listed(rest)} makes a text, and {_listed(given & (OF_NUMBERS | OF_TIMES))} a number or a time"


def _of_numbers(cell: Cell, format_: Format) -> Iterator[str]:
    given = cell.given
    if ("from" in given) != ("to" in given):
        yield "from and to need each other"
    if isinstance(cell.from_, tuple) and cell.from_[0] == cell.from_[1]:
        yield "from must be two different numbers"
    if cell.thousands is not UNSET and cell.thousands == (cell.decimal or numbers.POINT):
        yield "decimal and thousands must be two different marks; the mark of decimals is a point if not given"
    if (used := given & OF_NUMBERS) and format_ not in NUMBERS:
        yield f"{_listed(used)} reads a number, and none is wanted here"
    if cell.minus_where is not UNSET and (message := where.contradiction(cell.minus_where)):
        yield f"minus_where: {message}"
    if used and given & {"values", "values_from", "case", "whole"}:
        yield f"{_listed(used)} reads a number; a word or a text is none"


def _of_times(cell: Cell, format_: Format) -> Iterator[str]:
    used = cell.given & OF_TIMES
    if not used:
        return
    if format_ not in (TIME, DATE):
        yield f"{_listed(used)} reads a time, and none is wanted here"
    if cell.given & {"values", "values_from", "case", "whole"}:
        yield f"{_listed(used)} reads a time; a word or a text is none"
    if len(used & {*SINCE, "format"}) > 1 or (used & {*SINCE[:3]} and used & {"zone", "clock_change", "day"}):
        yield f"at most one of {', '.join(SINCE)}, format; only days_since and format go with zone or day"
    if {"zone", "day"} <= used:
        yield "day says the zone of times, too; leave zone out"
    if "clock_change" in used and not used & {"zone", "day"}:
        yield "clock_change says how a local time of a zone is read, and there is none: give zone or day"
    zone = cell.day.zone if isinstance(cell.day, Day) else cell.zone
    if isinstance(zone, str) and not is_zone(zone):
        yield why_no_zone(zone, named=True)
    yield from _of_formats(cell, format_)


def _of_formats(cell: Cell, format_: Format) -> Iterator[str]:
    placed = bool(cell.given & {"zone", "day"})
    if "days_since" in cell.given and format_ is TIME and not placed:
        yield "days_since counts days of some place: say which with zone, or with day"
    if format_ is DATE and (placed or cell.given & {*SINCE[:3]}):
        yield "a date is wanted here, and no time: it needs no zone, and no seconds"
    formats = times.patterns(cell)
    if len(set(formats)) < len(formats):
        yield "a format is there twice"
    for pattern in formats:
        try:
            reader(pattern)
        except ValueError as error:
            yield str(error)
            return
        if format_ is DATE and has_time(pattern) and pattern != ISO:
            yield f"{pattern!r} reads a time, and a date is wanted here"
        if format_ is DATE and "%y" in pattern.replace("%%", ""):
            yield f"{pattern!r}: a date of birth needs its century, %Y"
        if format_ is not TIME or cell.day is not UNSET:
            continue
        if has_day_only(pattern) and pattern != ISO:
            yield f'{pattern!r} has no time: say what a day means, as in day = {{ zone = "Europe/Berlin" }}'
        elif not placed and not has_offset(pattern) and pattern != ISO:
            yield f"{pattern!r} has no zone: say which with zone or day, or read an offset with %z"


def _listed(keys: frozenset[str]) -> str:
    return " and ".join(sorted(keys))
