"""A run whose ratings were worked out elsewhere: they are read from files, and published as those of arrays.

Members that have left since are left out, of circles too, and so are ties that were paused since; members that
have joined since wait for the next run. Where that changes the ratings of others, the run is stale.
"""

from functools import cached_property
from typing import Any

import numpy as np

from graph.errors import Refused
from graph.rating.engines.arrays import reading, tying
from graph.rating.engines.arrays.columns import Members, Ties
from graph.rating.engines.arrays.conduct import Rated
from graph.rating.engines.arrays.engine import Arrays
from graph.rating.engines.arrays.groups import Flags, Floats, Ints, summed
from graph.rating.engines.arrays.rating_files import Rows
from graph.rating.engines.contract import Work
from graph.rating.engines.spark import layout
from graph.rating.engines.sweeps import Propagated


class FromFiles(Arrays):
    """A run from these ratings; graph/rating/engines/contract.py says what each step is for."""

    def __init__(self, work: Work, rows: Rows, made: layout.Ratings):
        super().__init__(work)
        self._rows, self._made = rows, made

    @cached_property
    def _members(self) -> Members:
        """Those that are rated and have not left."""
        everyone = reading.members(self._work)
        rated = np.isin(everyone.rids, self._rows.rid)
        captions = [caption for caption, there in zip(everyone.captions, rated.tolist(), strict=True) if there]
        return everyone._replace(rids=everyone.rids[rated], offsets=everyone.offsets[rated], captions=captions)

    @cached_property
    def _present(self) -> Flags:
        """By rid: whether there is such a member, and a rating of it."""
        found = np.zeros(self._work.members, dtype=bool)
        found[self._members.rids] = True
        return found

    def make_voices(self) -> None:
        self._voice = self._by_rid(self._rows.voice)

    def rate_conduct(self) -> None:
        rows, none = self._rows, np.zeros((self._work.members, 2), dtype=np.int64)
        self._offset = self._by_rid(rows.offset)
        self._check_same_members()
        self._rated = {
            name: Rated(self._by_rid(rows.rates[:, place]), self._by_rid(rows.evidences[:, place]), none)
            for place, name in enumerate(self._made.factors)
        }
        self._conduct = self._by_rid(rows.conduct)
        self._aside = np.zeros((self._work.members, 2), dtype=np.int64)
        self._aside[rows.rid] = rows.aside[:, :2]
        lacking = np.flatnonzero(rows.aside[:, 2:].any(axis=1))
        counts = rows.aside[lacking, 2:].tolist()
        self._lacking = dict(zip(rows.rid[lacking].tolist(), map(tuple, counts), strict=True))

    def _check_same_members(self) -> None:
        """An entity's offset is drawn from its id and this store's secret. Raises Refused for another store's."""
        found = self._members
        if others := np.count_nonzero(found.offsets != self._offset[found.rids]):
            raise Refused(
                f"the snapshot is of another Neo4j, or of this one before it was restored: {others:,} of its rids "
                "are those of other members here; take a snapshot of this one"
            )

    def find_circles(self) -> None:
        ties, present = self._rows.ties, self._present
        stays = present[ties.contact] & ~self._paused(ties)
        touched = np.unique(ties.member[present[ties.member] & ~stays])
        self._ties = _weighed_anew(ties, present[ties.member] & stays, touched)
        if len(touched) or self._lacks_a_leaver():
            # before anyone is published, so that a command that is killed does not leave it out
            self._work.database.run("record_run", id=self._work.run, run={"stale": True})
        tying.tie(self._work, reading.ties(self._work), tying.drawn(self._ties))

    def _paused(self, ties: Ties) -> Flags:
        """Of each tie, whether either end has paused it by now."""

        def pairs(one: Ints, other: Ints) -> Ints:
            found: Ints = np.minimum(one, other) * self._work.members + np.maximum(one, other)
            return found

        found: Flags = np.isin(pairs(ties.member, ties.contact), pairs(*reading.pauses(self._work)))
        return found

    def _lacks_a_leaver(self) -> bool:
        """Whether somebody who left spoke for others, or may be a contact in dispute that a circle lacks."""
        rows = self._rows
        left = ~self._present[rows.rid]
        spoke = self._work.voices is not None and (rows.voice[left] != self._outside).any()
        return bool(spoke or (left.any() and rows.aside[:, 2:].any()))

    def propagate(self) -> Propagated:
        self._state = np.zeros((self._work.members, 2))
        self._state[self._rows.rid] = self._rows.state
        return Propagated(self._made.sweeps, self._made.bound)

    def count_leaning(self) -> list[int]:
        return list(self._made.leaning)

    def _by_rid(self, values: Floats) -> Floats:
        found = np.zeros(self._work.members)
        found[self._rows.rid] = values
        return found


def _weighed_anew(ties: Ties, stays: Flags, touched: Ints) -> Ties:
    """The ties that stay; those of the touched members sum to 1 again, however little they weighed."""
    columns: list[Any] = [column[stays] for column in ties]
    left = Ties(*columns)
    again, count = np.isin(left.member, touched), 1 + int(left.member.max(initial=0))
    whole = summed(left.member, left.strength, count)[left.member]
    return left._replace(weight=np.where(again, left.strength / whole, left.weight))
