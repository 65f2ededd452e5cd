"""Files, and what each key for a cell makes of them: strategies, by key, for test_every_key.py."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from hmac import new as keyed
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.facts.files.steps.mapped import AT, SECRET

LETTERS = "abzAZ\u00e4\u00df\u00e9\u0141\u0436\u0414\u03bb\u03a9\u4e2d\u5b57\u05d0\u0639"
TEXTS = st.text(LETTERS, min_size=1, max_size=12)
SEVERAL = st.lists(TEXTS, min_size=1, max_size=6)
CENTS = st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=6)
MOMENTS = st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2068, 12, 31)), min_size=1, max_size=6)
DAYS = st.lists(st.dates(date(1970, 1, 2), date(2199, 12, 30)), min_size=1, max_size=6)
NUMBERS = st.lists(st.integers(-50, 50), min_size=1, max_size=8)
EURO = {"currency": 'value = "EUR"'}
TOKYO = timedelta(hours=9)  # without a change of clocks since 1951
SINCE_1970 = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class Case:
    """A file, what the mapping says of one column of ours, and what that column is to hold.

    cell: inside the braces of `of`; top: above the table; more: other columns of ours; beside: files beside it;
    answers: to what the mapping asks; refused: lines of rows that are not taken.
    """

    content: bytes
    expected: Sequence[Any]
    of: str = "debtor"
    cell: str = 'column = "c"'
    top: str = ""
    where: str = ""
    kind: str = "obligations"
    name: str = "export.csv"
    more: dict[str, str] = field(default_factory=dict)
    beside: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    refused: tuple[int, ...] = ()


def table(names: Sequence[str], rows: Sequence[Sequence[Any]], separator: str = ",") -> bytes:
    """CSV; without a header where there are no names."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([names, *rows] if names else rows)
    return text.getvalue().encode()


def cells(values: Sequence[Any]) -> bytes:
    return table(["c"], [[value] for value in values])


def toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def at(moment: datetime) -> str:
    """The instant as ours, where the local time is one of UTC."""
    return f"{moment.isoformat(timespec='microseconds')}Z"


def of_texts(cell: str, written: Any = str, meant: Any = str) -> SearchStrategy[Case]:
    """A key that makes one text of another."""
    return SEVERAL.map(
        lambda texts: Case(
            cells([written(each) for each in texts]),
            [normalize("NFC", meant(each)) for each in texts],
            cell=f'column = "c", {cell}',
        )
    )


def of_amounts(cell: str, written: Any, top: str = "") -> SearchStrategy[Case]:
    return CENTS.map(
        lambda numbers: Case(
            cells([written(each) for each in numbers]),
            [float(each) for each in numbers],
            of="amount",
            cell=f'column = "c"{cell}',
            top=top,
            more=EURO,
        )
    )


def of_moments(cell: str, written: Any, before: timedelta = timedelta()) -> SearchStrategy[Case]:
    return MOMENTS.map(
        lambda moments: Case(
            cells([written(each) for each in moments]),
            [at(each - before) for each in moments],
            of="due",
            cell=f'column = "c", {cell}',
        )
    )


def since_1970(moment: datetime, unit: int) -> int:
    """In units of so many microseconds."""
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=unit)


def whole(moment: datetime, unit: int = 1_000_000) -> datetime:
    return datetime(1970, 1, 1) + since_1970(moment, unit) * timedelta(microseconds=unit)


def since(key: str, unit: int) -> SearchStrategy[Case]:
    return MOMENTS.map(
        lambda moments: Case(
            cells([since_1970(each, unit) for each in moments]),
            [at(whole(each, unit)) for each in moments],
            of="due",
            cell=f'column = "c", {key} = {SINCE_1970}',
        )
    )


@st.composite
def columns(draw: DrawFn) -> Case:
    named = draw(st.lists(TEXTS, min_size=2, max_size=8, unique_by=lambda each: normalize("NFC", each)))
    pairs = list(zip(named[::2], named[1::2], strict=False))
    expected = [text for pair in pairs for text in pair]
    return Case(table(["a", "b"], pairs), expected, "id", 'columns = ["a", "b"]', kind="entities")


