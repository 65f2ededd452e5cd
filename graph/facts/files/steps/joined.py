"""joined, by: the texts of several columns -> one id, such as loan and installment.

What stands between them may stand in none of them, or two different rows could get one id: `1-2` and `3`, `1` and
`2-3`. It combines with no letter either. A row without one of them has no id.
"""

from collections.abc import Sequence

from graph.facts.files.cell import Cell
from graph.facts.formats import Cells, Mask

BETWEEN = "-"


def between(cell: Cell) -> str:
    """What stands between joined cells."""
    return cell.by if isinstance(cell.by, str) else BETWEEN


def holding(part: Cells, between: str) -> Mask:
    """The cells of one column that hold what stands between columns."""
    return part.str.contains(between, regex=False).fillna(False).astype(bool)


def why(between: str) -> str:
    return f"holds {between!r}, which stands between joined columns; choose another with `by`"


def join(parts: Sequence[Cells], between: str) -> Cells:
    """One text of all; missing where one of them is."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + between + part
    return whole
