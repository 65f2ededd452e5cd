"""Founders: the members whose word a scheme begins with, where its policy weighs reports by who makes them.

The operator names them. An organisation is one at once; a person is one after accepting, and ends it at will. They
count from the next run on. Who they are is told to the operator and to each about itself: docs/founders.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from graph.errors import NotFound, Refused
from graph.policy.publishing import row_of
from graph.policy.scheme import Scheme
from graph.rights.entity_locks import hold
from graph.store.client import Database, utc
from graph.store.transaction import Transaction

State = Literal["asked", "in force", "ended"]
MEMBER = "member"
"In place of the operator's name, where the entity decided itself."
LEFT = "left"
"In place of that, where the entity left the scheme."


@dataclass(frozen=True)
class Founding:
    """One naming of an entity as a founder of a scheme, and what became of it."""

    scheme: str
    named: datetime
    named_by: str
    "the operator's name"
    accepted: datetime | None
    accepted_by: str | None
    "member, or the operator who said so in its name"
    ended: datetime | None
    "declined, given up, taken back, or over by leaving the scheme"
    ended_by: str | None
    "member, left, or the operator's name"

    @property
    def state(self) -> State:
        if self.ended is not None:
            return "ended"
        return "asked" if self.accepted is None else "in force"


@dataclass(frozen=True)
class Founder(Founding):
    """The same as the operator sees it, with what tells whether the reports are the founder's own."""

    entity: str
    kind: str
    "person, organisation or sole-trader"
    reports: int
    "obligations of others towards it, in all schemes"
    loaded_by: tuple[str, ...]
    "the persons who loaded these"


@dataclass(frozen=True)
class Founders:
    """The founders of a scheme, and how many its policy asks for."""

    scheme: str
    in_force: int
    asked: int
    at_least: int | None
    "founders without whom no run is made; None: the policy weighs all reports alike"
    founders: tuple[Founder, ...]
    "every naming, in the order of time"

    @property
    def lacking(self) -> int:
        """How many more are to accept before the scheme is rated."""
        return max(0, (self.at_least or 0) - self.in_force)


def name(transaction: Transaction, entity: str, scheme: str, *, by: str, now: datetime) -> Founding:
    """The member is named as a founder; one that is named already stays as it is.

    by: the operator's name. Raises NotFound (no such scheme or entity), Refused (no member of it).
    """
    row_of(transaction, scheme)
    if not hold(transaction, entity):
        raise NotFound(f"there is no entity {entity!r}")
    row = transaction.optional("name_founder", id=f"{scheme}|{entity}", by=by, now=now)
    if row is None:
        raise Refused(f"{entity!r} is not a member of {scheme!r}: only a member can be named, after it has joined")
    return founding_of(row["founding"])


def accept(transaction: Transaction, entity: str, scheme: str, *, by: str = MEMBER, now: datetime) -> Founding:
    """The entity that was named is a founder; one that has accepted before stays as it is.

    by: member, or the operator in its name. Raises NotFound (no member), Refused (it is not named).
    """
    accepted = _decide(transaction, "accept_founding", entity, scheme, by=by, now=now)
    if accepted is None:
        raise Refused(
            f"{entity!r} is not named as a founder of {scheme!r}, or not any more: the operator names them"
        )
    return accepted


def end(transaction: Transaction, entity: str, scheme: str, *, by: str = MEMBER, now: datetime) -> Founding | None:
    """The entity is no founder and is not asked to be one; returns what has ended, None where there was nothing.

    by: member, where it declines or gives it up; else the operator's name. Raises NotFound (no member).
    """
    return _decide(transaction, "end_founding", entity, scheme, by=by, now=now)


def answer(transaction: Transaction, entity: str, scheme: str, *, accepts: bool, now: datetime) -> None:
    """The member itself accepts, or it declines or gives it up. Raises as `accept` and `end` do."""
    if accepts:
        accept(transaction, entity, scheme, now=now)
    else:
        end(transaction, entity, scheme, now=now)


def foundings_of(store: Database | Transaction, entity: str) -> list[Founding]:
    """Every naming of the entity, in whatever scheme, in the order of time."""
    return [founding_of(row["founding"]) for row in store.run("foundings_of", entity=entity)]


def founders(database: Database, policy: Scheme) -> Founders:
    """Every naming in the scheme that has this policy. It names people: record the read before it is shown."""
    rows = database.run("founders_named", scheme=policy.id)
    found = tuple(
        Founder(
            **vars(founding_of(row["founding"])),
            entity=row["entity"],
            kind=row["kind"],
            reports=row["reports"],
            loaded_by=tuple(row["loaded_by"]),
        )
        for row in rows
    )
    states = [each.state for each in found]
    return Founders(policy.id, states.count("in force"), states.count("asked"), at_least(policy), found)


def at_least(policy: Scheme) -> int | None:
    """How many founders a run needs; None: the policy has no table `voice`, and weighs all reports alike."""
    return None if policy.voice is None else policy.voice.founders_at_least


def founding_of(found: Mapping[str, Any]) -> Founding:
    """The naming as a query gives it."""
    times = {key: found[key] and utc(found[key]) for key in ("named", "accepted", "ended")}
    return Founding(**{key: found[key] for key in Founding.__dataclass_fields__} | times)


def _decide(
    transaction: Transaction, query: str, entity: str, scheme: str, *, by: str, now: datetime
) -> Founding | None:
    """What the query did to the naming that is not over; None: there is none. Raises NotFound (no member)."""
    hold(transaction, entity)
    row = transaction.optional(query, id=f"{scheme}|{entity}", by=by, now=now)
    if row is None:
        raise NotFound(f"{entity!r} is not a member of {scheme!r}")
    return founding_of(row["founding"]) if row["founding"] else None
