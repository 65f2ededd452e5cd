"""Who is at the other end of a fact: members, by the number under which the store keeps an entity.

In the store, to go from the other end of a fact to its membership is most of the work of reading the fact. Its
number is at hand, and which member has which number is read once for all facts.

A store gives the number of an entity that was erased to another node. So numbers are read again after the facts:
whoever has the same number before and after had it all the time, since nobody else ever gets its rid.
docs/decisions/0058-facts-by-the-numbers-of-the-store.md says more.
"""

import numpy as np

from graph.rating.engines.arrays.groups import Flags, Ints
from graph.rating.engines.arrays.pages import Kind, numbers, whole, wide
from graph.rating.engines.contract import Work

NUMBERS = Kind("packed_numbers", lambda row: (numbers(row["rids"]), numbers(row["numbers"])), 2)


class Ends:
    """Members by number, for facts that are read after this was made."""

    def __init__(self, work: Work):
        self._work, self._before = work, _numbers(work)

    def rids(self, ends: Ints) -> Ints:
        """The rid of the member with each of these numbers; -1: it is no member, or has left meanwhile.

        ends: of facts that have been read by now.
        """
        return self._found(ends, self._stays())

    def unsettled_rids(self, ends: Ints) -> Ints:
        """The same for some of many facts, as it was at first: what `gone` says afterwards goes before it."""
        return self._found(ends, self._before >= 0)

    def gone(self) -> Ints:
        """The rids of members that have left since this was made."""
        return np.flatnonzero((self._before >= 0) & ~self._stays())

    def _stays(self) -> Flags:
        stays: Flags = (self._before >= 0) & (self._before == _numbers(self._work))
        return stays

    def _found(self, ends: Ints, among: Flags) -> Ints:
        rids = np.flatnonzero(among)
        if not len(rids):
            return np.full(len(ends), -1)
        order = rids[np.argsort(self._before[rids])]
        known = self._before[order]
        place = np.minimum(np.searchsorted(known, ends), len(known) - 1)
        return np.where(known[place] == ends, order[place], -1)


def _numbers(work: Work) -> Ints:
    """The number of each member by rid; -1: there is none with this rid."""
    rids, known = map(wide, whole(work, NUMBERS))
    found = np.full(work.members, -1)
    found[rids] = known
    return found
