"""The commands that bring the whole graph to another Neo4j, and back."""

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_text, progress
from graph.cli.server import PANEL
from graph.errors import Refused
from graph.text.counts import counted

moves = typer.Typer(no_args_is_help=True, help="Bring the whole graph to another Neo4j, and back.")
app.add_typer(moves, name="move", rich_help_panel=PANEL)


@moves.command("out")
def out(json: Json = False) -> None:
    """Copy the managed Neo4j's graph into the one that INNERCIRCLE_NEO4J_URI names, which has to be empty.

    Broken off, it is repeated. The managed one stays as it is.
    """
    _move(back=False, json=json)


@moves.command("back")
def back(json: Json = False) -> None:
    """Copy the graph of the Neo4j that INNERCIRCLE_NEO4J_URI names into the managed one, which has to be empty.

    Broken off, it is repeated. The other one stays as it is.
    """
    _move(back=True, json=json)


def _move(*, back: bool, json: bool) -> None:
    from api import address
    from graph.server.connect import journal
    from graph.server.moving import move
    from graph.settings import Settings

    settings = Settings.load()
    if url := address.running(settings):
        raise Refused(
            f"the API runs at {url}, and people would write into a graph that is being left: stop it first"
        )
    with progress() as tell:
        done = move(settings, back=back, progress=tell)
    if json:
        print_json(done)
        return
    print_text(
        f"{done.target} has the graph of {done.source}: {counted(done.nodes, 'nodes')} and "
        f"{counted(done.relationships, 'relationships')}, read again on both sides"
    )
    print_text(
        f"{done.source} still has it too: use one of them, for the journal in {journal(settings).folder} is of "
        "one graph, and remove the other when you rely on this one"
    )
