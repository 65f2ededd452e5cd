"""kill -9 under eight writers, a few times; and the drill counts what a broken guard lets through."""

from functools import partial

import pytest

from graph.settings import Settings
from tests.drills.home import Home
from tests.drills.killed_under_writers import Drill, of_neo4j, of_the_api
from tests.drills.writers import Guard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
AWAY_SECONDS = float(Settings.model_fields["api_query_seconds"].default) + 10
"Longer than the service waits for a Neo4j that is away."


@pytest.mark.parametrize("drill", [of_neo4j, of_the_api])
def test_each_request_of_eight_writers_has_its_effect_once_whatever_is_killed(drill: Drill, home: Home) -> None:
    found = drill(2, home=home)
    assert found.whole, "\n".join(found.seen)
    assert found.tried >= 8 * 4


@pytest.mark.parametrize("drill", [partial(of_neo4j, away_seconds=AWAY_SECONDS), of_the_api])
def test_requests_that_are_not_repeated_are_counted_as_lost(drill: Drill, home: Home) -> None:
    found = drill(1, guard=Guard.NO_REPEAT, home=home)
    assert found.lost > 0
    assert not found.whole
