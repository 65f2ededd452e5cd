"""A small community that is rated, and a real server that answers about it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from api import serving
from api.app import create_app
from api.loopback import listen, url
from graph import loading, publishing, rating, scheme
from graph.database import Database, connect
from graph.local_neo4j import Server
from graph.settings import Settings
from tests.conftest import WIPE

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)

# Members of reliability, two of them in own-conduct as well; q-1 has joined nothing.
FILES = {
    "entities": """\
id,kind
p-1,person
p-2,person
p-3,person
p-4,person
o/5 Nord,organisation
p-6,person
a|b,person
q-1,person
""",
    "contacts": """\
source,target,at
p-1,p-2,2026-06-01T09:00:00Z
p-2,p-1,2026-06-02T09:00:00Z
p-1,p-2,2026-06-20T09:00:00Z
p-1,p-3,2026-05-01T10:00:00Z
p-3,p-1,2026-05-03T10:00:00Z
p-2,p-3,2026-06-11T10:00:00Z
p-3,p-2,2026-06-12T10:00:00Z
p-4,p-1,2026-06-13T10:00:00Z
p-1,p-4,2026-06-14T10:00:00Z
p-4,q-1,2026-06-15T10:00:00Z
q-1,p-4,2026-06-16T10:00:00Z
p-1,o/5 Nord,2026-06-17T10:00:00Z
""",
    "obligations": """\
debtor,creditor,due,settled
p-1,o/5 Nord,2026-03-01T00:00:00Z,2026-02-27T12:00:00Z
p-1,p-2,2026-06-01T00:00:00Z,2026-06-05T12:00:00Z
p-2,p-3,2026-05-01T00:00:00Z,2026-04-30T12:00:00Z
p-2,o/5 Nord,2026-06-10T00:00:00Z,2026-06-10T00:00:00Z
p-3,p-1,2026-04-01T00:00:00Z,
p-4,p-2,2026-06-20T00:00:00Z,2026-06-30T12:00:00Z
p-4,p-1,2026-07-15T00:00:00Z,
""",
    "products": "id,category\nbread,groceries\n",
    "purchases": "entity,product,at\np-1,bread,2026-06-28T18:00:00Z\np-2,bread,2026-06-29T18:00:00Z\n",
    "sites": "id,category\nlibrary,education\n",
    "visits": "entity,site,at\np-1,library,2026-06-30T18:00:00Z\n",
    "memberships": """\
entity,scheme,at,notice
p-1,reliability,2026-01-02T00:00:00Z,1
p-2,reliability,2026-01-03T00:00:00Z,1
p-3,reliability,2026-01-04T00:00:00Z,1
p-4,reliability,2026-01-05T00:00:00Z,1
o/5 Nord,reliability,2026-01-06T00:00:00Z,1
a|b,reliability,2026-01-06T12:00:00Z,1
p-1,own-conduct,2026-01-07T00:00:00Z,1
p-3,own-conduct,2026-01-08T00:00:00Z,1
""",
}
# Members that no run has rated yet: of reliability since its run, of trading because it has had none.
LATE = """\
entity,scheme,at,notice
p-6,reliability,2026-06-30T00:00:00Z,1
p-1,trading,2026-06-30T00:00:00Z,1
"""


@pytest.fixture(scope="module")
def community(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The database with nothing but this community in it, rated a month before AS_OF and then at AS_OF."""
    folder = tmp_path_factory.mktemp("community")
    for kind, text in FILES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    database.statement(WIPE)
    for each in ("reliability", "own-conduct", "trading"):
        publishing.publish(database, scheme.read(each))
    _load(database, folder)
    for each in ("reliability", "own-conduct"):
        rating.rate(database, each, as_of=AS_OF - timedelta(days=30))
        rating.rate(database, each, as_of=AS_OF)
    late = folder / "late"
    late.mkdir()
    (late / "memberships.csv").write_text(LATE, encoding="utf-8")
    _load(database, late)
    return database


def _load(database: Database, folder: Path) -> None:
    assert not any(each.rejected for each in loading.load(database, [folder]))


@contextmanager
def serve(open_database: Callable[[], Database], host: str = "127.0.0.1") -> Iterator[httpx.Client]:
    """A client of the application on a real server, with a port of its own, in a thread."""
    with listen(host, 0) as socket:
        server = serving.server(create_app(open_database))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.01)
            # trust_env: a proxy that the environment names is no way to this machine
            with httpx.Client(base_url=url(*socket.getsockname()[:2]), trust_env=False, timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def api(settings: Settings, server: Server) -> Iterator[httpx.Client]:
    """A client of a server on the session's Neo4j."""
    with serve(partial(connect, settings)) as client:
        yield client
