"""The network between the API and Neo4j at fault, once; and the drill counts what a broken guard lets through."""

import pytest

from tests.drills import network
from tests.drills.home import Home
from tests.drills.writers import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_each_call_has_its_effect_once_or_is_answered_clearly_in_time(home: Home) -> None:
    found = network.run(1, home=home)
    assert found.whole, "\n".join(found.seen)
    assert found.tried > len(network.FAULTS) * 8


def test_a_commit_that_was_not_told_and_is_repeated_with_another_key_is_counted_as_doubled(
    monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    monkeypatch.setattr(network, "FAULTS", {"cut during a commit": network.FAULTS["cut during a commit"]})
    found = network.run(1, guard=Guard.NO_KEY, home=home)
    assert found.doubled > 0
    assert not found.whole


def test_answers_that_come_later_than_they_may_are_counted_as_lost(
    monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    monkeypatch.setattr(network, "FAULTS", {"silent": network.FAULTS["silent"]})
    found = network.run(1, query_seconds=2 * network.LIMIT_SECONDS, home=home)
    assert found.lost > 0
    assert not found.whole


def test_neo4j_is_away_and_comes_back(home: Home) -> None:
    found = network.away(1, seconds=10, home=home)
    assert found.whole, "\n".join(found.seen)


def test_a_neo4j_that_does_not_come_back_is_counted_as_lost(home: Home) -> None:
    found = network.away(1, seconds=1, comes_back=False, home=home)
    assert found.lost == 1
