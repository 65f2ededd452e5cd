"""trim, nothing, case, whole: text -> text.

trim     blanks at both ends go, and several in a row, of any width, become one
nothing  words that stand for an empty cell
case     all letters small, or all capitals
whole    `17850.0` is `17850`: a whole number that a program wrote with a fraction

The order is this one. Words are compared in Unicode's normal form, as ids are.
"""

import re
from collections.abc import Collection, Iterator
from typing import Literal

from graph.facts.files.cell import Cell
from graph.facts.files.steps.step import Step, each
from graph.facts.formats import Cells
from graph.text.plain import normal

_BLANKS = re.compile(r"\s+")
# Of one zero or two: 17.000 is seventeen thousand to many.
_FRACTION = re.compile(r"([+-]?[0-9]+)[.,]0{0,2}")
_OTHER_FRACTION = re.compile(r"[+-]?[0-9]*[.,][0-9]+")
_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
EXACT, EXACT_LENGTH = 2**53, 100
"A whole number with a fraction was a double, and up to here a double keeps every digit."


def trimmed(text: str) -> str:
    """Without blanks at the ends, and with one where several were."""
    return _BLANKS.sub(" ", text.strip())


def cased(text: str, case: Literal["lower", "upper"] | object) -> str:
    if case == "lower":
        return text.lower()
    return text.upper() if case == "upper" else text


def normal_cells(cells: Cells) -> Cells:
    """The texts in Unicode's normal form NFC."""
    if "".join(cells.dropna().tolist()).isascii():
        return cells
    return cells.map(normal, na_action="ignore").astype("str")


def tidy(cells: Cells, *, trim: bool, nothing: Collection[str] = ()) -> Cells:
    """The cells as they count: trimmed, and missing where they are empty or a word for nothing."""
    if trim:
        cells = cells.map(trimmed, na_action="ignore").astype("str")
        cells = cells.where(cells != "")
    if nothing:
        cells = cells.where(~normal_cells(cells).isin([normal(word) for word in nothing]))
    return cells


def of_parts(cell: Cell) -> Iterator[Step]:
    """The steps that each column is taken through by itself, before several become one."""
    if isinstance(cell.case, str):
        case = cell.case

        def step(cells: Cells) -> tuple[Cells, str]:
            return cells.map(lambda text: cased(text, case), na_action="ignore").astype("str"), ""

        yield step
    if cell.has("whole"):
        yield each(whole)


def whole(text: str) -> str:
    """The text without the fraction `.0`; text that is no number stays as it is.

    Raises ValueError for a number that has another fraction, or whose digits a program has shortened.
    """
    if found := _FRACTION.fullmatch(text):
        if len(found[1]) > EXACT_LENGTH or abs(int(found[1])) >= EXACT:
            raise ValueError(
                "too long for a number with a fraction: a program that wrote it so may have changed its last "
                "digits; write the column as text"
            )
        return found[1]
    if _SHORTENED.fullmatch(text):
        raise ValueError("a program has shortened this number, and digits are lost; write the column as text")
    if _OTHER_FRACTION.fullmatch(text):
        raise ValueError("not a whole number")
    return text
