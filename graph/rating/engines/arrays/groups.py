"""Rows of arrays in groups, summed in an order that values alone decide: the same facts give the same bits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Groups:
    """Rows that have equal keys."""

    order: Ints
    "the rows, those of a group side by side"
    number: Ints
    "of the group of each row, in that order: 0, 1, ..."
    first: Ints
    "where in that order each group begins"

    def sums(self, values: Floats) -> Floats:
        """The sum of each group's values, added up one after the other in the order of its rows."""
        return summed(self.number, values[self.order], len(self.first))

    def largest(self, values: Floats) -> Floats:
        """The largest of each group's values."""
        return np.maximum.reduceat(values[self.order], self.first) if len(self.first) else np.zeros(0)

    def shared(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value that all rows of a group have, one for each group."""
        return values[self.order[self.first]]


def grouped(keys: Sequence[NDArray[Any]], then: Sequence[NDArray[Any]] = ()) -> Groups:
    """Rows with the same values in all of `keys` are a group, the groups ascending; in each by `then`.

    Rows that are equal in `keys` and `then` come in any order: a sum of values that these do not decide has bits
    that hang on the order in which facts are stored.
    """
    order = np.lexsort((*reversed(then), *reversed(keys)))
    starts = np.zeros(len(order), dtype=bool)
    starts[:1] = True
    for key in keys:
        ordered = key[order]
        starts[1:] |= ordered[1:] != ordered[:-1]
    return Groups(order, np.cumsum(starts) - 1, np.flatnonzero(starts))


def summed(members: Ints, values: Floats, count: int) -> Floats:
    """The sum of the values of each member, 0 to `count` - 1, one after the other as they stand."""
    return np.asarray(np.bincount(members, weights=values, minlength=count), dtype=np.float64)


def numbered_alone(owners: NDArray[Any], things: NDArray[Any]) -> Ints:
    """The things of each owner numbered from 0, so that no number tells that two owners have the same one."""
    width = 1 + int(things.max(initial=0))
    pairs, place = np.unique(owners.astype(np.int64) * width + things, return_inverse=True)
    owner = pairs // width
    number: Ints = (np.arange(len(pairs)) - np.searchsorted(owner, owner))[place]
    return number
