"""fill_down: an empty cell says what the row above it says.

    fill_down = { columns = ["Currency", "Paid at"], within = "Name" }

In sheets that people read, and in orders of several lines, only the first row of several says what holds for all.
With `within`, a cell is filled from rows with the same text in that column alone, so that no row takes what
belongs to somebody else. Behind a line that is no record nothing is filled from above it: that line may have said
something else.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from msgspec import UNSET, UnsetType

from graph.facts.files.cell import Table, Words


class FillDown(Table, frozen=True):
    """The columns to fill; and the one whose text must stay the same."""

    columns: Words
    within: str | UnsetType = UNSET

    @property
    def used(self) -> tuple[str, ...]:
        return (*self.columns, self.within) if isinstance(self.within, str) else self.columns


class Filler:
    """Fills one file, piece by piece in their order: what the last row said goes on in the next piece."""

    def __init__(self, rule: FillDown):
        self._rule = rule
        self._last: pd.DataFrame | None = None
        "the last row of the piece before, filled; none where nothing may be filled from it"

    def fill(self, rows: pd.DataFrame, lines: Sequence[int], broken: Sequence[int]) -> pd.DataFrame:
        """The rows with their empty cells filled.

        lines:  of the rows; broken: of the lines between them that are no records, both ascending.
        """
        names, within = list(dict.fromkeys(self._rule.used)), self._rule.within
        known = rows[names]
        behind = np.searchsorted(np.asarray(broken, dtype="int64"), np.asarray(lines, dtype="int64"))
        if self._last is not None:
            known = pd.concat([self._last, known], ignore_index=True)
            behind = np.concatenate([[0], behind])
        run = pd.Series(behind, index=known.index)
        if isinstance(within, str):
            if within in self._rule.columns:
                known = known.assign(**{within: known[within].groupby(run).ffill()})
            key = known[within]
            changed = (key != key.shift()) | key.isna()
            run = (changed | (run != run.shift())).cumsum()
        columns = list(self._rule.columns)
        known = known.assign(**known[columns].groupby(run).ffill())
        if len(known) and not (broken and (not len(lines) or broken[-1] > lines[-1])):
            last: pd.DataFrame | None = known.tail(1)
        else:
            last = self._last if not broken else None
        filled = known.iloc[len(known) - len(rows) :].set_axis(rows.index)
        self._last = last
        return rows.assign(**{name: filled[name] for name in columns})
