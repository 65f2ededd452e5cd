"""A run whose ratings were worked out elsewhere: they are read from files, and published as those of arrays.

Members that have left since are left out, of circles too; members that have joined since wait for the next run.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from graph.errors import RecordError
from graph.rating.engines.arrays import reading, tying
from graph.rating.engines.arrays.columns import Members, Ties
from graph.rating.engines.arrays.conduct import Rated
from graph.rating.engines.arrays.engine import Arrays
from graph.rating.engines.arrays.groups import Flags, Floats, Ints
from graph.rating.engines.contract import Work
from graph.rating.engines.spark import layout
from graph.rating.engines.sweeps import Propagated

NOISE = 1e-9
"Of sums."


class Rows(NamedTuple):
    """The ratings of the files; one row a member, but ties."""

    rid: Ints
    rates: Floats
    evidences: Floats
    conduct: Floats
    voice: Floats
    "nan: none"
    aside: Ints
    state: Floats
    "[score, score under the veil] after the last sweep"
    ties: Ties


class FromFiles(Arrays):
    """A run from these files; graph/rating/engines/contract.py says what each step is for."""

    def __init__(self, work: Work, directory: Path, made: layout.Ratings):
        super().__init__(work)
        self._directory, self._made = directory, made
        self.lost = 0
        "members that have lost a contact of their circle since the snapshot"

    @cached_property
    def _rows(self) -> Rows:
        """Raises RecordError for a rating that no run gives."""
        self._work.progress("reading the ratings")
        return read(self._directory, self._made, self._work.members)

    @cached_property
    def _present(self) -> Flags:
        """By rid: whether there is such a member now."""
        found = np.zeros(self._work.members, dtype=bool)
        found[self._everyone.rids] = True
        return found

    @cached_property
    def _everyone(self) -> Members:
        members = reading.members(self._work)
        self._staged = members.staged
        return members

    @cached_property
    def _members(self) -> Members:
        """Those that are rated and have not left."""
        everyone = self._everyone
        rated = np.isin(everyone.rids, self._rows.rid)
        captions = [caption for caption, there in zip(everyone.captions, rated.tolist(), strict=True) if there]
        return everyone._replace(rids=everyone.rids[rated], offsets=everyone.offsets[rated], captions=captions)

    def make_voices(self) -> None:
        self._voice = self._by_rid(np.nan_to_num(self._rows.voice))

    def rate_conduct(self) -> None:
        rows, none = self._rows, np.zeros((self._work.members, 2), dtype=np.int64)
        self._rated = {
            name: Rated(self._by_rid(rows.rates[:, place]), self._by_rid(rows.evidences[:, place]), none)
            for place, name in enumerate(self._made.factors)
        }
        self._conduct = self._by_rid(rows.conduct)
        aside = np.zeros((self._work.members, 4), dtype=np.int64)
        aside[rows.rid] = rows.aside
        self._aside = aside[:, :2]
        self._lacking = {int(rid): (int(aside[rid, 2]), int(aside[rid, 3])) for rid in rows.rid}
        self._offset = np.zeros(self._work.members)
        self._offset[self._members.rids] = self._members.offsets

    def find_circles(self) -> None:
        ties, present = self._rows.ties, self._present
        stays = present[ties.member] & present[ties.contact]
        touched = np.unique(ties.member[present[ties.member] & ~present[ties.contact]])
        self.lost = len(touched)
        columns: list[Any] = [column[stays] for column in ties]
        left = Ties(*columns)
        total = np.bincount(left.member, weights=left.weight, minlength=self._work.members)
        again = np.isin(left.member, touched)
        self._ties = left._replace(weight=np.where(again, left.weight / total[left.member], left.weight))
        tying.tie(self._work, reading.ties(self._work), self._ties)

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


def read(directory: Path, made: layout.Ratings, count: int) -> Rows:
    """The ratings of the directory, by rid. Raises RecordError for one that no run gives."""
    files = [directory / file.name for file in made.table.files]
    tables = [table for table in map(parquet.read_table, files) if table.num_rows]
    if not tables:
        return _none(len(made.factors))
    table = pa.concat_tables(tables).sort_by("rid").combine_chunks()
    rid = _numbers(table, "rid").astype(np.int64)
    if len(np.unique(rid)) < len(rid) or rid.min() < 0 or rid.max() >= count:
        raise RecordError("a member is in it twice, or is none of the snapshot's", file=str(directory))
    wide = {name: _lists(table, name, len(rid)) for name in ("rates", "evidences", "aside")}
    state = np.stack([_numbers(table, "swept"), _numbers(table, "swept_veil")], axis=1)
    scores = np.stack([state[:, 0], _numbers(table, "conduct"), *wide["rates"].T], axis=1)
    if not np.isfinite(state).all() or not ((scores >= -NOISE) & (scores <= 1 + NOISE)).all():
        raise RecordError("a score, a conduct or a rate is outside of [0, 1]", file=str(directory))
    return Rows(
        rid=rid,
        rates=wide["rates"],
        evidences=wide["evidences"],
        conduct=scores[:, 1],
        voice=_numbers(table, "voice"),
        aside=wide["aside"].astype(np.int64),
        state=state,
        ties=_ties(table, rid, directory),
    )


def _ties(table: pa.Table, rid: Ints, directory: Path) -> Ties:
    circles = table.column("circle").combine_chunks()
    circles = circles.chunk(0) if isinstance(circles, pa.ChunkedArray) else circles
    each = circles.flatten()
    lengths = np.asarray(circles.value_lengths(), dtype=np.int64)
    contact, weight, strength, days, last = (
        np.asarray(each.field(name)) for name in ("contact", "weight", "strength", "days", "last")
    )
    member, contact = np.repeat(rid, lengths), contact.astype(np.int64)
    if not np.isin(contact, rid).all() or (contact == member).any() or not (weight > 0).all():
        raise RecordError("a circle has a contact that is not rated, or without a weight", file=str(directory))
    if (np.abs(np.bincount(member, weights=weight) - 1)[np.unique(member)] > NOISE).any():
        raise RecordError("the weights of a circle do not sum to 1", file=str(directory))
    order = np.lexsort((contact, member))
    numbers = (column.astype(np.int64)[order] for column in (days, last))
    return Ties(member[order], contact[order], weight[order], strength[order], *numbers)


def _numbers(table: pa.Table, name: str) -> NDArray[Any]:
    return np.asarray(table.column(name).to_numpy(), dtype=np.float64)


def _lists(table: pa.Table, name: str, rows: int) -> NDArray[Any]:
    flat = pa.concat_arrays([chunk.flatten() for chunk in table.column(name).chunks])
    return np.asarray(flat, dtype=np.float64).reshape(rows, -1)


def _none(factors: int) -> Rows:
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    wide = np.zeros((0, factors))
    ties = Ties(ints, ints, floats, floats, ints, ints)
    return Rows(ints, wide, wide, floats, floats, np.zeros((0, 4), dtype=np.int64), np.zeros((0, 2)), ties)
