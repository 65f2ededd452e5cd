"""What a query returned, as it is printed: Cypher's words for it, and none of Python's.

In a cell, a text stands as it is, nothing as an empty cell, true and false as these words, an instant as RFC 3339
has it, and a list or a map as JSON. A node is its id, a tie is between two of them: what else they have, such as
scores, is for Neo4j Browser and for the commands that are recorded.
"""

import json
import math
from datetime import UTC, date, datetime
from typing import Any


def plain(value: Any, kind: str = "") -> Any:
    """The value as JSON has it: only texts, numbers, truths, lists and maps.

    kind: the Cypher type that the query declares, where it is NODE, RELATIONSHIP or PATH.
    """
    if value is None:
        return None
    if kind == "NODE":
        return value.get("id")
    if kind == "RELATIONSHIP":
        return _tie(*value)
    if kind == "PATH":
        return [_tie(*value[place : place + 3]) for place in range(0, len(value) - 2, 2)]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):  # which JSON has no number for
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if isinstance(value, bool | int | float | str) else _written(value)


def cell(value: Any) -> str | int | float | None:
    """A plain value in a table: numbers stay numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value  # type: ignore[no-any-return]


def in_csv(value: Any) -> str | int | float | None:
    """A plain value in a CSV file, where no text is a formula."""
    from graph.text.plain import no_formula

    found = cell(value)
    return no_formula(found) if isinstance(found, str) else found


def _tie(start: dict[str, Any], kind: str, end: dict[str, Any]) -> dict[str, Any]:
    return {"from": start.get("id"), "type": kind, "to": end.get("id")}


def _written(value: Any) -> str:
    """An instant in UTC as RFC 3339 has it, a day as 2026-06-30, anything else as it writes itself in ISO 8601."""
    value = value.to_native() if hasattr(value, "to_native") else value
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    return str(value.iso_format()) if hasattr(value, "iso_format") else str(value)
