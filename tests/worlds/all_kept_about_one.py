"""A community with one member about whom everything is kept that can be kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.kept import kept

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
# Longer than what Neo4j packs into fewer bits: so they stand in its files as they are written here.
ENTITY = "ada-byron-1815-of-marylebone-in-the-county-of-middlesex-at-ockham-park"
NAME = "Augusta Ada Łovelace, countess of Lovelace and viscountess Ockham of Ockham park"

FILES = {
    "entities": f"""\
id,kind,name,born
{ENTITY},person,"{NAME}",1990-12-10
bob,person,Bob,
cy,person,Cy,
mill,organisation,The Mill,
""",
    "contacts": f"""\
id,source,target,at
{ENTITY} to bob,{ENTITY},bob,2026-06-01T09:00:00Z
bob to {ENTITY},bob,{ENTITY},2026-06-02T09:00:00Z
c1,{ENTITY},cy,2026-06-03T09:00:00Z
c2,cy,{ENTITY},2026-06-04T09:00:00Z
c3,bob,cy,2026-06-05T09:00:00Z
c4,cy,bob,2026-06-06T09:00:00Z
c5,mill,bob,2026-06-07T09:00:00Z
c6,bob,mill,2026-06-08T09:00:00Z
""",
    "obligations": f"""\
id,debtor,creditor,kind,amount,currency,due,settled
o1,{ENTITY},mill,invoice,12.50,CNY,2026-05-01T00:00:00Z,
o2,bob,mill,invoice,10.00,CNY,2026-05-01T00:00:00Z,2026-05-10T00:00:00Z
{ENTITY} lent to bob,bob,{ENTITY},loan,99.00,CNY,2026-04-01T00:00:00Z,
o4,cy,{ENTITY},,,,2026-06-01T00:00:00Z,
""",
    "payments": f"""\
id,obligation,at,amount
{ENTITY} pays 1,o1,2026-05-20T00:00:00Z,7.50
{ENTITY} pays 2,o1,2026-06-20T00:00:00Z,5.00
to {ENTITY} 1,{ENTITY} lent to bob,2026-04-10T00:00:00Z,40.00
to {ENTITY} 2,{ENTITY} lent to bob,2026-04-16T00:00:00Z,59.00
""",
    # a book is worth what is assumed anyway: bob is known better by it, and rated as before
    "products": "id,category\nbread,groceries\natlas,books\n",
    "purchases": f"""\
entity,product,at
{ENTITY},bread,2026-06-28T18:00:00Z
bob,bread,2026-06-29T18:00:00Z
bob,atlas,2026-06-27T18:00:00Z
bob,atlas,2026-06-28T18:00:00Z
""",
    "sites": "id,category\nlibrary,education\n",
    "visits": f"entity,site,at\n{ENTITY},library,2026-06-30T18:00:00Z\n",
    "memberships": f"""\
