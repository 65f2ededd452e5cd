"""Where days and times without a zone are read, and where the days of obligations are meant.

The load says it, or a row of our own form, or a mapping.
"""

from collections.abc import Mapping

from graph.facts.files.cell import Cell, Day
from graph.facts.files.checks import Sheet, cells_of
from graph.facts.files.steps import times
from graph.facts.formats import TIME, ZONE, Mask
from graph.facts.kinds import KINDS
from graph.facts.zones import is_zone, why_no_zone

ENDING = "due"
"The column whose days are meant to their end: who pays on the day is not late."


def in_zones(sheet: Sheet, zone: str | None) -> None:
    """Days and times without a zone are those of their row's zone; a day that something is due on is its end.

    zone: of the rows that name none; None: their days are left as they are.
    A row that names a zone that there is not is refused.
    """
    columns = KINDS[sheet.kind].columns
    own = [column.name for column in columns if column.format is ZONE]
    if zone is None and not any(name in sheet.cells for name in own):
        return  # nothing names a zone
    zones = cells_of([zone] * len(sheet.lines))
    for name in own:
        if name in sheet.cells:
            origin, cells = sheet.origin(name), sheet.cells[name]
            wrong = {text for text in cells.dropna().unique() if not is_zone(text)}
            sheet.refuse(cells.isin(wrong), origin, why_no_zone, cells)
            zones = cells.mask(cells.isin(wrong)).fillna(zones)
            sheet.origins[name] = origin
        sheet.cells[name] = zones
    named = zones.dropna().unique()
    for column in columns:
        if column.format is TIME and column.name in sheet.cells:
            for each in named:
                _read(sheet, column.name, each, zones == each)


def _read(sheet: Sheet, column: str, zone: str, there: Mask) -> None:
    """The days and times in these rows of a column are those of this zone."""
    cells, origin = sheet.cells[column], sheet.origin(column)
    read, reason = times.days(zone, end=column == ENDING)(cells[there])
    sheet.refuse(cells[there].notna() & read.isna(), origin, reason)
    sheet.cells[column] = read if len(read) == len(cells) else read.reindex(cells.index).where(there, cells)
    sheet.origins[column] = origin


def by_mapping(sheet: Sheet, cells: Mapping[str, Cell]) -> None:
    """Rows that name no zone have the one in which the mapping reads the days on which something is due."""
    due = cells.get(ENDING, Cell())
    zone = due.day.zone if isinstance(due.day, Day) else due.zone
    for column in KINDS[sheet.kind].columns:
        if column.format is ZONE and isinstance(zone, str):
            own, all_rows = sheet.cells.get(column.name), cells_of([zone] * len(sheet.lines))
            sheet.cells[column.name] = all_rows if own is None else own.fillna(all_rows)
