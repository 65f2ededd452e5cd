"""The operator's page: how the service is. Nobody is named, and nobody is shown by score."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response

from api.deps.auth import SignedInOperator
from api.deps.parameters import TheAllowed, TheDatabase
from api.pages.rendering import render
from graph.analysis import monitoring
from graph.policy.glossary import words
from graph.rights import contests, dispute_records
from graph.server import doctor
from graph.store.client import Database

MOST_DISPUTES = 200
"The most that are listed: those that wait longest."
WORDS = (
    *("scheme", "policy", "version", "member", "run", "re-rating", "circle", "tie", "sweep", "score", "error"),
    *("points", "drift", "load", "reject", "dispute", "contact", "contest", "conduct", "voice", "migration"),
)

router = APIRouter()


@router.get("/operator")
def operator_page(somebody: SignedInOperator, database: TheDatabase, allowed: TheAllowed) -> Response:
    """How the service is."""
    found = service(database, now=datetime.now(UTC), allowed=allowed)
    return render("operator.html.jinja", principal=somebody, **found)


def service(database: Database, *, now: datetime, allowed: monitoring.Allowed) -> dict[str, Any]:
    """How the service is. Nobody is in it, and nobody is read for it."""
    schemes = monitoring.watched(database)
    checks = list(doctor.examine_database(database))
    ages = monitoring.ages(database, now=now, allowed=allowed)
    return {
        "now": now,
        "checks": checks,
        "well": all(x.ok for x in checks) and not any(x.broken_off for x in schemes) and not monitoring.late(ages),
        "ages": ages,
        "schemes": schemes,
        "loads": monitoring.last_loads(database),
        "disputes": dispute_records.waiting(database, now=now),
        "most": MOST_DISPUTES,
        "due_days": dispute_records.DUE_DAYS,
        "removed_days": dispute_records.REMOVED_DAYS,
        "contests": len(contests.open_ones(database)),
        "words": list(words(*WORDS)),
    }
