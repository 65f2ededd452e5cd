"""Files -> a managed Neo4j that is empty, offline: the checks of a load, and Neo4j's own importer.

The files are checked and written for the importer while the server runs, which is asked for zones and secrets.
Then it is stopped, the importer makes a fresh store, a server that nobody knows of makes the constraints in it,
and it takes the place of the old one. Wherever this is killed, one whole store is there: the empty one or this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.errors import LocalServerFailed, Refused
from graph.facts import load
from graph.facts.first_fill import outputs
from graph.facts.first_fill.joining import Schemes
from graph.facts.first_fill.kept import require_empty
from graph.facts.first_fill.resolving import Resolver
from graph.model import Loaded, Row
from graph.server import bulk_import, local
from graph.server.compaction import whole
from graph.server.connect import connect
from graph.server.home import explained, is_read_only, locate, read_state, settle
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.disk_space import Room

Progress = Callable[[str], None]
WRITTEN = (
    "somebody wrote into the graph while the import was at work, so nothing was changed: end what writes there, "
    "such as the API or a Browser, and import again"
)


@dataclass(frozen=True)
class Filled:
    """What became of the rows, and what the importer wrote."""

    loaded: list[Loaded]
    nodes: int = 0
    relationships: int = 0


def fill(settings: Settings, paths: Sequence[Path], *, progress: Progress, **how: Any) -> Filled:
    """Every good row of the files is in the store of the managed Neo4j, which was empty and runs again.

    how: as for graph.facts.load.load. Where no row is good, the server is not stopped.
    Raises what that raises, Refused for a store that is not empty, or that somebody writes into meanwhile, and
    LocalServerFailed where the importer fails or there is no room for it; then the store is the old one.
    """
    home = locate(settings)
    if read_state(home) is None:
        local.connection(settings)  # says what to do
    if is_read_only(home):
        raise Refused(f"{home} is an inspection copy, which takes no writes: name the home of the graph itself")
    local.start(settings, progress=progress)  # an import that was killed has stopped it
    with explained(home), bulk_import.alone(home) as files:
        with connect(settings) as database:
            room = Room(home, settings.pagecache_megabytes)
            loaded, made, mark = _staged(database, paths, files, room, progress, how)
        if not any(each.stored for each in loaded):
            return Filled(loaded)
        try:
            progress("stopping Neo4j")
            with local.set_aside(settings) as (home, _):
                if bulk_import.mark(home) != mark:
                    raise Refused(WRITTEN)
                _make(settings, home, files, made, progress)
                bulk_import.put_in_place(home)
                settle(home)
        finally:
            local.start(settings, progress=progress)
    return Filled(loaded, made.nodes, made.relationships)


def _staged(
    database: Database, paths: Sequence[Path], files: Path, room: Room, progress: Progress, how: dict[str, Any]
) -> tuple[list[Loaded], outputs.Files, bulk_import.Mark]:
    """What became of the rows, the importer's files, which are complete, and the mark of the graph before them."""
    migrations.require(database)
    require_empty(database)
    resolver = Resolver(files, schemes_of(whole(database)[0]), room.demand)
    try:
        loaded = load.load(database, paths, progress=progress, into=resolver, **how)
        mark = bulk_import.mark(room.home)
        require_empty(database)
        return loaded, outputs.complete(files, resolver, *whole(database)), mark
    finally:
        resolver.close()


def schemes_of(nodes: Sequence[Row]) -> Schemes:
    """The schemes among all nodes of a store."""
    return Schemes.of(
        {key: value for key, value, _ in node["properties"]} for node in nodes if "Scheme" in node["labels"]
    )


def _make(settings: Settings, home: Path, files: Path, made: outputs.Files, progress: Progress) -> None:
    """The hidden home has the fresh store, complete, and no server runs there."""
    hidden = bulk_import.prepare(settings, home, files)
    bulk_import.run(hidden, files, made.arguments, progress=progress)
    local.start(hidden, progress=progress)
    try:
        progress("making the constraints")
        with connect(hidden) as database:
            found = database.one("extent")
            if (found["nodes"], found["relationships"]) != (made.nodes, made.relationships):
                raise LocalServerFailed(
                    f"the importer wrote {found['nodes']:,} nodes and {found['relationships']:,} relationships in "
                    f"place of {made.nodes:,} and {made.relationships:,}: everything is as before"
                )
            migrations.apply(database)
    finally:
        local.stop(hidden)
