"""The API answered at an address of this machine, until the process was told to end."""

import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI

from api import address, workers
from api.app import create_app
from api.http.connections import bound, protocol
from api.http.loopback import is_loopback, listen, url
from graph.identity import Key, Verifier
from graph.server.connect import connect
from graph.settings import Settings

BACKLOG = 128
"Connections that are taken in one go: fewer than allowed, so that each is counted before there are too many."

CONFIGURATION: dict[str, Any] = {
    "access_log": False,  # its lines would hold the ids of persons
    "log_config": None,
    "log_level": "warning",
    "server_header": False,
    "proxy_headers": False,
    "ws": "none",
    "timeout_graceful_shutdown": 5,
    "backlog": BACKLOG,
}
"Of uvicorn: a server says nothing about itself, and logs no requests."


def serve(settings: Settings, *, announce: Callable[[str, Key | None], None]) -> None:
    """The API answered at the settings' address until Control-C or SIGTERM; requests under way are answered then.

    At an address beyond loopback the first key is made, where there never was one: without it nobody could have a
    token. announce: is given the URL as soon as connections are taken, and the key that was made, if one was.
    Raises SettingInvalid for such an address where all keys are revoked or none can be written, or one that cannot
    be had.
    """
    app = create_app(partial(connect, settings, timeout_seconds=settings.api_query_seconds), settings)
    verifier: Verifier = app.state.verifier
    first = None if is_loopback(settings.api_host) else verifier.first_key(datetime.now(UTC))
    known = verifier.configured()
    # uvicorn ends in good order, and then raises the signal again: SIGTERM would end the process where it stands
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with listen(settings.api_host, settings.api_port, anywhere=known) as socket:
        host, port, *_ = socket.getsockname()
        announce(url(host, port), first)
        with (
            address.noted(settings, host, port),
            suppress(KeyboardInterrupt),
        ):
            if settings.api_workers > 1:
                workers.run(settings, socket, **CONFIGURATION)
            else:
                server(app).run(sockets=[socket])


def server(app: FastAPI) -> uvicorn.Server:
    """A server of the application, in this process."""
    return uvicorn.Server(uvicorn.Config(app, http=protocol(bound(app.state.connections)), **CONFIGURATION))