def joined(by: str) -> SearchStrategy[Case]:
    def made(pairs: list[tuple[str, str]]) -> Case:
        cell = 'joined = ["a", "b"]' + ("" if by == "-" else f', by = "{by}"')
        return Case(table(["a", "b"], pairs), [f"{a}{by}{b}" for a, b in pairs], cell=cell)

    return st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5).map(made)


@st.composite
def nothing(draw: DrawFn, *, everywhere: bool) -> Case:
    """In a column that may be empty, and holds a time otherwise."""
    words = draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True))
    said = draw(st.lists(st.sampled_from([*words, AT]), min_size=1, max_size=6))
    key = f"nothing = {toml(words)}"
    return Case(
        cells(said),
        [each if each == AT else None for each in said],
        of="settled",
        cell='column = "c"' + ("" if everywhere else f", {key}"),
        top=key if everywhere else "",
    )


@st.composite
def values(draw: DrawFn, *, in_a_file: bool) -> Case:
    meant = draw(st.dictionaries(st.text("abcdefg", min_size=1, max_size=5), TEXTS, min_size=1, max_size=5))
    said = draw(st.lists(st.sampled_from(sorted(meant)), min_size=1, max_size=6))
    pairs = ", ".join(f"{toml(word)} = {toml(meaning)}" for word, meaning in meant.items())
    return Case(
        cells(said),
        [meant[word] for word in said],
        cell='column = "c", ' + ('values_from = "words.csv"' if in_a_file else f"values = {{ {pairs} }}"),
        beside={"words.csv": table(["word", "meaning"], list(meant.items()))},
    )


@st.composite
def others(draw: DrawFn) -> Case:
    """Rows of whoever is in no table are left out."""
    known, said = draw(st.sets(TEXTS, min_size=1, max_size=4)), draw(SEVERAL)
    everybody = [*said, min(known)]
    pairs = ", ".join(f'{toml(word)} = "m"' for word in known)
    cell = f'column = "c", values = {{ {pairs} }}, others = "left out"'
    return Case(cells(everybody), ["m" for each in everybody if each in known], cell=cell)


@st.composite
def needed(draw: DrawFn) -> Case:
    """In a column that may be empty."""
    given = draw(st.lists(st.booleans(), min_size=1, max_size=6))
    rows = [[AT if there else "", "x"] for there in given]
    lines = tuple(number for number, there in enumerate(given, 2) if not there)
    cell = 'column = "c", needed = true'
    return Case(table(["c", "d"], rows), [AT for there in given if there], "settled", cell, refused=lines)


@st.composite
def minus_where(draw: DrawFn) -> Case:
    side = st.sampled_from(["D", "DBIT", "C", "CRDT"])
    pairs = draw(st.lists(st.tuples(st.decimals("0.01", 10**6, places=2), side), min_size=1, max_size=6))
    return Case(
        table(["c", "side"], pairs),
        [float(-each if mark[0] == "D" else each) for each, mark in pairs],
        of="amount",
        kind="payments",
        cell='column = "c", minus_where = { column = "side", one_of = ["D", "DBIT"] }',
    )


@st.composite
def pseudonym(draw: DrawFn) -> Case:
    people = draw(st.lists(st.text("abcxyz", min_size=1, max_size=9), min_size=1, max_size=5))
    mails = [f"{each}@example.org" for each in people]
    said = [draw(st.sampled_from([each, each.upper(), f" {each} "])) for each in mails]
    expected = [keyed(SECRET, each.encode(), sha256).hexdigest()[:32] for each in mails]
    return Case(cells(said), expected, cell='column = "c", pseudonym = true')


@st.composite
def times(draw: DrawFn) -> Case:
    pairs = draw(
        st.lists(st.tuples(st.integers(0, 10**4), st.decimals(0, 10**5, places=2)), min_size=1, max_size=5)
    )
    return Case(
        table(["c", "price"], pairs),
        [float(Decimal(number) * price) for number, price in pairs],
        of="amount",
        cell='column = "c", times = "price"',
        more=EURO,
    )


