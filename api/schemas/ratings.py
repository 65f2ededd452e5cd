"""Ratings, and what they were."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from api.schemas.base import AsOf, Model
from api.schemas.schemes import PolicyVersion
from graph import disclosure


class ShownPart(Model):
    """One line of a rating as it is shown: so many of its points come from here."""

    source: Literal["base", "factor", "contact", "contacts"]
    name: str = Field(description="of the factor, or the contact's entity; contacts together have no names")
    whole: int = Field(description="points; the lines sum to the rating's")
    contacts: int = Field(description="how many contacts the line is of")


class SetAside(Model):
    """Facts that a rating lacks because they are in dispute: disputed by the member, or by the other side."""

    member: int = Field(description="that the rated member disputes")
    other: int = Field(description="that the other side disputes")


class ShownRating(Model):
    """A rating as everybody but the operator is shown it."""

    entity: str
    scheme: str
    whole_points: int = Field(description="from 350 to 950; the band goes by them")
    band: str
    within_points: float = Field(
        description="how far the points can be from the operator's: docs/showing.md says why they differ"
    )
    contested: bool = Field(description="whether it is contested: then no client may rely on it")
    set_aside: SetAside = Field(description="facts that this rating lacks, since they are in dispute")
    run: str = Field(description="the run that gave this rating")
    as_of: AsOf
    rerated: datetime | None = Field(description="when a change was passed on to it; null: it is the run's own")
    stale: bool = Field(description="whether facts are newer than it, or changes were not passed on")
    conduct: float = Field(description="what own facts say, in [0, 1]")
    rates: dict[str, float] = Field(description="of each factor of the policy, in [0, 1]")
    parts: list[ShownPart]
    policy: PolicyVersion = Field(description="that the run used; the scheme may have a newer one")

    @classmethod
    def of(cls, shown: disclosure.ShownRating) -> Self:
        policy = PolicyVersion(version=shown.version, hash=shown.hash)
        values = {name: getattr(shown, name) for name in cls.model_fields if name != "policy"}
        return cls(policy=policy, **values)


class SideBySide(Model):
    """One entity's ratings by scheme. Schemes never mix, so there is no aggregate."""

    entity: str
    ratings: list[ShownRating] = Field(description="by scheme")


class ShownState(Model):
    """A rating as it was shown before its points or its band changed, or as it is shown now."""

    since: datetime = Field(description="when these points and this band were first published")
    whole_points: int
    band: str
    run: str = Field(description="its policy and instant hold; the last run, where several gave the same points")
    as_of: AsOf
    rerated: datetime | None = Field(description="when a change was passed on to it; null: it is the run's own")
    version: str = Field(description="of the policy")
    present: bool = Field(description="whether it is the present rating")


class ShownCause(Model):
    """So many points of a change come from here."""

    name: Literal[
        "ageing", "own facts", "whose word counts", "who is in the circle", "contacts' ratings", "policy"
    ]
    whole: int = Field(description="points; the causes sum to the difference of the two states")


class TakenBack(Model):
    """A load that was taken back, and how many facts of the member went with it."""

    load: str
    at: datetime
    by: str | None = Field(description="the person who took it back; null: not known")
    why: str | None = Field(description="the reason; null: none was given")
    files: list[str] = Field(description="the files that it had")
    facts: int = Field(description="facts of the member that are gone, or lack a part")


class RatingHistory(Model):
    """What a rating was and is, and why it changed."""

    entity: str
    scheme: str
    states: list[ShownState] = Field(description="the oldest first, the present one last")
    before: ShownState = Field(description="the state that held at `since`, or the first that is known")
    after: ShownState
    causes: list[ShownCause] = Field(description="of the change from `before` to `after`, in a fixed order")
    taken_back: list[TakenBack] = Field(description="loads that were taken back, with facts of the member")
