"""seconds_since, milliseconds_since, microseconds_since: a number -> the time so long after an instant."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from graph.facts.files.cell import Cell
from graph.facts.files.steps.step import Step
from graph.facts.formats import LATEST, Cells, iso_utc, numbers

# Whole numbers up to here are exact as integers, whatever a double would keep of them.
_WHOLE = r"[+-]?[0-9]{1,17}"


def of(cell: Cell) -> Iterator[Step]:
    """The step of a cell that counts from an instant, if it does."""
    for origin, unit, microseconds in (
        (cell.seconds_since, "seconds", 1_000_000),
        (cell.milliseconds_since, "milliseconds", 1_000),
        (cell.microseconds_since, "microseconds", 1),
    ):
        if isinstance(origin, datetime):
            yield _since(origin, microseconds, f"not a number of {unit} to a time before 2200")


def _since(origin: datetime, unit: int, reason: str) -> Step:
    """The step from a number of units of so many microseconds to ISO 8601."""
    start = pd.Timestamp(origin).tz_convert("UTC").as_unit("us")
    furthest = 2 * (LATEST - datetime.fromisoformat("1970-01-01T00:00:00+00:00")).total_seconds() * 1e6

    def step(cells: Cells) -> tuple[Cells, str]:
        found = numbers(cells)
        within = (found * unit).abs() <= furthest
        whole = (found.where(within, 0) * unit).round().astype("int64")
        exact = within & cells.str.fullmatch(_WHOLE).fillna(False).astype(bool)
        # A double holds a time of ours to the microsecond, but not one that is counted from long before 1970.
        whole[exact] = cells[exact].astype("int64") * unit
        times = pd.Series(start, index=whole.index) + pd.to_timedelta(whole, unit="us")
        texts = iso_utc(times.astype("datetime64[us, UTC]").where(within))
        return pd.Series(texts, index=cells.index, dtype="str"), reason

    return step
