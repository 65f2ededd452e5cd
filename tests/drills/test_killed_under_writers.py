"""kill -9 under eight writers, a few times; and the drill counts what a broken guard lets through."""

import pytest

from tests.drills import killed_under_writers
from tests.drills.killed_under_writers import Drill
from tests.drills.writers import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
DRILLS = pytest.mark.parametrize("drill", [killed_under_writers.of_neo4j, killed_under_writers.of_the_api])


@DRILLS
def test_each_request_of_eight_writers_has_its_effect_once_whatever_is_killed(
    drill: killed_under_writers.Drill,
) -> None:
    found = drill(2)
    assert found.whole, "\n".join(found.seen)
    assert found.tried >= 8 * 4


@DRILLS
def test_requests_that_are_not_repeated_are_counted_as_lost(drill: Drill) -> None:
    found = drill(1, guard=Guard.NO_REPEAT)
    assert found.lost > 0
    assert not found.whole
