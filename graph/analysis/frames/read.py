"""One scheme as frames, read a few thousand members at a time. Nothing is recorded here.

Callers record the reads before they hand anything out (graph/analysis/frames/recorded.py, `innercircle export`),
or make something that names nobody, such as a picture of how ratings are spread.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from graph.errors import StoreConflict
from graph.facts.extract import extent, pages
from graph.facts.kinds import FACTORS, FACTS, STORED
from graph.rating.published import READINGS, of_one_run
from graph.store.client import Database

Rows = Iterable[dict[str, Any]]

_NO_INSTANT = np.iinfo(np.int64).min
"What numpy takes for no instant."
COLUMNS: dict[str, dict[str, str]] = {
    "members": {"entity": "text", "rid": "whole", "kind": "text", "joined": "instant", "contacts": "whole"},
    "facts": {
        "entity": "text",
        "kind": "text",
        "id": "text",
        "other": "text",
        "category": "text",
        "at": "instant",
        "settled": "instant",
        "outcome": "number",
        "zone": "text",
    },
    "circles": {
        "entity": "text",
        "contact": "text",
        "weight": "number",
        "used": "number",
        "strength": "number",
        "days": "whole",
        "last": "day",
    },
    "ratings": {
        "entity": "text",
        "score": "number",
        "points": "number",
        "band": "text",
        "conduct": "number",
        **dict.fromkeys(FACTORS, "number"),
        "evidence": "number",
        "run": "text",
        "as_of": "instant",
        "rerated": "instant",
        "bound": "number",
        "stale": "flag",
        "contested": "flag",
        "set_aside_member": "whole",
        "set_aside_other": "whole",
    },
}
"The columns of each frame, and what is in them."


@dataclass(frozen=True)
class Community:
    """One scheme's members, circles and ratings, each in order of id. `COLUMNS` has the columns."""

    scheme: str
    members: pd.DataFrame
    circles: pd.DataFrame
    ratings: pd.DataFrame


def read(database: Database, scheme_id: str) -> Community:
    """Members, circles and ratings as they are now. Raises NotFound (no such scheme), StoreConflict.

    A member that joins or leaves meanwhile may be in one of them and not in another. Circles have members only.
    """
    end = extent(database, scheme_id)
    members = read_members(database, scheme_id, end=end)
    names = members.set_index("rid")["entity"]
    ratings: list[pd.DataFrame] = []
    circles: list[pd.DataFrame] = []
    for rows in _rated(database, scheme_id, end):
        known = [row for row in rows if row["rid"] in names.index]
        ratings.append(_frame("ratings", known))
        circles.append(_ties(known, names))
    return Community(
        scheme_id, members, _joined("circles", circles, "entity", "contact"), _joined("ratings", ratings, "entity")
    )


def read_members(database: Database, scheme_id: str, *, end: int | None = None) -> pd.DataFrame:
    """All members of the scheme. Raises NotFound (no such scheme)."""
    end = extent(database, scheme_id) if end is None else end
    found = [_frame("members", rows) for rows in pages(database, "gather_members", scheme_id, end=end)]
    return _joined("members", found, "entity")


def read_facts(database: Database, scheme_id: str) -> pd.DataFrame:
    """The facts of the members that a run would read now. Raises NotFound (no such scheme).

    other: the other end of a contact, the creditor, the product or the site; nothing for a creditor that has not
    joined: the frame names members only.
    """
    end = extent(database, scheme_id)
    joined = set(read_members(database, scheme_id, end=end)["entity"])
    found = []
    for kind in FACTS:
        stored = STORED[kind]
        names = dict(zip((*stored.ends, stored.time), ("entity", "other", "at"), strict=True))
        for rows in pages(database, f"gather_{kind}", scheme_id, end=end):
            named = [{names.get(column, column): value for column, value in row.items()} for row in rows]
            found.append(_frame("facts", _among(joined, kind, named)))
    return _joined("facts", found, "entity", "kind", "at", "id")


