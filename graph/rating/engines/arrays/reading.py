"""Facts of a scheme's members as arrays: packed lists, a page of rids at a time, several pages side by side.

The queries are the files of cypher/rating/arrays. Days are whole days since 1970.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.facts.kinds import STORED
from graph.rating.engines.arrays.columns import Contacts, Drawn, Members, Obligations, Things
from graph.rating.engines.arrays.groups import Floats, Ints
from graph.rating.engines.contract import Work

PAGE = 5_000
"Rids in one query."
SIDE_BY_SIDE = 3
"Queries at a time."
Row = dict[str, Any]
Columns = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Kind:
    """What is read of members: a query, and how its answer for a range of rids becomes so many columns."""

    query: str
    packed: Callable[[Row], Columns]
    width: int
    params: Row = field(default_factory=dict)
    "of the query, apart from the scheme and the range"


def members(work: Work) -> Members:
    captions: list[tuple[int, tuple[str, str]]] = []
    staged: list[int] = []

    def packed(row: Row) -> Columns:
        staged.append(row["staged"])
        captions.extend(zip(row["rids"], zip(row["exact"], row["shown"], strict=True), strict=True))
        return _ints(row["rids"]), _floats(row["offsets"])

    rids, offsets = _whole(work, Kind("packed_members", packed, 2))
    order = np.argsort(rids)
    return Members(
        rids=_wide(rids)[order],
        offsets=offsets[order],
        captions=[caption for _, caption in sorted(captions)],
        staged=any(staged),
    )


def obligations(work: Work) -> Obligations:
    debtor, partner, reporter, due, settled, late, outcome, aside = _whole(work, owed(work))
    return Obligations(
        debtor=_wide(debtor),
        partner=_wide(partner),
        reporter=_wide(reporter),
        due=_wide(due),
        settled=_wide(settled),
        late=_wide(late),
        outcome=outcome,
        aside=_wide(aside),
    )


def owed(work: Work) -> Kind:
    """The columns of Obligations; a partner's number is the same for all debtors of a page."""

    def packed(row: Row) -> Columns:
        sizes = [len(each) for each in row["debtors"]]
        many = {
            name: list(chain.from_iterable(row[name]))
            for name in ("debtors", "due", "settled", "late", "outcomes", "aside")
        }
        return (
            _ints(many["debtors"]),
            np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
            np.repeat(_ints(row["reporters"]), sizes),
            *(_ints(many[name]) for name in ("due", "settled", "late")),
            _floats(many["outcomes"]),
            np.array(many["aside"], dtype=np.int8),
        )

    return Kind("packed_obligations", packed, 8, {"as_of": work.as_of})


def things(work: Work, kind: str, values: dict[str, float]) -> Things:
    """kind: of facts that are valued by category. values: what the policy gives each."""
    rids, days, worth, aside = _whole(work, of_category(work, kind, values))
    return Things(_wide(rids), _wide(days), worth, _wide(aside))


def of_category(work: Work, kind: str, values: dict[str, float]) -> Kind:
    """The columns of Things. values: what each category that counts comes as."""

    def packed(row: Row) -> Columns:
        return (
            _ints(row["rids"]),
            _ints(row["days"]),
            _floats(row["values"]),
            np.array(row["aside"], dtype=np.int8),
        )

    how = {"as_of": work.as_of, "type": STORED[kind].type, "values": values}
    return Kind("packed_things", packed, 4, how)


def contacts(work: Work) -> Contacts:
    """Those that are not in dispute. Nobody is in contact with itself."""
    return Contacts(*map(_wide, _whole(work, began(work))))


def began(work: Work) -> Kind:
    """The columns of Contacts."""

    def packed(row: Row) -> Columns:
        sizes = [len(each) for each in row["sources"]]
        source, day = (_ints(list(chain.from_iterable(row[name]))) for name in ("sources", "days"))
        target = np.repeat(_ints(row["targets"]), sizes)
        counts = (target < work.members) & (source != target)
        return source[counts], target[counts], day[counts]

    return Kind("packed_contacts", packed, 3, {"as_of": work.as_of})


def pauses(work: Work) -> tuple[Ints, Ints]:
    """The two ends of each tie that one of them has paused."""
    one, other = _whole(work, PAUSED)
    return _wide(one), _wide(other)


KINDS = Kind("packed_kinds", lambda row: (*map(_ints, (row["rids"], row["kinds"])), _floats(row["offsets"])), 3)
"Of members: rid, kind, offset."
PAUSED = Kind("packed_pauses", lambda row: (_ints(row["rids"]), _ints(row["others"])), 2)


def ties(work: Work) -> Drawn:
    """The circle ties as they are in the graph."""

    def packed(row: Row) -> Columns:
        ends = (_ints(row[name]) for name in ("rids", "contacts", "places"))
        worth = (_floats(row[name]) for name in ("weights", "strengths"))
        return *ends, *worth, _ints(row["days"]), _ints(row["lasts"])

    found = _whole(work, Kind("packed_ties", packed, 7))
    rids, others, places, weights, strengths, days, lasts = found
    order = np.lexsort((others, rids))
    whole = (_wide(each)[order] for each in (rids, others, places, days, lasts))
    member, contact, place, number, last = whole
    return Drawn(member, contact, place, weights[order], strengths[order], number, last)


def pages(work: Work, kind: Kind) -> Iterator[Columns]:
    """The columns of each page of rids, in order of rid. Of pages that nobody asked for yet, a few are held."""

    def page(first: int) -> Columns:
        row = work.database.optional(
            kind.query,
            tags=work.tags | {"step": kind.query},
            scheme=work.scheme.id,
            first=first,
            end=min(first + size, work.members),
            **kind.params,
        )
        return kind.packed(row or {})

    size = min(work.batch, PAGE)
    waiting: deque[Future[Columns]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for first in range(0, work.members, size):
            waiting.append(pool.submit(page, first))
            if len(waiting) > SIDE_BY_SIDE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _whole(work: Work, kind: Kind) -> Columns:
    """The columns of all pages, one page behind the other."""
    found = list(pages(work, kind))
    return tuple(_joined([each[column] for each in found]) for column in range(kind.width))


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(columns) if columns else np.zeros(0)


def _ints(values: Iterable[int]) -> NDArray[np.int32]:
    """Rids and days are below 2^31, and there are many of them."""
    return np.array(values, dtype=np.int32)


def _floats(values: Iterable[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _wide(values: NDArray[Any]) -> Ints:
    return values.astype(np.int64)
