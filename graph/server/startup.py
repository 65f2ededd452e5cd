"""A managed Neo4j is started, and its database opened; what a full disk has torn is repaired first."""

from collections.abc import Mapping
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.server import database_status, java, process, readiness, torn_logs
from graph.server.database_status import Status
from graph.server.home import State, check_age, check_space, explained
from graph.server.jars import Progress, exclusive, fetch
from graph.settings import Settings

REPAIRS = 2
OPEN_SECONDS = 600
"A database that has much to recover."


def opened(
    settings: Settings, home: Path, last: State | None, progress: Progress, configuration: Mapping[str, str]
) -> State:
    """A new server runs with its database online. Where it cannot be opened, none runs."""
    state = _start_new(settings, home, last, progress, configuration)
    for _ in range(REPAIRS):
        if (found := database_status.wait(home, state, OPEN_SECONDS)).online:
            return state
        process.end(home, state)
        repair = torn_logs.repair(home, settings.heap_megabytes)
        if repair is None:
            raise LocalServerFailed(_not_opened(home, found))
        progress(f"the database did not open ({found.says}): {repair.why}")
        once = settings.model_copy(update={"heap_megabytes": repair.heap_megabytes})
        state = _start_new(once, home, state, progress, {**configuration, **repair.configuration})
        if (found := database_status.wait(home, state, OPEN_SECONDS)).online:
            progress("the database is open; closing it in good order, to start as set")
            process.end(home, state)
            state = _start_new(settings, home, state, progress, configuration)
    if not (found := database_status.wait(home, state, OPEN_SECONDS)).online:
        process.end(home, state)
        raise LocalServerFailed(_not_opened(home, found))
    return state


def _not_opened(home: Path, found: Status) -> str:
    return (
        f"Neo4j started, and its database did not open: {found.says}; {torn_logs.why_closed(home)} (from "
        f"{home}/logs/debug.log). No server runs now. Copy {home}/data before you try anything with it, or "
        "restore a backup: docs/server.md#full-disks"
    )


def _start_new(
    settings: Settings,
    home: Path,
    last: State | None,
    progress: Progress,
    configuration: Mapping[str, str],
) -> State:
    """A new server answers on both ports; how its database is, is not known yet."""
    check_age(home, last, settings.neo4j_version)
    program = java.find(settings)
    with explained(settings.cache):
        folder = fetch(settings, progress=progress)
    check_space(home)
    progress(f"starting Neo4j {settings.neo4j_version}: about 10 seconds")
    # Two that start side by side would choose the same ports, and the one would answer for the other.
    with (
        explained(settings.cache),
        exclusive(settings.cache / "starting.lock", work="starting a Neo4j of another home"),
    ):
        for attempts_left in (2, 1, 0):
            state = process.launch(settings, home, last, program, folder, configuration)
            try:
                readiness.wait(home, state)
            except LocalServerFailed as error:
                # A port that was free when we looked may be gone when Java asks for it: choose again.
                if not attempts_left or "already in use" not in str(error):
                    raise
            else:
                break
    return state
