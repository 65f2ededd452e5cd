"""Days and instants that a user names. They are in the range of facts: no zone and no added day overflows."""

from datetime import UTC, date, datetime, timedelta

from graph.errors import ParameterError

EARLIEST, LATEST = date(1970, 1, 1), date(2200, 1, 1)
"Of what can be named: the same as of a fact (graph/facts/formats.py); the second is the first that cannot."


def check_day(day: date, named: str) -> date:
    """The day, if it is one that a fact can have. Raises ParameterError, which begins with `named`."""
    if not EARLIEST <= day < LATEST:
        raise ParameterError(f"{named}: a day from {EARLIEST} on and before {LATEST}, and not {day}")
    return day


def end_of(day: date, named: str) -> datetime:
    """The midnight in UTC that ends the day. Raises ParameterError."""
    return datetime.combine(check_day(day, named), datetime.min.time(), UTC) + timedelta(days=1)


def in_utc(instant: datetime, named: str) -> datetime:
    """The instant, which has its zone, in UTC. Raises ParameterError where no fact can have it."""
    # by its own calendar first: at both ends of Python's years an offset would overflow
    if EARLIEST.year - 1 <= instant.year <= LATEST.year:
        found = instant.astimezone(UTC)
        if EARLIEST <= found.date() <= LATEST:
            return found
    raise ParameterError(f"{named}: a time from {EARLIEST} on and before {LATEST}, and not {instant.isoformat()}")
