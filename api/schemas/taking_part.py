"""What a member takes part in, and what it decides about itself."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import EntityId, Model


class Agreement(Model):
    """What a member agrees to on joining."""

    notice: str = Field(
        min_length=1,
        max_length=100,
        description="the scheme's present notice, which was read: its version, or version and hash",
    )


class Pause(Model):
    """A tie that the member has paused: it counts in neither end's rating."""

    contact: EntityId
    at: datetime


class Founding(Model):
    """The member was named as a founder: its word is one of those that the scheme begins with, once it accepts."""

    state: Literal["asked", "in force"] = Field(
        description="asked: it counts for nothing until the member accepts"
    )
    named: datetime
    named_by: str = Field(description="the operator who named it")
    accepted: datetime | None = Field(description="null: it was asked and has not accepted")
    accepted_by: str | None = Field(description="member, or the operator who accepted in its name")


class Membership(Model):
    """What an entity agreed to on joining a scheme, and what it decided since."""

    scheme: str
    at: datetime = Field(description="when it joined")
    notice: str = Field(description="version and hash of the notice that it agreed to")
    how: Literal["member", "operator", "file"] = Field(description="where the agreement came from")
    shares: bool = Field(description="whether members with it in their circle see its part of their rating")
    pauses: list[Pause] = Field(description="by the contact's id; it need not be a member, nor known")
    founding: Founding | None = Field(
        description="whether it is a founder of the scheme or asked to be one, which only the operator is told "
        "besides; null: neither"
    )


class Me(Model):
    """What a member takes part in and decided."""

    entity: EntityId
    kind: Literal["person", "organisation", "sole-trader"] | None = Field(
        description="null: nothing is known of it here"
    )
    memberships: list[Membership] = Field(description="by scheme")
    objects: bool = Field(description="whether it objects to being listed as a contact")


class Sharing(Model):
    """Whether members with this one in their circle see its part of their rating."""

    shares: bool


class FounderAnswer(Model):
    """Whether the member will be a founder of the scheme; it can be taken back at any time."""

    accepts: bool


class Objection(Model):
    """Whether the member objects to being listed as a contact."""

    objects: bool
