"""A small community that is rated, and a real server that answers about it."""

import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from api import serving
from api.app import create_app
from api.http.loopback import listen, url
from graph.facts.load import load
from graph.identity import Keyring, Role, tokens
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.conftest import WIPE
from tests.kept import kept

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
PATIENCE = 120.0
"Seconds: what is asked for the first time is planned first, on a machine that is busy."

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
    # books and news are worth what is assumed anyway: who buys or reads them is known better, and rated as before
    "products": "id,category\nbread,groceries\natlas,books\n",
    "purchases": """\
entity,product,at
p-1,bread,2026-06-28T18:00:00Z
p-2,bread,2026-06-29T18:00:00Z
p-3,atlas,2026-06-27T18:00:00Z
p-3,atlas,2026-06-28T18:00:00Z
p-3,atlas,2026-06-29T18:00:00Z
p-4,atlas,2026-06-27T18:00:00Z
p-4,atlas,2026-06-28T18:00:00Z
p-4,atlas,2026-06-29T18:00:00Z
o/5 Nord,atlas,2026-06-26T18:00:00Z
o/5 Nord,atlas,2026-06-27T18:00:00Z
o/5 Nord,atlas,2026-06-28T18:00:00Z
o/5 Nord,atlas,2026-06-29T18:00:00Z
""",
    "sites": "id,category\nlibrary,education\ngazette,news\n",
    "visits": """\
entity,site,at
p-1,library,2026-06-30T18:00:00Z
p-2,gazette,2026-06-30T18:00:00Z
""",
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
p-1,trading,2026-06-30T00:00:00Z,2
"""


@pytest.fixture(scope="module")
def community(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The database with nothing but this community in it, rated a month before AS_OF and then at AS_OF."""
    folder = tmp_path_factory.mktemp("community")
    for kind, text in FILES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    late = tmp_path_factory.mktemp("late")
    (late / "memberships.csv").write_text(LATE, encoding="utf-8")

    def make() -> None:
        for each in ("reliability", "own-conduct", "trading"):
            publishing.publish(database, scheme.read(each))
        _load(database, folder)
        database.one("make_secret", name="veil", value="41" * 32)  # the documentation shows what comes out
        for each in ("reliability", "own-conduct"):
            rate(database, each, as_of=AS_OF - timedelta(days=30))
            rate(database, each, as_of=AS_OF)
        _load(database, late)

    database.statement(WIPE)
    return kept(database, make)


def _load(database: Database, folder: Path) -> None:
    assert not any(each.rejected for each in load(database, [folder]))


@contextmanager
def serve(
    open_database: Callable[[], Database], host: str = "127.0.0.1", settings: Settings | None = None
) -> Iterator[httpx.Client]:
    """A client of the application on a real server, with a port of its own, in a thread.

    settings: of the service; without them it has no key, and nobody can have a token.
    """
    with listen(host, 0) as socket, TemporaryDirectory() as home:
        server = serving.server(create_app(open_database, settings or Settings(home=Path(home))))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.01)
            # trust_env: a proxy that the environment names is no way to this machine
            with httpx.Client(
                base_url=url(*socket.getsockname()[:2]), trust_env=False, timeout=PATIENCE
            ) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def ring(settings: Settings) -> Keyring:
    """The keys of the session's service; one of them signs."""
    ring = Keyring.of(settings)
    if not ring.usable():
        ring.create(datetime.now(UTC))
    return ring


@pytest.fixture(scope="module")
def api(settings: Settings, server: Server, ring: Keyring) -> Iterator[httpx.Client]:
    """A client without a token, of a server on the session's Neo4j."""
    with serve(partial(connect, settings), settings=settings) as client:
        yield client


As = Callable[[str], httpx.Client]
TLS = ssl.create_default_context()
"Not used, but made for every client that has none."


def issue(ring: Keyring, role: Role, subject: str, entity: str | None = None, **more: Any) -> tokens.Issued:
    """A token of the session's service."""
    wanted: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle", "now": datetime.now(UTC)} | more
    return tokens.issue(ring, role, subject, entity=entity, **wanted)


@contextmanager
def _clients(api: httpx.Client, ring: Keyring, role: Role) -> Iterator[As]:
    made: dict[str, httpx.Client] = {}
    lock = threading.Lock()

    def client(name: str) -> httpx.Client:
        with lock:
            return made.get(name) or made.setdefault(name, create(name))

    def create(name: str) -> httpx.Client:
        # A member's subject is not its entity, so that code that takes one for the other is found.
        entity = name if role is Role.MEMBER else None
        subject = f"login of {name}"[:200] if entity else name
        token = issue(ring, role, subject, entity).text
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=api.base_url, headers=headers, verify=TLS, trust_env=False, timeout=PATIENCE)

    yield client
    for each in made.values():
        each.close()


@pytest.fixture(scope="module")
def as_member(api: httpx.Client, ring: Keyring) -> Iterator[As]:
    """A client of the server with a member's token, by the id of the member's entity."""
    with _clients(api, ring, Role.MEMBER) as client:
        yield client


@pytest.fixture(scope="module")
def as_client(api: httpx.Client, ring: Keyring) -> Iterator[As]:
    """A client of the server with a client's token, by its subject; so are the others."""
    with _clients(api, ring, Role.CLIENT) as client:
        yield client


@pytest.fixture(scope="module")
def as_reviewer(api: httpx.Client, ring: Keyring) -> Iterator[As]:
    with _clients(api, ring, Role.REVIEWER) as client:
        yield client


@pytest.fixture(scope="module")
def as_operator(api: httpx.Client, ring: Keyring) -> Iterator[As]:
    with _clients(api, ring, Role.OPERATOR) as client:
        yield client


@pytest.fixture(scope="module")
def as_auditor(api: httpx.Client, ring: Keyring) -> Iterator[As]:
    with _clients(api, ring, Role.AUDITOR) as client:
        yield client


@pytest.fixture(scope="module")
def as_role(as_member: As, as_client: As, as_reviewer: As, as_operator: As, as_auditor: As) -> dict[str, As]:
    """All of these by role."""
    return {
        "member": as_member,
        "client": as_client,
        "reviewer": as_reviewer,
        "operator": as_operator,
        "auditor": as_auditor,
    }


def once_only() -> dict[str, str]:
    """The header that names a request, for a POST that is to have an effect."""
    return {"Idempotency-Key": uuid.uuid4().hex}
