"""Where each row of a kind stands, by its id: sixteen bytes a row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NOWHERE = -1
Numbers = npt.NDArray[np.int64]


class Places:
    """The number of each row, from 0 in the order in which they came, by a hash of its id.

    Sorted runs, of which two are made one when the later has grown to half of the earlier. Ids are told apart by
    64 bits, which nobody outside this process can foresee. Whoever takes a row from its number compares its id.
    Two ids of one hash would end an import: it refuses what is there twice, and ends that are not there.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Numbers, Numbers]] = []
        self.size = 0

    def add(self, ids: Sequence[str]) -> None:
        """These are the next rows."""
        keys = _keys(ids)
        order = np.argsort(keys)
        self._runs.append((keys[order], order + self.size))
        self.size += len(ids)
        while len(self._runs) > 1 and len(self._runs[-2][0]) <= 2 * len(self._runs[-1][0]):
            self._merge()

    def find(self, ids: Sequence[str]) -> list[int]:
        """The number of the row of each id, or NOWHERE."""
        keys = _keys(ids)
        found = np.full(len(keys), NOWHERE, dtype=np.int64)
        for known, numbers in self._runs:
            at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            there = known[at] == keys
            found[there] = numbers[at[there]]
        numbered: list[int] = found.tolist()
        return numbered

    def _merge(self) -> None:
        keys, numbers = (
            np.concatenate([one, other]) for one, other in zip(self._runs[-2], self._runs[-1], strict=True)
        )
        order = np.argsort(keys, kind="stable")
        self._runs[-2:] = [(keys[order], numbers[order])]


def _keys(ids: Sequence[str]) -> Numbers:
    return np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))
