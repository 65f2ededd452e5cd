"""What a mapping file may say about the cells of one column of ours, and about a condition on a row.

steps/ has a module for each sort of step, which says what its keys mean together and does what they say.
docs/mappings.md describes every key.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

Text = Annotated[str, Meta(min_length=1)]
Words = Annotated[tuple[Text, ...], Meta(min_length=1)]
Value = str | int | float
Values = Annotated[tuple[Value, ...], Meta(min_length=1)]
# Finite, so that TOML's inf and nan do not get in.
Finite = Annotated[float, Meta(ge=-1e15, le=1e15)]
Range = tuple[Finite, Finite]
Origin = Annotated[datetime, Meta(tz=True)]
Decimal = Literal[",", "."]
Thousands = Literal[".", ",", " ", "'"]
Encoding = Literal["utf-8", "utf-16", "cp1252", "latin-1"]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a mapping file: a key that it does not know is an error."""


class WordTable(Table, frozen=True):
    """Where words and their meanings stand in a file that has more: `word` and `means` are columns of it.

    The other keys are those of a mapping of that file.
    """

    file: Text
    word: Text
    means: Text
    separator: str = ","
    encoding: Encoding = "utf-8"
    sheet: Text | Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    skip_lines: Annotated[int, Meta(ge=0, le=1_000)] = 0
    totals: Words | UnsetType = UNSET


class Day(Table, frozen=True):
    """What a day means: its beginning in this zone; with `end`, its last instant there."""

    zone: Text
    end: bool = False


class Cell(Table, frozen=True):
    """Where the cells of one of our columns come from, and what is done to them, in the order of these keys.

    column, columns, joined, value: exactly one: a column of the file; several, in turn; several as one text; the
                            same for all rows. by: what stands between joined cells.
    needed:                 a row without it is refused, also where ours may be without it.
    trim, nothing, case, whole: text -> text (steps/texts.py).
    values, values_from:    a word becomes what it means (steps/words.py); others: what becomes of the rest.
    pseudonym, prefix:      an id that says nothing; what is put before a text.
    decimal, thousands, times, minus_where, from_, to: numbers (steps/numbers.py).
    ..._since, format, zone, clock_change, day: times (steps/times.py).
    """

    column: Text | UnsetType = UNSET
    columns: tuple[Text, ...] | UnsetType = UNSET
    joined: tuple[Text, ...] | UnsetType = UNSET
    by: Literal["-", "_", ".", ":", "/", "|"] | UnsetType = UNSET
    value: Value | UnsetType = UNSET
    needed: bool | UnsetType = UNSET
    trim: bool | UnsetType = UNSET
    nothing: Words | UnsetType = UNSET
    case: Literal["lower", "upper"] | UnsetType = UNSET
    whole: bool | UnsetType = UNSET
    values: Mapping[Text, Value] | UnsetType = UNSET
    values_from: Text | UnsetType = UNSET
    others: Literal["left out"] | UnsetType = UNSET
    pseudonym: bool | UnsetType = UNSET
    prefix: Text | UnsetType = UNSET
    decimal: Decimal | UnsetType = UNSET
    thousands: Thousands | UnsetType = UNSET
    times: Text | UnsetType = UNSET
    minus_where: "Condition | UnsetType" = UNSET
    from_: Range | UnsetType = field(name="from", default=UNSET)
    to: Range | UnsetType = UNSET
    seconds_since: Origin | UnsetType = UNSET
    milliseconds_since: Origin | UnsetType = UNSET
    microseconds_since: Origin | UnsetType = UNSET
    days_since: date | UnsetType = UNSET
    format: Text | Words | UnsetType = UNSET
    zone: Text | UnsetType = UNSET
    clock_change: Literal["before", "after"] | UnsetType = UNSET
    day: Day | UnsetType = UNSET

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that the text comes from; none for a constant."""
        if self.column is not UNSET:
            return (self.column,)
        return self.columns or self.joined or ()

    @property
    def used(self) -> tuple[str, ...]:
        """All columns of the file that the cells are made of."""
        more = () if self.times is UNSET else (self.times,)
        return (
            (*self.sources, *more)
            if self.minus_where is UNSET
            else (*self.sources, *more, self.minus_where.column)
        )

    @property
    def given(self) -> frozenset[str]:
        """The keys that stand in the file."""
        written = {"from_": "from"}
        values = msgspec.structs.asdict(self)
        return frozenset(written.get(name, name) for name, value in values.items() if value is not UNSET)

    @property
    def counts(self) -> bool:
        """Whether a number or a time is read from the cells."""
        return bool(self.given & COUNTING)

    def has(self, key: Literal["needed", "trim", "whole", "pseudonym"]) -> bool:
        """Whether this switch is on."""
        return getattr(self, key) is True


SINCE = ("seconds_since", "milliseconds_since", "microseconds_since", "days_since")
OF_NUMBERS = frozenset({"decimal", "thousands", "times", "minus_where", "from", "to"})
OF_TIMES = frozenset({*SINCE, "format", "zone", "clock_change", "day"})
COUNTING = OF_NUMBERS | OF_TIMES


class Condition(Table, frozen=True):
    """A row is taken where the column holds all of these; docs/mappings.md says how each compares."""

    column: Text
    equals: Value | UnsetType = UNSET
    other_than: Value | UnsetType = UNSET
    above: float | UnsetType = UNSET
    at_least: float | UnsetType = UNSET
    below: float | UnsetType = UNSET
    at_most: float | UnsetType = UNSET
    between: Range | UnsetType = UNSET
    one_of: Values | UnsetType = UNSET
    not_one_of: Values | UnsetType = UNSET
    empty: bool | UnsetType = UNSET

    def tests(self) -> "dict[str, Value | tuple[Value, ...]]":
        """The comparisons by name, e.g. {"above": 0.0}."""
        values = msgspec.structs.asdict(self)
        return {name: value for name, value in values.items() if name != "column" and value is not UNSET}

    @property
    def is_of_numbers(self) -> bool:
        return any(is_of_numbers(name, value) for name, value in self.tests().items())


def is_of_numbers(name: str, value: "Value | tuple[Value, ...]") -> bool:
    """Whether this comparison of a condition reads numbers."""
    several = value if isinstance(value, tuple) else (value,)
    return name != "empty" and not any(isinstance(each, str) for each in several)
