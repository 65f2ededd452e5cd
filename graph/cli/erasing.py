"""Commands that remove: an entity, facts that no policy keeps any longer, and what a store still has of both."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app, as_kept
from graph.cli.data import print_rerated
from graph.cli.output import Json, check_output, print_json, print_table, print_text, progress
from graph.cli.reading import open_database
from graph.cli.recording import record_reads
from graph.text.counts import counted

PANEL = "Handing over and taking away"


@app.command(rich_help_panel=PANEL)
def erase(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: nothing brings it back.")] = False,
    json: Json = False,
) -> None:
    """Erase an entity with all that is kept about it, and re-rate all members that this touches.

    The debts of others to it stay with them, without its name. `innercircle compact` clears the store's files.
    """
    from graph.rating import rerate
    from graph.rights import erasure

    if not yes:
        typer.confirm(f"Erase {entity} for good?", abort=True, err=True)
    now = datetime.now(UTC)
    with open_database() as database:
        done = database.write(lambda transaction: erasure.erase(transaction, entity, now=now))
        passed_on = rerate.passed_on(database, done.changes)
    if json:
        print_json({"gone": done.gone, "kept": done.kept, "passed_on": passed_on})
        return
    gone = ", ".join(counted(number, kind) for kind, number in done.gone.items() if number)
    print_text(f"erased {entity}" + (f" with {gone}" if gone else ""))
    if done.kept:
        print_text(f"kept by others, towards nobody: {counted(done.kept, 'obligations')} that they had towards it")
    if not passed_on:
        print_text("a run is under way: it or the next one re-rates all that this touches; until then it is stale")


@app.command(rich_help_panel=PANEL)
def compact(json: Json = False) -> None:
    """Write the graph of the managed Neo4j into a fresh store, so that no file holds what was removed.

    Neo4j is stopped meanwhile. Broken off, the store is as it was, or the fresh one.
    """
    from graph.server import compaction
    from graph.settings import Settings

    with progress() as tell:
        done = compaction.compact(Settings.load(), progress=tell)
    if json:
        print_json(done)
    else:
        print_text(
            f"a fresh store has {counted(done.nodes, 'nodes')} and {counted(done.relationships, 'relationships')}"
            f": {done.bytes_after / 2**20:,.1f} MB, {done.bytes_before / 2**20:,.1f} MB before"
        )


@app.command(rich_help_panel=PANEL)
def retain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Remove facts that no published policy keeps any longer, and re-rate all members that this touches."""
    from graph.rating import rerate
    from graph.rights import retention

    with open_database() as database:
        done = retention.retain(database, now=datetime.now(UTC), dry_run=dry_run)
        rerated = [] if dry_run else rerate.rerate(database, done.changes)
    if json:
        found = {name: getattr(done, name) for name in ("kept", "facts", "requests", "revocations")}
        print_json({"dry_run": dry_run, **found, "rerated": rerated})
        return
    print_table(
        ("facts", "kept for days", "by", "to be removed" if dry_run else "removed"),
        [
            (
                each.kind,
                "for good" if each.days is None else f"{each.days:g}",
                ", ".join(each.schemes),
                done.facts[each.kind],
            )
            for each in done.kept
        ],
        title="dry run: nothing was removed" if dry_run else None,
    )
    if not dry_run:
        print_text(
            f"also {counted(done.requests, 'old answers')}, and {counted(done.revocations, 'revocations')} "
            "of expired tokens"
        )
    print_rerated(rerated)


@app.command(rich_help_panel=PANEL)
def archive(
    entity: Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)],
    out: Annotated[Path, typer.Option(help="The zip file to write.")] = Path("archive.zip"),
    json: Json = False,
) -> None:
    """Write everything that is kept about an entity into one zip file for it: JSON, CSV and a page to read."""
    from graph import output_files
    from graph.disclosure.archive import gather, write

    check_output(out)
    with open_database() as database:
        found = gather(database, entity, now=datetime.now(UTC))
        for each in found.tables["memberships"]:
            record_reads(database, each["scheme"], [entity], what="archive")
    with output_files.replaced(out) as file:
        write(found, file)
    counts = {kind: len(rows) for kind, rows in found.tables.items()}
    if json:
        print_json({"entity": entity, "out": out, "rows": counts})
    else:
        print_text(
            f"{out}: " + ", ".join(counted(number, kind.replace("_", " ")) for kind, number in counts.items())
        )
