"""The present instant, asked for when a test runs: files are read up to an hour before their tests run."""

from datetime import UTC, datetime


def now() -> datetime:
    """As it is at this moment, in UTC."""
    return datetime.now(UTC)
