"""A session for the tests that ask the server how it plans."""

from collections.abc import Iterator

import neo4j
import pytest

from graph.server.local import Server
from graph.store.client import Database


@pytest.fixture(scope="module")
def session(server: Server, database: Database) -> Iterator[neo4j.Session]:
    """A plain session, as Browser has one; `database` has the indexes."""
    with (
        neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver,
        driver.session() as session,
    ):
        yield session
