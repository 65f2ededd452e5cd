"""The drills, and how often `make drills` does each; docs/reliability.md says what each does and counts."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.drills import killed_under_writers
from tests.drills.outcome import Outcome


@dataclass(frozen=True)
class Drill:
    """One row of the table."""

    name: str
    does: str
    times: int
    run: Callable[[int], Outcome]
    unit: str = "times"


SUITE = (
    Drill("neo4j-killed", "kill -9 of Neo4j under eight writers", 20, killed_under_writers.of_neo4j),
    Drill("api-killed", "kill -9 of the API under eight writers", 20, killed_under_writers.of_the_api),
)
