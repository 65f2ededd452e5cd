"""decimal, thousands, times, minus_where, from, to: a number as somebody writes it -> a number as we do.

    amount = { column = "price", decimal = ",", thousands = ".", times = "quantity" }

Thousands are taken in groups of three (or as in India, 1,23,456), and nothing else that has their mark: where
points part thousands, `12.50` is refused and not taken for 1250. What a product has is exact.
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal

import pandas as pd

from graph.facts.files.cell import Cell
from graph.facts.files.steps.step import Step, each
from graph.facts.formats import NUMBER_WRITTEN, Cells, beside_number, numbers

POINT = "."
SIGNED = "has a sign already, and `minus_where` would give it one: nobody can say which holds"
# What a mark of thousands is written as.
_MARKS = {" ": " \u00a0\u2009\u202f", "'": "'\u2019"}
# No trap: what is too large becomes infinite, and that is refused where amounts are checked.
_EXACT = Context(prec=64, Emax=10**6, Emin=-(10**6), traps=[])


def written(decimal: object = None, thousands: object = None) -> Callable[[str], str]:
    """Text in this form -> the number in ours. It raises ValueError for anything else."""
    point = decimal if isinstance(decimal, str) else POINT
    mark = thousands if isinstance(thousands, str) else ""
    marks = _MARKS.get(mark, mark)
    pattern = re.compile(_pattern(point, marks))
    example = f"1{mark}250{point}50"

    def number(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(
                f"not a number; the mapping says that numbers are written as {example} is{beside_number(text)}"
            )
        for each_mark in marks:
            text = text.replace(each_mark, "")
        return text.replace(point, ".")

    return number


def _pattern(point: str, marks: str) -> str:
    plain = NUMBER_WRITTEN.replace(r"\.", re.escape(point))
    if not marks:
        return plain
    mark = f"[{re.escape(marks)}]"
    # One mark throughout, so that no two rows of digits are taken for one number.
    grouped = (
        rf"[+-]?[1-9](?:[0-9]{{0,2}}(?P<a>{mark})[0-9]{{3}}(?:(?P=a)[0-9]{{3}})*"
        rf"|[0-9]?(?P<b>{mark})(?:[0-9]{{2}}(?P=b))+[0-9]{{3}})(?:{re.escape(point)}[0-9]*)?"
    )
    return f"(?:{plain}|{grouped})"


def of(decimal: object = None, thousands: object = None) -> Step | None:
    """The step from a number as the file writes it; None where it is written as we do."""
    if (decimal if isinstance(decimal, str) else POINT) == POINT and not isinstance(thousands, str):
        return None
    return each(written(decimal, thousands))


def product(one: Cells, other: Cells) -> Cells:
    """The exact products; missing where one of the two is missing or no number."""
    pairs = zip(one.where(numbers(one).notna()), other.where(numbers(other).notna()), strict=True)
    texts = [None if a != a or b != b else str(_EXACT.multiply(_exact(a), _exact(b))) for a, b in pairs]
    return pd.Series(texts, index=one.index, dtype="str")


def _exact(text: str) -> Decimal:
    return _EXACT.create_decimal(text)


def scaled(cell: Cell) -> Step | None:
    """The step from a number of one range to the one at the same place of another."""
    if not isinstance(cell.from_, tuple) or not isinstance(cell.to, tuple):
        return None
    (a, b), (c, d) = cell.from_, cell.to

    def step(cells: Cells) -> tuple[Cells, str]:
        found = (numbers(cells) - a) * (d - c) / (b - a) + c
        texts = [None if number != number else repr(number) for number in found.tolist()]
        return pd.Series(texts, index=cells.index, dtype="str"), "not a number"

    return step
