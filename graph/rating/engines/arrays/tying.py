"""Circle ties in the graph become those of a run, rounded: only those that changed are written."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from graph.rating.engines.arrays.batches import Row, batches, in_turn, lists, side_by_side
from graph.rating.engines.arrays.columns import EPOCH, Drawn, Ties
from graph.rating.engines.arrays.groups import Flags, Floats, Ints
from graph.rating.engines.contract import Work

ROWS = 1_000
"Members in one transaction."


def drawn(ties: Ties) -> Drawn:
    """The ties as they are to stand in the graph."""
    place = np.arange(len(ties.member)) - np.searchsorted(ties.member, ties.member, side="left")
    weight, strength = _rounded(ties.weight, 100), _rounded(ties.strength, 10)
    return Drawn(ties.member, ties.contact, place, weight, strength, ties.days, ties.last)


def _rounded(values: Floats, parts: int) -> Floats:
    """To so many parts of one, as in cypher/rating/circle.cypher: half a part, less what a sum lacks, is whole."""
    return np.floor(parts * values + 0.5000001) / parts


def tie(work: Work, before: Drawn, after: Drawn) -> None:
    """The INNER ties in the graph, which were `before`, are `after`.

    Where only values changed, no end of a tie is locked, so transactions go side by side; new and gone ties are
    written in one transaction after the other, and quicker for members that had none.
    """
    others, values = _changed(before, after)
    fresh = np.setdiff1d(others, before.member)
    columns: Iterator[Any] = (column[values] for column in after)
    changed = Drawn(*columns)
    same = np.unique(changed.member)
    for write, name, ties, members in (
        (in_turn, "make_ties", after, fresh),
        (in_turn, "replace_ties", after, np.setdiff1d(others, fresh)),
        (side_by_side, "set_ties", changed, same),
    ):
        for _ in write(work, name, batches(work, members, ROWS, partial(_rows, ties)), epoch=EPOCH):
            pass


def _changed(before: Drawn, after: Drawn) -> tuple[Ints, Flags]:
    """The members whose contacts are others, and the ties `after` of all others that have another value now."""
    width = 1 + max(int(each.max(initial=0)) for each in (before.contact, after.contact))
    old, new = (each.member * width + each.contact for each in (before, after))
    gone, made = ~np.isin(old, new), ~np.isin(new, old)
    others = np.union1d(before.member[gone], after.member[made])
    _, then, now = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    differs = np.zeros(len(new), dtype=bool)
    for was, become in zip(before[2:], after[2:], strict=True):
        differs[now] |= was[then] != become[now]
    return others, differs & ~np.isin(after.member, others)


def _rows(ties: Drawn, members: Ints) -> Row:
    """The ties of these members, as the queries take them."""
    circle = lists(ties, members)
    return {
        "rids": members.tolist(),
        "circles": circle(ties.contact),
        "places": circle(ties.place),
        "weights": circle(ties.weight),
        "strengths": circle(ties.strength),
        "days": circle(ties.days),
        "lasts": circle(ties.last),
    }
