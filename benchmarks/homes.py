"""Settings of the servers that benchmarks measure, each in a home of its own, no other Neo4j; and their tokens."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from graph.identity import Keyring, Role, tokens
from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database

ELSEWHERE = {"INNERCIRCLE_NEO4J_URI": "", "INNERCIRCLE_NEO4J_DATABASE": ""}
"Variables for a command that a benchmark runs: it goes to the managed Neo4j as well. Empty ones count as unset."
UNLIMITED = {
    "INNERCIRCLE_API_REQUESTS_PER_SECOND": "1000000",
    "INNERCIRCLE_API_BURST": "1000000000",
    "INNERCIRCLE_API_IDS_PER_SECOND": "1000000",
    "INNERCIRCLE_API_IDS_BURST": "1000000000",
}
"Variables for a service that asks nobody to wait."


def managed(home: Path, heap_megabytes: int, *, neo4j_version: str | None = None) -> Settings:
    """A managed Neo4j in this home, whatever Neo4j the environment names: what is made up stays out of that one.

    neo4j_version: None, that of the environment, or the usual one.
    """
    version = {} if neo4j_version is None else {"neo4j_version": neo4j_version}
    return Settings.load(
        home=home,
        heap_megabytes=heap_megabytes,
        pagecache_megabytes=1024,
        neo4j_uri=None,
        neo4j_database="neo4j",
        **version,
    )


def token(
    settings: Settings, role: Role, subject: str, entity: str | None = None, *, now: datetime | None = None
) -> str:
    """A token of this home's service, for a day's work and longer. Raises SettingInvalid where no key signs.

    now: when it is issued; None: now.
    """
    return tokens.issue(
        Keyring.of(settings),
        role,
        subject,
        issuer=settings.issuer,
        audience=settings.audience,
        now=now or datetime.now(UTC),
        entity=entity,
    ).text


@contextmanager
def empty_service(heap_megabytes: int) -> Iterator[tuple[Database, Settings]]:
    """An empty managed Neo4j with every migration, and its settings; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        settings = managed(Path(home), heap_megabytes)
        local.start(settings)
        try:
            with connect(settings) as database:
                migrations.apply(database)
                yield database, settings
        finally:
            local.stop(settings)
