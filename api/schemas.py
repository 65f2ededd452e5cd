"""What the API takes and gives, with an example of each: the only place for pydantic models.

The examples are what a server answered about the community of docs/api.md; tests/api/test_examples.py asks again,
and writes them to examples.json when an answer has changed on purpose.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from graph import model, reading
from graph.publishing import Published

REFERENCES = "#/components/schemas/{name}"
"Where OpenAPI keeps schemas."

LONGEST_ID = 200
"Of an entity: docs/loading.md."

EntityId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
Hash = Annotated[str, Field(description="SHA-256 of what the policy says, in hex")]
AsOf = Annotated[datetime, Field(description="the midnight (UTC) that ends the last day that counted")]


EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
"By the name of the model; api/openapi.py puts them into its schema."


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


# Schemes ---------------------------------------------------------------------------------------------


class PolicyVersion(_Model):
    """One version of a policy; a version never changes what it says."""

    version: str
    hash: Hash


class SchemeSummary(_Model):
    """One rating system, and its last run."""

    id: str
    title: str
    version: str = Field(description="of the policy")
    hash: Hash
    run: str | None = Field(description="the last finished run; null before the first")
    as_of: AsOf | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """From a row of the query `schemes`."""
        as_of = row["as_of"]
        return cls(**row | {"as_of": as_of and as_of.to_native()})


class Schemes(_Model):
    """The published schemes, by id."""

    schemes: list[SchemeSummary]


class SchemeDocument(SchemeSummary):
    """One rating system with its whole policy."""

    notice: str = Field(description="what a membership keeps of the notice agreed to: version, start of its hash")
    versions: list[PolicyVersion] = Field(description="every version that was published, oldest first")
    # Described by graph/scheme.py itself: api/openapi.py puts its schema here.
    policy: Annotated[dict[str, Any], WithJsonSchema({})] = Field(
        description="what the policy says, key by key as in docs/schemes.md"
    )
    text: str = Field(description="the policy file as it was published")

    @classmethod
    def of_published(cls, found: Published) -> Self:
        policy = msgspec.to_builtins(found.scheme)
        text = policy.pop("text")
        return cls(
            id=found.scheme.id,
            title=found.scheme.title,
            version=found.scheme.version,
            hash=policy.pop("hash"),
            run=found.run,
            as_of=found.as_of,
            notice=found.scheme.notice_id,
            versions=[PolicyVersion(version=v, hash=h) for v, h in map(str.split, found.versions)],
            policy=policy,
            text=text,
        )


# Ratings ---------------------------------------------------------------------------------------------


class Rating(_Model):
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


class Contact(_Model):
    """One member of an inner circle, as the rating used it."""

    contact: str = Field(
        validation_alias="entity", description="the contact's entity; empty when it has left since"
    )
    weight: float = Field(description="in [0, 1]; the weights of a circle sum to 1")
    used: float = Field(description="the contact's score that the rating used, in [0, 1]")


class Part(_Model):
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


class Wanted(_Model):
    """The ids to look up."""

    ids: list[EntityId] = Field(max_length=reading.MOST_IDS)


class Found(_Model):
    """Ratings in one scheme by entity id, and the ids that have none there."""

    scheme: str
    ratings: list[Rating] = Field(description="by entity id")
    missing: list[str] = Field(description="ids that are not rated in the scheme, whatever the reason")


class SideBySide(_Model):
    """One entity's ratings by scheme. Schemes never mix, so there is no aggregate."""

    entity: str
    ratings: list[Rating] = Field(description="by scheme")


# The service -----------------------------------------------------------------------------------------


class Alive(_Model):
    """The service answers."""

    status: Literal["alive"]


class Ready(_Model):
    """The service can answer about ratings."""

    status: Literal["ready"]
    neo4j: str = Field(description="version and edition of the database")
    migrations: Literal["all applied"]


class Unfit(_Model):
    """One value of a request that does not hold."""

    where: str = Field(description="such as path.scheme or body.ids.0")
    message: str


class Problem(_Model):
    """A failure, as RFC 9457 has it."""

    type: str = Field(description="where this kind of problem is explained")
    title: str
    status: int
    detail: str = Field(description="what is wrong, and what to do")
    instance: str = Field(description="this occurrence; the service's log names it for failures of its own")
    code: str = Field(description="the stable name of the kind; docs/errors.md lists them")
    errors: list[Unfit] = Field(
        default=[], description="the values that do not hold, where the request is at fault"
    )


class ProblemKind(_Model):
    """A kind of problem."""

    code: str
    title: str
    status: int
    detail: str = Field(description="what such a problem says, or an example of it")
