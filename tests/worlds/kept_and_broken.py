"""A market whose members keep to what they did before: forty pay in time, and thirty do not.

With groups, twenty-five of those who pay have paid each other as well; and two groups of ten of those who do not
say so of each other.
"""

from datetime import UTC, datetime, timedelta

from graph.facts.values import Facts, Obligation
from graph.policy import scheme
from graph.policy.scheme import Scheme, parse
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import store

POLICY = scheme.read("own-conduct")
DAY = datetime(2026, 4, 1, tzinfo=UTC)
AT = "2026-03-31"
"The day that ends with DAY."
DAYS = 90
AS_OF = DAY + timedelta(days=DAYS)
GOOD = [f"good-{number:02}" for number in range(40)]
BAD = [f"bad-{number:02}" for number in range(30)]
LARGE = GOOD[:25]
SMALL = (BAD[:10], BAD[10:20])
BY_MONTHS = 30
"Days from one obligation to a shop to the next."
EVERYTHING = """
MATCH (n) OPTIONAL MATCH (n)-[r]->(m)
WITH n, [type(r), properties(r), labels(m), properties(m)] AS leads
RETURN labels(n) AS labels, properties(n) AS own, collect(leads) AS leads
"""


def facts(*, groups: bool = True) -> Facts:
    """Eight months to shops before DAY, three after; and what members of groups have paid their neighbours."""
    owed = [
        _to_a_shop(member, month, late=0 if member in GOOD else 40)
        for member in (*GOOD, *BAD)
        for month in range(-8, 3)
    ]
    owed += [
        _paid(one, group[(place + step) % len(group)], month)
        for group in ((LARGE, *SMALL) if groups else ())
        for place, one in enumerate(group)
        for step in (1, -1)
        for month in range(-8, -2 if group is LARGE else 0)
    ]
    return Facts(obligations=owed, members=[(member, rid) for rid, member in enumerate((*GOOD, *BAD))])


def _to_a_shop(member: str, month: int, *, late: int) -> Obligation:
    due = DAY + timedelta(days=10 + BY_MONTHS * month)
    return Obligation(member, f"shop {month}", due, due + timedelta(days=late), None, f"{member} {month}")


def _paid(debtor: str, creditor: str, month: int) -> Obligation:
    due = DAY + timedelta(days=12 + BY_MONTHS * month)
    return Obligation(debtor, creditor, due, due, None, f"{debtor} to {creditor} {month}")


def build(database: Database, *, groups: bool = True) -> None:
    """The market is in the graph, and rated as of AS_OF."""
    store(database, facts(groups=groups), POLICY)
    rate(database, POLICY.id, as_of=AS_OF)


def changed(**numbers: str) -> Scheme:
    """The policy with other numbers, under a version of its own: `changed(prior="0.2")`."""
    text = POLICY.text.replace(f'version = "{POLICY.version}"', 'version = "tried"', 1)
    for key, value in numbers.items():
        line = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
        text = text.replace(line, f"{key} = {value}", 1)
    return parse(text, "tried")


def everything(database: Database) -> list[str]:
    """All nodes and relationships, with all that they hold, in an order of their own."""
    return sorted(str(row) for row in database.statement(EVERYTHING))
