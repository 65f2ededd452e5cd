"""What could have been otherwise: a change of the facts about one entity, or of the policy that rates it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from graph.errors import ParameterError
from graph.facts.kinds import FACTS, STORED, FactKind
from graph.facts.values import LEAST, Contact, Facts
from graph.policy.scheme import Scheme
from graph.text.days import local_day
from graph.text.instants import check_day

Began = Literal["both", "self", "other"]


@dataclass(frozen=True)
class WithoutContact:
    """There had been no contact at all between the entity and this one."""

    contact: str


@dataclass(frozen=True)
class Settled:
    """This obligation of the entity had been settled on this day of its zone, whenever it was, if at all."""

    obligation: str
    day: date


@dataclass(frozen=True)
class Removed:
    """This fact did not count: it had been disputed or removed. `kind` is needed where two kinds have the id."""

    fact: str
    kind: FactKind | None = None


@dataclass(frozen=True)
class NewContactDay:
    """They had been in contact on this UTC day, begun by both, the entity itself, or the other."""

    contact: str
    day: date
    began: Began = "both"


FactChange = WithoutContact | Settled | Removed | NewContactDay


@dataclass(frozen=True)
class UnderPolicy:
    """Everyone had been rated under this policy of the scheme; `name` says which, where its version does not."""

    policy: Scheme
    name: str = ""


Change = FactChange | UnderPolicy


def other_end(facts: Facts, entity: str, change: FactChange) -> str | None:
    """The other entity whose circle the change can touch, if any; facts: those of the first."""
    if isinstance(change, WithoutContact | NewContactDay):
        return change.contact
    if isinstance(change, Removed) and _kind(facts, entity, change) == "contacts":
        (found,) = [fact for fact in facts.contacts if fact.id == change.fact]
        return found.target if found.source == entity else found.source
    return None


def changed(facts: Facts, entity: str, change: FactChange, as_of: datetime) -> Facts:
    """The facts as the change would have them.

    Raises ParameterError for a change that makes no sense: a fact that is not the entity's, a contact that it
    never had, a day that does not count at `as_of`.
    """
    match change:
        case WithoutContact(contact):
            apart = [fact for fact in facts.contacts if {fact.source, fact.target} != {entity, contact}]
            if len(apart) == len(facts.contacts):
                raise ParameterError(f"{entity!r} has had no contact with {contact!r}")
            return replace(facts, contacts=apart)
        case Settled(obligation, day):
            if obligation not in _own(facts, entity, "obligations"):
                raise ParameterError(f"{obligation!r} is not an obligation of {entity!r}")
            (zone,) = {fact.zone for fact in facts.obligations if fact.id == obligation}
            settled = _noon(day, as_of, zone)
            paid = [
                fact._replace(settled=settled) if fact.id == obligation else fact for fact in facts.obligations
            ]
            return replace(facts, obligations=paid)
        case Removed(gone):
            kind = _kind(facts, entity, change)
            kept: Any = {kind: [fact for fact in getattr(facts, kind) if fact.id != gone]}
            return replace(facts, **kept)
        case NewContactDay(contact, day, began):
            if contact == entity:
                raise ParameterError(f"{entity!r} cannot be in contact with itself")
            at = _noon(day, as_of)
            given, taken = Contact(entity, contact, at, "if-given"), Contact(contact, entity, at, "if-taken")
            new = {"both": [given, taken], "self": [given], "other": [taken]}[began]
            return replace(facts, contacts=[*facts.contacts, *new])


def _kind(facts: Facts, entity: str, change: Removed) -> FactKind:
    kinds = FACTS if change.kind is None else (change.kind,)
    found = [kind for kind in kinds if change.fact in _own(facts, entity, kind)]
    if not found:
        raise ParameterError(f"{change.fact!r} is not a fact of {entity!r}, who can ask only about its own")
    if len(found) > 1:
        raise ParameterError(f"{change.fact!r} is in {' and in '.join(found)} of {entity!r}: say which is meant")
    return found[0]


def _own(facts: Facts, entity: str, kind: FactKind) -> set[str]:
    """The ids of the facts of this kind that the entity is rated by; not what others owe it."""
    stored = STORED[kind]
    whose = stored.ends if stored.touches_both else stored.ends[:1]
    return {fact.id for fact in getattr(facts, kind) if entity in (getattr(fact, end) for end in whose)}


def _noon(day: date, as_of: datetime, zone: str | None = None) -> datetime:
    """The noon of this day in UTC, or what is nearest to it of that day in the zone, and counts; None: UTC."""
    last = local_day(as_of - LEAST, zone)
    if day > last:
        raise ParameterError(f"the rating goes up to {last}, so nothing of {day} can count: name an earlier day")
    noon = datetime.combine(check_day(day, "day"), time(12), UTC)
    if zone is None:
        return noon
    begins, ends = (
        datetime.combine(each, time(), ZoneInfo(zone)).astimezone(UTC) for each in (day, day + timedelta(days=1))
    )
    return min(max(noon, begins), ends - LEAST, as_of - LEAST)


def paid(facts: Facts, obligations: Sequence[str], as_of: datetime) -> Facts:
    """The facts with all of these obligations settled on the last day that counts."""
    settled = _noon(local_day(as_of - LEAST, None), as_of)
    ids = set(obligations)
    return replace(
        facts,
        obligations=[fact._replace(settled=settled) if fact.id in ids else fact for fact in facts.obligations],
    )
