"""The managed Neo4j's graph in a fresh store: nothing is left of what was removed from it.

A store keeps the bytes of what was deleted until their room is needed, and its transaction logs for a while. So
everything is read from the old store and written into a fresh one, by two servers that nobody else knows of; the
two are compared, and the fresh one takes the old one's place. Until then the old store is not touched. Wherever
this is killed, the next `innercircle up` or `compact` finds one whole store (`settle` of graph/server/home.py).
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from graph.errors import LocalServerFailed
from graph.server import local
from graph.server.compaction.copying import Contents, Progress, copy, read, schema, whole
from graph.server.home import (
    FREE_MEGABYTES,
    State,
    any_port,
    free_megabytes,
    parts_of_compaction,
    settle,
    write_state,
)
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database

__all__ = ["Compacted", "Contents", "Progress", "compact", "copy", "read", "schema", "whole"]

DATABASE = "neo4j"


@dataclass(frozen=True)
class Compacted:
    """What the store holds, the same as before; and what it takes on the disk, without transaction logs."""

    nodes: int
    relationships: int
    bytes_before: int
    bytes_after: int


def compact(settings: Settings, *, progress: Progress = lambda step: None) -> Compacted:
    """The graph stands in a fresh store, and the old one is removed. A server that ran runs again.

    Nothing answers meanwhile. Raises LocalServerFailed: for a Neo4j that is not managed here, for want of space,
    and when the two stores differ; then everything is as before.
    """
    if settings.neo4j_uri is not None:
        raise LocalServerFailed(
            f"INNERCIRCLE_NEO4J_URI={settings.neo4j_uri} is set, and only the files of a managed Neo4j can be "
            "written anew: docs/erasure.md says what to do with another"
        )
    ran = False
    try:
        progress("stopping Neo4j")
        with local.set_aside(settings) as (home, ran):
            done = _compact(settings, home, progress)
    finally:
        if ran:
            local.start(settings, progress=progress)
    return done


def _compact(settings: Settings, home: Path, progress: Progress) -> Compacted:
    before = _size(home / "data")
    _check_space(home, before)
    old, new = parts_of_compaction(home)
    try:
        _prepare(settings, home)
        contents = _copied(_only(settings, old), _only(settings, new), progress)
        progress("putting the fresh store in place")
        (new / "data").rename(home / "data.new")
    finally:
        _stop(_only(settings, old), _only(settings, new))
        settle(home)
    return Compacted(contents.nodes, contents.relationships, before, _size(home / "data"))


def _prepare(settings: Settings, home: Path) -> None:
    """Two homes for servers at ports that nobody knows; the one has the data, the other all but the graph."""
    old, new = parts_of_compaction(home)
    for part in (old, new):
        part.mkdir(parents=True, mode=0o700)
        shutil.copy(home / "password", part / "password")
        ports = any_port(), any_port()
        write_state(part, State(settings.neo4j_version, *ports))
    (old / "data").symlink_to(home / "data", target_is_directory=True)
    # The database `system` goes along: it has the users and their passwords.
    shutil.copytree(home / "data", new / "data", ignore=lambda _folder, names: {DATABASE} & set(names))


def _only(settings: Settings, part: Path) -> Settings:
    return settings.model_copy(update={"home": part, "bolt_port": 0, "http_port": 0})


def _copied(old: Settings, new: Settings, progress: Progress) -> Contents:
    """The graph is in the new home, compared, and no server runs there any more."""
    sources, targets = (local.start(each, progress=progress) for each in (old, new))
    with _connect(sources) as source, _connect(targets) as target:
        wanted = copy(source, target, progress)
        found = read(target, progress)
        if (found, schema(target)) != (wanted, schema(source)):
            raise LocalServerFailed(
                f"the fresh store has {found}, and the old one has {wanted}, or they differ in content: "
                "everything is as before"
            )
    progress("stopping both servers")
    _stop(old, new)
    return wanted


def _connect(server: Server) -> Database:
    return Database(server.uri, server.user, server.password, name=DATABASE)


def _stop(*homes: Settings) -> None:
    """No server runs in these homes."""
    for home in homes:
        local.stop(home)


def _check_space(home: Path, size: int) -> None:
    needed = FREE_MEGABYTES + 2 * size // 2**20
    if (free := free_megabytes(home)) < needed:
        raise LocalServerFailed(
            f"only {free} MB are free in {home}: a second store beside the first needs up to {needed} MB"
        )


def _size(data: Path) -> int:
    return sum(file.stat().st_size for file in (data / "databases" / DATABASE).rglob("*") if file.is_file())
