"""The veil: each entity has one secret offset, in points, that never changes and that nobody can draw again.

It is added to the entity's conduct wherever others are shown something that is made from it. It depends on the
entity's id and the database's secret alone: not on a scheme, a version, a membership, or the time. So nobody ever
sees one score under two offsets. An entity that leaves, or is erased, and comes again under the same id has its
old offset.
"""

import hashlib
import hmac
from itertools import pairwise

from graph.policy.scheme import LOWEST_POINTS, POINTS_RANGE, Scheme, parse
from graph.store import secrets
from graph.store.client import Database

NARROWEST, WIDEST = 75.0, 200.0
"Points: how wide a veil is at least and at most."
MARGIN = 1.2
"A fifth more than the narrowest band."
BATCH = 10_000


def offset(secret: bytes, entity: str, width: float) -> float:
    """What is added to the entity's conduct, in score: spread evenly over so many points around nothing."""
    drawn = int.from_bytes(hmac.digest(secret, entity.encode(), hashlib.sha256)[:8], "big") / 2**64
    return width / POINTS_RANGE * (drawn - 0.5)


def narrowest_band(scheme: Scheme) -> float:
    """Points from its start to the next one's."""
    starts = [*(band.from_points for band in scheme.bands), LOWEST_POINTS + POINTS_RANGE]
    return min(end - start for start, end in pairwise(starts))


def needed(scheme: Scheme) -> float:
    """How wide, in points, a veil has to be so that no score can be told to be in one of the scheme's bands.

    A score has at least 1 - share of its own conduct in it, and so of its offset. Where contacts supply nothing,
    nothing of others is shown.
    """
    share = scheme.circle.share if scheme.circle.size else 0.0
    return MARGIN * narrowest_band(scheme) / (1 - share) if share else 0.0


def fixed_width(database: Database) -> float | None:
    """The width of this database's veil, in points; None where no run has needed it yet."""
    row = database.optional("veil_width")
    return row["width"] if row else None


def width(database: Database) -> float:
    """The width of this database's veil, in points; settled once, by the policies that are published then."""
    found = fixed_width(database)
    if found is not None:
        return found
    secrets.salt(database, "veil")
    texts = database.run("published_policies")
    needs = [needed(parse(row["policy"], f"scheme {row['id']}")) for row in texts]
    settled: float = database.one("fix_veil_width", width=min(max(NARROWEST, *needs), WIDEST))["width"]
    return settled


def cost(database: Database, scheme: Scheme) -> str | None:
    """The consequence, in words, of a veil that is too narrow for this policy; None: it is wide enough."""
    found, need = fixed_width(database), needed(scheme)
    if need <= (WIDEST if found is None else found):
        return None
    return (
        f"the narrowest band of this policy is {narrowest_band(scheme):g} points wide and needs a veil of "
        f"{need:.0f} points, and the veil here is {found or WIDEST:g} wide: a member can find out in which band a "
        "contact is. "
        "The width of a veil never changes, since two widths would give away all scores; narrower bands or a "
        "smaller share need less"
    )


def lay(database: Database, scheme: str, *, first: int = 0) -> None:
    """Every member of the scheme, from this rid on, has its offset."""
    rows = database.run("unveiled", scheme=scheme, first=first)
    if not rows:
        return
    wide, secret = width(database), secrets.salt(database, "veil")
    drawn = [{"rid": row["rid"], "offset": offset(secret, row["entity"], wide)} for row in rows]
    for start in range(0, len(drawn), BATCH):
        database.run("lay_veil", scheme=scheme, members=drawn[start : start + BATCH])
