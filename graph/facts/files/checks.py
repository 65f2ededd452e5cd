"""Text cells of one kind -> checked rows and rejects, by the table in graph/facts/kinds.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import Any

import pandas as pd

from graph.facts.files.ids import SEPARATOR, Numbering, same_ids
from graph.facts.files.prefix import NO_PREFIX, Prefix
from graph.facts.files.sources import clipped
from graph.facts.formats import Cells, Mask, Reason
from graph.facts.kinds import KINDS, NAMING, Column, rules
from graph.model import Reject, Row
from graph.policy.categories import Categories


@dataclass(frozen=True)
class Origin:
    """Where the cells of a column come from in the file: the cells as written, and their column.

    With several names, the cells were taken from them in turn, row by row.
    """

    cells: Cells
    names: tuple[str, ...]


def cells_of(values: Sequence[str | None]) -> Cells:
    """The values as a column indexed by position; missing where None or empty."""
    cells: Cells = pd.Series(list(values), dtype="str")
    return cells.where(cells != "") if "" in values else cells


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


class Sheet:
    """Rows of one kind on their way through the checks.

    lines:   the line of each row.
    cells:   text by column, indexed by position; columns may be absent.
    origins: for the columns whose text is not what the file says.
    """

    def __init__(self, kind: str, file: str, lines: Sequence[int], cells: Mapping[str, Cells]):
        self.kind, self.file = kind, file
        self.lines, self.cells = lines, dict(cells)
        self.origins: dict[str, Origin] = {}
        self.left_out = 0
        "rows that are in none of these cells, because they name somebody who is in no table of a mapping"
        self._refused: dict[int, Reject] = {}

    def origin(self, column: str) -> Origin:
        return self.origins.get(column) or Origin(self.cells[column], (column,))

    def refuse(self, bad: Mask, origin: Origin, reason: Reason, looked_at: "Cells | None" = None) -> None:
        """Rows where `bad` holds are rejected, unless they have been already.

        looked_at: the text that has the fault, where it is not what the file says.
        """
        if not bad.any():
            return
        for position in bad.index[bad].tolist():
            self._reject(position, origin, reason, looked_at)

    def _reject(self, position: int, origin: Origin, reason: Reason, looked_at: "Cells | None" = None) -> None:
        if position not in self._refused:
            text = _text(origin.cells.loc[position])
            name = origin.names[position % len(origin.names)]
            if callable(reason):
                reason = reason(text if looked_at is None else _text(looked_at.loc[position]))
            self._refused[position] = Reject(self.file, self.lines[position], name, clipped(text), reason)

    def check(
        self, numbering: Numbering, categories: Categories, prefix: Prefix = NO_PREFIX
    ) -> tuple[list[Row], list[int], list[Reject]]:
        """The good rows, their lines, and the rejects by line; each row is in one of the two.

        prefix: put before ids, given or derived.
        A row that repeats an earlier one of this sheet under the same id, without contradicting it, is in neither.
        """
        declared = KINDS[self.kind]
        columns = declared.columns
        values = pd.DataFrame({column.name: self._read(column) for column in columns})
        for name in prefix.columns(self.kind):
            values[name] = self._prefixed(prefix, name, values[name])
        for rule in rules(self.kind, categories):
            self.refuse(rule.broken(values), self._origin_of_rule(rule.column), rule.reason)
        if self._refused:
            values = values.drop(index=list(self._refused))
        shown = {column.name: column.format.show(values[column.name]) for column in columns}
        if declared.prefix and None in shown["id"]:
            shown["id"] = self._derived(shown, numbering, prefix.text)
        # A third faster than a comprehension; the columns are of one length by construction.
        rows = list(map(dict, map(zip, repeat(tuple(shown)), zip(*shown.values(), strict=True))))
        rows, positions = self._once(rows, values.index.tolist())
        rejects = sorted(self._refused.values(), key=lambda reject: reject.line)
        return rows, [self.lines[position] for position in positions], rejects

    def _read(self, column: Column) -> Cells:
        """The values of one column; missing where the cell is, or where the row is refused for it."""
        cells = self.cells.get(column.name)
        if cells is None:
            return pd.Series(None, index=pd.RangeIndex(len(self.lines)), dtype=column.format.dtype)
        origin, form, index = self.origin(column.name), column.format, cells.index
        if cells.hasnans:
            if column.required:
                self.refuse(cells.isna(), origin, "empty")
            cells = cells.dropna()
        cells = form.normal(cells)
        for fault, reason in () if form.is_clean(cells) else form.faults:
            bad = fault(cells)
            if bad.any():
                self.refuse(bad, origin, reason, cells)
                cells = cells[~bad]
        values = form.read(cells)
        self.refuse(values.isna(), origin, form.unread, cells)
        for limit, reason in form.limits:
            self.refuse(limit(values), origin, reason)
        return values if len(values) == len(index) else values.reindex(index)

    def _origin_of_rule(self, column: str) -> Origin:
        if column in self.cells:
            return self.origin(column)
        return Origin(cells_of([None] * len(self.lines)), (column,))

    def _origin_of_name(self) -> Origin:
        """The cells that name a row; where the file has no ids, the last of those that an id is derived from."""
        declared = KINDS[self.kind]
        return self.origin(
            next(name for name in (declared.key[-1], *reversed(declared.named_by)) if name in self.cells)
        )

    def _prefixed(self, prefix: Prefix, name: str, ids: Cells) -> Cells:
        """The ids of a column behind the prefix; a row is refused where the two together are no id."""
        if name in NAMING[self.kind]:
            together = ids.map(partial(prefix.before, self.kind, name), na_action="ignore").astype("str")
        else:
            together = (prefix.text + ids).astype("str")
        for fault, reason in next(
            column.format.faults for column in KINDS[self.kind].columns if column.name == name
        ):
            if len(there := together.dropna()):
                self.refuse(fault(there), self.origin(name), reason, there)
        return together

    def _derived(self, shown: dict[str, list[Any]], numbering: Numbering, prefix: str = "") -> list[str]:
        """The ids, with one derived from the other cells where there is none."""
        ids, named = shown["id"], KINDS[self.kind].named_by
        counts = {column.name for column in KINDS[self.kind].columns if column.in_id} - {"id"}
        rest = [cells for name, cells in shown.items() if name in (named or counts)]
        contents = [
            SEPARATOR.join(["" if cell is None else str(cell) for cell in row])
            for row, known in zip(zip(*rest, strict=True), ids, strict=True)
            if known is None
        ]
        make = same_ids if named else numbering.ids
        derived = iter(make(KINDS[self.kind].prefix, contents))
        return [known if known is not None else prefix + next(derived) for known in ids]

    def _once(self, rows: list[Row], positions: list[int]) -> tuple[list[Row], list[int]]:
        """The rows to keep and their positions: a later row under the same id completes the first, or is refused.

        A missing value contradicts nothing, as in the graph: an obligation and its payment can be two rows.
        """
        key = KINDS[self.kind].key
        names = list(map(itemgetter(*key), rows))
        if len(set(names)) == len(names):
            return rows, positions
        first: dict[object, tuple[Row, int]] = {}
        for name, row, position in zip(names, rows, positions, strict=True):
            known, at = first.setdefault(name, (row, position))
            if all(value is None or known[column] in (None, value) for column, value in row.items()):
                known.update({column: value for column, value in row.items() if value is not None})
            else:
                reason = f"line {self.lines[at]} says something else under the same {' and '.join(key)}"
                self._reject(position, self._origin_of_name(), reason)
        return [row for row, _ in first.values()], [at for _, at in first.values()]
