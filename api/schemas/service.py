"""The service itself, and its problems."""

from datetime import date
from typing import Literal

from pydantic import Field

from api.schemas.base import Model
from graph.analysis.monitoring import What


class Alive(Model):
    """The service answers."""

    status: Literal["alive"]


class HowOld(Model):
    """How old the ratings of a scheme are, what was loaded last, the newest backup, or the oldest dispute."""

    what: What = Field(description="ratings, load, backup or dispute")
    scheme: str | None = Field(description="whose ratings they are; null for everything else")
    last_day: date | None = Field(
        description="the last day that is rated, or of the last load or backup; null: none yet, and for disputes"
    )
    days_ago: int | None = Field(description="0 today; less if it is still to come, so that a clock was wrong")
    late: bool = Field(
        description="longer ago than the operator allows, or still to come; the service is ready all the same"
    )
    says: str = Field(description="the same in words")


class Ready(Model):
    """The service can answer about ratings, and how old they are."""

    status: Literal["ready"]
    neo4j: str = Field(description="version and edition of the database")
    migrations: Literal["all applied"]
    ages: list[HowOld] = Field(
        description="of each scheme, by id, of the last load, of the newest backup where they have a folder, and "
        "of disputes: of these only whether one is late"
    )


class Unfit(Model):
    """One value of a request that does not hold."""

    where: str = Field(description="such as path.scheme or body.ids.0")
    message: str


class Problem(Model):
    """A failure, as RFC 9457 has it."""

    type: str = Field(description="where this kind of problem is explained")
    title: str
    status: int
    detail: str = Field(description="what is wrong, and what to do")
    instance: str = Field(
        description="this occurrence: the id of the request; the service's log has it for failures of its own"
    )
    code: str = Field(description="the stable name of the kind; docs/errors.md lists them")
    errors: list[Unfit] = Field(
        default=[], description="the values that do not hold, where the request is at fault"
    )


class ProblemKind(Model):
    """A kind of problem."""

    code: str
    title: str
    status: int
    detail: str = Field(description="what such a problem says, or an example of it")
