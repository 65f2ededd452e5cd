"""Commands about Neo4j Browser: the queries as favourites; style and guide for a server that is not ours."""

from pathlib import Path
from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, check_output, print_json, print_text
from graph.errors import ParameterError
from graph.text.counts import counted

PANEL = "Server"


@app.command(rich_help_panel=PANEL)
def favourites(
    file: Annotated[Path, typer.Argument(help="The archive to write, such as innercircle.zip.")],
    json: Json = False,
) -> None:
    """Write the queries for Neo4j Browser as an archive of favourites: drop it on Browser's favourites."""
    from graph import output_files
    from graph.server import browser

    check_output(file)
    with output_files.replaced(file, mode=output_files.FOR_ALL) as out:
        found = browser.favourites(out)
    if json:
        print_json({"file": str(file), "queries": found})
    else:
        print_text(f"{file}: {counted(found, 'queries')}; drop it on the favourites in Browser's side bar")


@app.command(rich_help_panel=PANEL)
def guide(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8001,
    json: Json = False,
) -> None:
    """Serve Browser's style and guide until Control-C, for a Neo4j of your own; the managed one has them."""
    from graph.server import browser
    from graph.server.browser import serving

    def announce(bound: int) -> None:
        line = f"browser.post_connect_cmd={browser.post_connect(f'http://localhost:{bound}')}"
        if json:
            print_json({"port": bound, "setting": line})
        else:
            print_text(f"served on port {bound}; Control-C ends it. In neo4j.conf:")
            typer.echo(line)

    try:
        serving.serve(host, port, announce=announce)
    except OSError as error:
        raise ParameterError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
