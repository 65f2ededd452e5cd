"""Facts of a scheme's members as arrays: packed lists, a page of rids at a time, several pages side by side.

The queries are the files of cypher/rating/arrays. Days are whole days since 1970.
"""

import numpy as np

from graph.facts.kinds import STORED
from graph.rating.engines.arrays.columns import EPOCH, Contacts, Drawn, Members, Obligations, Things
from graph.rating.engines.arrays.ends import Ends
from graph.rating.engines.arrays.groups import Ints
from graph.rating.engines.arrays.pages import Columns, Row, floats, ints, pages, wide
from graph.rating.engines.contract import Work


def members(work: Work) -> Members:
    captions: list[tuple[int, tuple[str, str]]] = []

    def packed(row: Row) -> Columns:
        captions.extend(zip(row["rids"], zip(row["exact"], row["shown"], strict=True), strict=True))
        return ints(row["rids"]), floats(row["offsets"])

    rids, offsets = pages(work, "packed_members", packed, 2)
    order = np.argsort(rids)
    return Members(
        rids=wide(rids)[order],
        offsets=offsets[order],
        captions=[caption for _, caption in sorted(captions)],
    )


def obligations(work: Work, ends: Ends) -> Obligations:
    """ends: made before."""

    def packed(row: Row) -> Columns:
        return (
            ints(row["debtors"]),
            np.array(row["creditors"], dtype=np.int64),
            *(ints(row[name]) for name in ("due", "settled", "late")),
            floats(row["outcomes"]),
            np.array(row["aside"], dtype=np.int8),
        )

    columns = pages(work, "packed_obligations", packed, 7, as_of=work.as_of)
    debtor, creditor, due, settled, late, outcome, aside = columns
    return Obligations(
        debtor=wide(debtor),
        partner=wide(creditor),
        reporter=ends.rids(creditor),
        due=wide(due),
        settled=wide(settled),
        late=wide(late),
        outcome=outcome,
        aside=wide(aside),
    )


def things(work: Work, kind: str, values: dict[str, float]) -> Things:
    """kind: of facts that are valued by category. values: what the policy gives each."""

    def packed(row: Row) -> Columns:
        return (
            ints(row["rids"]),
            ints(row["days"]),
            floats(row["values"]),
            np.array(row["aside"], dtype=np.int8),
        )

    how = {"as_of": work.as_of, "type": STORED[kind].type, "values": values}
    rids, days, worth, aside = pages(work, "packed_things", packed, 4, **how)
    return Things(wide(rids), wide(days), worth, wide(aside))


def contacts(work: Work, ends: Ends) -> Contacts:
    """Those between members that are not in dispute. Nobody is in contact with itself.

    ends: made before.
    """

    def packed(row: Row) -> Columns:
        return ints(row["sources"]), np.array(row["others"], dtype=np.int64), ints(row["days"])

    source, other, day = pages(work, "packed_contacts", packed, 3, as_of=work.as_of)
    target = ends.rids(other)
    counts = (target >= 0) & (source != target)
    return Contacts(*(wide(each[counts]) for each in (source, target, day)))


def pauses(work: Work) -> tuple[Ints, Ints]:
    """The two ends of each tie that one of them has paused."""
    found = pages(work, "packed_pauses", lambda row: (ints(row["rids"]), ints(row["others"])), 2)
    return wide(found[0]), wide(found[1])


def ties(work: Work) -> Drawn:
    """The circle ties as they are in the graph."""

    def packed(row: Row) -> Columns:
        ends = (ints(row[name]) for name in ("rids", "contacts", "places"))
        worth = (floats(row[name]) for name in ("weights", "strengths"))
        return *ends, *worth, ints(row["days"]), ints(row["lasts"])

    rids, others, places, weights, strengths, days, lasts = pages(work, "packed_ties", packed, 7, epoch=EPOCH)
    order = np.lexsort((others, rids))
    whole = (wide(each)[order] for each in (rids, others, places, days, lasts))
    member, contact, place, number, last = whole
    return Drawn(member, contact, place, weights[order], strengths[order], number, last)
