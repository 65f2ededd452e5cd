"""The command that rates."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_text, progress
from graph.errors import ParameterError
from graph.text.counts import counted
from graph.text.days import last_day
from graph.text.instants import end_of, in_utc

if TYPE_CHECKING:
    from graph.model import Run

PANEL = "Ratings"


@app.command(rich_help_panel=PANEL)
def rate(
    scheme: Annotated[str, typer.Argument(help="A published scheme.")],
    as_of: Annotated[
        str | None,
        typer.Option(help="A day such as 2026-06-30: facts count up to its end in UTC. Today if not given."),
    ] = None,
    voices_of: Annotated[
        str | None,
        typer.Option(
            help="An earlier run, whose voices are used: to judge a re-rating by. Made anew if not given."
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(help="cypher, on the server, or arrays, in this process; the setting's if not given."),
    ] = None,
    json: Json = False,
) -> None:
    """Rate every member of a scheme. Until it ends, readers see the old ratings."""
    from graph.rating import run
    from graph.server.connect import connect
    from graph.settings import Settings
    from graph.store import migrations

    settings = Settings.load()
    with connect(settings) as database, progress() as tell:
        migrations.require(database)
        instant = end_of_day(as_of, "--as-of") if as_of else None
        done = run.rate(
            database,
            scheme,
            as_of=instant,
            voices_of=voices_of,
            engine=engine or settings.engine,
            batch=settings.batch_members,
            progress=tell,
        )
    if json:
        print_json(done)
    else:
        print_run(done)


def print_run(run: "Run") -> None:
    seconds = (run.finished - run.started).total_seconds()
    print_text(
        f"rated {counted(run.members, 'members')} of {run.scheme} {run.version} as of {last_day(run.as_of)}: "
        f"{counted(run.ties, 'circle ties')}, {counted(run.sweeps, 'sweeps')}, "
        f"every score within {run.bound:.2g}, {seconds:.1f} s"
    )


def end_of_day(day: str, option: str) -> datetime:
    """The UTC midnight that ends the day, or the time given as an instant. Raises ParameterError."""
    try:
        found = datetime.fromisoformat(day)
    except ValueError:
        raise ParameterError(f"{option} is a day such as 2026-06-30, and not {day!r}") from None
    if len(day) == len("2026-06-30"):
        return end_of(found.date(), option)
    if found.tzinfo is None:
        raise ParameterError(
            f"{option} {day!r} has no time zone: give a day, or an instant such as 2026-07-01T00:00:00Z"
        )
    return in_utc(found, option)
