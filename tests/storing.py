"""A community of plain facts put into the graph, through the queries that loading uses."""

from datetime import UTC, datetime
from typing import Any

import graph.facts.store
from graph.facts.values import Facts
from graph.policy import publishing
from graph.policy.scheme import Scheme
from graph.store.client import Database
from tests.strategies import everyone

LOAD = graph.facts.store.Load("made-up", "the tests", datetime(2026, 7, 1, tzinfo=UTC), ("made-up.csv",))
JOIN = """
UNWIND $members AS member
MATCH (e:Entity {id: member.entity})
CREATE (e)-[:JOINED {at: $at, notice: $notice, how: 'file'}]->(:Membership {
  id: $scheme + '|' + member.entity, scheme: $scheme, rid: member.rid
})
WITH max(member.rid) + 1 AS next
MATCH (s:Scheme {id: $scheme})
SET s.next_rid = next
"""

FOUND = """
MATCH (s:Scheme {id: $scheme})
UNWIND $entities AS id
MATCH (e:Entity {id: id})
CREATE (e)-[:FOUNDS {named: $at, named_by: 'olga', accepted: $at, accepted_by: 'olga'}]->(s)
"""


def found(database: Database, scheme: Scheme, *entities: str) -> None:
    """These entities are founders of the scheme, in force."""
    database.statement(FOUND, scheme=scheme.id, entities=list(entities), at=datetime(2020, 1, 2, tzinfo=UTC))


def store(database: Database, facts: Facts, scheme: Scheme) -> None:
    """The facts are in the graph, and the members have joined the scheme with the rids that they have there."""
    entities = [
        {"id": entity, "kind": "person", "name": None, "born": None, "uscc": None, "lei": None}
        for entity in everyone(facts)
    ]
    _load(database, "entities", entities)
    _load(database, "products", [{"id": id_, "category": category} for id_, category in facts.products.items()])
    _load(database, "sites", [{"id": id_, "category": category} for id_, category in facts.sites.items()])
    _load(database, "contacts", [_row(fact) | {"channel": None} for fact in facts.contacts])
    money = {"amount": None, "currency": None}
    _load(database, "obligations", [_row(fact) | money | {"kind": None} for fact in facts.obligations])
    _load(database, "purchases", [_row(fact) | money for fact in facts.purchases])
    _load(database, "visits", [_row(fact) for fact in facts.visits])
    join(database, facts, scheme)


def join(database: Database, facts: Facts, scheme: Scheme) -> None:
    """The scheme is published, and the members have joined it."""
    publishing.publish(database, scheme)
    database.statement(
        JOIN,
        members=[{"entity": entity, "rid": rid} for entity, rid in facts.members],
        scheme=scheme.id,
        at=datetime(2020, 1, 1, tzinfo=UTC),
        notice=scheme.notice_id,
    )


def join_one(database: Database, scheme: Scheme, entity: str) -> None:
    """The entity has joined the scheme, by a decision of its own: no file brings back who has left."""
    row = {"entity": entity, "scheme": scheme.id, "at": "2020-01-01T00:00:00Z", "notice": scheme.notice.version}
    assert put(database, "memberships", [row], how="member")["stored"] == 1


def leave_one(database: Database, scheme: Scheme, entity: str) -> dict[str, Any]:
    """The entity has left the scheme; returns what the query says."""
    return database.one("leave", id=f"{scheme.id}|{entity}", now=datetime.now(UTC))


def put(database: Database, kind: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """What the query that loads this kind says of the rows, which get their lines here."""
    numbered = [row | {"line": line} for line, row in enumerate(rows, 1)]
    return database.write(
        lambda transaction: graph.facts.store.store(transaction, kind, numbered, load=LOAD, **more)
    )


def row_of(kind: str, fact: Any) -> dict[str, Any]:
    """A fact as the load query of its kind takes it, without its line."""
    more = {
        "contacts": {"channel": None},
        "obligations": {"kind": None, "amount": None, "currency": None},
        "purchases": {"amount": None, "currency": None},
    }
    return _row(fact) | more.get(kind, {})


def _row(fact: Any) -> dict[str, Any]:
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in fact._asdict().items()
    }


def _load(database: Database, kind: str, rows: list[dict[str, Any]]) -> None:
    outcome = put(database, kind, rows)
    assert outcome["rejects"] == []
    assert outcome["stored"] == len(rows)
