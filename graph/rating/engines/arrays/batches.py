"""Rows that are written from lists, so many members in a transaction: one after the other, or two side by side."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.rating.engines.arrays.columns import Drawn, Ties
from graph.rating.engines.arrays.groups import Ints
from graph.rating.engines.contract import Work

SIDE_BY_SIDE = 2
"Transactions at a time."
Row = dict[str, Any]


def batches(work: Work, members: Ints, size: int, rows: Callable[[Ints], Row]) -> Iterator[Row]:
    """What `rows` makes of so many members at a time, made when it is asked for."""
    step = min(size, work.batch)
    return (rows(members[first : first + step]) for first in range(0, len(members), step))


def in_turn(work: Work, name: str, rows: Iterable[Row], **params: Any) -> Iterator[Row]:
    """The answers of the query, one transaction after the other."""
    return (_written(work, name, each, params) for each in rows)


def side_by_side(work: Work, name: str, rows: Iterable[Row], **params: Any) -> Iterator[Row]:
    """The same, two transactions at a time: where none of them locks what another one needs."""
    waiting: deque[Future[Row]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for each in rows:
            waiting.append(pool.submit(_written, work, name, each, params))
            if len(waiting) > SIDE_BY_SIDE:  # what waits takes memory
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _written(work: Work, name: str, rows: Row, params: Row) -> Row:
    tags = work.tags | {"step": name}
    return work.database.optional(name, tags=tags, scheme=work.scheme.id, **rows, **params) or {}


def lists(ties: Ties | Drawn, members: Ints) -> Callable[[NDArray[Any]], list[list[Any]]]:
    """Makes a column of the ties into one list for each of these members, which ascend."""
    first = np.searchsorted(ties.member, members, side="left")
    end = np.searchsorted(ties.member, members, side="right")
    start, stop = (int(first[0]), int(end[-1])) if len(members) else (0, 0)
    spans = list(zip((first - start).tolist(), (end - start).tolist(), strict=True))

    def cut(column: NDArray[Any]) -> list[list[Any]]:
        whole = column[start:stop].tolist()
        return [whole[one:other] for one, other in spans]

    return cut
