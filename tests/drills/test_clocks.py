"""The clock of the service is set to and fro, once; and the drill counts what nobody repeated."""

import pytest

from tests.drills import clocks
from tests.drills.home import Home
from tests.drills.writers import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_a_clock_that_is_set_forward_and_back_loses_nothing(home: Home) -> None:
    found = clocks.run(1, home=home)
    assert found.whole, "\n".join(found.seen)


def test_requests_that_nobody_repeated_are_counted_as_lost(home: Home) -> None:
    assert clocks.run(1, guard=Guard.NO_REPEAT, home=home).lost > 0
