"""Schemes and their policies."""

from typing import Annotated, Any, Self

import msgspec
from pydantic import Field, WithJsonSchema

from api.schemas.base import AsOf, Hash, Model
from graph.policy.publishing import Published


class PolicyVersion(Model):
    """One version of a policy; a version never changes what it says."""

    version: str
    hash: Hash


class SchemeSummary(Model):
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


class Schemes(Model):
    """The published schemes, by id."""

    schemes: list[SchemeSummary]


class SchemeDocument(SchemeSummary):
    """One rating system with its whole policy."""

    founders: int | None = Field(
        description="how many founders there were when the last run began; null before the first. Who they are is "
        "not told"
    )
    notice: str = Field(description="what a membership keeps of the notice agreed to: version, start of its hash")
    versions: list[PolicyVersion] = Field(description="every version that was published, oldest first")
    # Described by graph/policy/scheme.py itself: api/openapi.py puts its schema here.
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
            founders=found.founders,
            notice=found.scheme.notice_id,
            versions=[PolicyVersion(version=v, hash=h) for v, h in map(str.split, found.versions)],
            policy=policy,
            text=text,
        )
