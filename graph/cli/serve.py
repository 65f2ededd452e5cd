"""The command that serves the API."""

from typing import Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json, print_text

PANEL = "Server"


@app.command(rich_help_panel=PANEL)
def serve(
    host: Annotated[
        str | None,
        typer.Option(
            help="127.0.0.1, ::1, localhost or, with a key, any address; INNERCIRCLE_API_HOST if not given."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0: any free one; INNERCIRCLE_API_PORT if not given."),
    ] = None,
    json: Json = False,
) -> None:
    """Serve the API until Control-C; beyond this machine only once there is a key, or an issuer of tokens."""
    import os

    # Of another program: this one would count in a folder that may not be there. Workers are given their own.
    for name in ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir"):
        os.environ.pop(name, None)
    from api import serving
    from api.http import log_rate
    from graph.settings import Settings

    given = {name: value for name, value in {"api_host": host, "api_port": port}.items() if value is not None}
    log_rate.thin_out()

    def announce(url: str) -> None:
        if json:
            print_json({"url": url})
        else:
            print_text(f"the API answers at {url}; Control-C ends it")

    serving.serve(Settings.load(**given), announce=announce)
