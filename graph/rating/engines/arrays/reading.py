"""Facts of a scheme's members as arrays: packed lists, a page of rids at a time, several pages side by side.

The queries are the files of cypher/rating/arrays. Days are whole days since 1970.
"""

import numpy as np

from graph.facts.kinds import STORED
from graph.rating.engines.arrays.columns import EPOCH, Contacts, Drawn, Members, Obligations, Things
from graph.rating.engines.arrays.ends import Ends
from graph.rating.engines.arrays.groups import Ints
from graph.rating.engines.arrays.pages import Columns, Kind, Row, floats, ints, numbers, whole, wide
from graph.rating.engines.contract import Work


def members(work: Work) -> Members:
    captions: list[tuple[int, tuple[str, str]]] = []

    def packed(row: Row) -> Columns:
        captions.extend(zip(row["rids"], zip(row["exact"], row["shown"], strict=True), strict=True))
        return ints(row["rids"]), floats(row["offsets"])

    rids, offsets = whole(work, Kind("packed_members", packed, 2))
    order = np.argsort(rids)
    return Members(
        rids=wide(rids)[order],
        offsets=offsets[order],
        captions=[caption for _, caption in sorted(captions)],
    )


def obligations(work: Work, ends: Ends) -> Obligations:
    """ends: made before."""
    debtor, creditor, due, settled, late, outcome, aside = whole(work, owed(work))
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


def owed(work: Work) -> Kind:
    """Debtor, number of the creditor, and the columns of Obligations from `due` on."""

    def packed(row: Row) -> Columns:
        return (
            ints(row["debtors"]),
            numbers(row["creditors"]),
            *(ints(row[name]) for name in ("due", "settled", "late")),
            floats(row["outcomes"]),
            np.array(row["aside"], dtype=np.int8),
        )

    return Kind("packed_obligations", packed, 7, {"as_of": work.as_of})


def things(work: Work, kind: str, values: dict[str, float]) -> Things:
    """kind: of facts that are valued by category. values: what the policy gives each."""
    rids, days, worth, aside = whole(work, of_category(work, kind, values))
    return Things(wide(rids), wide(days), worth, wide(aside))


def of_category(work: Work, kind: str, values: dict[str, float]) -> Kind:
    """The columns of Things. values: what each category that counts comes as."""

    def packed(row: Row) -> Columns:
        return (
            ints(row["rids"]),
            ints(row["days"]),
            floats(row["values"]),
            np.array(row["aside"], dtype=np.int8),
        )

    how = {"as_of": work.as_of, "type": STORED[kind].type, "values": values}
    return Kind("packed_things", packed, 4, how)


def contacts(work: Work, ends: Ends) -> Contacts:
    """Those between members that are not in dispute. Nobody is in contact with itself.

    ends: made before.
    """
    source, other, day = whole(work, began(work))
    target = ends.rids(other)
    counts = (target >= 0) & (source != target)
    return Contacts(*(wide(each[counts]) for each in (source, target, day)))


def began(work: Work) -> Kind:
    """The member that began each contact, the number of the other end, and the day."""

    def packed(row: Row) -> Columns:
        return ints(row["sources"]), numbers(row["others"]), ints(row["days"])

    return Kind("packed_contacts", packed, 3, {"as_of": work.as_of})


def pauses(work: Work) -> tuple[Ints, Ints]:
    """The two ends of each tie that one of them has paused."""
    one, other = whole(work, PAUSED)
    return wide(one), wide(other)


KINDS = Kind("packed_kinds", lambda row: (*map(ints, (row["rids"], row["kinds"])), floats(row["offsets"])), 3)
"Of members: rid, kind, offset."
PAUSED = Kind("packed_pauses", lambda row: (ints(row["rids"]), ints(row["others"])), 2)


def ties(work: Work) -> Drawn:
    """The circle ties as they are in the graph."""

    def packed(row: Row) -> Columns:
        ends = (ints(row[name]) for name in ("rids", "contacts", "places"))
        worth = (floats(row[name]) for name in ("weights", "strengths"))
        return *ends, *worth, ints(row["days"]), ints(row["lasts"])

    found = whole(work, Kind("packed_ties", packed, 7, {"epoch": EPOCH}))
    rids, others, places, weights, strengths, days, lasts = found
    order = np.lexsort((others, rids))
    ordered = (wide(each)[order] for each in (rids, others, places, days, lasts))
    member, contact, place, number, last = ordered
    return Drawn(member, contact, place, weights[order], strengths[order], number, last)
