"""Ratings, and what they were."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from api.schemas.base import AsOf, Model
from api.schemas.schemes import PolicyVersion
from graph import model


class Rating(Model):
    """One membership's rating."""

    entity: str
    scheme: str
    score: float = Field(description="in [0, 1]")
    points: float = Field(description="350 + 600 * score, unrounded")
    whole_points: int = Field(description="as they are shown; the band goes by them")
    band: str
    run: str = Field(description="the run that gave this rating")
    as_of: AsOf
    rerated: datetime | None = Field(description="when a change was passed on to it; null: it is the run's own")
    bound: float = Field(description="how far the score can be from the exact one")
    stale: bool = Field(description="whether facts are newer than it, or changes were not passed on")


class Contact(Model):
    """One member of an inner circle, as the rating used it."""

    contact: str = Field(
        validation_alias="entity", description="the contact's entity; empty when it has left since"
    )
    weight: float = Field(description="in [0, 1]; the weights of a circle sum to 1")
    used: float = Field(description="the contact's score that the rating used, in [0, 1]")


class Part(Model):
    """One line of a rating: so many of its points come from here."""

    source: Literal["base", "factor", "contact"]
    name: str = Field(description="of the factor, or the contact's entity")
    points: float = Field(description="unrounded; the parts sum to the rating's points")
    whole: int = Field(description="rounded so that the parts sum to the whole points")


class OpenRating(Rating):
    """A rating with everything that it is made of."""

    conduct: float = Field(description="what own facts say, in [0, 1]")
    evidence: float = Field(description="the weight of all events that counted")
    rates: dict[str, float] = Field(description="of each factor of the policy, in [0, 1]")
    circle: list[Contact] = Field(description="the inner circle, by the order in which its members joined")
    parts: list[Part]
    policy: PolicyVersion = Field(description="that the run used; the scheme may have a newer one")

    @classmethod
    def of(cls, opened: model.OpenRating) -> Self:
        policy = PolicyVersion(version=opened.version, hash=opened.hash)
        values = {name: getattr(opened, name) for name in cls.model_fields if name != "policy"}
        return cls(policy=policy, **values)


class SideBySide(Model):
    """One entity's ratings by scheme. Schemes never mix, so there is no aggregate."""

    entity: str
    ratings: list[Rating] = Field(description="by scheme")


class State(Model):
    """A rating as it was last published before its whole points or its band changed, or as it is now."""

    since: datetime = Field(description="when these whole points and this band were first published")
    points: float
    whole_points: int
    band: str
    run: str = Field(description="whose policy and instant hold; the last one, where several gave the same points")
    as_of: AsOf
    rerated: datetime | None = Field(description="when a change was passed on to it; null: it is the run's own")
    version: str = Field(description="of the policy")
    present: bool = Field(description="whether it is the present rating")


class Cause(Model):
    """So many points of a change come from here."""

    name: Literal["ageing", "own facts", "who is in the circle", "contacts' ratings", "policy"]
    points: float = Field(description="unrounded; the causes sum to the difference of the points")
    whole: int = Field(description="rounded so that the causes sum to the difference of the whole points")


class RatingHistory(Model):
    """What a rating was and is, and why it changed."""

    entity: str
    scheme: str
    states: list[State] = Field(description="the oldest first, the present one last")
    before: State = Field(description="the state that held at `since`, or the first that is known")
    after: State
    causes: list[Cause] = Field(description="of the change from `before` to `after`, in a fixed order")
