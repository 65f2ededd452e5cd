"""Zones that the server does not have: it counts days late in them, so no obligation may name one."""

from collections.abc import Sequence
from typing import Any

from graph.errors import QueryRejected
from graph.facts.formats import ZONE
from graph.facts.kinds import KINDS
from graph.model import Row
from graph.store.client import Database

UNKNOWN = (
    "the server's database of zones lacks it: update the Java of the server, or name a place with the same clocks"
)


class ServerZones:
    """What is known of the server's zones; each name is asked for once."""

    def __init__(self, database: Database):
        self._database = database
        self._known: dict[str, bool] = {}

    def sorted_out(self, kind: str, rows: Sequence[Row]) -> tuple[list[Row], list[dict[str, Any]]]:
        """The rows whose zones the server has, and a reject for each other one: line, column, value, reason."""
        good, rejects = list(rows), list[dict[str, Any]]()
        for column in (column.name for column in KINDS[kind].columns if column.format is ZONE):
            lacking = [row for row in good if row[column] is not None and not self._has(row[column])]
            rejects += [
                {"line": row["line"], "column": column, "value": row[column], "reason": UNKNOWN} for row in lacking
            ]
            good = [row for row in good if row not in lacking] if lacking else good
        return good, rejects

    def _has(self, zone: str) -> bool:
        if zone not in self._known:
            try:
                self._database.one("zone_day", zone=zone)
                self._known[zone] = True
            except QueryRejected:
                self._known[zone] = False
        return self._known[zone]
