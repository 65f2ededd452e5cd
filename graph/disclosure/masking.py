"""The mask on the scores of others, in what a member, a client or a reader of a report is shown.

A member knows its own facts and the policy, so it can compute all of its rating except the company, which is what
its contacts supply. With one contact, the company is that contact's score. With more, each day, each pause and
each version of the policy gives one more equation. So every entity has a secret constant offset
(graph/rating/offsets.py), which is added to its conduct. The scores that others are shown are made from such
conduct: veiled = (1 - share) (conduct + offset) + share * company, where the company is made of veiled scores
again. A run makes them beside the scores, and publishes them with the rating.

So everything that anybody is shown of others follows from conduct plus offset. More conduct and as much less
offset give the same answers. So the two cannot be told apart: not by any number of questions, by anybody, under
any policy, over any time. If instead each shown score were made from shown scores and an offset of its own, a
known contact with a known pull would tell conduct from offset.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from graph.model import Contact, OpenRating
from graph.policy.scheme import Scheme, points_of, whole
from graph.rating import offsets
from graph.rating.published import Seen, parts_of, rounded
from graph.store.client import Database


@dataclass(frozen=True)
class Veil:
    """What has to be known of a circle to show a rating under the veil."""

    shows: frozenset[int]
    "the rids of the contacts that show their part to members with them in the circle"
    width: float
    "points over which offsets are spread"


@lru_cache(maxsize=256)
def veil_width(database: Database, _run: str) -> float:
    """Points over which offsets are spread in what this run published; kept, since a width never changes."""
    return offsets.width(database)


def veiled(opened: OpenRating, seen: Seen, scheme: Scheme) -> OpenRating:
    """The rating as it was published for anybody but the operator: points, band and parts follow from that."""
    circle = tuple(
        Contact(each.entity, each.rid, each.weight, score)
        for each, score in zip(opened.circle, seen.scores, strict=True)
    )
    return with_circle(opened, circle, scheme)


def with_circle(opened: OpenRating, circle: tuple[Contact, ...], scheme: Scheme) -> OpenRating:
    """The rating as it would be if its contacts' scores were these."""
    share = scheme.circle.share if circle else 0.0
    score = (1 - share) * opened.conduct + share * sum(each.weight * each.used for each in circle)
    points = points_of(score)
    parts = parts_of(opened.rates, circle, scheme)
    return replace(
        opened,
        score=score,
        points=points,
        whole_points=whole(points),
        band=scheme.band(points, opened.evidence).name,
        circle=circle,
        parts=rounded(parts, whole(points)),
    )


def within(contacts: int, width: float, scheme: Scheme) -> float:
    """How far veiled points can be from the exact ones: a bound that says nothing of the offsets themselves.

    A veiled score differs from the score by a weighted mean of offsets.
    contacts: how many are in the circle; width: of the veil, in points.
    """
    return round(scheme.circle.share * width / 2, 2) if contacts else 0.0
