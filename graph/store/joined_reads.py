"""Several shipped reads as one statement: one way there and back, and not one for each.

The text is made of the query files as they are, each in a subquery of its own whose rows become one list. Nothing
is written twice, and each still runs alone.
"""

from functools import cache

from graph.errors import QueryFileInvalid
from graph.store import queries


@cache
def joined(*names: str, after: str | None = None) -> str:
    """The text that runs these reads, each by itself: its row has a list of rows for each, in this order.

    The parameters of the first end in `_0`, those of the second in `_1`. Raises QueryFileInvalid for a write.
    after: a write that comes before all of them, and is the first.
    """
    parts = []
    every = names if after is None else (after, *names)
    for number, name in enumerate(every):
        query = queries.get(name)
        if query.mode != ("write" if number == 0 and after is not None else "read"):
            raise QueryFileInvalid("only reads are asked together with others", file=query.file)
        parts.append(query.part(number))
    return "\n".join([*parts, "RETURN " + ", ".join(f"rows_{number}" for number in range(len(every)))])
