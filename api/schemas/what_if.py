"""Questions about how a rating would be otherwise, and their answers."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import AsOf, EntityId, FactId, Model
from graph.explain import what_if
from graph.facts.kinds import FactKind


class AskWithoutContact(Model):
    """As if there had been no contact with this entity: the next strongest tie takes its place."""

    kind: Literal["without-contact"]
    contact: EntityId

    def change(self) -> what_if.Change:
        return what_if.WithoutContact(self.contact)


class AskSettled(Model):
    """As if this obligation of the entity had been settled on this day."""

    kind: Literal["settled"]
    obligation: FactId
    day: date

    def change(self) -> what_if.Change:
        return what_if.Settled(self.obligation, self.day)


class AskRemoved(Model):
    """As if this fact did not count."""

    kind: Literal["removed"]
    fact: FactId
    of: FactKind | None = Field(default=None, description="the kind of fact, where two have its id")

    def change(self) -> what_if.Change:
        return what_if.Removed(self.fact, self.of)


class AskNewContactDay(Model):
    """As if there had been contact with this entity on this day."""

    kind: Literal["new-contact-day"]
    contact: EntityId
    day: date
    began: Literal["both", "self", "other"] = "both"

    def change(self) -> what_if.Change:
        return what_if.NewContactDay(self.contact, self.day, self.began)


class AskUnderPolicy(Model):
    """As if everyone were rated by another policy: another version, or the rating's own with another share."""

    kind: Literal["under-policy"]
    version: str | None = Field(default=None, max_length=60, description="published now, or used by a run")
    share: float | None = Field(default=None, ge=0, le=0.5, description="0: own conduct only")


class AskLift(Model):
    """The reverse: which payments lift the rating one band."""

    kind: Literal["lift"]


Question = Annotated[
    AskWithoutContact | AskSettled | AskRemoved | AskNewContactDay | AskUnderPolicy | AskLift,
    Field(discriminator="kind"),
]


class ShownStanding(Model):
    """Points as they are or would be shown."""

    whole_points: int
    band: str


class ShownMove(Model):
    """A line of the rating that would be another; 0 where there is none."""

    source: Literal["factor", "contact", "contacts"]
    name: str
    before: int
    after: int


class WhatIf(Model):
    """A rating as it is shown, and as it would be shown after the change."""

    entity: str
    scheme: str
    run: str
    as_of: AsOf
    asked: str = Field(description="what was to be otherwise, in words")
    before: ShownStanding
    after: ShownStanding
    parts: list[ShownMove] = Field(
        description="the lines that would change; together they change by what the points do"
    )
    within_points: float = Field(description="how far the points afterwards can be from the operator's")
    assumed: str = Field(description="what the answer takes as given")
    stale: bool = Field(description="facts are newer than the rating: the answer may hold what they change too")


class Payment(Model):
    """One open obligation, settled on this day."""

    obligation: str
    creditor: str
    due: datetime
    zone: str | None = Field(description="in which its days are meant; null: UTC")
    settled: date


class Lift(Model):
    """The fewest payments that lift a rating one band, or the reason why there are none."""

    entity: str
    scheme: str
    run: str
    as_of: AsOf
    before: ShownStanding
    aim: str | None = Field(description="the next band; null in the highest")
    payments: list[Payment] = Field(description="those due first; none where the next band cannot be reached")
    after: ShownStanding = Field(description="with these payments")
    reason: str | None = Field(description="why there are none; null where there are")
    stale: bool
