"""Commands that set the graph up and fill it."""

from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, progress

PANEL = "Data"
# Fewer rejects than this share end with 0.
RejectRate = Annotated[
    float, typer.Option(min=0, max=1, help="End with 2 when more than this share of the rows is rejected.")
]


@app.command(rich_help_panel=PANEL)
def migrate(json: Json = False) -> None:
    """Bring the database's constraints and indexes up to date; repeating it changes nothing."""
    from graph import migrations
    from graph.database import connect
    from graph.settings import Settings

    with connect(Settings.load()) as database:
        applied = migrations.apply(database)
    if json:
        print_json({"applied": applied})
    else:
        typer.echo(f"applied {', '.join(applied)}" if applied else "the database is up to date")


@app.command(rich_help_panel=PANEL)
def load(
    paths: Annotated[list[Path], typer.Argument(help="CSV or Parquet files, or directories of them.")],
    kind: Annotated[
        str | None, typer.Option(help="What the rows are, where the file's name does not say.")
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(help="A mapping file, or the name of a shipped one, such as bitcoin-otc.")
    ] = None,
    rejects: Annotated[Path, typer.Option(help="Where bad rows go, with their reasons.")] = Path("rejects.csv"),
    max_reject_rate: RejectRate = 0.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Load facts and memberships. Good rows load, bad rows come back; loading a file twice changes nothing."""
    from graph import loading, migrations
    from graph.database import connect
    from graph.settings import Settings

    settings = Settings.load()
    with connect(settings) as database, progress() as tell:
        migrations.require(database)
        loaded = loading.load(
            database,
            paths,
            kind=kind,
            mapping=mapping,
            rejects=rejects,
            dry_run=dry_run,
            batch=settings.batch_rows,
            progress=tell,
        )
    rejected = sum(each.rejected for each in loaded)
    rows = rejected + sum(each.stored + each.completed + each.known for each in loaded)
    if json:
        print_json({"dry_run": dry_run, "rejects": str(rejects) if rejected else None, "loaded": loaded})
    else:
        print_table(
            ("file", "kind", "stored", "completed", "known", "rejected"),
            [(each.file, each.kind, each.stored, each.completed, each.known, each.rejected) for each in loaded],
            title="dry run: nothing was written" if dry_run else None,
        )
        if rejected:
            typer.echo(f"{rejected:,} of {rows:,} rows were rejected: {rejects} says why")
    if rejected > max_reject_rate * rows:
        raise typer.Exit(2)
