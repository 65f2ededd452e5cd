"""A full disk and a home that cannot be written, once; and the drills count what a broken guard lets through."""

from collections.abc import Callable

import pytest

from tests.drills import disks
from tests.drills.outcome import CannotBeDoneHere, Outcome
from tests.drills.writers import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def done(drill: Callable[[], Outcome]) -> Outcome:
    try:
        return drill()
    except CannotBeDoneHere as reason:
        pytest.skip(str(reason))


def test_a_disk_that_fills_under_writers_loses_nothing() -> None:
    found = done(lambda: disks.full(2))
    assert found.whole, "\n".join(found.seen)


def test_requests_that_a_full_disk_refused_and_nobody_repeated_are_counted_as_lost() -> None:
    assert done(lambda: disks.full(1, guard=Guard.NO_REPEAT)).lost > 0


def test_each_command_in_a_home_that_cannot_be_written_says_so_and_changes_nothing() -> None:
    found = done(lambda: disks.read_only(1))
    assert found.whole, "\n".join(found.seen)


def test_commands_that_are_not_refused_are_counted_as_lost() -> None:
    assert done(lambda: disks.read_only(1, writable=True)).lost > 0
