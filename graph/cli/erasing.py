"""Commands that take away: an entity, what a policy keeps no longer, and what a store still holds of both."""

from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, progress
from graph.cli.reading import open_database

PANEL = "Privacy"


@app.command(rich_help_panel=PANEL)
def erase(
    entity: Annotated[str, typer.Argument(help="An entity's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: nothing brings it back.")] = False,
    json: Json = False,
) -> None:
    """Erase an entity with all that is kept about it, and re-rate whom that touches.

    What others owed to it stays with them, towards nobody. `innercircle compact` clears the store's files.
    """
    from graph import erasing, rerating

    if not yes:
        typer.confirm(f"Erase {entity} for good?", abort=True, err=True)
    with open_database() as database:
        done = database.write(lambda transaction: erasing.erase(transaction, entity))
        passed_on = rerating.passed_on(database, done.changes)
    if json:
        print_json({"gone": done.gone, "kept": done.kept, "passed_on": passed_on})
        return
    gone = ", ".join(f"{count:,} {kind}" for kind, count in done.gone.items() if count)
    typer.echo(f"erased {entity}" + (f" with {gone}" if gone else ""))
    if done.kept:
        typer.echo(f"{done.kept:,} obligations that others had towards it stay with them, towards nobody")
    if not passed_on:
        typer.echo("a run is under way: it or the next one re-rates whom this touches; until then those are stale")


@app.command(rich_help_panel=PANEL)
def compact(json: Json = False) -> None:
    """Write the graph of the managed Neo4j into a fresh store, so that no file holds what was removed.

    Neo4j is stopped meanwhile. Broken off, the store is as it was, or the fresh one.
    """
    from graph import compacting
    from graph.settings import Settings

    with progress() as tell:
        done = compacting.compact(Settings.load(), progress=tell)
    if json:
        print_json(done)
    else:
        typer.echo(
            f"{done.nodes:,} nodes and {done.relationships:,} relationships stand in a fresh store: "
            f"{done.bytes_after / 2**20:,.1f} MB, {done.bytes_before / 2**20:,.1f} MB before"
        )
