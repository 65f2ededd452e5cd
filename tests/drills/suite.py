"""The drills, and how often `make drills` does each; docs/reliability.md says what each does and counts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.drills import clocks, crowds, disks, killed_commands, killed_under_writers, network, soak, year
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
    Drill("network", "six faults between the API and Neo4j", 5, network.run),
    Drill("neo4j-away", "Neo4j is killed and away for a minute", 3, network.away),
    Drill("one-fact", "100 clients dispute one fact at once", 10, crowds.on_one_fact),
    Drill("equal-requests", "50 equal requests at once", 20, crowds.equal_requests),
    Drill("slow-clients", "clients that send a byte a second", 3, crowds.slow_clients),
    Drill("full-disk", "a disk that another program fills under eight writers", 10, disks.full),
    Drill("read-only-home", "commands in a home that cannot be written", 2, disks.read_only),
    Drill("clock", "the clock of the API is set forward and back under eight writers", 5, clocks.run),
    *(
        Drill(f"{each}-killed", f"kill -9 of `innercircle {each}`", 10, partial(killed_commands.run, each))
        for each in killed_commands.COMMANDS
    ),
    Drill("soak", "reads at a steady rate", 30, soak.run, "minutes"),
    Drill("year", "a community and its nightly round, and a machine that is lost", 365, year.run, "days"),
)
