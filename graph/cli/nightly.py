"""The command for what is to be done once a day."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.backups import Keep, kept
from graph.cli.output import Json, print_json, print_text, progress

PANEL = "Server"


@app.command(rich_help_panel=PANEL)
def nightly(
    folder: Annotated[
        Path | None, typer.Option("--backup-to", help="Where the backup goes; INNERCIRCLE_BACKUPS if not given.")
    ] = None,
    keep: Keep = None,
    json: Json = False,
) -> None:
    """Do what is due once a day: old facts, disputes, runs, a backup. Each step is told of as it ends.

    Broken off, it is simply started again: what is done is not done twice. Ends with 1 where a step failed, with 2
    where something waits for a person.
    """
    from graph import nightly as rounds
    from graph.settings import Settings

    settings, steps = Settings.load(), []
    where, keeping = folder or settings.backups, kept(keep)
    with progress() as tell:
        for step in rounds.round_of(
            settings,
            now=datetime.now(UTC),
            folder=where and where.expanduser(),
            keep=keeping,
            progress=tell,
        ):
            steps.append(step)
            if json:
                print_json(step)
            else:
                print_text(f"{step.step}: {step.outcome}, {step.seconds:.1f} s: {step.says}")
    raise typer.Exit(rounds.worst(steps))
