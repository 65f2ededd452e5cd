"""One home for many short drills: only Neo4j and what it has planned stay from one to the next."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from graph.server import local
from graph.server.connect import connect
from graph.settings import Settings
from tests.conftest import WIPE
from tests.drills.home import Home, own_community
from tests.kept import Content


@pytest.fixture(scope="session")
def community() -> Iterator[tuple[Settings, Content]]:
    with own_community() as settings:
        with connect(settings) as database:
            content = Content.of(database)
        yield settings, content


@pytest.fixture
def home(community: tuple[Settings, Content]) -> Home:
    """Neo4j runs in it, and its graph is that of the community as it was at first."""
    settings, content = community
    local.start(settings)
    with connect(settings) as database:
        database.statement(WIPE)
        content.put_back(database)
    return lambda: nullcontext(settings)
