"""kill -9 of Neo4j, or of the API, while eight writers write; started again, each request has its effect once.

The service itself waits for a Neo4j that is away for a moment. Where one is away for longer than a request may
take, the service tells its writer, and the writer repeats the request.
"""

import random
import time
from collections.abc import Callable

from graph.server import local
from graph.settings import Settings
from tests.drills.home import Home, Service, kill_neo4j, owing, own_community, served
from tests.drills.leavings import ended
from tests.drills.outcome import Outcome
from tests.drills.writers import Guard, judged, write_while

Drill = Callable[..., Outcome]
LONGEST_SECONDS = 1.5
"Between a step of every writer and the kill: it comes at any moment of their requests."


def of_neo4j(
    times: int, *, guard: Guard = Guard.WHOLE, away_seconds: float = 0.0, home: Home = own_community
) -> Outcome:
    """The managed Neo4j is killed so often, and after so long started again by what `innercircle up` does."""

    def kill(settings: Settings, _service: Service) -> None:
        kill_neo4j(settings)
        time.sleep(away_seconds)
        local.start(settings)

    return _under_writers(times, kill, guard, home)


def of_the_api(times: int, *, guard: Guard = Guard.WHOLE, home: Home = own_community) -> Outcome:
    """`innercircle serve` is killed so often, and started again at the same address."""

    def kill(_settings: Settings, service: Service) -> None:
        service.kill()
        service.start()

    return _under_writers(times, kill, guard, home)


def _under_writers(times: int, kill: Callable[[Settings, Service], None], guard: Guard, home: Home) -> Outcome:
    chance = random.Random()
    with home() as settings, served(settings) as service:
        members = owing(settings)
        begun = time.monotonic()

        def disturb(further: Callable[[], None]) -> None:
            for _ in range(times):
                further()
                time.sleep(chance.uniform(0, LONGEST_SECONDS))
                kill(settings, service)

        told = write_while(service.url, members, guard, disturb)
        service.stop()
        return ended(judged(settings, told), settings, begun=begun)
