"""A member reads on its page, and a program in its history, that facts of it were taken back."""

from collections.abc import Iterator

import httpx
import pytest

from graph.identity import Role
from graph.store.client import Database
from tests.pages.conftest import SignIn

TAKEN = """
MATCH (e:Entity {id: 'p-1'})
CREATE (e)-[:LOST {facts: 2}]->(:Load {id: 'gone', at: datetime('2026-07-01T09:00:00Z'), files: ['a/debts.csv'],
  unloading: datetime('2026-07-02T09:30:00Z'), unloaded_by: 'olga', why: 'of <b>another</b> year'})
"""


@pytest.fixture(scope="module")
def taken_back(community: Database) -> Iterator[Database]:
    community.statement(TAKEN)
    yield community
    community.statement("MATCH (l:Load {id: 'gone'}) DETACH DELETE l")


def test_the_page_of_the_history_says_how_many_facts_went_and_who_did_it_when_and_why(
    taken_back: Database, sign_in: SignIn
) -> None:
    page = sign_in(Role.MEMBER, "p-1").get("/me/schemes/reliability/history")
    assert page.status_code == 200
    text = " ".join(page.text.split())
    assert "2 facts of yours from debts.csv, by olga: of &lt;b&gt;another&lt;/b&gt; year" in text
    other = sign_in(Role.MEMBER, "p-2").get("/me/schemes/reliability/history")
    assert "taken back" not in other.text


def test_nobody_reaches_loads_over_the_network(api: httpx.Client, sign_in: SignIn) -> None:
    for path in ("/v1/loads", "/v1/loads/gone", "/loads", "/me/loads", "/unload"):
        for client in (api, sign_in(Role.MEMBER, "p-1")):
            for method in ("GET", "POST", "DELETE"):
                assert client.request(method, path).status_code in (401, 403, 404, 405)
