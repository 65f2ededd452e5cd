"""A step, and what is done to each text once."""

from collections.abc import Callable
from typing import TypeAlias

from graph.facts.formats import Cells, Reason

Step: TypeAlias = Callable[[Cells], tuple[Cells, Reason]]
"Cells -> the cells after it, missing where it cannot be done; and why, which may depend on the text before it."


def each(made: Callable[[str], str]) -> Step:
    """The step that does this to every text, once for equal ones. `made` raises ValueError where it cannot."""

    def step(cells: Cells) -> tuple[Cells, Reason]:
        found = {}
        for text in cells.dropna().unique():
            try:
                found[text] = made(text)
            except ValueError:
                continue
        return cells.map(found).astype("str"), lambda text: why(made, text)

    return step


def why(made: Callable[[str], str], text: str) -> str:
    """Why this cannot be done to the text."""
    try:
        made(text)
    except ValueError as error:
        return str(error)
    raise AssertionError("unreachable: only texts that failed are asked about")
