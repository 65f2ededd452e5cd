"""Several workers that answer at one address: each a process, under a parent that starts another where one ends.

The parent is uvicorn's, and so is how a worker is started and ended. Here is what each of them is made of.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.http import log_rate
from api.http.among_workers import SharedFile, made
from api.http.connections import bound, protocol
from graph.errors import SettingInvalid
from graph.server import home
from graph.settings import Settings

HEALTH_SECONDS = 120
"A worker that says nothing for so long is replaced; on a machine that does much else one may be slow."
PARENT_SECONDS = 1.0
"Between two looks at whether the parent is still there: without it, nobody would end the worker."
FILE = "workers-{pid}.sqlite"


class Workers(uvicorn.Config):
    """The configuration of a service of several workers: each makes the application anew from the settings."""

    def __init__(self, settings: Settings, file: Path, **given: Any):
        self._settings, self._file, self._parent = settings, file, os.getpid()
        super().__init__(
            "of each worker",
            factory=True,
            workers=settings.api_workers,
            timeout_worker_healthcheck=HEALTH_SECONDS,
            **given,
        )

    def configure_logging(self) -> None:
        """As the command line has it in the parent."""
        super().configure_logging()
        if os.getpid() != self._parent:
            log_rate.thin_out()

    def load(self) -> None:
        app = create_app(settings=self._settings, shared=SharedFile(self._file))
        self._app = app
        self.http = protocol(bound(app.state.connections))
        threading.Thread(target=self._watch_parent, name="parent", daemon=True).start()
        super().load()

    def load_app(self) -> Callable[[], FastAPI]:
        return lambda: self._app

    def _watch_parent(self) -> None:
        while os.getppid() == self._parent:
            time.sleep(PARENT_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)


def run(settings: Settings, listening: socket, **given: Any) -> None:
    """The API answered at the socket by as many workers as the settings say, until the process is told to end.

    given: the rest of uvicorn's configuration. Raises SettingInvalid for a home in which nothing can be written.
    """
    with _file(settings) as file:
        Multiprocess(Workers(settings, file, **given), [listening]).run()


@contextmanager
def _file(settings: Settings) -> Iterator[Path]:
    """Where the workers count, made anew; what services that were killed have left is taken away."""
    place = home.locate(settings)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in place.glob(FILE.format(pid="*") + "*"):
            if not _runs(left.name.removeprefix("workers-").partition(".")[0]):
                left.unlink(missing_ok=True)
        with made(place / FILE.format(pid=os.getpid())):
            yield place / FILE.format(pid=os.getpid())
    except OSError as error:
        raise SettingInvalid(
            f"the workers cannot count in {place}: {error.strerror}; set INNERCIRCLE_HOME right, "
            "or INNERCIRCLE_API_WORKERS to 1"
        ) from error


def _runs(pid: str) -> bool:
    with suppress(ValueError, PermissionError):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return False
    return True
