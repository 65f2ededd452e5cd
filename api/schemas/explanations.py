"""A rating taken apart."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from api.schemas.base import Model
from api.schemas.ratings import ShownRating
from graph import disclosure
from graph.facts.kinds import FactorKind


class Line(Model):
    """One line of a sum: so many of the points come from here."""

    source: Literal["prior", "changed"] = Field(description="what kind of line it is: docs/api.md lists them")
    name: str = Field(description="what the line is in words")
    points: float = Field(description="unrounded; the lines sum to the points above them")
    whole: int = Field(description="rounded so that the lines sum to the whole points above them")


class FactLine(Model):
    """One fact. Where it does not count, `why` says so, and its weight, value, part and points are 0."""

    entity: str = Field(description="the owner of the fact")
    factor: FactorKind
    fact: str = Field(description="its id")
    at: datetime = Field(description="when; of an obligation, when it is due")
    other: str = Field(description="the creditor, the product or the site")
    category: str | None = Field(description="of the product or site")
    settled: datetime | None
    parts: int | None = Field(description="payments that settled the obligation; null where none did")
    zone: str | None = Field(description="in which the days of an obligation are meant; null: UTC")
    outcome: float | None
    late: int | None = Field(
        description="whole days of that zone from the due day to the settlement, or to the last day"
    )
    age: int = Field(description="whole days from the day that it counts from to the last day")
    weight: float
    value: float
    part: float = Field(description="what it adds to the rate of its factor, against the prior")
    points: float = Field(description="the same in points of the explained rating")
    whole: int
    voice: float = Field(
        description="of who reports it: 0, 0.25, 0.5, 0.75 or 1; 1 where reporters have no voices"
    )
    weighs: str | None = Field(
        description="why it weighs less than its age alone would have it; null: it does not"
    )
    why: str | None = Field(description="why it does not count; null where it does")


class OpenFactor(Model):
    """The line of a factor opened: `parts` and `facts` sum to `points`."""

    factor: FactorKind
    points: float
    whole: int
    parts: list[Line] = Field(description="the prior, and what facts have changed since; none outside the policy")
    facts: list[FactLine] = Field(description="every one, the newest first")


class Reason(Model):
    """Why the rating is not higher."""

    code: str = Field(description="docs/reasons.md lists them")
    whole: int = Field(description="points that the rating would gain with this at its best and all else the same")
    sentence: str
    advice: str = Field(description="what there is to do about it")


class Reasons(Model):
    """At most four reasons. They and `rest_whole` sum to what the rating lacks to 950."""

    reasons: list[Reason]
    rest_whole: int


class Leaning(Model):
    """One thing that more than half of a rating comes from, or would."""

    code: Literal["unheard", "one-partner", "one-month"] = Field(description="docs/reasons.md lists them")
    sentence: str


class Explanation(Model):
    """A rating explained: its lines, the own facts behind them, why it is not higher, and what it leans on."""

    rating: ShownRating
    factors: list[OpenFactor] | None = Field(description="every own fact; null without `facts`")
    reasons: Reasons
    leaning: list[Leaning] = Field(description="what most of it comes from, where that is one thing")

    @classmethod
    def of(cls, explained: disclosure.ShownExplanation) -> Self:
        return cls(
            rating=ShownRating.of(explained.rating),
            factors=None
            if explained.factors is None
            else [OpenFactor.model_validate(f) for f in explained.factors],
            reasons=Reasons.model_validate(explained.reasons),
            leaning=[Leaning.model_validate(each) for each in explained.leaning],
        )
