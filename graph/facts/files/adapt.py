"""Pieces of somebody else's file -> sheets of our kinds, as a mapping says.

The steps that bring cells into our form are in steps/; here they are put to the columns of one file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from msgspec import UNSET

from graph.facts.files import zoned
from graph.facts.files.cell import Cell, Condition
from graph.facts.files.checks import Origin, Sheet, cells_of
from graph.facts.files.mapping import Mapping as MappingFile
from graph.facts.files.outputs import Output
from graph.facts.files.sources import Piece, Source
from graph.facts.files.steps import chain, joined, numbers, texts, where, words
from graph.facts.files.steps.fill_down import Filler
from graph.facts.files.steps.step import Step
from graph.facts.formats import NUMBER_WRITTEN, Cells, Mask
from graph.facts.kinds import KINDS

NUMBERS, TIMES = frozenset({"number", "whole number"}), frozenset({"date", "time", "time without a zone"})
"The types of columns, in the words of parquet_source.py, that are no text in a form of somebody's."


class _Made(NamedTuple):
    """How the cells of one of our columns are made."""

    name: str
    cell: Cell
    of_parts: Sequence[Step]
    "for each column of the file by itself"
    numbers: Mapping[str, Step]
    "by column of the file: from a number as it is written there to ours"
    of_whole: Sequence[Step]
    strangers: Callable[[Cells], Mask] | None
    "where a row names somebody who is in no table of the mapping, and is left out for that"


class Adapter:
    """Brings one file into our form, piece by piece in their order."""

    def __init__(
        self, mapping: MappingFile, outputs: Sequence[Output], source: Source, file: str, secret: bytes | None
    ):
        self._file, self._mapping, self._outputs = file, mapping, outputs
        self._made = [
            [_made(mapping, output, *pair, source, secret) for pair in output.cells.items()] for output in outputs
        ]
        read = numbers.of(mapping.defaults.decimal, mapping.defaults.thousands)
        self._read = (
            {} if read is None else {name: read for name in source.names if source.types.get(name) not in NUMBERS}
        )
        self._filler = Filler(mapping.fill_down) if mapping.fill_down else None

    def sheets(self, piece: Piece) -> Iterator[Sheet]:
        """The rows that each output takes from the piece, with our columns, not yet checked.

        A cell that cannot be brought into our form refuses its row in that output.
        """
        columns = {name: cells_of(values) for name, values in piece.columns.items()}
        # An index of its own, since there may be constants only.
        written = pd.DataFrame(columns, index=pd.RangeIndex(len(piece.lines)))
        found = self._tidy(written, piece)
        if self._filler:
            written = written.where(found.isna() | written.notna(), found)
        for output, made in zip(self._outputs, self._made, strict=True):
            kept, unread = where.taken(output.where, found, self._read)
            left_out = kept & _with_strangers(made, found)
            kept &= ~left_out
            # Where several columns name entities, each row counts once for each of them, in turn.
            times = max(len(each.cell.columns or "1") for each in made)
            at = np.repeat(kept.index[kept].to_numpy(), times)
            rows, said = (each.take(at).reset_index(drop=True) for each in (found, written))
            sheet = Sheet(output.kind, self._file, np.asarray(piece.lines)[at].tolist(), {})
            sheet.left_out = int(left_out.sum())
            for column, bad in unread:
                refused = bad.take(at).reset_index(drop=True)
                sheet.refuse(refused, Origin(said[column], (column,)), "not a number, and a number decides on it")
            for each in made:
                _write(sheet, each, rows, said)
            zoned.by_mapping(sheet, output.cells)
            yield sheet

    def _tidy(self, written: pd.DataFrame, piece: Piece) -> pd.DataFrame:
        """The cells as they count for all outputs: trimmed, without words for nothing, filled from above."""
        trim, nothing = self._mapping.defaults.trim, self._mapping.defaults.nothing
        found = written
        if trim or nothing:
            tidied = {name: texts.tidy(written[name], trim=trim, nothing=nothing) for name in written.columns}
            found = pd.DataFrame(tidied, index=written.index)
        if self._filler:
            found = self._filler.fill(found, piece.lines, [reject.line for reject in piece.rejects])
        return found


def _made(
    mapping: MappingFile, output: Output, name: str, cell: Cell, source: Source, secret: bytes | None
) -> _Made:
    format_ = next(column.format for column in KINDS[output.kind].columns if column.name == name)
    types = {source.types.get(column) for column in cell.used}
    read = chain.numbers_of(cell, format_, mapping.defaults)
    numbers_ = {column: read for column in cell.used if read and source.types.get(column) not in NUMBERS}
    of_whole = list(chain.of_whole(cell, format_, mapping.defaults, typed=bool(types & TIMES), secret=secret))
    strangers = words.strangers(cell, trim=mapping.defaults.trim or cell.has("trim"))
    return _Made(name, cell, list(texts.of_parts(cell)), numbers_, of_whole, strangers)


def _with_strangers(made: Sequence[_Made], found: pd.DataFrame) -> Mask:
    """The rows that are left out for somebody whom they name."""
    left_out = pd.Series(False, index=found.index)
    for each in made:
        if each.strangers:
            cells = _tidied(each.cell, found[each.cell.sources[0]])
            for step in each.of_parts:
                cells, _ = step(cells)
            left_out |= each.strangers(cells)
    return left_out


def _tidied(cell: Cell, cells: Cells) -> Cells:
    """The cells as they count for this column of ours."""
    if cell.has("trim") or cell.nothing:
        return texts.tidy(cells, trim=cell.has("trim"), nothing=cell.nothing or ())
    return cells


def _write(sheet: Sheet, made: _Made, rows: pd.DataFrame, said: pd.DataFrame) -> None:
    """The sheet has this column, from the rows of the file. said: the rows as the file writes them."""
    cell, column = made.cell, made.name
    if cell.value is not UNSET:
        sheet.cells[column] = cells_of([str(cell.value)] * len(rows))
        return
    if cell.joined is not UNSET:
        cells, origin = _joined(sheet, made, rows, said)
    else:
        origin = Origin(_in_turn(cell.sources, said), cell.sources)
        cells = _parts(sheet, made, _in_turn(cell.sources, rows), origin)
    if read := made.numbers.get(cell.sources[0]):
        cells = _step(sheet, read, cells, origin)
    if isinstance(cell.times, str):
        cells = _product(sheet, made, cells, origin, rows, said)
    if isinstance(cell.minus_where, Condition):
        cells = _with_minus(sheet, cell.minus_where, cells, origin, rows, said)
    for step in made.of_whole:
        cells = _step(sheet, step, cells, origin)
    if cell.has("needed"):
        sheet.refuse(cells.isna(), origin, "empty, and the mapping needs it")
    sheet.cells[column], sheet.origins[column] = cells, origin


def _in_turn(names: Sequence[str], rows: pd.DataFrame) -> Cells:
    """The cells of the first column; of several, each row those of the next one in turn."""
    cells: Cells = rows[names[0]]
    for turn, name in enumerate(names[1:], start=1):
        cells = cells.where(rows.index % len(names) != turn, rows[name])
    return cells


def _parts(sheet: Sheet, made: _Made, cells: Cells, origin: Origin) -> Cells:
    """What is done to each column of the file by itself."""
    cells = _tidied(made.cell, cells)
    for step in made.of_parts:
        cells = _step(sheet, step, cells, origin)
    return cells


def _step(sheet: Sheet, step: Step, cells: Cells, origin: Origin) -> Cells:
    """The cells after a step; where it cannot be done, the row is refused."""
    after, reason = step(cells)
    sheet.refuse(cells.notna() & after.isna(), origin, reason, cells)
    return after


def _joined(sheet: Sheet, made: _Made, rows: pd.DataFrame, said: pd.DataFrame) -> tuple[Cells, Origin]:
    """One text of several columns; a row in which one of them is empty has none."""
    between, parts = joined.between(made.cell), []
    for name in made.cell.sources:
        origin = Origin(said[name], (name,))
        part = _parts(sheet, made, rows[name], origin)
        sheet.refuse(joined.holding(part, between), origin, joined.why(between))
        sheet.refuse(part.isna(), origin, "empty, and the id is made of it")
        parts.append(part)
    names = made.cell.sources
    return joined.join(parts, between), Origin(
        joined.join([said[name].fillna("") for name in names], between), (" + ".join(names),)
    )


def _product(
    sheet: Sheet, made: _Made, cells: Cells, one: Origin, rows: pd.DataFrame, said: pd.DataFrame
) -> Cells:
    """The products of the cells and those of a second column; a row with one of the two only is refused."""
    name = str(made.cell.times)
    origin = Origin(said[name], (name,))
    factor = _parts(sheet, made, rows[name], origin)
    if read := made.numbers.get(name):
        factor = _step(sheet, read, factor, origin)
    for part, of in ((cells, one), (factor, origin)):
        sheet.refuse(part.notna() & ~_numbers(part), of, "not a number; write it as in 1250.50")
    sheet.refuse(cells.notna() & factor.isna(), origin, "empty, and the amount is a product with it")
    return numbers.product(cells, factor)


def _with_minus(
    sheet: Sheet, condition: Condition, cells: Cells, origin: Origin, rows: pd.DataFrame, said: pd.DataFrame
) -> Cells:
    """The numbers, below 0 where the condition holds; one that is written with a sign there is refused."""
    below, unread = where.taken([condition], rows, {})
    for column, bad in unread:
        sheet.refuse(bad, Origin(said[column], (column,)), "not a number, and a number decides on the sign")
    there = below & cells.notna()
    sheet.refuse(there & cells.str.startswith(("-", "+")).fillna(False).astype(bool), origin, numbers.SIGNED)
    return cells.where(~there, "-" + cells)


def _numbers(cells: Cells) -> Mask:
    return cells.str.fullmatch(NUMBER_WRITTEN).fillna(False).astype(bool)
