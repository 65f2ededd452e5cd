"""Several workers that answer at one address: each a process, under a parent that starts another where one ends.

The parent is uvicorn's, and so is how a worker is started and ended. Here is what each of them is made of.
"""

import fcntl
import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.http import log_rate, metrics
from api.http.among_workers import SharedFile, shape
from api.http.connections import bound, protocol
from graph.errors import InnerCircleError, SettingInvalid, StoreUnavailable
from graph.server import home
from graph.settings import Settings

LOG = logging.getLogger("innercircle.api")
HEALTH_SECONDS = 120
"A worker that says nothing for so long is replaced; on a machine that does much else one may be slow."
END_SECONDS = 60
"After which a worker that was told to end is killed: it ends what is under way, and then its own threads."
PARENT_SECONDS = 1.0
"Between two looks at whether the parent is still there: without it, nobody would end the worker."
FOLDER, FILE = "workers-", "counts.sqlite"
MEMORY, METRICS = Path("/dev/shm"), "innercircle-metrics-"  # noqa: S108  # a folder of its owner's, made anew
"Where metrics are counted: files that are mapped into memory; on a full disk, a write to one kills its worker."


class Workers(uvicorn.Config):
    """The configuration of a service of several workers: each makes the application anew from the settings."""

    def __init__(self, settings: Settings, file: Path, **given: Any):
        self._settings, self._file, self._parent = settings, file, os.getpid()
        self._key = secrets.token_bytes(32)
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
        """Ends the worker, and with it the service, where another worker would not begin either."""
        threading.Thread(target=self._watch_parent, name="parent", daemon=True).start()
        try:
            app = create_app(settings=self._settings, shared=SharedFile(self._file, self._key))
        except InnerCircleError as error:
            LOG.critical("a worker cannot begin: %s", error)
            sys.exit(STARTUP_FAILURE)
        self._app = app
        self.http = protocol(bound(app.state.connections))
        super().load()

    def load_app(self) -> Callable[[], FastAPI]:
        return lambda: self._app

    def _watch_parent(self) -> None:
        while os.getppid() == self._parent:
            time.sleep(PARENT_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)


class _Told(BaseException):
    """The parent was told to end."""


class Parent(Multiprocess):
    """It hears at once that it is told to end, or that a worker has ended, also while it waits for a worker."""

    def run(self) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._end)
        try:
            super().run()
        except _Told:
            self.terminate_all()
            self.join_all()

    def keep_subprocess_alive(self) -> None:
        for each in self.processes:
            each.child_conn.close()  # nobody else has it open then: where the worker has ended, there is no answer
        super().keep_subprocess_alive()

    def join_all(self) -> None:
        until = time.monotonic() + END_SECONDS
        for each in self.processes:
            each.process.join(max(0.0, until - time.monotonic()))
            if each.process.is_alive():
                each.kill()
                each.join()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        if not self.should_exit.is_set():
            self.should_exit.set()
            raise _Told


def run(settings: Settings, listening: socket, **given: Any) -> None:
    """The API answered at the socket by as many workers as the settings say, until the process is told to end.

    given: the rest of uvicorn's configuration. Raises SettingInvalid for a home in which nothing can be written,
    StoreUnavailable where a worker could not begin.
    """
    with counted_in(settings) as file, _metrics_in(file.parent):
        parent = Parent(Workers(settings, file, **given), [listening])
        parent.run()
    if any(each.exitcode == STARTUP_FAILURE for each in parent.processes):
        raise StoreUnavailable("a worker could not begin, and so the service has ended: its log says why")


@contextmanager
def counted_in(settings: Settings) -> Iterator[Path]:
    """Where the workers count, made anew; what services that were killed have left is taken away.

    It is in a folder of its own that is locked while its service runs: a pid says nothing where two services have
    one home and each its own processes, as in containers. Raises SettingInvalid.
    """
    place = home.locate(settings)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _tidy(place, FOLDER)
        folder, lock = _folder(place, FOLDER)
    except OSError as error:
        raise _cannot_count(place, error) from error
    try:
        file = folder / FILE
        try:
            file.touch(mode=0o600)
            shape(file)
        except OSError as error:
            raise _cannot_count(place, error) from error
        yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def _metrics_in(otherwise: Path) -> Iterator[None]:
    """Workers that begin in this block count together what /metrics tells, in memory where there is such a folder.

    otherwise: the folder in which they do elsewhere. Raises SettingInvalid.
    """
    place = MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else otherwise
    try:
        _tidy(place, METRICS)
        folder, lock = _folder(place, METRICS)
    except OSError as error:
        raise _cannot_count(place, error) from error
    os.environ[metrics.FOLDER] = str(folder)
    try:
        yield
    finally:
        del os.environ[metrics.FOLDER]
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _folder(place: Path, name: str) -> tuple[Path, int]:
    """An empty folder for its owner's eyes only, locked from its beginning, and the lock. Raises OSError."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{name}", dir=place))
    lock = os.open(fresh, os.O_RDONLY | os.O_DIRECTORY)
    with suppress(OSError):  # a file system without locks: nobody gets the one that takes away, either
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return fresh.rename(place / fresh.name.removeprefix(".")), lock


def _tidy(place: Path, name: str) -> None:
    """Folders of services that have ended are gone. Raises OSError."""
    for left in place.glob(f"{name}*"):
        with suppress(OSError):  # it is of a service that runs, or of somebody else
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid != os.geteuid():
                    continue
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)


def _cannot_count(place: Path, error: OSError) -> SettingInvalid:
    return SettingInvalid(
        f"the workers cannot count in {place}: {error.strerror or error}; set INNERCIRCLE_HOME right, "
        "or INNERCIRCLE_API_WORKERS to 1"
    )
