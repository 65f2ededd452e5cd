"""The command that serves the API."""

import http.client
import json as json_format
import logging
from typing import TYPE_CHECKING, Annotated

import typer

from graph.cli.app import app
from graph.cli.output import Json, print_json

if TYPE_CHECKING:
    from graph.settings import Settings

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
    from api import serving
    from api.saying import OnceASecond
    from graph.settings import Settings

    given = {name: value for name, value in {"api_host": host, "api_port": port}.items() if value is not None}
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(OnceASecond())

    def announce(url: str) -> None:
        if json:
            print_json({"url": url})
        else:
            typer.echo(f"the API answers at {url}; Control-C ends it")

    serving.serve(Settings.load(**given), announce=announce)


def api_address(settings: "Settings") -> str | None:
    """The URL that `innercircle serve` answers at; None where the port is left open."""
    from api.loopback import url

    return url(settings.api_host, settings.api_port) if settings.api_port else None


def api_lives(settings: "Settings") -> bool:
    """Whether our API answers at that URL."""
    # http.client, because urllib would go through a proxy that the environment names
    web = http.client.HTTPConnection(settings.api_host, settings.api_port, timeout=1)
    try:
        web.request("GET", "/livez")
        return bool(json_format.loads(web.getresponse().read()) == {"status": "alive"})
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        web.close()
