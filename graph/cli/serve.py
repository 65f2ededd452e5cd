"""The command that serves the API."""

from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_text

if TYPE_CHECKING:
    from graph.identity import Key

PANEL = "Server"


@app.command(rich_help_panel=PANEL)
def serve(
    host: Annotated[
        str | None,
        typer.Option(help="127.0.0.1, ::1, localhost or any other address; INNERCIRCLE_API_HOST if not given."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0: any free one; INNERCIRCLE_API_PORT if not given."),
    ] = None,
    json: Json = False,
) -> None:
    """Serve the API until Control-C; beyond this machine with tokens only, so the first key is made if need be."""
    import os

    # Of another program: this one would count in a folder that may not be there. Workers are given their own.
    for name in ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir"):
        os.environ.pop(name, None)
    from api import serving
    from api.http import log_rate
    from graph.settings import Settings

    given = {name: value for name, value in {"api_host": host, "api_port": port}.items() if value is not None}
    log_rate.thin_out()

    settings = Settings.load(**given)

    def announce(url: str, first: "Key | None") -> None:
        if json:
            print_json({"url": url} | ({"first_key": first.id} if first else {}))
            return
        if first:
            print_text(
                f"the first key was made: {first.id} in {settings.home / 'keys'}, which nobody else may read; "
                "`innercircle token issue --role operator` issues a token with it"
            )
        print_text(f"the API answers at {url}; Control-C ends it")

    serving.serve(settings, announce=announce)
