"""The present instant, asked for when a test runs: files are read up to an hour before their tests run."""

from datetime import UTC, datetime, timedelta

UNTIL = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
"A day to come, for grants: so far off that no session reaches it."


def now() -> datetime:
    """As it is at this moment, in UTC."""
    return datetime.now(UTC)
