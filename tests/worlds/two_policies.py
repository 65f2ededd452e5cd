"""A market for the pages about schemes: rated three times under two policies, with rejects and a dispute."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graph.facts.load import load
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating.run import rate
from graph.rights import disputes
from graph.store.client import Database
from tests.conftest import WIPE
from tests.worlds.chosen_bands import POLICY, fill_bands
from tests.worlds.chosen_conduct import AS_OF

SIZES = [12, 23, 31, 22, 45]
"Members in each band, the lowest first."
SECOND = parse(
    re.sub(r'^version = "2"', 'version = "3"', POLICY.text, count=1, flags=re.M)
    .replace("late_days = 30", "late_days = 40", 1)
    .replace("purpose = [\n", 'purpose = [\n  "choosing <b>whom</b> & what to trust",\n', 1),
    "test",
)
PERSON = "a person of the market"


def build(database: Database, folder: Path) -> None:
    """Nothing but the market is in the database."""
    database.statement(WIPE)
    publishing.publish(database, POLICY)
    fill_bands(database, SIZES, 0)
    fill_bands(database, [*SIZES[:-1], SIZES[-1] + 6], 1)
    publishing.publish(database, SECOND)
    rate(database, POLICY.id, as_of=AS_OF + timedelta(days=2))
    (folder / "entities.csv").write_text(f"id,kind\n{PERSON},robot\nx-1,person\nx-1,robot\n", encoding="utf-8")
    load(database, [folder], rejects=folder / "rejects.csv", by="ops")
    for days, fact in ((1, "good-0-0"), (40, "good-1-0")):
        _dispute(database, fact, datetime.now(UTC) - timedelta(days=days, seconds=1))


def _dispute(database: Database, fact: str, opened: datetime) -> None:
    """The obligation's debtor disputed it then."""
    debtor, _, _ = fact.rpartition("-")
    own: dict[str, Any] = {"kind": "obligations", "fact": fact, "statement": "It is not so.", "now": opened}
    database.write(lambda transaction: disputes.dispute(transaction, debtor, **own))
