"""Grants, what clients read under them, and the record of reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from pydantic import AwareDatetime, Field

from api.schemas.base import AsOf, EntityId, Hash, Model
from api.schemas.ratings import SetAside
from graph.disclosure import to_clients
from graph.rights import grants

LONGEST_PURPOSE = 1_000

What = Literal["band", "points", "reasons"]
SchemeName = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$", max_length=60, description="a scheme's id")]
Purpose = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_PURPOSE,
        description="literally one of the purposes in the scheme's policy",
    ),
]


class NewGrant(Model):
    """What a member lets a client read, what for and until when."""

    scheme: SchemeName
    client: str = Field(
        min_length=1, max_length=grants.LONGEST_NAME, description="the client, by the subject of its token"
    )
    purpose: Purpose
    what: What = Field(description="how much is opened; each says more than the one before")
    until: AwareDatetime = Field(description="when it ends, at most 366 days ahead")


class Grant(Model):
    """What one client may read of a member's rating in one scheme."""

    id: str
    scheme: str
    client: str
    purpose: str
    what: What
    until: datetime
    at: datetime = Field(description="when it was given")
    by: str = Field(description="member, or the name of the operator who gave it in the member's name")
    revoked: datetime | None = Field(
        description="when it was ended: by the member, by a newer grant or by leaving the scheme"
    )


class OwnGrant(Grant):
    """A grant, and whether it holds."""

    state: Literal["live", "revoked", "over"]


class Grants(Model):
    """The grants that a member gave."""

    grants: list[OwnGrant] = Field(description="the newest first")


# What clients read -----------------------------------------------------------------------------------


class GrantedPart(Model):
    """One line of a rating; the lines sum to its points."""

    source: Literal["base", "factor", "contacts"]
    name: str = Field(description="of the factor; contacts are one line together, and none is named")
    whole: int
    contacts: int = Field(description="how many contacts the line is of")


class GrantedReason(Model):
    """Why the rating is not higher; nobody is named."""

    code: str = Field(description="docs/reasons.md lists them")
    whole: int = Field(description="points that it costs")
    sentence: str


class GrantedRating(Model):
    """A rating as far as its member granted it: what is not granted is not there, nor is what is contested."""

    entity: str
    scheme: str
    what: What = Field(description="how much is open")
    contested: bool = Field(description="nobody may rely on it until a reviewer has closed the contest")
    set_aside: SetAside | None = Field(
        default=None, description="facts that the rating lacks, since they are in dispute; told with every rating"
    )
    band: str | None = Field(default=None, description="`new`: too little is known, and no points are told")
    caption: str | None = Field(
        default=None, description="what is told in one line, such as `682 sound, 7 facts in dispute`"
    )
    whole_points: int | None = None
    within_points: float | None = Field(
        default=None, description="how far the points can be from those that the operator sees"
    )
    parts: list[GrantedPart] | None = None
    reasons: list[GrantedReason] | None = Field(default=None, description="at most four, the costliest first")
    run: str | None = Field(default=None, description="that gave this rating")
    as_of: AsOf | None = None
    stale: bool | None = Field(default=None, description="whether facts are newer than it")
    version: str | None = Field(default=None, description="of the policy that the run used")
    hash: Hash | None = None

    @classmethod
    def of(cls, told: to_clients.Told) -> "GrantedRating":
        if told.reasons is None:
            return cls.model_validate(told)
        said = {name: getattr(told, name) for name in cls.model_fields}
        return cls.model_validate(said | {"reasons": told.reasons.reasons})


class Wanted(Model):
    """The ids to look up, and what for."""

    ids: list[EntityId] = Field(min_length=1, max_length=to_clients.MOST_IDS)
    purpose: Purpose


class Found(Model):
    """Ratings in one scheme by entity id, and the ids of entities that open nothing."""

    scheme: str
    ratings: list[GrantedRating] = Field(description="by entity id")
    missing: list[str] = Field(description="ids of which nothing is open to the client, whatever the reason")

    @staticmethod
    def written(scheme: str, told: Sequence[to_clients.Told], missing: Sequence[str]) -> bytes:
        """The JSON of this model, without the check of each rating: a thousand of them took most of its time."""
        ratings = [each if each.reasons is None else _written(each) for each in told]
        return msgspec.json.encode({"scheme": scheme, "ratings": ratings, "missing": missing})


def _written(told: to_clients.Told) -> msgspec.Raw:
    """With reasons it has another form than what the domain gives."""
    return msgspec.Raw(GrantedRating.of(told).model_dump_json(exclude_none=True))


# The record of reads ---------------------------------------------------------------------------------


class AccessRecord(Model):
    """One read of a person by another."""

    id: str
    ledger: str
    number: int = Field(description="its place in the ledger, from 1")
    at: datetime
    who: str = Field(description="the subject of a client's token, or the operator's name")
    role: str
    purpose: str
    what: str = Field(description="how much was asked for or opened")
    outcome: str = Field(description="answered, or why not: docs/access.md lists them")
    previous: Hash
    hash: Hash


class Ledger(Model):
    """The end of the record of one membership: a reader who notes it can tell later if it was written anew."""

    scheme: str
    count: int = Field(description="of records")
    head: Hash


class Accesses(Model):
    """The reads of a member."""

    ledgers: list[Ledger] = Field(description="by scheme")
    accesses: list[AccessRecord] = Field(description="the newest first")
    next: str | None = Field(description="the cursor of the page that follows; null on the last")


class Verification(Model):
    """Whether the record of reads is whole. Nobody is named."""

    scheme: str | None
    whole: int = Field(description="ledgers that hold")
    broken: int = Field(description="ledgers in which something was altered, removed, put in or moved")
    records: int = Field(description="that hold")
    next: str | None = Field(description="where to go on; null: all is counted. Add up what the answers say")
