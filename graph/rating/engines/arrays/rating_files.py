"""Ratings that were made where there is no store, read from their files: each as a run can give it, or none is.

Whoever can write to the directory can write other hashes as well. So what is read is held to the formulas that
need no facts: conduct is made of the rates, a circle's weights of its strengths, a score of conduct and contacts.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from graph.errors import RecordError
from graph.policy.scheme import Scheme
from graph.rating.engines.arrays.columns import Ties
from graph.rating.engines.arrays.groups import Flags, Floats, Ints, summed
from graph.rating.engines.spark import layout

NOISE = 1e-9
"Of sums."


class Rows(NamedTuple):
    """The ratings of the files by rid, ascending; one row a member, but ties."""

    rid: Ints
    offset: Floats
    rates: Floats
    "of the policy's factors, a column each, as are evidences"
    evidences: Floats
    conduct: Floats
    voice: Floats
    "nan: none"
    aside: Ints
    "own facts in dispute [of the member, of others], then contacts by the same"
    state: Floats
    "[score, score under the veil] after the last sweep"
    ties: Ties


def founders(directory: Path, manifest: layout.Manifest) -> list[int]:
    """The rids of the founders that a snapshot names, ascending. directory: of the snapshot."""
    files = [directory / file.name for file in manifest.tables["founders"].files]
    return sorted(rid for file in files for rid in _table(file).column("rid").to_pylist())


def read(directory: Path, made: layout.Ratings, scheme: Scheme, count: int) -> Rows:
    """The ratings of the directory. count: the largest rid + 1. Raises RecordError for one that no run gives."""
    solver = scheme.solver
    if not (0 <= made.bound <= solver.tolerance and 0 < made.sweeps <= solver.max_sweeps):
        raise RecordError("its bound is not within the policy's tolerance", file=str(directory / layout.MANIFEST))
    rows = _rows([directory / file.name for file in made.table.files], len(made.factors), str(directory))
    rules: list[tuple[Callable[[], bool], str]] = [
        (
            lambda: _are_members(rows, made, count),
            "a member is in it twice, is none of the snapshot's, or is not there",
        ),
        (
            lambda: _are_shares(rows),
            "a score, a conduct or a rate is outside of [0, 1], or less than nothing is known",
        ),
        (lambda: _are_voices(rows, scheme), "a member has a voice that the policy does not give"),
        (lambda: _is_conduct(rows, made, scheme), "a conduct is not made of the rates"),
        (
            lambda: _are_circles(rows, scheme),
            "a circle has too many contacts, one that is not rated, or another weight",
        ),
        (lambda: _are_scores(rows, made, scheme), "a score is not made of conduct and the scores of the circle"),
    ]
    for holds, wrong in rules:
        if not holds():  # each takes what was looked at before for granted
            raise RecordError(f"{wrong}: no run gives that; rate the snapshot again", file=str(directory))
    return rows


def _rows(files: list[Path], factors: int, place: str) -> Rows:
    tables = [table for table in map(_table, files) if table.num_rows]
    if not tables:
        return _none(factors)
    try:
        table = pa.concat_tables(tables).sort_by("rid").combine_chunks()
        rid = _numbers(table, "rid").astype(np.int64)
        return Rows(
            rid=rid,
            offset=_numbers(table, "offset"),
            rates=_lists(table, "rates", factors),
            evidences=_lists(table, "evidences", factors),
            conduct=_numbers(table, "conduct"),
            voice=_numbers(table, "voice"),
            aside=_lists(table, "aside", 4).astype(np.int64),
            state=np.stack([_numbers(table, "swept"), _numbers(table, "swept_veil")], axis=1),
            ties=_ties(table, rid),
        )
    except (pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise RecordError(f"it has other columns than ratings have: {error}", file=place) from error


def _table(file: Path) -> pa.Table:
    try:
        return parquet.ParquetFile(file).read()
    except pa.ArrowException as error:
        raise RecordError(f"it is no file of Parquet: {error}", file=str(file)) from error


def _numbers(table: pa.Table, name: str) -> NDArray[Any]:
    return np.asarray(table.column(name).to_numpy(), dtype=np.float64)


def _lists(table: pa.Table, name: str, width: int) -> NDArray[Any]:
    flat = pa.concat_arrays([chunk.flatten() for chunk in table.column(name).chunks])
    return np.asarray(flat, dtype=np.float64).reshape(table.num_rows, width)


def _ties(table: pa.Table, rid: Ints) -> Ties:
    circles = pa.concat_arrays(table.column("circle").chunks)
    each, lengths = circles.flatten(), np.asarray(circles.value_lengths(), dtype=np.int64)
    contact, days, last = (np.asarray(each.field(name), dtype=np.int64) for name in ("contact", "days", "last"))
    weight, strength = (np.asarray(each.field(name), dtype=np.float64) for name in ("weight", "strength"))
    member = np.repeat(rid, lengths)
    order = np.lexsort((contact, member))
    columns: list[Any] = [column[order] for column in (member, contact, weight, strength, days, last)]
    return Ties(*columns)


def _none(factors: int) -> Rows:
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    wide, ties = np.zeros((0, factors)), Ties(ints, ints, floats, floats, ints, ints)
    aside = np.zeros((0, 4), dtype=np.int64)
    return Rows(ints, floats, wide, wide, floats, floats, aside, np.zeros((0, 2)), ties)


# What no run gives ------------------------------------------------------------------------------------------


def _are_members(rows: Rows, made: layout.Ratings, count: int) -> bool:
    rid = rows.rid
    return len(np.unique(rid)) == len(rid) == made.members and bool(np.all((rid >= 0) & (rid < count)))


def _are_shares(rows: Rows) -> bool:
    shares = np.stack([rows.state[:, 0], rows.conduct, *rows.rates.T], axis=1)
    known = np.isfinite(rows.evidences).all() and (rows.evidences >= 0).all() and (rows.aside >= 0).all()
    veiled = np.isfinite(rows.state).all() and np.isfinite(rows.offset).all()
    return bool(known and veiled and ((shares >= -NOISE) & (shares <= 1 + NOISE)).all())


def _are_voices(rows: Rows, scheme: Scheme) -> bool:
    if scheme.voice is None:
        return bool(np.isnan(rows.voice).all())
    return bool(np.isin(4 * rows.voice, np.arange(5)).all())


def _is_conduct(rows: Rows, made: layout.Ratings, scheme: Scheme) -> bool:
    factors = scheme.factors.named()
    weights = np.array([factors[name].weight for name in made.factors])
    return _are_near(rows.conduct, rows.rates @ weights, NOISE)


def _are_circles(rows: Rows, scheme: Scheme) -> bool:
    ties, known = rows.ties, np.isin(rows.ties.contact, rows.rid)
    place = np.searchsorted(rows.rid, ties.member)
    size = np.bincount(place, minlength=len(rows.rid))
    twice = (np.diff(ties.member) == 0) & (np.diff(ties.contact) == 0)
    if not known.all() or (ties.contact == ties.member).any() or twice.any() or (size > scheme.circle.size).any():
        return False
    if not (np.isfinite(ties.strength) & (ties.strength > 0)).all():
        return False
    whole = summed(place, ties.strength, len(rows.rid))
    return _are_near(ties.weight, ties.strength / whole[place], NOISE)


def _are_scores(rows: Rows, made: layout.Ratings, scheme: Scheme) -> bool:
    """After the last sweep a score is as near to what its contacts make of it as the bound says."""
    ties, count = rows.ties, len(rows.rid)
    place, contact = np.searchsorted(rows.rid, ties.member), np.searchsorted(rows.rid, ties.contact)
    share = np.where(np.bincount(place, minlength=count) > 0, scheme.circle.share, 0.0)
    for column, own in enumerate((rows.conduct, rows.conduct + rows.offset)):
        mean = summed(place, ties.weight * rows.state[contact, column], count)
        if not _are_near(rows.state[:, column], (1 - share) * own + share * mean, made.bound + NOISE):
            return False
    return True


def _are_near(one: Floats, other: Floats, most: float) -> bool:
    near: Flags = np.abs(one - other) <= most  # false where either is nan
    return bool(near.all())