def _among(joined: set[str], kind: str, rows: Rows) -> Iterator[dict[str, Any]]:
    """The facts of members: contacts among members only, and creditors by name only if they are members."""
    stored = STORED[kind]
    for row in rows:
        if row["entity"] not in joined:
            continue
        known = not stored.of_two or row["other"] in joined
        if known or not stored.touches_both:
            yield row | {"kind": kind, "other": row["other"] if known else None}


def _rated(database: Database, scheme_id: str, end: int) -> Iterator[list[dict[str, Any]]]:
    """The ratings, page by page; one that was met half-way through publication is read again."""
    for page in pages(database, "gather_ratings", scheme_id, end=end):
        whole = {row["rid"]: row for row in page if of_one_run(row)}
        torn = [row["rid"] for row in page if not of_one_run(row)]
        for _ in range(READINGS):
            again = [
                row
                for rid in torn
                for row in database.run("gather_ratings", scheme=scheme_id, first=rid, end=rid + 1)
            ]
            whole.update({row["rid"]: row for row in again if of_one_run(row)})
            torn = [row["rid"] for row in again if not of_one_run(row)]
        if torn:
            raise StoreConflict(f"ratings in {scheme_id!r} are being published: ask again")
        rated = (whole[rid] for rid in sorted(whole))
        yield [row | dict(zip(row["factors"], row["rates"], strict=True)) for row in rated]


def _ties(rows: list[dict[str, Any]], names: "pd.Series[str]") -> pd.DataFrame:
    """The circles that ratings were made with, column by column, without members that have left since."""
    used = _flat(rows, contact="circle", weight="weights", used="used")
    now = _flat(rows, contact="tied", strength="strengths", days="days", last="lasts")
    ties = used.merge(now, how="left", on=["member", "contact"])
    ties = ties[ties["contact"].isin(names.index)]
    return pd.DataFrame(
        {
            "entity": names.reindex(ties["member"]).array,
            "contact": names.reindex(ties["contact"]).array,
            "weight": ties["weight"].astype("float64").array,
            "used": ties["used"].astype("float64").array,
            "strength": ties["strength"].astype("float64").array,
            "days": ties["days"].astype("Int64").array,
            "last": pd.to_datetime(ties["last"], format="%Y-%m-%d").astype("datetime64[s]").array,
        },
        columns=list(COLUMNS["circles"]),
    )


def _flat(rows: list[dict[str, Any]], *, contact: str, **lists: str) -> pd.DataFrame:
    """A row for each contact of each member: both by rid, and what stands at the same place in these lists."""
    members = np.repeat([row["rid"] for row in rows], [len(row[contact]) for row in rows])
    columns = {name: list(chain.from_iterable(row[of] for row in rows)) for name, of in lists.items()}
    contacts = list(chain.from_iterable(row[contact] for row in rows))
    return pd.DataFrame(
        {"member": members.astype("int64"), "contact": np.array(contacts, dtype="int64"), **columns}
    )


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    """The rows with the columns of the frame of this name; what a row lacks is missing."""
    rows = list(rows)
    columns = COLUMNS[name]
    return pd.DataFrame(
        {column: _AS[kind]([row.get(column) for row in rows]) for column, kind in columns.items()},
        columns=list(columns),
    )


def _joined(name: str, frames: list[pd.DataFrame], *order: str) -> pd.DataFrame:
    """All pages as one frame, in this order."""
    whole = pd.concat(frames or [_frame(name, [])], ignore_index=True)
    return whole.sort_values(list(order), kind="stable", ignore_index=True)


def _instants(values: list[int | None]) -> "pd.Series[Any]":
    """Microseconds since 1970 as instants in UTC."""
    whole = np.array([_NO_INSTANT if value is None else value for value in values], dtype=np.int64)
    return pd.Series(whole.view("datetime64[us]")).dt.tz_localize("UTC")


_AS: dict[str, Callable[[list[Any]], "pd.Series[Any]"]] = {
    "text": lambda values: pd.Series(values, dtype="string"),
    "whole": lambda values: pd.Series(values, dtype="Int64"),
    "number": lambda values: pd.Series(values, dtype="float64"),
    "flag": lambda values: pd.Series(values, dtype="bool"),
    "instant": _instants,
}
