"""Several shipped reads as one statement: one way there and back, and not one for each.

The text is made of the query files as they are, each in a subquery of its own whose rows become one list. Nothing
is written twice, and each still runs alone.
"""

from functools import cache

from graph.errors import QueryFileInvalid
from graph.store import queries


@cache
def joined(*names: str) -> str:
    """The text that runs these reads, each by itself: its row has a list of rows for each, in this order.

    The parameters of the first end in `_0`, those of the second in `_1`. Raises QueryFileInvalid for a write.
    """
    parts = []
    for number, name in enumerate(names):
        query = queries.get(name)
        if query.mode != "read":
            raise QueryFileInvalid("only reads are asked together with others", file=query.file)
        parts.append(query.part(number))
    return "\n".join([*parts, "RETURN " + ", ".join(f"rows_{number}" for number in range(len(names)))])
