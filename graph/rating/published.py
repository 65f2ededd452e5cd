"""Ratings as people ask for them: one opened, several by id, an entity's side by side. Never a list by score."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph.errors import NotFound, ParameterError, StoreConflict
from graph.model import Contact, OpenRating, Part, Rating, SetAside
from graph.policy.publishing import row_of
from graph.policy.scheme import LOWEST_POINTS, POINTS_RANGE, Scheme, points_of, whole
from graph.rating.runs import policy_of_run
from graph.store.client import Database, utc
from graph.store.transaction import Rows

MOST_IDS = 1_000
# A membership is published in one transaction, but a reader may see Neo4j half-way through it. Such an answer does
# not add up, and is read again.
READINGS = 5
NOISE = 1e-9


@dataclass(frozen=True)
class Seen:
    """What anybody but the operator is shown instead of the scores of a circle, as it was published."""

    points: float
    "of the whole rating"
    scores: tuple[float, ...]
    "of the contacts, under the veil, in the order of the circle"
    shows: frozenset[int]
    "the rids of the contacts that show their part, at the moment of reading, to members with them in the circle"


def open_rating(database: Database, entity: str, scheme_id: str) -> OpenRating:
    """One membership's rating and its parts, which sum to its points.

    Raises NotFound (no such member, or not rated yet), StoreConflict (it changes faster than it can be read).
    """
    return open_with_seen(database, entity, scheme_id)[0]


def read_of(entity: str, scheme_id: str) -> tuple[str, dict[str, Any]]:
    """The read, by name and parameters, that `open_with_seen` judges: for whoever asks it along with another."""
    return "rating", {"id": f"{scheme_id}|{entity}"}


def open_with_seen(
    database: Database, entity: str, scheme_id: str, rows: Rows | None = None
) -> tuple[OpenRating, Seen]:
    """The same with what is shown of it, and the contacts that show their part now: one query. Raises as above.

    rows: of `read_of`, where they are here already.
    """
    for _ in range(READINGS):
        if rows is None:
            name, params = read_of(entity, scheme_id)
            rows = database.run(name, **params)
        if not rows:
            raise NotFound(f"{entity!r} is not a member of {scheme_id!r}")
        [row], rows = rows, None
        if not of_one_run(row):
            continue
        if row["score"] is None:
            raise NotFound(f"{entity!r} is not rated yet: the next run of {scheme_id!r} will rate it")
        opened = _opened(row, entity, policy_of_run(database, row["run"]))
        if abs(math.fsum(part.points for part in opened.parts) - opened.points) <= NOISE * POINTS_RANGE:
            return opened, _seen(row)
    raise StoreConflict(f"the rating of {entity!r} in {scheme_id!r} is being published: ask again")


def _seen(row: dict[str, Any]) -> Seen:
    return Seen(
        row["shown_points"],
        tuple(each["seen"] for each in row["circle"]),
        frozenset(each["rid"] for each in row["circle"] if each["shows"]),
    )


def _opened(row: dict[str, Any], entity: str, scheme: Scheme) -> OpenRating:
    circle = tuple(
        Contact(each["contact"] or "", each["rid"], each["weight"], each["used"]) for each in row["circle"]
    )
    rates = dict(zip(row["factors"], row["rates"], strict=True))
    parts = parts_of(rates, circle, scheme)
    return OpenRating(
        **_summary(row, entity, scheme.id),
        conduct=row["conduct"],
        evidence=sum(row["evidence"]),
        rates=rates,
        circle=circle,
        parts=rounded(parts, whole(row["points"])),
        version=row["version"],
        hash=row["hash"],
    )


def parts_of(rates: dict[str, float], circle: Sequence[Contact], scheme: Scheme) -> list[Part]:
    """350, then what each factor and each contact supplies, in points. An empty circle leaves all to conduct."""
    share = scheme.circle.share if circle else 0.0
    own = [
        Part("factor", name, POINTS_RANGE * (1 - share) * factor.weight * rates[name])
        for name, factor in scheme.factors.named().items()
    ]
    company = [
        Part("contact", contact.entity, POINTS_RANGE * share * contact.weight * contact.used) for contact in circle
    ]
    company.sort(key=lambda part: (-part.points, part.name))
    return [Part("base", "where every rating starts", LOWEST_POINTS), *own, *company]


def rounded(parts: Sequence[Part], total: int) -> tuple[Part, ...]:
    """The parts with whole points that sum to `total`."""
    found = wholes([part.points for part in parts], total)
    return tuple(
        Part(part.source, part.name, part.points, points) for part, points in zip(parts, found, strict=True)
    )


def wholes(points: Sequence[float], total: int) -> list[int]:
    """These points whole, so that they sum to `total`: the largest remainders are rounded up."""
    points = [round(each, 9) for each in points]  # what is below is noise of sums, and decides nothing
    floors = [math.floor(each) for each in points]
    by_remainder = sorted(range(len(points)), key=lambda i: (floors[i] - points[i], i))
    missing = total - sum(floors)
    # Below 0 only where the noise of a sum makes parts of whole points seem more than their total.
    for i in by_remainder[:missing] if missing >= 0 else by_remainder[missing:]:
        floors[i] += 1 if missing >= 0 else -1
    return floors


def lookup(database: Database, entities: Sequence[str], scheme_id: str) -> list[Rating]:
    """The ratings of these entities in one scheme, by entity id; one that is not rated there is left out.

    Raises NotFound (no such scheme), ParameterError for more than 1,000 ids, StoreConflict (as for one).
    """
    if len(entities) > MOST_IDS:
        raise ParameterError(f"at most {MOST_IDS:,} ids can be looked up at once, not {len(entities):,}")
    row_of(database, scheme_id)
    wanted = sorted({f"{scheme_id}|{entity}" for entity in entities})
    rows: list[dict[str, Any]] = []
    for _ in range(READINGS):
        found = database.run("ratings", ids=wanted)
        rows += filter(of_one_run, found)
        wanted = [row["id"] for row in found if not of_one_run(row)]
        if not wanted:
            rows.sort(key=lambda row: str(row["id"]))
            return [Rating(**_summary(row, row["id"].partition("|")[2], scheme_id)) for row in rows]
    raise StoreConflict(f"ratings in {scheme_id!r} are being published: ask again")


def side_by_side(database: Database, entity: str) -> list[Rating]:
    """An entity's ratings, one for each scheme that it is a member of and rated in.

    Raises NotFound, StoreConflict (as for one).
    """
    if database.optional("entity", id=entity) is None:
        raise NotFound(f"there is no entity {entity!r}")
    for _ in range(READINGS):
        rows = database.run("entity_ratings", entity=entity)
        if all(map(of_one_run, rows)):
            return [Rating(**_summary(row, entity, row["scheme"])) for row in rows if row["score"] is not None]
    raise StoreConflict(f"a rating of {entity!r} is being published: ask again")


def of_one_run(row: dict[str, Any]) -> bool:
    """Whether what the row says is of one run: among 70,000 rows read during runs, 251 were of two."""
    given = {row[name] is not None for name in ("score", "points", "band", "run", "as_of")}
    if given != {True}:
        return given == {False}
    return bool(row["sealed"]) and abs(points_of(row["score"]) - row["points"]) <= NOISE * POINTS_RANGE


def _summary(row: dict[str, Any], entity: str, scheme_id: str) -> dict[str, Any]:
    return {
        "entity": entity,
        "scheme": scheme_id,
        "score": row["score"],
        "points": row["points"],
        "whole_points": whole(row["points"]),
        "band": row["band"],
        "run": row["run"],
        "as_of": utc(row["as_of"]),
        "rerated": row["rerated"] and utc(row["rerated"]),
        "bound": row["bound"],
        "stale": row["stale"],
        "contested": row["contested"],
        "set_aside": set_aside_of(row["set_aside"]),
    }


def set_aside_of(counts: Sequence[int] | None) -> SetAside:
    """What is set aside, as a membership keeps it: own facts [of the member, of others], then contacts."""
    own, others, met, met_others = counts or (0, 0, 0, 0)
    return SetAside(own + met, others + met_others)


def members(database: Database, scheme_id: str, *, page: int = 1_000) -> Iterator[dict[str, Any]]:
    """Every member of a scheme, by entity id: entity, joined, contacts. Raises NotFound."""
    row_of(database, scheme_id)
    after = ""
    while rows := database.run("members", scheme=scheme_id, after=after, limit=page):
        yield from (row | {"joined": utc(row["joined"])} for row in rows)
        after = rows[-1]["entity"]
