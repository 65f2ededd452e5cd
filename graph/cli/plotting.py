"""Commands that draw: pictures of a whole scheme, which name nobody, and of one member, whose read is recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graph.cli.app import app, as_kept
from graph.cli.output import Json, check_output, print_json, print_text
from graph.cli.reading import open_database
from graph.cli.recording import OPERATION, Purpose
from graph.text.days import last_day

if TYPE_CHECKING:
    from graph.analysis.frames import Reader
    from graph.store.client import Database

PANEL = "Analysis"
plot = typer.Typer(
    help="Draw a picture, PNG or SVG: of a whole scheme without naming anyone, or of one member.",
    no_args_is_help=True,
)
app.add_typer(plot, name="plot", rich_help_panel=PANEL)

Scheme = Annotated[str, typer.Option(help="The scheme.")]
Out = Annotated[Path, typer.Option(help="The file: .png or .svg.")]
Entity = Annotated[str, typer.Argument(help="An entity's id.", callback=as_kept)]


@plot.command("distribution")
def distribution(scheme: Scheme, out: Out, json: Json = False) -> None:
    """Draw how the ratings of a scheme are spread. No bar is of fewer than 20 members."""
    from graph.analysis import plots

    _draw(lambda database: plots.distribution(database, scheme), plots.draw_distribution, out, json=json)


@plot.command("conduct")
def conduct(scheme: Scheme, out: Out, json: Json = False) -> None:
    """Draw ratings against own conduct. No square is of fewer than 20 members."""
    from graph.analysis import plots

    _draw(lambda database: plots.conduct(database, scheme), plots.draw_conduct, out, json=json)


@plot.command("share")
def share(scheme: Scheme, out: Out, json: Json = False) -> None:
    """Draw what the ratings would be if the circle could supply more or less, from nothing to a half."""
    from graph.analysis import plots

    _draw(lambda database: plots.share(database, scheme), plots.draw_share, out, json=json)


@plot.command("circle")
def circle(entity: Entity, scheme: Scheme, out: Out, purpose: Purpose = OPERATION, json: Json = False) -> None:
    """Draw the circle of one member. The read is recorded, of the member and of each contact."""
    from graph.analysis import plots

    _draw(
        lambda database: plots.circle(database, scheme, entity, by=_by(purpose)),
        plots.draw_circle,
        out,
        json=json,
    )


@plot.command("history")
def history(entity: Entity, scheme: Scheme, out: Out, purpose: Purpose = OPERATION, json: Json = False) -> None:
    """Draw what the rating of one member was and is. The read is recorded."""
    from graph.analysis import plots

    _draw(
        lambda database: plots.past(database, scheme, entity, by=_by(purpose)),
        plots.draw_past,
        out,
        json=json,
    )


def _by(purpose: str) -> "Reader":
    from graph.analysis.frames import Reader
    from graph.settings import Settings

    return Reader(Settings.load().operator, purpose)


def _draw(read: "Callable[[Database], Any]", draw: Callable[[Any], Any], out: Path, *, json: bool) -> None:
    """What is read is drawn, and the picture is in the file; with --json, what it shows is printed."""
    from graph.analysis import plots

    check_output(out)
    plots.check(out)
    with open_database() as database:
        found = read(database)
    plots.save(draw(found), out)
    if json:
        print_json({"out": out, "data": found})
    else:
        print_text(f"{out}: {found.source.scheme} as of {last_day(found.source.as_of)}, run {found.source.run}")
