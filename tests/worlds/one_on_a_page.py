"""A member with contacts and facts, as a page shows them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from graph.audit import log
from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.policy import scheme
from graph.rating.run import rate
from graph.rights import grants
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.conftest import WIPE
from tests.storing import store
from tests.worlds.chosen_conduct import AS_OF, share

POLICY = scheme.read("reliability")
PURPOSE = POLICY.purpose[0]


def facts(contacts: int, more: int) -> Facts:
    """ada with so many contacts in touch on two days each, and so many other facts of her own."""
    names = [f"c-{number:03}" for number in range(contacts)]
    touched = [
        Contact(*pair, AS_OF - timedelta(days=3 + number + 7 * again, hours=3), f"{pair[0]}-{pair[1]}-{again}")
        for number, name in enumerate(names)
        for again in range(2)
        for pair in (("ada", name), (name, "ada"))
    ]
    owed = [
        Obligation(
            "ada",
            "mill",
            AS_OF - timedelta(days=20 + 9 * n),
            AS_OF - timedelta(days=22 + 9 * n - n % 5 * 3),
            None,
            f"o-{n}",
        )
        for n in range(more // 2)
    ]
    owed.append(Obligation("ada", "shop", AS_OF + timedelta(days=9), None, None, "open-1"))
    owed.append(Obligation("ada", "shop", AS_OF - timedelta(days=12), None, None, "open-2"))
    owed += [
        Obligation(
            name, "mill", AS_OF - timedelta(days=40), AS_OF - timedelta(days=41 - n % 9), None, f"of-{name}"
        )
        for n, name in enumerate(names)
    ]
    return Facts(
        contacts=touched,
        obligations=owed,
        purchases=[Purchase("ada", "bread", AS_OF - timedelta(days=2 + n), f"b-{n}") for n in range(more // 4)],
        visits=[Visit("ada", "library", AS_OF - timedelta(days=2 + n), f"v-{n}") for n in range(more // 4)],
        products={"bread": "groceries"},
        sites={"library": "education"},
        members=[("ada", 0), *((name, rid) for rid, name in enumerate(names, 1))],
    )  # fmt: skip


def made(database: Database, contacts: int, more: int, shows: int = 4) -> None:
    """The community is in the graph and was rated at several instants; some contacts show their part."""
    database.statement(WIPE)
    store(database, facts(contacts, more), POLICY)
    database.one("make_secret", name="veil", value="5e" * 32)
    for number in range(shows):
        share(database, POLICY, f"c-{number:03}")
    for days in (60, 0):
        rate(database, POLICY.id, as_of=AS_OF - timedelta(days=days))


def looked_at(database: Database) -> None:
    """A client has looked at ada's points under a grant."""
    now = datetime.now(UTC)
    own: dict[str, Any] = {"scheme": POLICY.id, "purpose": PURPOSE, "what": "points"}

    def work(transaction: Transaction) -> None:
        grants.grant(
            transaction, "ada", client="Bank of the valley", until=now + timedelta(days=9), now=now, **own
        )
        log.record(transaction, entity="ada", who="Bank of the valley", role="client", now=now, **own)

    database.write(work)
