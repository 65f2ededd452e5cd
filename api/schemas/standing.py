"""Standing, and organisations by number."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Model


class Judgment(Model):
    """A judgment that is past due and unpaid."""

    id: str
    court: str
    case_number: str
    amount: float
    currency: str
    issued: datetime
    due: datetime


class Standing(Model):
    """Whether an entity is restricted by a court. No rating leads to it."""

    entity: str
    restricted: bool = Field(description="only while a judgment is past due and unpaid")
    judgments: list[Judgment] = Field(description="these, the first due first; what was paid is not among them")


class Organisation(Model):
    """An organisation under its registered number."""

    id: str
    kind: Literal["organisation"]
    name: str | None
    uscc: str | None = Field(description="unified social credit code")
    lei: str | None = Field(description="legal entity identifier")
