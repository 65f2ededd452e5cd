"""Many at once, a few times; and the drills count what a broken guard lets through."""

import pytest

from tests.drills import crowds
from tests.drills.home import Home
from tests.drills.writers import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_one_of_a_hundred_clients_disputes_a_fact_and_the_others_are_told(home: Home) -> None:
    found = crowds.on_one_fact(1, home=home)
    assert found.whole, "\n".join(found.seen)
    assert found.tried == crowds.CLIENTS


def test_disputes_of_one_fact_are_counted_as_doubled(home: Home) -> None:
    assert crowds.on_one_fact(1, guarded=False, home=home).doubled > 0


def test_fifty_equal_requests_have_one_effect_and_one_answer(home: Home) -> None:
    found = crowds.equal_requests(2, home=home)
    assert found.whole, "\n".join(found.seen)
    assert found.tried == 2 * crowds.EQUAL


def test_equal_requests_with_keys_of_their_own_are_counted_as_doubled(home: Home) -> None:
    assert crowds.equal_requests(1, guard=Guard.NO_KEY, home=home).doubled == crowds.EQUAL - 1


def test_slow_clients_are_ended_and_ordinary_ones_answered(home: Home) -> None:
    found = crowds.slow_clients(1, home=home)
    assert found.whole, "\n".join(found.seen)


def test_slow_clients_that_are_not_ended_in_time_are_counted_as_lost(home: Home) -> None:
    assert crowds.slow_clients(1, within=-8.0, home=home).lost > 0
