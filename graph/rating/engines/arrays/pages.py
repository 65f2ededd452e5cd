"""Packed lists as columns of arrays: a page of rids at a time, several pages side by side."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


def pages(work: Work, name: str, packed: Callable[[Row], Columns], width: int, **params: Any) -> Columns:
    """The columns of all pages of a query, `width` of them, one behind the other in order of rid."""

    def page(first: int) -> Columns:
        row = work.database.optional(
            name,
            tags=work.tags | {"step": name},
            scheme=work.scheme.id,
            first=first,
            end=min(first + size, work.members),
            **params,
        )
        return packed(row or {})

    size = min(work.batch, PAGE)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        found = list(pool.map(page, range(0, work.members, size)))
    return tuple(_joined([each[column] for each in found]) for column in range(width))


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(columns) if columns else np.zeros(0)


def ints(values: Iterable[int]) -> NDArray[np.int32]:
    """Rids and days are below 2^31, and there are many of them."""
    return np.array(values, dtype=np.int32)


def floats(values: Iterable[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def wide(values: NDArray[Any]) -> Ints:
    return values.astype(np.int64)
