"""Circle ties in the graph become those of a run: only those that changed are written."""

from datetime import date
from functools import partial

import numpy as np

from graph.rating.engines.arrays.batches import Row, batches, in_turn, lists, side_by_side
from graph.rating.engines.arrays.columns import Ties
from graph.rating.engines.arrays.groups import Ints
from graph.rating.engines.contract import Work

EPOCH = date(1970, 1, 1)
ROWS = 1_000
"Members in one transaction."


def tie(work: Work, before: Ties, after: Ties) -> None:
    """The INNER ties in the graph, which were `before`, are `after`.

    Where only values changed, no end of a tie is locked, so transactions go side by side; new and gone ties are
    written in one transaction after the other.
    """
    others, same = _changed(before, after)
    rows = partial(_rows, after)
    for write, name, members in ((in_turn, "replace_ties", others), (side_by_side, "set_ties", same)):
        for _ in write(work, name, batches(work, members, ROWS, rows), epoch=EPOCH):
            pass


def _changed(before: Ties, after: Ties) -> tuple[Ints, Ints]:
    """The members whose contacts are others, and those with the same contacts of whom a value changed."""
    width = 1 + max(int(each.max(initial=0)) for each in (before.contact, after.contact))
    old, new = (each.member * width + each.contact for each in (before, after))
    gone, made = ~np.isin(old, new), ~np.isin(new, old)
    others = np.union1d(before.member[gone], after.member[made])
    _, then, now = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    differs = np.zeros(len(now), dtype=bool)
    for was, become in zip(before[2:], after[2:], strict=True):
        differs |= was[then] != become[now]
    return others, np.setdiff1d(after.member[now[differs]], others)


def _rows(ties: Ties, members: Ints) -> Row:
    """The ties of these members, as the queries take them."""
    circle = lists(ties, members)
    return {
        "rids": members.tolist(),
        "circles": circle(ties.contact),
        "weights": circle(ties.weight),
        "strengths": circle(ties.strength),
        "days": circle(ties.days),
        "lasts": circle(ties.last),
    }
