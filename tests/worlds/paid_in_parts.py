"""A bank, three members who owe it, and what they paid: in parts, by the calendar of a zone, and taken back."""

from pathlib import Path

from graph.facts.load import load
from graph.facts.values import Facts
from graph.policy.scheme import Scheme
from graph.store.client import Database
from tests import storing
from tests.facts.looking import written

MEMBERS = ("ann", "bank", "bob", "cid")
DUE = "2026-03-04T07:59:59.999999Z"
"The last instant of 3 March in Los Angeles."
OWED = (
    "id,debtor,creditor,amount,currency,due,settled",
    *(f"o-{who},{who},bank,100,EUR,{DUE}," for who in ("ann", "bob", "cid")),
)
PAID = (
    "id,obligation,at,amount,currency",
    "a1,o-ann,2026-03-01T12:00:00Z,40,EUR",
    "a2,o-ann,2026-03-04T01:30:00Z,60,EUR",  # half past five in the afternoon of the day that it is due on
    "b1,o-bob,2026-03-02T12:00:00Z,100,EUR",
    "b2,o-bob,2026-03-05T12:00:00Z,-0.01,EUR",  # open again
    "c1,o-cid,2026-03-04T08:00:00Z,100,EUR",  # the first instant of the next day there
)
LAST_CENT = ("id,obligation,at,amount,currency", "b3,o-bob,2026-03-06T08:00:00Z,0.01,EUR")
"Three days late there."


def stored(database: Database, folder: Path, scheme: Scheme) -> None:
    """The community is in the graph, from files. Its bank is a founder, and all are in touch with the next."""
    storing.store(database, Facts(), scheme)
    pairs = list(zip(MEMBERS, MEMBERS[1:] + MEMBERS[:1], strict=True))
    both = [pair for one, other in pairs for pair in ((one, other), (other, one))]
    files = {
        "entities": ("id,kind", *(f"{who},{'organisation' if who == 'bank' else 'person'}" for who in MEMBERS)),
        "memberships": (
            "entity,scheme,at,notice",
            *(f"{who},{scheme.id},2010-01-01T00:00:00Z,1" for who in MEMBERS),
        ),
        "contacts": (
            "source,target,at",
            *(f"{one},{other},2026-06-0{day}T12:00:00Z" for one, other in both for day in (1, 2)),
        ),
        "obligations": OWED,
        "payments": PAID,
    }
    load(
        database,
        [written(folder, f"{kind}.csv", *lines) for kind, lines in files.items()],
        zone="America/Los_Angeles",
    )
    storing.found(database, scheme, "bank")
