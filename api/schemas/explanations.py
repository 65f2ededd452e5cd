"""A rating taken apart."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from api.schemas.base import AsOf, Model
from api.schemas.ratings import OpenRating
from graph import explaining
from graph import reasons as why_not


class Line(Model):
    """One line of a sum: so many of the points come from here."""

    source: Literal["base", "factor", "contact", "not-passed-on", "prior", "changed", "facts", "left", "rest"] = (
        Field(description="what kind of line it is: docs/api.md lists them")
    )
    name: str = Field(description="of the factor, the contact's entity, or what the line is in words")
    points: float = Field(description="unrounded; the lines sum to the points above them")
    whole: int = Field(description="rounded so that the lines sum to the whole points above them")


class Level(Model):
    """One rating as a sum, in points of the rating that is explained."""

    rating: OpenRating = Field(description="the rating of this level, in points of its own")
    scale: float = Field(description="how much of this rating's score is in the explained one; 1 on top")
    points: float = Field(description="what the parts sum to")
    whole: int
    parts: list[Line]


class FactLine(Model):
    """One fact. Where it does not count, `why` says so, and its weight, value, part and points are 0."""

    entity: str = Field(description="whose fact it is")
    factor: Literal["obligations", "purchases", "visits"]
    fact: str = Field(description="its id")
    at: datetime = Field(description="when; of an obligation, when it is due")
    other: str = Field(description="the creditor, the product or the site")
    category: str | None = Field(description="of the product or site")
    settled: datetime | None
    outcome: float | None
    late: int | None = Field(description="whole days from the due day to the settlement, or to the last day")
    age: int = Field(description="whole days from the day that it counts from to the last day")
    weight: float
    value: float
    part: float = Field(description="what it adds to the rate of its factor, against the prior")
    points: float = Field(description="the same in points of the explained rating")
    whole: int
    why: str | None = Field(description="why it does not count; null where it does")


class OpenFactor(Model):
    """The line of a factor opened: `parts` and `facts` sum to `points`."""

    factor: Literal["obligations", "purchases", "visits"]
    points: float
    whole: int
    parts: list[Line] = Field(description="the prior, and what facts have changed since; none outside the policy")
    facts: list[FactLine] = Field(description="every one, the newest first")


class Tie(Model):
    """Someone whom the member had contact with."""

    entity: str
    strength: float | None = Field(description="null where there is no tie")
    days: int
    last: date | None
    given: float = Field(description="the weight of the days on which the member began it")
    taken: float = Field(description="the weight of the days on which the contact did")
    why: str | None = Field(description="why not in the circle; null where it is")


class Reached(Model):
    """One member whose conduct is in the explained rating."""

    entity: str
    share: float = Field(description="of the explained score, in [0, 1]")
    conduct: float
    points: float
    whole: int


class ReachedFacts(Model):
    """The same by fact: both lists together sum to the points."""

    facts: list[FactLine] = Field(description="the largest, of the members that are shown")
    parts: list[Line]


class Reach(Model):
    """Whose conduct is in the rating, over all hops: `members` and `parts` sum to the points."""

    score: float
    points: float
    whole_points: int
    run: str
    as_of: AsOf
    opened: int = Field(description="how many members were opened to find this out")
    members: list[Reached] = Field(description="those who supply most, the largest first")
    parts: list[Line]
    by_fact: ReachedFacts | None = Field(description="null without `facts`")


class Reason(Model):
    """Why the rating is not higher."""

    code: str = Field(description="docs/reasons.md lists them")
    points: float = Field(description="what the rating would gain with this at its best and all else the same")
    whole: int
    sentence: str
    advice: str = Field(description="what there is to do about it")


class Reasons(Model):
    """At most four reasons. They and `rest` sum to what the rating lacks to 950."""

    reasons: list[Reason]
    rest: float
    rest_whole: int


class Explanation(Model):
    """A rating explained."""

    entity: str
    scheme: str
    levels: list[Level] = Field(description="the rating, then each contact that was opened")
    factors: list[OpenFactor] | None = Field(description="of the last level; null without `facts`")
    contacts: list[Tie] | None = Field(description="of the last level, strongest first; null without `facts`")
    reach: Reach | None = Field(description="null without `hops`")
    reasons: Reasons = Field(description="of the rating on top")

    @classmethod
    def of(cls, explained: explaining.Explanation, reach: explaining.Reach | None, why: why_not.Reasons) -> Self:
        return cls(
            levels=[Level(rating=OpenRating.of(each.rating), **_values(Level, each)) for each in explained.levels],
            reach=None if reach is None else Reach.model_validate(reach),
            reasons=Reasons.model_validate(why),
            **_values(cls, explained),
        )


def _values(kind: type[BaseModel], value: object) -> dict[str, Any]:
    """What the model has of this value, but for what is made of it first."""
    made = {"rating", "levels", "reach", "reasons"}
    return {name: getattr(value, name) for name in kind.model_fields if name not in made}
