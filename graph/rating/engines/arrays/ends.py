"""Who is at the other end of a fact: members, by the number under which the store keeps an entity.

In the store, to go from the other end of a fact to its membership is most of the work of reading the fact. Its
number is at hand, and which member has which number is read once for all facts.

A store gives the number of an entity that was erased to another node. So numbers are read again after the facts:
whoever has the same number before and after had it all the time, since nobody else ever gets its rid.
docs/decisions/0058-facts-by-the-numbers-of-the-store.md says more.
"""

import numpy as np

from graph.rating.engines.arrays.groups import Ints
from graph.rating.engines.arrays.pages import Columns, Row, pages, wide
from graph.rating.engines.contract import Work


class Ends:
    """Members by number, for facts that are read after this was made."""

    def __init__(self, work: Work):
        self._work, self._before = work, _numbers(work)

    def rids(self, ends: Ints) -> Ints:
        """The rid of the member with each of these numbers; -1: it is no member, or has left meanwhile.

        ends: of facts that have been read by now.
        """
        stays = np.flatnonzero((self._before >= 0) & (self._before == _numbers(self._work)))
        if not len(stays):
            return np.full(len(ends), -1)
        order = stays[np.argsort(self._before[stays])]
        numbers = self._before[order]
        place = np.minimum(np.searchsorted(numbers, ends), len(numbers) - 1)
        return np.where(numbers[place] == ends, order[place], -1)


def _numbers(work: Work) -> Ints:
    """The number of each member by rid; -1: there is none with this rid."""

    def packed(row: Row) -> Columns:
        return tuple(np.array(row[name], dtype=np.int64) for name in ("rids", "numbers"))

    rids, numbers = map(wide, pages(work, "packed_numbers", packed, 2))
    found = np.full(work.members, -1)
    found[rids] = numbers
    return found
