"""The commands around an engine that runs where there is no Neo4j: what it reads, and what it made."""

from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_table, print_text, progress
from graph.cli.rating import end_of_day
from graph.cli.reading import open_database
from graph.cli.recording import Purpose
from graph.text.counts import counted
from graph.text.days import last_day, second

PANEL = "Ratings"
ON_SPARK = "rating the scheme on Spark"


@app.command(rich_help_panel=PANEL)
def snapshot(
    scheme: Annotated[str, typer.Argument(help="A published scheme.")],
    out: Annotated[Path, typer.Option(help="The directory to make; nothing may be there yet.")],
    as_of: Annotated[
        str | None,
        typer.Option(help="A day such as 2026-06-30: facts count up to its end in UTC. Today if not given."),
    ] = None,
    purpose: Purpose = ON_SPARK,
    json: Json = False,
) -> None:
    """Write a scheme's facts as numbers, in Parquet, for innercircle-spark. Recorded for every member."""
    from graph import output_files
    from graph.analysis.frames import Reader
    from graph.analysis.snapshot import take
    from graph.settings import Settings

    output_files.check_fresh(out)
    settings = Settings.load()
    by = Reader(settings.operator, purpose)
    instant = end_of_day(as_of, "--as-of") if as_of else None
    with open_database() as database, progress() as tell:
        done = take(database, scheme, out, by=by, as_of=instant, batch=settings.batch_members, progress=tell)
    if json:
        print_json(done)
    else:
        members, day = counted(done.members, "members"), last_day(done.as_of)
        print_text(f"{done.out}: {members} of {done.scheme} as of {day}, with all that a run reads of them")
        print_table(("table", "rows"), list(done.rows.items()))


@app.command(rich_help_panel=PANEL)
def publish_run(
    directory: Annotated[Path, typer.Argument(help="A snapshot that innercircle-spark has rated.", metavar="DIR")],
    json: Json = False,
) -> None:
    """Publish what innercircle-spark made of a snapshot. Until it ends, readers see the old ratings."""
    from graph.rating import publish_run
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    settings = Settings.load()
    with connect(settings) as database, progress() as tell:
        migrations.require(database)
        done = publish_run.publish_run(database, directory, batch=settings.batch_members, progress=tell)
    if json:
        print_json(done)
    else:
        print_text(
            f"published {counted(done.members, 'members')} of {done.scheme} {done.version} as of "
            f"{last_day(done.as_of)}: {counted(done.ties, 'circle ties')}, {counted(done.sweeps, 'sweeps')}, "
            f"every score within {done.bound:.2g}, from facts of {second(done.started)}"
        )
