"""The command for the inspection copy: for people who may look at structure, and not at persons."""

from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_text, progress
from graph.cli.server import PANEL, described, print_server
from graph.text.counts import counted

if TYPE_CHECKING:
    from graph.analysis.anonymised_copy import Contents


@app.command(rich_help_panel=PANEL)
def inspect(
    stop: Annotated[
        bool, typer.Option("--stop", help="End the copy's server and remove the copy; make no other.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a read-only copy of the graph without ids and names, on a server of its own beside the first.

    Each time it is made anew, with other pseudonyms; the one before is removed.
    """
    from graph.analysis import anonymised_copy
    from graph.settings import Settings

    settings = Settings.load()
    if stop:
        removed = anonymised_copy.remove(settings)
        if json:
            print_json({"removed": removed})
        else:
            print_text("removed" if removed else "there was no inspection copy")
        return
    with progress() as tell:
        made = anonymised_copy.inspect(settings, progress=tell)
    if json:
        print_json(described(made.server) | {"contents": made.contents})
        return
    print_text(_sentence(made.contents))
    print_server(described(made.server), json=False)


def _sentence(contents: "Contents") -> str:
    return (
        f"a copy of {', '.join(contents.schemes)}: {counted(contents.entities, 'entities')}, "
        f"{counted(contents.memberships, 'memberships')}, {counted(contents.facts, 'facts')}, "
        f"{counted(contents.ties, 'ties')}; nothing can be written to it"
    )
