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

    how: as for graph.facts.load.load. Only the owner can read the files. Where no row is good, the command is
    empty, and there is no directory; nor is there where this raises.
    Raises what that raises, ParameterError for a directory that is there, Refused for a graph that is not empty.
    """
    migrations.require(database)
    require_empty(database)
    try:
        directory.mkdir(mode=0o700)
    except OSError as error:
        raise ParameterError(f"{directory} has to be a new directory: {error.strerror}") from error
    resolver = Resolver(directory, schemes_of(whole(database)[0]))
    try:
        loaded = load.load(database, paths, progress=progress, into=resolver, **how)
        require_empty(database)
        made = outputs.complete(directory, resolver, *whole(database))
    except BaseException:
        shutil.rmtree(directory)
        raise
    finally:
        resolver.close()
    if not any(each.stored for each in loaded):
        shutil.rmtree(directory)
        return loaded, ""
    command = shlex.join(["neo4j-admin", "database", "import", "full", *made.arguments, database.name])
    file = directory / COMMAND
    file.touch(mode=0o600)
    file.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    return loaded, command
