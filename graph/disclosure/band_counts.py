"""How many members are in each band, without telling anything of fewer than SMALLEST members.

A band with fewer members is put together with a neighbour, and only their sum is told; the band of new members
stands below all others. The counts of a later run
replace the present ones only if the two differ by at least SMALLEST changes. So a reader who looks before and
after one member joins, leaves or changes band learns nothing of that member. docs/decisions/0026 says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from graph.policy.scheme import Band, Scheme, parse
from graph.store.client import Database, utc

SMALLEST = 20
"Members, or changes, that a number has to stand for at least, to be told."


@dataclass(frozen=True)
class Cell:
    """One band, or several that stand together, and how many members are in them."""

    bands: tuple[Band, ...]
    members: int

    @property
    def start(self) -> float:
        return self.bands[0].from_points


@dataclass(frozen=True)
class Counts:
    """The counts as they are told."""

    run: str
    "the run that they are of: the last one, or an earlier one where too little has changed since"
    as_of: datetime
    version: str
    "of the policy whose bands they are"
    cells: tuple[Cell, ...]
    "the lowest first, each of at least SMALLEST members; none: not so many are rated"


def counts(database: Database, scheme_id: str) -> Counts | None:
    """The counts of a scheme; None where no run has counted yet."""
    # read before the policies, so that none is of a policy that is not among them
    runs = [row for row in database.run("runs", scheme=scheme_id) if row["bands"] is not None]
    schemes: dict[str, Scheme] = {}
    for row in database.run("policy_texts", scheme=scheme_id):
        schemes[row["hash"]] = parse(row["policy"], f"scheme {scheme_id}")
    told: Counts | None = None
    for row in runs:
        cells = merged(schemes[row["hash"]].all_bands, row["bands"])
        if told is None or takes_over(told.cells, cells):
            told = Counts(row["run"], utc(row["as_of"]), row["version"], cells)
    if told is not None and told.cells[0].members < SMALLEST:
        return Counts(told.run, told.as_of, told.version, ())
    return told


def merged(bands: Sequence[Band], members: Sequence[int], *, smallest: int = SMALLEST) -> tuple[Cell, ...]:
    """Cells of at least `smallest` members each; one, where all bands together have fewer.

    The smallest cell joins the smaller of its neighbours, until none is too small. Joining always the same
    neighbour would give some away: with 19 and 1 beside 20, a 20 that stands alone would say what the 1 is.
    """
    cells = [Cell((band,), count) for band, count in zip(bands, members, strict=True)]
    while len(cells) > 1 and min(cell.members for cell in cells) < smallest:
        place = min(range(len(cells)), key=lambda i: cells[i].members)
        beside = [i for i in (place - 1, place + 1) if 0 <= i < len(cells)]
        first, second = sorted((place, min(beside, key=lambda i: cells[i].members)))
        one, other = cells[first], cells[second]
        cells[first : second + 1] = [Cell(one.bands + other.bands, one.members + other.members)]
    return tuple(cells)


def takes_over(told: Sequence[Cell], later: Sequence[Cell]) -> bool:
    """Whether the later counts may be told to readers who have seen the present ones."""
    return changes(told, later) >= SMALLEST


def changes(before: Sequence[Cell], after: Sequence[Cell]) -> int:
    """How many changes a reader of both can make out: between the points at which cells of both begin."""
    common = sorted({cell.start for cell in before} & {cell.start for cell in after})
    # from nowhere: the cell of new members begins below all points, and one policy may have it and the other not
    return sum(
        abs(_between(before, start, end) - _between(after, start, end))
        for start, end in pairwise([float("-inf"), *common, float("inf")])
    )


def _between(cells: Sequence[Cell], start: float, end: float) -> int:
    return sum(cell.members for cell in cells if start <= cell.start < end)
