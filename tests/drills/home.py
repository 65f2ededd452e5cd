"""A home of a drill's own: a rated community, its managed Neo4j and its API, which the drill may kill."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

from benchmarks.homes import ELSEWHERE, UNLIMITED, managed, token
from graph.facts import synthetic
from graph.facts.load import load
from graph.identity import Keyring, Role
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.server import local
from graph.server.connect import connect
from graph.server.home import port_is_free
from graph.settings import Settings
from graph.store.client import Database
from tests.own_home import own_server
from tests.waiting import wait_for

SCHEME = "reliability"
HEAP_MEGABYTES, PAGECACHE_MEGABYTES = 512, 64
ENTITIES, MEMBERS = 64, 48
START_SECONDS = 300.0
"For a service to begin, on a machine that does much else."
CALLER_SECONDS = 120.0
INNERCIRCLE = (Path(sys.executable).with_name("innercircle"),)
OWING = """
MATCH (e:Entity)-[o:OWED]->() WHERE EXISTS { (e)-[:JOINED]->(:Membership {scheme: $scheme}) }
RETURN e.id AS entity, collect(o.id) AS obligations ORDER BY entity LIMIT $most
"""


def settings_of(home: Path, heap_megabytes: int = HEAP_MEGABYTES) -> Settings:
    """A small managed Neo4j in this home, at ports that no other one gets while this one is away."""
    bolt, http = _ports(2)
    own = {"pagecache_megabytes": PAGECACHE_MEGABYTES, "bolt_port": bolt, "http_port": http}
    return managed(home, heap_megabytes).model_copy(update=own)


@contextmanager
def own_neo4j(folder: Path | None = None, *, heap_megabytes: int = HEAP_MEGABYTES) -> Iterator[Settings]:
    """Settings of a home in which an empty Neo4j with every migration runs; nothing is left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="innercircle-drill-", dir=folder) as name:
        settings = settings_of(Path(name) / "home", heap_megabytes)
        with own_server(settings):
            yield settings


@contextmanager
def own_community(
    folder: Path | None = None, *, heap_megabytes: int = HEAP_MEGABYTES, **size: int
) -> Iterator[Settings]:
    """The same with a made-up community that is loaded and rated, and a key that signs tokens.

    size: as for `make_up`.
    """
    with own_neo4j(folder, heap_megabytes=heap_megabytes) as settings:
        with connect(settings) as database, tempfile.TemporaryDirectory() as files:
            make_up(Path(files), **size)
            publish(database)
            load(database, [Path(files)])
            rate(database, SCHEME, as_of=synthetic.AS_OF)
        Keyring.of(settings).create(datetime.now(UTC))
        yield settings


Home = Callable[[], AbstractContextManager[Settings]]
"What a drill is done in: `own_community`, or one whose Neo4j stays for the next drill, its graph as at first."


def make_up(files: Path, *, members: int = MEMBERS, contacts: int = 600, facts: int = 600) -> None:
    """Files of a made-up community: so many obligations, purchases and visits each."""
    synthetic.write(
        files,
        entities=max(ENTITIES, members * 4 // 3),
        members=members,
        contacts=contacts,
        obligations=facts,
        purchases=facts,
        visits=facts,
    )


def publish(database: Database) -> None:
    """The two schemes that the community takes part in are published."""
    for each in (SCHEME, "own-conduct"):
        publishing.publish(database, scheme.read(each))


def kill_neo4j(settings: Settings) -> None:
    """The managed server is gone, as by kill -9."""
    if server := local.status(settings):
        os.kill(server.pid, signal.SIGKILL)
        wait_for(lambda: local.status(settings) is None)


@dataclass(frozen=True)
class Owing:
    """A member, with a token, and the ids of what it owed."""

    entity: str
    token: str
    obligations: tuple[str, ...]

    @property
    def rating(self) -> str:
        """The path of its rating."""
        return f"/v1/schemes/{SCHEME}/ratings/{quote(self.entity)}"


def owing(settings: Settings, most: int = 1_000) -> list[Owing]:
    """The members that owed something, in a fixed order, the first of them."""
    with connect(settings) as database:
        rows = database.statement(OWING, scheme=SCHEME, most=most)
    return [
        Owing(row["entity"], token(settings, Role.MEMBER, row["entity"], row["entity"]), tuple(row["obligations"]))
        for row in rows
    ]


def variables_of(settings: Settings) -> dict[str, str]:
    """What a command of its own needs to know of this home."""
    return {
        "INNERCIRCLE_HOME": str(settings.home),
        "INNERCIRCLE_HEAP_MEGABYTES": str(settings.heap_megabytes),
        "INNERCIRCLE_PAGECACHE_MEGABYTES": str(settings.pagecache_megabytes),
        "INNERCIRCLE_BOLT_PORT": str(settings.bolt_port),
        "INNERCIRCLE_HTTP_PORT": str(settings.http_port),
        **ELSEWHERE,
    }


def caller(url: str) -> httpx.Client:
    """Somebody who asks the service at this address, and waits longer than it may take."""
    return httpx.Client(base_url=url, trust_env=False, timeout=CALLER_SECONDS)


def _ports(many: int) -> list[int]:
    """Free ports that no outgoing connection gets while nobody listens there: not even a caller's to itself."""
    free = [port for port in random.sample(range(20_000, 30_000), 100) if port_is_free(port)]
    assert len(free) >= many, "no port is free"
    return free[:many]


class Service:
    """`innercircle serve` on this home, without limits on requests; started again it has the same address."""

    def __init__(self, settings: Settings, program: Sequence[str | Path] = INNERCIRCLE, **variables: str):
        """program: what is run in place of `innercircle`, in the directory of the checkout."""
        self._home, self._program = settings.home, program
        self._given = variables_of(settings) | UNLIMITED | variables
        self._process: subprocess.Popen[str] | None = None
        [self._port], self.url = _ports(1), ""

    def start(self) -> None:
        """It listens."""
        with (self._home.parent / "serve.log").open("a") as log:
            self._process = subprocess.Popen(
                [*self._program, "serve", "--port", str(self._port), "--json"],
                cwd=Path(__file__).parents[2],
                env=os.environ | self._given,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert '"url"' in said, f"the service did not start: {said} {self.log()[-2000:]}"
        self.url = json.loads(said)["url"]

    def log(self) -> str:
        """What it said on stderr."""
        return (self._home.parent / "serve.log").read_text(errors="replace")

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def kill(self) -> None:
        """It is gone, as by kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """It has ended in good order."""
        self._end(signal.SIGTERM)

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.communicate(timeout=START_SECONDS)
            self._process = None


@contextmanager
def served(settings: Settings, program: Sequence[str | Path] = INNERCIRCLE, **variables: str) -> Iterator[Service]:
    """A service that was started; it does not run afterwards. program: as for a Service."""
    service = Service(settings, program, **variables)
    try:
        service.start()
        yield service
    finally:
        service.kill()
