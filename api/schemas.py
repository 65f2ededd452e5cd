"""What the API takes and gives, with an example of each: the only place for pydantic models.

The examples are what a server answered about the community of docs/api.md; tests/api/test_examples.py asks again,
and writes them to examples.json when an answer has changed on purpose.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from graph import explaining, model, reading, what_if
from graph import reasons as why_not
from graph.publishing import Published

REFERENCES = "#/components/schemas/{name}"
"Where OpenAPI keeps schemas."

LONGEST_ID = 200
"Of an entity: docs/loading.md."

EntityId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
FactId = EntityId
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


class State(_Model):
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


class Cause(_Model):
    """So many points of a change come from here."""

    name: Literal["ageing", "own facts", "who is in the circle", "contacts' ratings", "policy"]
    points: float = Field(description="unrounded; the causes sum to the difference of the points")
    whole: int = Field(description="rounded so that the causes sum to the difference of the whole points")


class RatingHistory(_Model):
    """What a rating was and is, and why it changed."""

    entity: str
    scheme: str
    states: list[State] = Field(description="the oldest first, the present one last")
    before: State = Field(description="the state that held at `since`, or the first that is known")
    after: State
    causes: list[Cause] = Field(description="of the change from `before` to `after`, in a fixed order")


# Explanations ----------------------------------------------------------------------------------------


class Line(_Model):
    """One line of a sum: so many of the points come from here."""

    source: Literal["base", "factor", "contact", "not-passed-on", "prior", "changed", "facts", "left", "rest"] = (
        Field(description="what kind of line it is: docs/api.md lists them")
    )
    name: str = Field(description="of the factor, the contact's entity, or what the line is in words")
    points: float = Field(description="unrounded; the lines sum to the points above them")
    whole: int = Field(description="rounded so that the lines sum to the whole points above them")


class Level(_Model):
    """One rating as a sum, in points of the rating that is explained."""

    rating: OpenRating = Field(description="the rating of this level, in points of its own")
    scale: float = Field(description="how much of this rating's score is in the explained one; 1 on top")
    points: float = Field(description="what the parts sum to")
    whole: int
    parts: list[Line]


class FactLine(_Model):
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


class OpenFactor(_Model):
    """The line of a factor opened: `parts` and `facts` sum to `points`."""

    factor: Literal["obligations", "purchases", "visits"]
    points: float
    whole: int
    parts: list[Line] = Field(description="the prior, and what facts have changed since; none outside the policy")
    facts: list[FactLine] = Field(description="every one, the newest first")


class Tie(_Model):
    """Someone whom the member had contact with."""

    entity: str
    strength: float | None = Field(description="null where there is no tie")
    days: int
    last: date | None
    given: float = Field(description="the weight of the days on which the member began it")
    taken: float = Field(description="the weight of the days on which the contact did")
    why: str | None = Field(description="why not in the circle; null where it is")


class Reached(_Model):
    """One member whose conduct is in the explained rating."""

    entity: str
    share: float = Field(description="of the explained score, in [0, 1]")
    conduct: float
    points: float
    whole: int


class ReachedFacts(_Model):
    """The same by fact: both lists together sum to the points."""

    facts: list[FactLine] = Field(description="the largest, of the members that are shown")
    parts: list[Line]


class Reach(_Model):
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


class Reason(_Model):
    """Why the rating is not higher."""

    code: str = Field(description="docs/reasons.md lists them")
    points: float = Field(description="what the rating would gain with this at its best and all else the same")
    whole: int
    sentence: str
    advice: str = Field(description="what there is to do about it")


class Reasons(_Model):
    """At most four reasons. They and `rest` sum to what the rating lacks to 950."""

    reasons: list[Reason]
    rest: float
    rest_whole: int


class Explanation(_Model):
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


# What if ---------------------------------------------------------------------------------------------


class AskWithoutContact(_Model):
    """As if there had been no contact with this entity: the next strongest tie takes its place."""

    kind: Literal["without-contact"]
    contact: EntityId

    def change(self) -> what_if.Change:
        return what_if.WithoutContact(self.contact)


class AskSettled(_Model):
    """As if this obligation of the entity had been settled on this day."""

    kind: Literal["settled"]
    obligation: FactId
    day: date

    def change(self) -> what_if.Change:
        return what_if.Settled(self.obligation, self.day)


class AskRemoved(_Model):
    """As if this fact did not count."""

    kind: Literal["removed"]
    fact: FactId
    of: Literal["obligations", "purchases", "visits", "contacts"] | None = Field(
        default=None, description="the kind of fact, where two have its id"
    )

    def change(self) -> what_if.Change:
        return what_if.Removed(self.fact, self.of)


class AskNewContactDay(_Model):
    """As if there had been contact with this entity on this day."""

    kind: Literal["new-contact-day"]
    contact: EntityId
    day: date
    began: Literal["both", "self", "other"] = "both"

    def change(self) -> what_if.Change:
        return what_if.NewContactDay(self.contact, self.day, self.began)


class AskUnderPolicy(_Model):
    """As if everyone were rated by another policy: another version, or the rating's own with another share."""

    kind: Literal["under-policy"]
    version: str | None = Field(default=None, max_length=60, description="published now, or used by a run")
    share: float | None = Field(default=None, ge=0, le=0.5, description="0: own conduct only")


class AskLift(_Model):
    """The reverse: which payments lift the rating one band."""

    kind: Literal["lift"]


Question = Annotated[
    AskWithoutContact | AskSettled | AskRemoved | AskNewContactDay | AskUnderPolicy | AskLift,
    Field(discriminator="kind"),
]


class Standing(_Model):
    """Points as they are or would be."""

    points: float
    whole_points: int
    band: str


class MovedPart(_Model):
    """A part of the rating that would be another; 0 where it is none."""

    source: Literal["factor", "contact"]
    name: str
    before: float
    after: float
    whole_before: int
    whole_after: int


class WhatIf(_Model):
    """A rating as it is, and as a fresh run at the same instant would make it after the change."""

    entity: str
    scheme: str
    run: str
    as_of: AsOf
    asked: str = Field(description="what was to be otherwise, in words")
    before: Standing
    after: Standing
    parts: list[MovedPart] = Field(
        description="those that would change; together they change by what the points do"
    )
    bound: float = Field(description="how far the score afterwards can be from that of a fresh run")
    stale: bool = Field(description="facts are newer than the rating: the answer may hold what they change too")


class Payment(_Model):
    """One open obligation, settled on this day."""

    obligation: str
    creditor: str
    due: datetime
    settled: date


class Lift(_Model):
    """The fewest payments that lift a rating one band, or the reason why there are none."""

    entity: str
    scheme: str
    run: str
    as_of: AsOf
    before: Standing
    aim: str | None = Field(description="the next band; null in the highest")
    payments: list[Payment] = Field(description="those due first; none where the next band cannot be reached")
    after: Standing = Field(description="with these payments")
    reason: str | None = Field(description="why there are none; null where there are")
    bound: float = Field(description="how far the score afterwards can be from that of a fresh run")
    stale: bool


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
