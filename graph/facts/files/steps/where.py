"""where: which rows of a file are taken.

An empty cell passes no comparison but `other_than`, `not_one_of` and `empty = true`. Texts are compared in the
normal form of Unicode, in which a letter and its accent are one however they were typed.
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from graph.facts.files.cell import Condition, Value, is_of_numbers
from graph.facts.files.steps.step import Step
from graph.facts.files.steps.texts import normal_cells
from graph.facts.formats import Cells, Mask, numbers
from graph.text.plain import normal

# Named as in mapping files. The values are those of one condition: one, or the two ends, or all of a list.
TESTS: dict[str, Callable[[Cells, Sequence[Value]], Mask]] = {
    "equals": lambda cells, values: cells == values[0],
    "other_than": lambda cells, values: cells != values[0],
    "above": lambda cells, values: cells > values[0],
    "at_least": lambda cells, values: cells >= values[0],
    "below": lambda cells, values: cells < values[0],
    "at_most": lambda cells, values: cells <= values[0],
    "between": lambda cells, values: (cells >= values[0]) & (cells <= values[1]),
    "one_of": lambda cells, values: cells.isin(values),
    "not_one_of": lambda cells, values: ~cells.isin(values),
    "empty": lambda cells, values: cells.isna() == values[0],
}


def taken(
    conditions: Sequence[Condition], found: pd.DataFrame, read: Mapping[str, Step]
) -> tuple[Mask, list[tuple[str, Mask]]]:
    """The rows where all conditions hold; and by column, the rows with something else where a number is needed.

    Those rows are taken too, to be refused: nobody could say whether they were meant.
    read: by column, the step from a number as the file writes it; none where it is written as ours are.
    """
    kept = pd.Series(True, index=found.index)
    unread = []
    for condition in conditions:
        cells = found[condition.column]
        for name, given in condition.tests().items():
            values = given if isinstance(given, tuple) else (given,)
            if not is_of_numbers(name, given):
                looked_at = cells if name == "empty" else normal_cells(cells)
                kept &= TESTS[name](looked_at, [_normal(value) for value in values])
                continue
            written = read[condition.column](cells)[0] if condition.column in read else cells
            told = numbers(written)
            bad = cells.notna() & told.isna()
            kept &= TESTS[name](told, values) | bad
            unread.append((condition.column, bad))
    return kept, unread


def _normal(value: Value) -> Value:
    return normal(value) if isinstance(value, str) else value


def contradiction(condition: Condition) -> str:
    """What no row could pass, or what says nothing; empty where the condition holds."""
    tests = condition.tests()
    if not tests:
        return "nothing to compare with"
    if isinstance(condition.between, tuple) and condition.between[0] > condition.between[1]:
        return "between: the lower number comes first"
    for name, given in tests.items():
        values = given if isinstance(given, tuple) else (given,)
        if len({isinstance(value, str) for value in values}) > 1:
            return f"{name}: texts or numbers, and not both"
    return ""
