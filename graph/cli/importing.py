"""The command that fills an empty store in bulk."""

from pathlib import Path
from typing import Annotated, Any

import typer

from graph.cli.app import app
from graph.cli.data import (
    PANEL,
    AllIds,
    Answers,
    Mapping,
    Paths,
    Prefix,
    RejectRate,
    Rejects,
    RowKind,
    Zone,
    end_if_rejected,
    print_loaded,
)
from graph.cli.output import Json, check_output, print_json, print_text, progress
from graph.errors import ParameterError, Refused
from graph.text.counts import counted

NO_IMPORTER_THERE = (
    "INNERCIRCLE_NEO4J_URI={} is set, and only the store of a managed Neo4j can be written from here: give "
    "--output DIRECTORY, and this writes the importer's files and the command to run there"
)


@app.command("import", rich_help_panel=PANEL)
def import_(
    paths: Paths,
    kind: RowKind = None,
    mapping: Mapping = None,
    answers: Answers = None,
    prefix: Prefix = None,
    all_ids: AllIds = False,
    zone: Zone = None,
    rejects: Rejects = Path("rejects.csv"),
    max_reject_rate: RejectRate = 0.0,
    output: Annotated[
        Path | None,
        typer.Option(help="A new directory for the importer's files and the command to run; nothing is imported."),
    ] = None,
    json: Json = False,
) -> None:
    """Fill an empty managed Neo4j from files, offline and in bulk: the graph is the one that `load` would make.

    Neo4j is stopped meanwhile, and started again. Broken off at any moment, the store is the empty one, or whole.
    A graph that anything was loaded into is refused: use `load`. Schemes and secrets stay.
    """
    from api import address
    from graph.facts import first_fill
    from graph.facts.files.answers import given
    from graph.policy import categories
    from graph.server.connect import connect
    from graph.settings import Settings

    settings = Settings.load()
    check_output(rejects, *paths, *([Path(mapping)] if mapping else []))
    how: dict[str, Any] = {
        "kind": kind,
        "mapping": mapping,
        "answers": given(answers or []),
        "rejects": rejects,
        "by": settings.operator,
        "batch": settings.batch_rows,
        "categories": categories.read(settings.categories),
        "prefix": prefix,
        "all_ids": all_ids,
        "zone": zone,
        "most_clashes": max_reject_rate,
    }
    made: dict[str, Any] = {}
    with progress() as tell:
        if output is not None:
            with connect(settings) as database:
                loaded, command = first_fill.write_files(database, paths, output, progress=tell, **how)
            made = {"output": str(output) if command else None, "command": command or None}
        elif settings.neo4j_uri is not None:
            raise ParameterError(NO_IMPORTER_THERE.format(settings.neo4j_uri))
        else:
            if url := address.running(settings):
                raise Refused(f"the API runs at {url}, and what it wrote meanwhile would be lost: stop it first")
            done = first_fill.fill(settings, paths, progress=tell, **how)
            loaded = done.loaded
            made = {"nodes": done.nodes, "relationships": done.relationships}
    if json:
        rejected = any(each.rejected for each in loaded)
        print_json({"rejects": str(rejects) if rejected else None, "loaded": loaded, **made})
    else:
        print_loaded(loaded, [], rejects, dry_run=False, json=False)
        _print_made(made)
    end_if_rejected(loaded, max_reject_rate)


def _print_made(made: dict[str, Any]) -> None:
    if not (made.get("nodes") or made.get("command")):
        print_text("no row is good, so nothing was written")
        return
    if "nodes" in made:
        nodes, ties = counted(made["nodes"], "nodes"), counted(made["relationships"], "relationships")
        print_text(f"the importer wrote {nodes} and {ties}")
        return
    print_text(
        f"nothing is imported yet. Copy {made['output']} to where that Neo4j runs, stop it, run this in the "
        "directory as the user that it runs as, start it again, and then run `innercircle migrate` here. It keeps "
        "a dump of the graph that it replaces. Remove the files afterwards: they hold everything that was in "
        "yours, and secrets of the graph."
    )
    typer.echo(made["command"])
