"""Packed lists as columns of arrays: a page of rids at a time, several pages side by side."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.rating.engines.arrays.groups import Floats, Ints
from graph.rating.engines.contract import Work

PAGE = 5_000
"Rids in one query."
SIDE_BY_SIDE = 3
"Queries at a time."
Row = dict[str, Any]
Columns = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Kind:
    """What is read of members: a query, and how its answer for a range of rids becomes so many columns."""

    query: str
    packed: Callable[[Row], Columns]
    width: int
    params: Row = field(default_factory=dict)
    "of the query, apart from the scheme and the range"


def pages(work: Work, kind: Kind) -> Iterator[Columns]:
    """The columns of each page of rids, in order of rid. Of pages that nobody asked for yet, a few are held."""

    def page(first: int) -> Columns:
        row = work.database.optional(
            kind.query,
            tags=work.tags | {"step": kind.query},
            scheme=work.scheme.id,
            first=first,
            end=min(first + size, work.members),
            **kind.params,
        )
        return kind.packed(row or {})

    size = min(work.batch, PAGE)
    waiting: deque[Future[Columns]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for first in range(0, work.members, size):
            waiting.append(pool.submit(page, first))
            if len(waiting) > SIDE_BY_SIDE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def whole(work: Work, kind: Kind) -> Columns:
    """The columns of all pages, one page behind the other."""
    found = list(pages(work, kind))
    return tuple(_joined([each[column] for each in found]) for column in range(kind.width))


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(columns) if columns else np.zeros(0)


def ints(values: Iterable[int]) -> NDArray[np.int32]:
    """Rids and days are below 2^31, and there are many of them."""
    return np.array(values, dtype=np.int32)


def numbers(values: Iterable[int]) -> Ints:
    """Those of the store can be larger."""
    return np.array(values, dtype=np.int64)


def floats(values: Iterable[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def wide(values: NDArray[Any]) -> Ints:
    return values.astype(np.int64)