entity,scheme,at,notice
{ENTITY},reliability,2026-01-02T00:00:00Z,1
bob,reliability,2026-01-03T00:00:00Z,1
cy,reliability,2026-01-04T00:00:00Z,1
mill,reliability,2026-01-05T00:00:00Z,1
{ENTITY},own-conduct,2026-01-02T00:00:00Z,1
bob,own-conduct,2026-01-03T00:00:00Z,1
""",
}

# What grants, reads, disputes, contests, judgments and requests leave behind.
RECORDS = """
MATCH (ada:Entity {id: $entity})
MATCH (bob:Entity {id: 'bob'})
MATCH (mill:Entity {id: 'mill'})
MATCH (m:Membership {id: 'reliability|' + $entity})
MATCH (n:Membership {id: 'reliability|bob'})
MATCH (s:Scheme {id: 'reliability'})
CREATE (ada)-[:GAVE]->(:Grant {id: 'g1', scheme: 'reliability', client: 'bank', purpose: 'credit', what: 'band',
          until: $now, at: $now}),
       (bob)-[:GAVE]->(:Grant {id: 'g2', scheme: 'reliability', client: 'bank', purpose: 'credit', what: 'band',
          until: $now, at: $now}),
       (ada)-[:LEFT {at: $now}]->(s),
       (ada)<-[:ABOUT]-(own:Ledger {id: m.id, head: 'h', count: 1}),
       (own)<-[:IN]-(:Access {id: 'a1', ledger: m.id, number: 0, at: $now, who: 'bank', role: 'client',
          purpose: 'credit', what: 'band', outcome: 'answered', previous: '', hash: 'h'}),
       (ada)-[:OPENED]->(:Dispute {id: 'd1', kind: 'obligations', fact: 'o1', statement: 'paid', state: 'open',
          opened: $now, answer: 'Not by ' + $name, answered: $now, answered_by: 'mia'})-[:TOLD]->(mill),
       (bob)-[:OPENED]->(:Dispute {id: 'd2', kind: 'obligations', fact: $entity + ' lent to bob',
          statement: 'I, Bob, paid ' + $name + ' (' + toUpper($entity) + ') on time',
          state: 'open', opened: $now, answer: 'He did not.', answered: $now,
          answered_by: $entity})-[:TOLD]->(ada),
       (bob)-[:OPENED]->(:Dispute {id: 'd3', kind: 'contacts', fact: $entity + ' to bob', statement: 'never met',
          state: 'open', opened: $now}),
       (bob)-[:OPENED]->(:Dispute {id: 'd4', kind: 'contacts', fact: 'c3', statement: 'never met Cy',
          state: 'rejected', proposed: $now, opened: $now, admitted_by: 'rita',
          admission: 'not of ' + $entity, decided: $now, reviewer: 'rita', reason: 'says ' + $name}),
       (bob)-[:OPENED]->(:Dispute {id: 'd5', kind: 'contacts', fact: 'bob met ' + $entity, statement: 'never met',
          state: 'upheld', opened: $now, decided: $now, reviewer: 'rita', reason: 'so it is'}),
       (bob)-[:OPENED]->(:Dispute {id: 'd6', kind: 'contacts', fact: 'c3', statement: 'I was away',
          state: 'proposed', proposed: $now, opened: $now}),
       (ada)-[:OPENED]->(:Contest {id: 'k1', scheme: 'reliability', statement: 'wrong', state: 'open',
          opened: $now}),
       (:Judgment {id: 'j1', court: 'court', case_number: '7', amount: 1.0, currency: 'CNY', issued: $now,
          due: $now})
         -[:AGAINST]->(ada),
       (:Request {key: 'r1', body: 'b', status: 200, answer: '{}', at: $now})-[:FROM]->(ada),
       (:Request {key: 'r2', body: 'b', status: 200, answer: '{"ratings":[{"entity":"' + $entity + '"}]}',
          at: $now}),
       (:Request {key: 'r3', body: 'b', status: 200, answer: '{"ratings":[{"entity":"bob"}]}', at: $now}),
       (:Load {id: 'l1', by: 'olga', at: $now, files: [$entity + '.csv', 'contacts.csv'],
              rejects: 'rejects of ' + $entity + '.csv'}),
       (ada)-[:LOST {facts: 2}]->(:Load {id: 'l0', by: 'olga', at: $now, files: ['again.csv'], unloading: $now,
          unloaded: $now, unloaded_by: 'olga', why: 'asked for by ' + $name}),
       (ada)-[:FOUNDS {named: $now, named_by: 'olga', accepted: $now, accepted_by: 'member'}]->(s),
       (bob)-[:FOUNDS {named: $now, named_by: 'olga', accepted: $now, accepted_by: 'olga', ended: $now,
          ended_by: 'member'}]->(s),
       (m)-[:PAUSED {at: $now}]->(bob),
       (n)-[:PAUSED {at: $now}]->(ada)
SET m.contested = 'k1'
WITH ada
MATCH (ada)-[fact:CONTACTED|OWED|PAID|BOUGHT|VISITED]-()
SET fact.load = 'l1'
"""
DISPUTED = "MATCH ()-[owed:OWED {id: $entity + ' lent to bob'}]->() SET owed.disputed = 'd2'"


def build(database: Database, folder: Path) -> None:
    """The community is in the graph, rated long before AS_OF and at AS_OF, and records of all kinds are kept."""
    database.statement(WIPE)

    def make() -> None:
        for kind, text in FILES.items():
            (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
        for each in ("reliability", "own-conduct"):
            publishing.publish(database, scheme.read(each))
        assert not any(each.rejected for each in load(database, [folder]))
        database.statement(DISPUTED, entity=ENTITY)
        for each in ("reliability", "own-conduct"):
            rate(database, each, as_of=AS_OF - timedelta(days=40))
            rate(database, each, as_of=AS_OF)
        database.statement(RECORDS, entity=ENTITY, name=NAME, now=AS_OF)

    kept(database, make)


def dump(database: Database) -> list[str]:
    """Every node and relationship as a text, with all labels, types and properties."""
    rows = database.statement(
        "MATCH (n) RETURN labels(n) AS labels, properties(n) AS all, "
        "[key IN keys(n) | key + ' ' + coalesce(toStringOrNull(n[key]), '')] AS texts"  # with zones as they are
    )
    rows += database.statement(
        "MATCH (a)-[r]->(b) RETURN type(r) AS type, properties(r) AS all, "
        "[key IN keys(r) | key + ' ' + coalesce(toStringOrNull(r[key]), '')] AS texts, a.id AS a, b.id AS b, "
        "labels(a) AS source, labels(b) AS target"
    )
    for row in rows:
        for name in {"labels", "texts", "source", "target"} & set(row):
            row[name] = sorted(row[name] or ())
    return sorted(repr(_plain(row)) for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _plain(each)) for key, each in value.items())
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.iso_format() if hasattr(value, "iso_format") else value
