"""What a program without innercircle would write: the same graph through the bare driver, nothing checked.

Its rows are in memory and known to be good: it reads no file, asks nothing about objections, disputes or what is
known already, keeps no record of a load, and marks nobody's rating as older than a fact. All else is as `load` has
it: tests/benchmarks/test_merging.py compares the graphs. A row whose id is there is merged, and not stored again.
"""

from collections.abc import Iterable, Sequence
from itertools import count, groupby
from operator import itemgetter

from graph.model import Row
from graph.policy import scheme
from graph.store.client import Database

Statement = tuple[str, Sequence[Row]]
LOAD = "0123456789abcdef"
"As long as the id of a load is."
LABELS = {"person": "Person", "organisation": "Organisation", "sole-trader": "Organisation:SoleTrader"}

ENTITIES = """
UNWIND $rows AS row
MERGE (entity:Entity {{id: row.id}})
SET entity:{labels}, entity.name = row.name, entity.born = date(row.born), entity.uscc = row.uscc,
    entity.lei = row.lei, entity.brought = $load
"""
THINGS = """
UNWIND $rows AS row
MERGE (thing:{label} {{id: row.id}})
SET thing.category = row.category, thing.brought = $load
"""
SETTLED = """
UNWIND $rows AS row
MATCH (:Entity)-[owed:OWED {id: row.obligation}]->(:Entity)
SET owed.settled = datetime(row.at), owed.parts = 2
"""
NEXT_RID = """
UNWIND $rows AS row
MATCH (scheme:Scheme {id: row.scheme})
SET scheme.next_rid = row.next_rid
"""
FACTS = {
    "contacts": """
UNWIND $rows AS row
MATCH (source:Entity {id: row.source})
MATCH (target:Entity {id: row.target})
MERGE (source)-[c:CONTACTED {id: row.id}]->(target)
SET c.at = datetime(row.at), c.channel = row.channel, c.load = $load
""",
    "obligations": """
UNWIND $rows AS row
MATCH (debtor:Entity {id: row.debtor})
MATCH (creditor:Entity {id: row.creditor})
MERGE (debtor)-[owed:OWED {id: row.id}]->(creditor)
SET owed.kind = row.kind, owed.amount = row.amount, owed.currency = row.currency, owed.due = datetime(row.due),
    owed.settled = datetime(row.settled), owed.outcome = row.outcome, owed.zone = row.zone, owed.load = $load
""",
    "payments": """
UNWIND $rows AS row
MATCH (debtor:Entity)-[owed:OWED {id: row.obligation}]->(creditor:Entity)
MERGE (debtor)-[paid:PAID {id: row.id}]->(creditor)
SET paid.obligation = row.obligation, paid.at = datetime(row.at), paid.amount = row.amount,
    paid.currency = owed.currency, paid.load = $load
""",
    "purchases": """
UNWIND $rows AS row
MATCH (entity:Entity {id: row.entity})
MATCH (product:Product {id: row.product})
MERGE (entity)-[bought:BOUGHT {id: row.id}]->(product)
SET bought.at = datetime(row.at), bought.amount = row.amount, bought.currency = row.currency, bought.load = $load
""",
    "visits": """
UNWIND $rows AS row
MATCH (entity:Entity {id: row.entity})
MATCH (site:Site {id: row.site})
MERGE (entity)-[visited:VISITED {id: row.id}]->(site)
SET visited.at = datetime(row.at), visited.load = $load
""",
    "judgments": """
UNWIND $rows AS row
MATCH (entity:Entity {id: row.entity})
MERGE (judgment:Judgment {id: row.id})
SET judgment.court = row.court, judgment.case_number = row.case_number, judgment.amount = row.amount,
    judgment.currency = row.currency, judgment.issued = datetime(row.issued), judgment.due = datetime(row.due),
    judgment.settled = datetime(row.settled), judgment.load = $load
MERGE (judgment)-[:AGAINST]->(entity)
""",
    "memberships": """
UNWIND $rows AS row
MATCH (entity:Entity {id: row.entity})
MERGE (membership:Membership {id: row.id})
SET membership.scheme = row.scheme, membership.rid = row.rid
MERGE (entity)-[joined:JOINED]->(membership)
SET joined.at = datetime(row.at), joined.notice = row.notice, joined.how = 'file'
""",
}


def statements(
    database: Database, kind: str, rows: Sequence[Row], settling: Iterable[str] = ()
) -> list[Statement]:
    """The statements that write these rows of one kind, each with its own, in order.

    rows: as `read` gives them, not changed here. Memberships get the next rids of their schemes, as of now.
    settling: the ids of payments that are the second, and last, of their obligation.
    """
    if kind == "entities":
        by_kind = groupby(sorted(rows, key=itemgetter("kind")), key=itemgetter("kind"))
        return [(ENTITIES.format(labels=LABELS[name]), list(those)) for name, those in by_kind]
    if kind in ("products", "sites"):
        return [(THINGS.format(label=kind.removesuffix("s").capitalize()), rows)]
    if kind == "memberships":
        return _joining(database, rows)
    whole = set(settling)
    paid = [(SETTLED, [row for row in rows if row["id"] in whole])] if kind == "payments" else []
    return [(FACTS[kind], rows), *paid]


def merge(database: Database, statements: Iterable[Statement]) -> None:
    """The rows are in the graph, each statement in a transaction of its own."""
    for text, rows in statements:
        database.statement(text, rows=rows, load=LOAD)


def _joining(database: Database, rows: Sequence[Row]) -> list[Statement]:
    found = database.statement("MATCH (s:Scheme) RETURN s.id AS id, coalesce(s.next_rid, 0) AS next_rid")
    rids = {row["id"]: count(row["next_rid"]) for row in found}
    joining = [
        row
        | {
            "id": f"{row['scheme']}|{row['entity']}",
            "rid": next(rids[row["scheme"]]),
            "notice": scheme.read(row["scheme"]).notice_id,
        }
        for row in rows
    ]
    ends = [{"scheme": name, "next_rid": next(rid)} for name, rid in rids.items()]
    return [(FACTS["memberships"], joining), (NEXT_RID, ends)]
