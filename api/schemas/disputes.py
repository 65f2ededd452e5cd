"""Disputes of facts, and contests of ratings as a whole."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import FactId, Model
from graph.facts.kinds import FactKind
from graph.text.plain import LONGEST

OneLine = Annotated[str, Field(min_length=1, max_length=LONGEST, description="one line of plain text")]


class NewDispute(Model):
    """A fact of the member's own that is wrong, in its words."""

    kind: FactKind
    fact: FactId = Field(description="the fact's id")
    statement: OneLine


class Reader(Model):
    """A client who read a rating of the member while the fact was in it."""

    who: str = Field(description="the subject of the client's token")
    scheme: str
    purpose: str
    times: int
    last: datetime


class Said(Model):
    """What a fact says, as far as its kind has it."""

    source: str = Field(description="the debtor, the buyer, the visitor, or the side that began the contact")
    target: str = Field(description="the creditor, the product, the site, or the other side of the contact")
    at: datetime | None = None
    due: datetime | None = None
    settled: datetime | None = None
    outcome: float | None = None
    amount: float | None = None
    currency: str | None = None
    kind: str | None = None
    channel: str | None = None
    category: str | None = None


class OwnDispute(Model):
    """A dispute as its member sees it, with what became of it."""

    id: str
    kind: FactKind
    fact: str = Field(description="the fact's id")
    statement: str
    state: Literal["open", "upheld", "rejected", "expired", "withdrawn"] = Field(
        description="upheld and expired: the fact is removed; rejected and withdrawn: it counts again"
    )
    opened: datetime
    due: datetime = Field(description="when a decision is overdue")
    days_left: int | None = Field(
        description="days from today to that day, in UTC, below 0 when overdue; null: it has ended"
    )
    reminded: datetime | None
    decided: datetime | None = Field(description="when it ended")
    reviewer: str | None = Field(description="the person who decided")
    reason: str | None
    says: Said | None = Field(description="null: the fact is gone, and no copy is kept")
    since: datetime | None = Field(description="from when on readers count; null: from the first")
    readers: list[Reader] = Field(description="clients who read a rating that the fact was in")


class OwnDisputes(Model):
    """The disputes that a member opened."""

    disputes: list[OwnDispute] = Field(description="the newest first")


class WaitingDispute(Model):
    """A dispute that waits for a decision. What it is about is for the reviewer alone."""

    id: str
    kind: FactKind
    opened: datetime
    due: datetime = Field(description="when a decision is overdue")
    days_left: int = Field(description="days from today to that day, in UTC, below 0 when overdue")
    overdue: bool
    reminded: datetime | None = None
    entity: str | None = Field(default=None, description="the member; this and what follows: the reviewer only")
    fact: str | None = Field(default=None, description="the fact's id")
    statement: str | None = None
    says: Said | None = Field(default=None, description="not there: the fact is gone")
    since: datetime | None = Field(default=None, description="from when on readers count")
    readers: list[Reader] | None = Field(
        default=None, description="clients who read a rating that the fact was in"
    )


class WaitingDisputes(Model):
    """The disputes that wait for a decision."""

    waiting: int = Field(description="how many there are")
    disputes: list[WaitingDispute] = Field(description="the oldest, at most 200")


class Decision(Model):
    """What a reviewer decides, and why."""

    upheld: bool = Field(description="true: the fact is removed; false: it counts again")
    reason: OneLine = Field(description="the member sees it; one line of plain text")


class Decided(Model):
    """A dispute that was decided."""

    id: str
    state: Literal["upheld", "rejected"]
    decided: datetime
    reviewer: str
    reason: str


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


class Closing(Model):
    """Why a contest is closed."""

    reason: OneLine = Field(description="the member sees it; one line of plain text")


class Closed(Model):
    """A contest that was closed."""

    id: str
    closed: datetime
    reviewer: str
    reason: str
