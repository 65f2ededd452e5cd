"""Contests of ratings as a whole."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Model
from api.schemas.deciding import OneLine, Reasoned, Reviewed


class NewContest(Model):
    """What is wrong with the rating as a whole, in the member's words."""

    statement: OneLine


class OwnContest(Model):
    """A contest as its member sees it, with what became of it."""

    id: str
    scheme: str
    statement: str
    state: Literal["open", "closed", "left"] = Field(
        description="open: nobody may rely on the rating; left: the member left the scheme"
    )
    opened: datetime
    closed: datetime | None
    reviewer: str | None = Field(description="the person who closed it")
    reason: str | None


class OwnContests(Model):
    """The contests that a member opened."""

    contests: list[OwnContest] = Field(description="the newest first")


class WaitingContest(Model):
    """A contest that waits to be closed."""

    id: str
    entity: str = Field(description="the member that contests")
    scheme: str
    statement: str
    opened: datetime


class WaitingContests(Model):
    """The contests that wait to be closed."""

    waiting: int = Field(description="how many there are")
    contests: list[WaitingContest] = Field(description="the oldest, at most 200")


class Closing(Reasoned):
    """Why a contest is closed."""


class Closed(Reviewed):
    """A contest that was closed."""

    closed: datetime
