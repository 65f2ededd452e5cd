"""Several ratings as anybody but the operator is shown them, without their parts: one query for all of them.

A client that looks up a thousand members is told their points or bands. To open each rating, with its circle,
would be a thousand queries, and most of the time of the answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from graph.errors import StoreConflict
from graph.model import SetAside
from graph.policy.scheme import POINTS_RANGE, Scheme, points_of
from graph.rating.published import NOISE, READINGS, set_aside_of
from graph.rating.runs import policy_of_run
from graph.store.client import Database, utc
from graph.store.transaction import Rows


class SeenRating(msgspec.Struct, frozen=True):
    """One membership's rating under the veil; points and band are those of the rating opened and veiled."""

    entity: str
    points: float
    band: str
    contacts: int
    "in its circle"
    policy: Scheme
    "that its run used"
    run: str
    as_of: datetime
    version: str
    hash: str
    stale: bool
    contested: bool
    set_aside: SetAside


def read_of(entities: Sequence[str], scheme_id: str) -> tuple[str, dict[str, Any]]:
    """The read, by name and parameters, that `seen` judges: for whoever asks it along with something else."""
    return "shown_ratings", {"ids": [f"{scheme_id}|{entity}" for entity in entities]}


def seen(
    database: Database, entities: Sequence[str], scheme_id: str, rows: Rows | None = None
) -> dict[str, SeenRating]:
    """The ratings of these members by entity; one that is not rated, or no member, is left out.

    rows: of `read_of`, where they are here already.
    Raises StoreConflict (some change faster than they can be read).
    """
    found: dict[str, SeenRating] = {}
    wanted = list(entities)
    for _ in range(READINGS):
        halves: list[str] = []
        if rows is None:
            name, params = read_of(wanted, scheme_id)
            rows = database.run(name, **params)
        for run in rows:
            told = run | {"as_of": run["as_of"] and utc(run["as_of"])}
            for row in told.pop("members"):
                rating = _seen(database, row, told) if row["sealed"] and told["as_of"] else None
                if rating is None:
                    halves.append(row["id"].partition("|")[2])
                else:
                    found[rating.entity] = rating
        if not halves:
            return found
        wanted, rows = halves, None
    raise StoreConflict(f"ratings in {scheme_id!r} are being published: ask again")


def _seen(database: Database, row: dict[str, Any], run: dict[str, Any]) -> SeenRating | None:
    """None for an answer that was met half-way through publication."""
    policy = policy_of_run(database, run["run"])
    share = policy.circle.share if row["contacts"] else 0.0
    own = (1 - share) * row["conduct"]
    points = points_of(own + share * row["shown_company"])
    pairs = [
        (points_of(own + share * row["company"]), row["points"]),
        (points_of(row["score"]), row["points"]),
        (points, row["shown_points"]),
    ]
    if any(abs(made - said) > NOISE * POINTS_RANGE for made, said in pairs):
        return None
    return SeenRating(
        entity=row["id"].partition("|")[2],
        points=points,
        band=policy.band(points, row["evidence"]).name,
        contacts=row["contacts"],
        policy=policy,
        run=run["run"],
        as_of=run["as_of"],
        version=run["version"],
        hash=run["hash"],
        stale=row["stale"],
        contested=row["contested"],
        set_aside=set_aside_of(row["set_aside"]),
    )
