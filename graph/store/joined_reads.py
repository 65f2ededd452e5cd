"""Several shipped reads as one statement: one way there and back, and not one for each.

The text is made of the query files as they are, each in a subquery of its own whose rows become one list. Nothing
is written twice, and each still runs alone. A query of many rows comes so, too: the driver takes each row by
itself from the line, which takes longer than a thousand rows take in one list.
"""

import re
from collections.abc import Sequence
from functools import cache

from graph.errors import QueryFileInvalid
from graph.store import queries
from graph.store.queries import QUOTED

_PARAMETER = re.compile(rf"(?P<quoted>{QUOTED.pattern})|\$(?P<name>\w+)", re.DOTALL)


@cache
def joined(*names: str) -> str:
    """The text that runs these reads, each by itself: its row has a list of rows for each, in this order.

    The parameters of the first end in `_0`, those of the second in `_1`. Raises QueryFileInvalid for a write.
    """
    for query in map(queries.get, names):
        if query.mode != "read":
            raise QueryFileInvalid("only reads are asked together with others", file=query.file)
    return _text(names)


@cache
def listed(name: str) -> str:
    """The text that runs this query, which may write: its one row has the list of its rows.

    Its parameters end in `_0`.
    """
    return _text([name])


def _text(names: Sequence[str]) -> str:
    parts = []
    for number, name in enumerate(names):
        query = queries.get(name)
        columns = ", ".join(f"{field.name}: {field.name}" for field in query.returns)
        body = _own_parameters(_without_header(query.text), number)
        parts.append(f"CALL () {{\nCALL () {{\n{body}\n}}\nRETURN collect({{{columns}}}) AS rows_{number}\n}}")
    return "\n".join([*parts, "RETURN " + ", ".join(f"rows_{number}" for number in range(len(names)))])


def parameter(name: str, number: int) -> str:
    """The name that a parameter of the read at this place has in the joined text."""
    return f"{name}_{number}"


def _without_header(text: str) -> str:
    lines = text.splitlines()
    first = next(place for place, line in enumerate(lines) if not line.startswith("//"))
    return "\n".join(lines[first:]).rstrip().removesuffix(";")


def _own_parameters(text: str, number: int) -> str:
    def renamed(found: re.Match[str]) -> str:
        return found["quoted"] or f"${parameter(found['name'], number)}"

    return _PARAMETER.sub(renamed, text)
