"""Some weeks of the year; and the drill counts the days after those who left came back."""

import pytest

from tests.drills import year

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]


def test_the_promises_hold_day_after_day_though_the_machine_is_lost() -> None:
    found = year.run(20)
    assert found.whole, "\n".join(found.seen)
    assert "machines lost 1" in "\n".join(found.seen)


def test_without_the_journal_those_who_left_are_back_and_the_days_from_then_on_are_lost() -> None:
    found = year.run(6, without_journal=True)
    assert found.lost > 0
    assert not found.whole
