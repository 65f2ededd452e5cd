"""How the scores of others are veiled in what a member, a client or a reader of a report is shown.

A member knows its own facts and the policy, and so can compute all of its rating but for the company; with one
contact that is the contact's score, and with more it is one equation for each day and each pause. So every
membership that does not show its part has a secret constant offset, and what others are shown is made from its
score plus that offset. All that anybody can learn of it, in any number of questions, is that sum; the score itself
can be anywhere in a range as wide as the veil, which is wider than the narrowest band. Offsets never change: noise
that is drawn anew would average out.

A contact's score has its own contacts in it, and whoever knows all else of a contact could see through it. So the
offsets are passed on through the contacts' own circles too, one step far: D = O + share * W * O.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from graph import salts
from graph import scheme as policies
from graph.database import Database
from graph.model import Contact, OpenRating
from graph.reading import parts_of, policy_of_run, rounded
from graph.scheme import POINTS_RANGE, Scheme

NARROWEST, WIDEST = 60.0, 200.0
"Points: how wide a veil is at least and at most."


@dataclass(frozen=True)
class Veil:
    """What is laid over the scores of some members, by rid.

    shifts: what is added to the score, the same for everyone who asks.
    shows:  who shows its part to those who have it in their circle; its own offset is 0.
    """

    shifts: Mapping[int, float]
    shows: frozenset[int]


def width(scheme: Scheme) -> float:
    """How wide the veil of a scheme is, in points: a fifth more than its narrowest band."""
    starts = [*(band.from_points for band in scheme.bands), policies.LOWEST_POINTS + POINTS_RANGE]
    narrowest = min(end - start for start, end in pairwise(starts))
    return min(max(1.2 * narrowest, NARROWEST), WIDEST)


def offset(secret: bytes, membership: str, scheme: Scheme) -> float:
    """The offset of a membership's score: constant, spread evenly over the width of the veil."""
    drawn = int.from_bytes(hmac.digest(secret, membership.encode(), hashlib.sha256)[:8], "big") / 2**64
    return width(scheme) / POINTS_RANGE * (drawn - 0.5)


def read_veil(database: Database, scheme: Scheme, rids: Sequence[int]) -> Veil:
    """The veil over these members of a scheme; one query."""
    secret = salts.salt(database, "veil")
    rows = {row["rid"]: row for row in database.run("veiled", scheme=scheme.id, rids=sorted(set(rids)))}
    shifts = {}
    for rid in set(rids):
        if (row := rows.get(rid)) is None:  # has left; the next publication drops it
            shifts[rid] = offset(secret, f"{scheme.id}|#{rid}", scheme)
            continue
        shifts[rid] = 0.0 if row["shares"] else offset(secret, row["id"], scheme)
        if row["run"] is not None:
            share = policy_of_run(database, row["run"]).circle.share
            shifts[rid] += share * sum(
                each["weight"] * offset(secret, each["id"] or f"{row['id']}|left", scheme)
                for each in row["circle"]
                if not each["shares"]
            )
    return Veil(shifts, frozenset(rid for rid, row in rows.items() if row["shares"]))


def veiled(opened: OpenRating, veil: Veil, scheme: Scheme) -> OpenRating:
    """The rating as it is with the veiled scores of its circle: points, band and parts follow from them."""
    circle = tuple(
        replace(each, used=min(1.0, max(0.0, each.used + veil.shifts[each.rid]))) for each in opened.circle
    )
    return with_circle(opened, circle, scheme)


def with_circle(opened: OpenRating, circle: tuple[Contact, ...], scheme: Scheme) -> OpenRating:
    """The rating as it would be if its contacts' scores were these."""
    share = scheme.circle.share if circle else 0.0
    score = (1 - share) * opened.conduct + share * sum(each.weight * each.used for each in circle)
    points = policies.points(score)
    parts = parts_of(opened.rates, circle, scheme)
    return replace(
        opened,
        score=score,
        points=points,
        whole_points=policies.whole(points),
        band=scheme.band(points).name,
        circle=circle,
        parts=rounded(parts, policies.whole(points)),
    )


def within(circle: Sequence[Contact], veil: Veil, scheme: Scheme) -> float:
    """How far veiled points can be from the exact ones: a bound that says nothing of the offsets themselves."""
    share, half = scheme.circle.share, width(scheme) / 2
    hidden = sum(each.weight for each in circle if each.rid not in veil.shows)
    return round(share * half * (hidden + share * (1 if circle else 0)), 2)