@st.composite
def ranges(draw: DrawFn) -> Case:
    low, high = sorted(draw(st.lists(st.integers(-100, 100), min_size=2, max_size=2, unique=True)))
    said = draw(st.lists(st.integers(low, high), min_size=1, max_size=6))
    return Case(
        cells(said),
        [pytest.approx((each - low) / (high - low)) for each in said],
        of="outcome",
        cell=f'column = "c", from = [{low}, {high}], to = [0, 1]',
    )


def days_since(given: list[date]) -> Case:
    return Case(
        cells([(each - date(1899, 12, 30)).days for each in given]),
        [at(datetime.combine(each, time())) for each in given],
        of="due",
        cell='column = "c", days_since = 1899-12-30, zone = "UTC"',
    )


def day(given: list[date]) -> Case:
    ends = [datetime.combine(each, time()) - TOKYO + timedelta(days=1, microseconds=-1) for each in given]
    cell = 'column = "c", day = { zone = "Asia/Tokyo", end = true }'
    return Case(cells([each.isoformat() for each in given]), [at(each) for each in ends], of="due", cell=cell)


@st.composite
def clock_change(draw: DrawFn) -> Case:
    """In the hour that clocks in Berlin have twice, on the last Sunday of October."""
    last = date(draw(st.integers(1996, 2037)), 10, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    which = draw(st.sampled_from(["before", "after"]))
    local = datetime.combine(sunday, time(2, draw(st.integers(0, 59))))
    there = local.replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=int(which == "after"))
    cell = f'column = "c", zone = "Europe/Berlin", clock_change = "{which}"'
    return Case(
        cells([local.isoformat(" ")]), [at(there.astimezone(UTC).replace(tzinfo=None))], of="due", cell=cell
    )


CELLS: dict[str, SearchStrategy[Case]] = {
    "column": st.lists(st.text(LETTERS + ",;\"'#|=", max_size=9).map("x{0}x".format), min_size=1, max_size=6).map(
        lambda texts: Case(cells(texts), texts)
    ),
    "columns": columns(),
    "joined": joined("-"),
    "by": st.sampled_from("-_.:/|").flatmap(joined),
    "value": st.tuples(TEXTS, SEVERAL).map(
        lambda each: Case(cells(each[1]), [each[0]] * len(each[1]), cell=f"value = {toml(each[0])}")
    ),
    "needed": needed(),
    "trim": of_texts("trim = true", "  {0}\t ".format),
    "nothing": nothing(everywhere=False),
    "case": of_texts('case = "lower"', str, str.lower) | of_texts('case = "upper"', str, str.upper),
    "whole": st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=6).map(
        lambda numbers: Case(
            cells([f"{each}.0" for each in numbers]),
            [str(each) for each in numbers],
            cell='column = "c", whole = true',
        )
    ),
    "values": values(in_a_file=False),
    "values_from": values(in_a_file=True),
    "others": others(),
    "pseudonym": pseudonym(),
    "prefix": of_texts('prefix = "x-"', str, "x-{0}".format),
    "decimal": of_amounts(', decimal = ","', lambda each: str(each).replace(".", ",")),
    "thousands": of_amounts(', thousands = ","', "{0:,}".format),
    "times": times(),
    "minus_where": minus_where(),
    "from": ranges(),
    "to": ranges(),
    "seconds_since": since("seconds_since", 1_000_000),
    "milliseconds_since": since("milliseconds_since", 1_000),
    "microseconds_since": since("microseconds_since", 1),
    "days_since": DAYS.map(days_since),
    "format": of_moments(
        'format = "%d.%m.%y %H:%M:%S.%f", zone = "UTC"', lambda each: each.strftime("%d.%m.%y %H:%M:%S.%f")
    ),
    "zone": of_moments('zone = "Asia/Tokyo"', lambda each: each.isoformat(" "), TOKYO),
    "clock_change": clock_change(),
    "day": DAYS.map(day),
}
