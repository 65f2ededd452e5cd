"""Pieces of somebody else's file -> sheets of our kinds, as a mapping says."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from msgspec import UNSET

from graph.facts.files.checks import Origin, Sheet, cells_of
from graph.facts.files.mapping import Cell, Condition, Output, Value
from graph.facts.files.sources import Piece
from graph.facts.formats import (
    DATE_WRITTEN,
    LATEST,
    LOCAL_WRITTEN,
    TIME_WRITTEN,
    Cells,
    Mask,
    Reason,
    iso_utc,
    local_times,
    numbers,
)

# Named as in mapping files.
TESTS: dict[str, Callable[[Any, Value], Mask]] = {
    "equals": lambda cells, value: cells == value,
    "other_than": lambda cells, value: cells != value,
    "above": lambda cells, value: cells > value,
    "at_least": lambda cells, value: cells >= value,
    "below": lambda cells, value: cells < value,
    "at_most": lambda cells, value: cells <= value,
}


def sheets(outputs: Sequence[Output], file: str, piece: Piece) -> Iterator[Sheet]:
    """The rows that each output takes from the piece, with our columns, not yet checked.

    A cell that cannot be brought into our form refuses its row in that output.
    """
    columns = {name: cells_of(values) for name, values in piece.columns.items()}
    found = pd.DataFrame(columns, index=pd.RangeIndex(len(piece.lines)))  # also where there are constants only
    for output in outputs:
        kept, unread = _taken(output.where, found)
        # Where several columns name entities, each row counts once for each of them, in turn.
        times = max(len(cell.sources) or 1 for cell in output.cells.values())
        at = np.repeat(kept.index[kept].to_numpy(), times)
        rows = found.take(at).reset_index(drop=True)
        sheet = Sheet(output.kind, file, np.asarray(piece.lines)[at].tolist(), {})
        for column, bad in unread:
            refused = bad.take(at).reset_index(drop=True)
            sheet.refuse(refused, Origin(rows[column], (column,)), "not a number, and a number decides on it")
        for column, cell in output.cells.items():
            _write(sheet, column, cell, rows)
        yield sheet


def _taken(where: Sequence[Condition], found: pd.DataFrame) -> tuple[Mask, list[tuple[str, Mask]]]:
    """The rows to take; and by column, the rows with something else where a number is needed.

    Those rows are taken too, to be refused: nobody could say whether they were meant. An empty cell
    passes no comparison but `other_than`.
    """
    kept = pd.Series(True, index=found.index)
    unread = []
    for condition in where:
        cells = found[condition.column]
        for name, value in condition.tests().items():
            if isinstance(value, str):
                kept &= TESTS[name](cells, value)
                continue
            read = numbers(cells)
            bad = cells.notna() & read.isna()
            kept &= TESTS[name](read, value) | bad
            unread.append((condition.column, bad))
    return kept, unread


def _write(sheet: Sheet, column: str, cell: Cell, rows: pd.DataFrame) -> None:
    """The sheet has this column, from the rows of the file."""
    if cell.value is not UNSET:
        sheet.cells[column] = cells_of([str(cell.value)] * len(rows))
        return
    sources = cell.sources
    cells = rows[sources[0]]
    for turn, name in enumerate(sources[1:], start=1):
        cells = cells.where(rows.index % len(sources) != turn, rows[name])
    origin = Origin(cells, sources)
    text, reason = _adapted(cell, cells)
    sheet.refuse(cells.notna() & text.isna(), origin, reason)
    sheet.cells[column], sheet.origins[column] = text, origin


def _adapted(cell: Cell, cells: Cells) -> tuple[Cells, Reason]:
    """The cells in our form, missing where that cannot be, and the reason for it."""
    if cell.prefix is not UNSET:
        return cell.prefix + cells, ""
    if cell.from_ is not UNSET and cell.to is not UNSET:
        (a, b), (c, d) = cell.from_, cell.to
        scaled = (numbers(cells) - a) * (d - c) / (b - a) + c
        return _text([None if number != number else repr(number) for number in scaled.tolist()]), "not a number"
    if cell.seconds_since is not UNSET:
        return _since(cell.seconds_since, numbers(cells) * 1e6), "not a number of seconds to a time before 2200"
    if cell.milliseconds_since is not UNSET:
        reason = "not a number of milliseconds to a time before 2200"
        return _since(cell.milliseconds_since, numbers(cells) * 1e3), reason
    if cell.zone is not UNSET:
        return _local(cell.zone, cells)
    return cells, ""


def _since(origin: datetime, microseconds: Cells) -> Cells:
    """ISO 8601 of the times so long after the origin; a double holds a time of ours to the microsecond."""
    start = pd.Timestamp(origin).tz_convert("UTC").as_unit("us")
    furthest = LATEST - pd.Timestamp(0, tz="UTC")
    within = microseconds.abs() <= 2 * furthest.total_seconds() * 1e6
    whole = microseconds.where(within, 0).round().astype("int64")
    times = pd.Series(start, index=whole.index) + pd.to_timedelta(whole, unit="us")
    return _text(iso_utc(times.astype("datetime64[us, UTC]").where(within)))


def _local(zone: str, cells: Cells) -> tuple[Cells, Reason]:
    """ISO 8601 of the local times of this zone, and why where there is none."""
    times = local_times(cells)
    times = times.where(times.between(pd.Timestamp("1969-12-30"), pd.Timestamp("2200-01-03")))
    there = times.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    read = set(cells[times.notna()])

    def reason(text: str) -> str:
        if text in read:
            return f"a local time that {zone} skips or has twice; write it with an offset"
        if re.fullmatch(DATE_WRITTEN, text):
            return f"a date without a time, and {zone} needs one; write it as in 2026-01-31 09:30:00"
        if re.fullmatch(LOCAL_WRITTEN, text):
            return "no such local time between 1970 and 2200"
        return "not written as a local time is; write it as in 2026-01-31 09:30:00"

    text = _text(iso_utc(there.dt.tz_convert("UTC")))
    # A time that has its offset needs no zone.
    return text.where(text.notna(), cells.where(cells.str.fullmatch(TIME_WRITTEN))), reason


def _text(values: list[str | None]) -> Cells:
    return pd.Series(values, dtype="str")
