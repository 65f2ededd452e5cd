"""A soak of some seconds; and the drill counts connections that somebody keeps."""

import pytest

from tests.drills import soak
from tests.drills.size import CONNECTIONS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_reads_at_a_steady_rate_are_answered_and_the_service_does_not_grow() -> None:
    found = soak.run(0.5, members=100, per_second=10)
    assert found.whole, "\n".join(found.seen)
    assert found.tried > 200


def test_connections_that_stay_are_counted_as_leaked() -> None:
    found = soak.run(0.1, members=100, per_second=10, held=CONNECTIONS + 4)
    assert found.leaked == 1
