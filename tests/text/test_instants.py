"""Days and instants that somebody names: odd ones are told of, wherever they are named, and none overflows."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from graph.cli.rating import end_of_day
from graph.errors import ParameterError, SchemeInvalid
from graph.policy import scheme
from graph.store import queries
from graph.store.query_parameters import parse_params
from graph.text.instants import EARLIEST, LATEST, end_of, in_utc

ZONES = some.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ODD = ("0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31")
ODD_INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2200-01-02T00:00:00Z")


@given(some.datetimes(timezones=ZONES))
def test_an_instant_is_given_in_utc_or_refused(instant: datetime) -> None:
    try:
        found = in_utc(instant, "at")
    except ParameterError:
        surely = EARLIEST + timedelta(days=1) <= instant.date() < LATEST - timedelta(days=1)
        assert not surely, instant
    else:
        assert (found, found.tzinfo) == (instant, UTC)


@given(some.dates())
def test_a_day_has_an_end_or_is_refused(day: date) -> None:
    if EARLIEST <= day < LATEST:
        assert end_of(day, "until") == datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    else:
        with pytest.raises(ParameterError, match=f"until: .*{day}"):
            end_of(day, "until")


@pytest.mark.parametrize("text", [*ODD, *ODD_INSTANTS, "9999-12-31T00:00:00", "2026-13-01", "1e400", ""])
@pytest.mark.parametrize("option", ["--as-of", "--until"])
def test_a_command_says_which_option_has_an_odd_day(option: str, text: str) -> None:
    with pytest.raises(ParameterError, match=option):
        end_of_day(text, option)


@pytest.mark.parametrize("text", [*ODD_INSTANTS, "[" * 100_000])
def test_a_query_is_not_asked_with_an_odd_instant(text: str) -> None:
    with pytest.raises(ParameterError, match="as_of"):
        parse_params(queries.get("circle"), [f"as_of={text}"])


@pytest.mark.parametrize(
    "odd", ["0001-01-01", "9999-12-31T23:59:59-14:00", "nan", "inf", "1e308", "-1e308", "9" * 400]
)
def test_a_policy_with_an_odd_day_or_number_is_read_or_refused(odd: str) -> None:
    """In the place of each of its values."""
    lines = scheme.read("reliability").text.splitlines()
    for number, line in enumerate(lines):
        key, is_one, _ = line.partition(" = ")
        if not is_one or not key.replace("_", "").replace("-", "").isalnum():
            continue
        changed = "\n".join([*lines[:number], f"{key} = {odd}", *lines[number + 1 :]])
        try:
            scheme.parse(changed, "odd.toml")
        except SchemeInvalid:
            continue
