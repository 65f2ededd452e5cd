"""How the scores of others are veiled in what a member, a client or a reader of a report is shown.

A member knows its own facts and the policy, and so can compute all of its rating but for the company; with one
contact that is the contact's score, and with more it is one equation for each day, each pause and each version of
the policy. So every entity has a secret constant offset (graph/rating/offsets.py), which is added to its conduct,
and the scores that others are shown are made from such conduct: veiled = (1 - share) (conduct + offset) + share *
company, where the company is veiled scores again. A run makes them beside the scores, and publishes them with the
rating.

So all that anybody is shown of others follows from conduct plus offset. No number of questions, by whomever, under
whatever policy and over whatever time, tells the two apart: more conduct and as much less offset give the same
answers. A score that was made from shown scores and a score's own offset would not have this property: there the
known pull of a known contact tells conduct from offset.
"""

from collections.abc import Sequence
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
    "the rids of those who show their part to whoever has them in the circle"
    width: float
    "points over which offsets are spread"


@lru_cache(maxsize=256)
def veil_width(database: Database, _run: str) -> float:
    """Points over which offsets are spread in what this run published; kept, since a width never changes."""
    return offsets.width(database)


def veiled(opened: OpenRating, seen: Seen, scheme: Scheme) -> OpenRating:
    """The rating as it was published for anybody but the operator: points, band and parts follow from that."""
    circle = tuple(replace(each, used=score) for each, score in zip(opened.circle, seen.scores, strict=True))
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
        band=scheme.band(points).name,
        circle=circle,
        parts=rounded(parts, whole(points)),
    )


def within(circle: Sequence[Contact], veil: Veil, scheme: Scheme) -> float:
    """How far veiled points can be from the exact ones: a bound that says nothing of the offsets themselves.

    A veiled score differs from the score by a weighted mean of offsets.
    """
    return round(scheme.circle.share * veil.width / 2, 2) if circle else 0.0
