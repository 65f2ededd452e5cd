"""The operator's page: how the service is. Nobody is named, and nobody is shown by score."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response

from api.pages.rendering import render
from api.parameters import TheDatabase
from api.security import SignedInOperator
from graph import contests, disputes, doctor, watching
from graph.database import Database
from graph.telling.words import words

MOST_DISPUTES = 200
"That are listed: those that wait longest."
WORDS = (
    *("scheme", "policy", "version", "member", "run", "re-rating", "circle", "tie", "sweep", "score", "error"),
    *("points", "drift", "load", "reject", "dispute", "contact", "contest", "conduct", "migration"),
)

router = APIRouter()


@router.get("/operator")
def operator_page(somebody: SignedInOperator, database: TheDatabase) -> Response:
    """How the service is."""
    return render("operator.html.jinja", principal=somebody, **service(database, now=datetime.now(UTC)))


def service(database: Database, *, now: datetime) -> dict[str, Any]:
    """How the service is. Nobody is in it, and nobody is read for it."""
    schemes = watching.watched(database)
    checks = list(doctor.examine_database(database))
    return {
        "now": now,
        "checks": checks,
        "well": all(each.ok for each in checks) and not any(each.broken_off for each in schemes),
        "schemes": schemes,
        "loads": watching.last_loads(database),
        "disputes": disputes.waiting(database, now=now),
        "most": MOST_DISPUTES,
        "due_days": disputes.DUE_DAYS,
        "removed_days": disputes.REMOVED_DAYS,
        "contests": len(contests.open_ones(database)),
        "words": list(words(*WORDS)),
    }
