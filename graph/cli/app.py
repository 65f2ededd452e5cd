"""The command `innercircle` that every module of this package adds its commands to.

A module of graph/cli is picked up by being there. It imports `app`, defines its commands with
`@app.command(rich_help_panel=...)`, and imports what is slow inside the functions that need it: `--help` and
the completion of a shell import every module.
"""

from typing import Annotated

import typer

from graph import __version__

app = typer.Typer(
    name="innercircle",
    help="Ratings that can be opened, computed in Cypher on Neo4j.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"innercircle {__version__}")
        raise typer.Exit


def as_kept(id_: str | None) -> str | None:
    """An id that is given as an argument, in the form in which ids are kept: Unicode's NFC."""
    from graph.text.plain import normal

    return id_ if id_ is None else normal(id_)


@app.callback()
def innercircle(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """Ratings that can be opened, computed in Cypher on Neo4j.

    Settings are INNERCIRCLE_* variables (docs/settings.md). Every command takes --json.
    """
