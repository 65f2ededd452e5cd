"""A second managed Neo4j beside the first, read-only, with a copy of the graph in which nobody has a name.

HOME/inspect/      the home of that server: its data, logs, ports and password
HOME/inspect.new/  a copy that is being made; it takes the place of the one before when it is whole
HOME/inspect.lock  held while one is made or removed

A copy is never changed. The next one is made from the graph as it is then, with other pseudonyms, and the files
of the one before are removed.
"""

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from graph.analysis.anonymised_copy.copying import Contents, copy
from graph.errors import LocalServerFailed
from graph.server import jars, local
from graph.server.compaction import Progress
from graph.server.connect import connect
from graph.server.home import (
    State,
    any_port,
    explained,
    is_read_only,
    locate,
    make_read_only,
    read_state,
    write_state,
)
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database

__all__ = ["Contents", "Inspection", "inspect", "is_copy", "place", "remove"]


@dataclass(frozen=True)
class Inspection:
    """A copy that is there to be looked at."""

    server: Server = field(repr=False)
    contents: Contents


def place(settings: Settings) -> Path:
    """Where the copy of this home is."""
    return locate(settings) / "inspect"


def is_copy(settings: Settings) -> bool:
    """Whether these settings name an inspection copy by its home."""
    return settings.neo4j_uri is None and is_read_only(locate(settings))


def inspect(settings: Settings, *, progress: Progress = lambda step: None) -> Inspection:
    """A read-only server has a new copy of the graph, and the one before is gone.

    Raises LocalServerFailed for a Neo4j that is not managed here or does not run, and for a home that is itself a
    copy; Refused where there is too little to copy. Then the copy before stays as it was.
    """
    home = _home(settings)
    with connect(settings) as source, explained(home), _alone(home):
        migrations.require(source)
        fresh = _at(settings, home / "inspect.new")
        local.discard(fresh)
        try:
            contents = _make(source, fresh, progress)
            progress("putting the copy in place")
            old = read_state(place(settings))
            local.discard(_at(settings, place(settings)))
            _put_in_place(fresh, place(settings), old)
        finally:
            local.discard(fresh)
        return Inspection(local.start(_at(settings, place(settings)), progress=progress), contents)


def remove(settings: Settings) -> bool:
    """No copy of this home is there, and none that was being made; False if there was none."""
    home = locate(settings)
    with explained(home):
        if not any(path.exists() for path in (place(settings), home / "inspect.new")):
            return False
        with _alone(home):
            local.discard(_at(settings, home / "inspect.new"))
            local.discard(_at(settings, place(settings)))
        return True


def _home(settings: Settings) -> Path:
    if settings.neo4j_uri is not None:
        raise LocalServerFailed(
            f"INNERCIRCLE_NEO4J_URI={settings.neo4j_uri} is set, and only a managed Neo4j has an inspection copy: "
            "docs/inspection.md says what to do with another"
        )
    home = locate(settings)
    if is_copy(settings):
        raise LocalServerFailed(
            f"{home} is an inspection copy itself: set INNERCIRCLE_HOME to the home of the graph"
        )
    if local.status(settings) is None:
        raise LocalServerFailed(f"no Neo4j runs in {home}, of which a copy could be made: run `innercircle up`")
    return home


def _make(source: Database, fresh: Settings, progress: Progress) -> Contents:
    """A home with the copy in it, and no server that runs there any more."""
    fresh.home.mkdir(mode=0o700)
    # A port that nobody knows: the copy before goes on answering on its own.
    write_state(fresh.home, State(fresh.neo4j_version, any_port(), any_port()))
    local.start(fresh, progress=progress)
    with connect(fresh) as target:
        migrations.apply(target)
        contents = copy(source, target, progress)
        target.statement("CALL db.awaitIndexes(3600)")
    progress("stopping the server that wrote the copy")
    local.stop(fresh)  # in good order: a store that needs recovery cannot be opened read-only
    return contents


def _put_in_place(fresh: Settings, copied: Path, old: State | None) -> None:
    make_read_only(fresh.home)
    shutil.rmtree(fresh.home / "logs")
    if old:
        write_state(fresh.home, State(fresh.neo4j_version, old.bolt_port, old.http_port))
    fresh.home.rename(copied)


def _at(settings: Settings, home: Path) -> Settings:
    return settings.model_copy(update={"home": home, "bolt_port": 0, "http_port": 0})


def _alone(home: Path) -> AbstractContextManager[None]:
    return jars.exclusive(home / "inspect.lock", work=f"making or removing the inspection copy of {home}")
