"""The importer's files for a Neo4j that is not managed here, and the one command to run there."""

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graph.errors import ParameterError
from graph.facts import load
from graph.facts.first_fill import outputs
from graph.facts.first_fill.filling import Progress, schemes_of
from graph.facts.first_fill.kept import require_empty
from graph.facts.first_fill.resolving import Resolver
from graph.model import Loaded
from graph.server.compaction import whole
from graph.store import migrations
from graph.store.client import Database

COMMAND = "import.sh"


def write_files(
    database: Database, paths: Sequence[Path], directory: Path, *, progress: Progress, **how: Any
) -> tuple[list[Loaded], str]:
    """A new directory has the importer's files and the command, in `import.sh`; the graph is not changed.

    how: as for graph.facts.load.load. Only the owner can read the files. The command keeps a dump of what it
    replaces. Where no row is good, it is empty, and there is no directory; nor is there one where this raises.
    Raises what that raises, ParameterError for a directory that is there or cannot be written, Refused for a graph
    that is not empty.
    """
    migrations.require(database)
    require_empty(database)
    try:
        directory.mkdir(mode=0o700)
    except OSError as error:
        raise ParameterError(f"{directory} has to be a new directory: {error.strerror}") from error
    try:
        loaded, arguments = _written(database, paths, directory, progress, how)
        if not any(each.stored for each in loaded):
            shutil.rmtree(directory)
            return loaded, ""
        command = _command(arguments, database.called)
        (directory / COMMAND).touch(mode=0o600)
        (directory / COMMAND).write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    except OSError as error:
        shutil.rmtree(directory, ignore_errors=True)
        raise ParameterError(f"{error.filename or directory} cannot be used: {error.strerror or error}") from error
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return loaded, command


def _written(
    database: Database, paths: Sequence[Path], directory: Path, progress: Progress, how: dict[str, Any]
) -> tuple[list[Loaded], list[str]]:
    """What became of the rows, and the importer's arguments for its files, which are complete."""
    resolver = Resolver(directory, schemes_of(whole(database)[0]))
    try:
        loaded = load.load(database, paths, progress=progress, into=resolver, **how)
        require_empty(database)
        return loaded, outputs.complete(directory, resolver, *whole(database)).arguments
    finally:
        resolver.close()


def _command(arguments: Sequence[str], name: str) -> str:
    """Replaces a database by what the files say, once a dump of it is beside them."""
    admin = ["neo4j-admin", "database"]
    dump = shlex.join([*admin, "dump", name, "--to-path=."])
    return f"{dump} && {shlex.join([*admin, 'import', 'full', *arguments, name])}"
