"""Every change that can be asked about a member, and the same change made to the facts."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from graph.explain.what_if import Change, NewContactDay, Removed, Settled, WithoutContact
from graph.facts.values import Contact, Facts
from tests.strategies import AS_OF, everyone

LAST = AS_OF.date() - timedelta(days=1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), AS_OF.tzinfo)


def noon_there(day: date, zone: str | None) -> datetime:
    """The hour nearest to noon of UTC that is on this day in the zone, before AS_OF."""
    hours = [noon(day) + timedelta(hours=hour) for hour in sorted(range(-15, 16), key=abs)]
    return next(at for at in hours if at < AS_OF and at.astimezone(ZoneInfo(zone or "UTC")).date() == day)


def questions(facts: Facts, entity: str, ages: tuple[int, ...] = (0, 40)) -> list[Change]:
    """Without each contact and each fact, each obligation settled, new days with everyone."""
    met = {end for fact in facts.contacts for end in fact[:2] if entity in fact[:2]} - {entity}
    owed = [fact for fact in facts.obligations if fact.debtor == entity]
    own: list[Any] = [*owed, *(fact for fact in facts.purchases if fact.entity == entity)]
    own += [fact for fact in facts.visits if fact.entity == entity]
    own += [fact for fact in facts.contacts if entity in fact[:2]]
    days = [LAST - timedelta(days=age) for age in ages]
    return [
        *(WithoutContact(other) for other in sorted(met)),
        *(Settled(fact.id, day) for fact in owed for day in days),
        *(Removed(fact.id) for fact in own),
        *(
            NewContactDay(other, day, began)
            for other in everyone(facts)
            if other != entity
            for day in days
            for began in ("both", "self", "other")
        ),
    ]


def make(facts: Facts, entity: str, change: Change) -> Facts:
    """The facts after it."""
    if isinstance(change, WithoutContact):
        gone = {(entity, change.contact), (change.contact, entity)}
        return replace(facts, contacts=[fact for fact in facts.contacts if fact[:2] not in gone])
    if isinstance(change, Settled):
        return replace(
            facts,
            obligations=[
                f._replace(settled=noon_there(change.day, f.zone)) if f.id == change.obligation else f
                for f in facts.obligations
            ],
        )
    if isinstance(change, Removed):
        lists = {kind: getattr(facts, kind) for kind in ("contacts", "obligations", "purchases", "visits")}
        kept: Any = {kind: [fact for fact in own if fact.id != change.fact] for kind, own in lists.items()}
        return replace(facts, **kept)
    assert isinstance(change, NewContactDay)
    both = {"self": (entity, change.contact), "other": (change.contact, entity)}
    begun = both.values() if change.began == "both" else [both[change.began]]
    return replace(
        facts, contacts=[*facts.contacts, *(Contact(*ends, noon(change.day), f"x-{ends[0]}") for ends in begun)]
    )
