"""A second managed Neo4j, beside the session's, and a Maven repository on a loopback port."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.server import local
from graph.server.jars import fetch
from graph.server.local import Server
from graph.settings import Settings
from tests.conftest import Command


@pytest.fixture(scope="session")
def jars(settings: Settings) -> Path:
    """The folder of the jars that this session's server is made of."""
    return fetch(settings)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Settings]:
    """Settings for a home of its own in which nothing runs yet."""
    settings = Settings(home=tmp_path_factory.mktemp("second") / "a home", pagecache_megabytes=64)
    yield settings
    if running := local.status(settings):
        kill(settings, running)
    shutil.rmtree(settings.home, ignore_errors=True)


def kill(settings: Settings, server: Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    while local.status(settings):
        time.sleep(0.02)


@pytest.fixture(scope="session")
def kill_server() -> Callable[[Settings, Server], None]:
    """The server is gone at once, as by kill -9 or the out-of-memory killer."""
    return kill


@pytest.fixture
def start_twice(second: Settings) -> Callable[[], list[Server]]:
    """Two starts of one home at the same moment."""

    def start() -> list[Server]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda _: local.start(second), range(2)))

    return start


class Mirror:
    """A Maven repository with the jars of a folder; `answer` may send something else for a file's name."""

    def __init__(self, folder: Path):
        self.answer: Callable[[str], bytes | None] = lambda _name: None
        self.asked: list[str] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                mirror.asked.append(name)
                body = mirror.answer(name)
                if body is None and (folder / name).is_file():
                    body = (folder / name).read_bytes()
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_arguments: object) -> None:
                """The test looks at `asked` instead."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/maven"


@pytest.fixture
def mirror(jars: Path) -> Iterator[Mirror]:
    mirror = Mirror(jars)
    thread = threading.Thread(target=mirror.server.serve_forever, args=(0.02,))
    thread.start()
    yield mirror
    mirror.server.shutdown()
    thread.join()
    mirror.server.server_close()


@pytest.fixture
def cache(tmp_path: Path, jars: Path) -> Path:
    """A cache of its own that has every jar."""
    folder = tmp_path / "cache" / jars.name
    folder.mkdir(parents=True)
    for jar in jars.glob("*.jar"):
        try:
            (folder / jar.name).hardlink_to(jar)
        except OSError:  # another disk
            shutil.copy(jar, folder)
    return folder.parent


@pytest.fixture(scope="session")
def innercircle(process: Command) -> Command:
    """Here commands are processes: what they start, what they import and how they end is what is tested."""
    return process


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A file system of the size that is asked for, e.g. 1m."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        folder = tmp_path / f"disk-{size}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)
