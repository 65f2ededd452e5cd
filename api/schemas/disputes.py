"""Disputes of facts: by the member, by the other side, and by the reviewer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import FactId, Model
from api.schemas.deciding import OneLine, Reasoned, Reviewed
from graph.facts.kinds import FactKind


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
    parts: int | None = Field(
        default=None, description="payments that settled the obligation; null where none did"
    )
    zone: str | None = None
    outcome: float | None = None
    amount: float | None = None
    currency: str | None = None
    kind: str | None = None
    channel: str | None = None
    category: str | None = None


State = Annotated[
    Literal["proposed", "open", "refused", "upheld", "rejected", "expired", "withdrawn"],
    Field(
        description="open: the fact counts for nothing; proposed: not until a reviewer admits it; refused: never; "
        "upheld and expired: the fact is removed; rejected and withdrawn: it counts again"
    ),
]


class OwnDispute(Model):
    """A dispute as its member sees it, with what became of it."""

    id: str
    kind: FactKind
    fact: str = Field(description="the fact's id")
    statement: str
    state: State
    proposed: datetime | None = Field(
        default=None, description="when it was proposed; null: nobody had to admit it"
    )
    opened: datetime = Field(description="from when on the fact is set aside; where it is proposed, since then")
    due: datetime = Field(description="when a decision is overdue")
    days_left: int | None = Field(
        description="days from today to that day, in UTC, below 0 when overdue; null: it is not open"
    )
    reminded: datetime | None
    admitted_by: str | None = Field(default=None, description="the person who admitted it")
    admission: str | None = Field(default=None, description="why")
    answer: str | None = Field(default=None, description="what the other side of the fact says")
    answered: datetime | None = None
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
    """A dispute that waits for a decision, or to be admitted. What it is about is for the reviewer alone."""

    id: str
    kind: FactKind
    state: Literal["open", "proposed"] = Field(description="proposed: it waits to be admitted")
    opened: datetime
    due: datetime = Field(description="when a decision is overdue")
    days_left: int | None = Field(
        default=None,
        description="days from today to that day, in UTC, below 0 when overdue; not there: it is proposed",
    )
    overdue: bool
    reminded: datetime | None = None
    entity: str | None = Field(default=None, description="the member; this and what follows: the reviewer only")
    fact: str | None = Field(default=None, description="the fact's id")
    statement: str | None = None
    answer: str | None = Field(default=None, description="what the other side says")
    answered: datetime | None = None
    says: Said | None = Field(default=None, description="not there: the fact is gone")
    since: datetime | None = Field(default=None, description="from when on readers count")
    readers: list[Reader] | None = Field(
        default=None, description="clients who read a rating that the fact was in"
    )


class WaitingDisputes(Model):
    """The disputes that wait for a decision."""

    waiting: int = Field(description="how many there are")
    disputes: list[WaitingDispute] = Field(description="the oldest, at most 200")


class Decision(Reasoned):
    """What a reviewer decides, and why."""

    upheld: bool = Field(description="true: the fact is removed; false: it counts again")


class Decided(Reviewed):
    """A dispute that was decided."""

    state: Literal["upheld", "rejected"]
    decided: datetime


class Admission(Reasoned):
    """Whether a proposed dispute is admitted, and why."""

    admitted: bool = Field(description="true: the fact counts for nothing from now on; false: nothing changes")


class Admitted(Reviewed):
    """A dispute that was admitted, or refused."""

    state: Literal["open", "refused"]
    at: datetime


class ToldDispute(Model):
    """A dispute as the other side of the fact sees it."""

    id: str
    entity: str = Field(description="the member that disputes the fact")
    kind: FactKind
    fact: str = Field(description="the fact's id")
    statement: str = Field(description="what that member says")
    state: State
    opened: datetime
    due: datetime = Field(description="by when it is to be decided")
    decided: datetime | None = Field(description="when it ended")
    waits: bool = Field(description="whether this side can answer still")
    answer: str | None = Field(description="what this side said")
    answered: datetime | None
    says: Said | None = Field(description="null: the fact is gone, and no copy is kept")


class ToldDisputes(Model):
    """The disputes of which an entity is the other side."""

    disputes: list[ToldDispute] = Field(description="the newest first")


class NewAnswer(Model):
    """What the other side says to a dispute. It says so once."""

    statement: OneLine


class Answered(Model):
    """An answer, as it is kept."""

    id: str = Field(description="the dispute's id")
    answer: str
    answered: datetime
