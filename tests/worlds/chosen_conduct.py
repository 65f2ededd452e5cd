"""Small communities for what is shown: members with a conduct that is chosen, and contacts among them."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from graph.facts.values import Contact, Facts, Obligation
from graph.model import Changes
from graph.policy import publishing
from graph.policy.scheme import Scheme
from graph.rating.rerate import passed_on
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import store

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
SHARES = "MATCH (m:Membership {id: $id}) SET m.shares = $shares"
PAUSES = """
MATCH (m:Membership {id: $id})
MATCH (e:Entity {id: $contact})
MERGE (m)-[:PAUSED {at: datetime()}]->(e)
"""
RESUMES = "MATCH (:Membership {id: $id})-[p:PAUSED]->(:Entity {id: $contact}) DELETE p"


def obligation(entity: str, value: float, number: int = 0) -> Obligation:
    """One that counts with this outcome, and for two years has; to a shop of its own: no cap bites."""
    shop = f"shop-{number}" if number else "shop"
    return Obligation(entity, shop, AS_OF - timedelta(days=90 + number), None, value, f"{entity}-{number}")


def contact(one: str, other: str, days: Iterable[int]) -> list[Contact]:
    """Contact that both begin on each of these days before AS_OF."""
    ends = ((one, other), (other, one))
    return [
        Contact(*pair, AS_OF - timedelta(days=day, hours=1), f"{pair[0]}-{pair[1]}-{day}")
        for day in days
        for pair in ends
    ]


def facts_of(outcomes: dict[str, list[float]], contacts: list[Contact]) -> Facts:
    """Members in this order with these outcomes of their obligations."""
    return Facts(
        obligations=[obligation(who, y, n) for who, all_ in outcomes.items() for n, y in enumerate(all_)],
        contacts=contacts,
        members=[(who, rid) for rid, who in enumerate(outcomes)],
    )


def rated(database: Database, facts: Facts, scheme: Scheme) -> None:
    """The community is in the graph and rated."""
    publishing.publish(database, scheme)
    store(database, facts, scheme)
    rate(database, scheme.id, as_of=AS_OF)


def share(database: Database, scheme: Scheme, entity: str, *, shares: bool = True) -> None:
    database.statement(SHARES, id=f"{scheme.id}|{entity}", shares=shares)


def pause(database: Database, scheme: Scheme, entity: str, other: str) -> None:
    database.statement(PAUSES, id=f"{scheme.id}|{entity}", contact=other)
    _rerate(database, entity, other)


def resume(database: Database, scheme: Scheme, entity: str, other: str) -> None:
    database.statement(RESUMES, id=f"{scheme.id}|{entity}", contact=other)
    _rerate(database, entity, other)


def _rerate(database: Database, *entities: str) -> None:
    changes = Changes()
    changes.add("contacts", entities)
    assert passed_on(database, changes)


def own_points(conduct: float, share_of_others: float) -> float:
    """What a member can compute of its own rating."""
    return 350 + 600 * (1 - share_of_others) * conduct


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found)
