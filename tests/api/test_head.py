"""HEAD is answered wherever GET is: checked, refused and on record like it, and without a body."""

import http.client

import httpx
import pytest

from api.deps.auth import PUBLIC, PUBLIC_PAGES
from graph.audit import log
from graph.identity import Role
from graph.store.client import Database
from tests.api.conftest import As
from tests.api.test_authorisation import MATRIX
from tests.api.test_granted import PURPOSE, give
from tests.api.test_ratings import rating_of
from tests.pages import conftest
from tests.pages.conftest import Fresh, SignIn
from tests.pages.test_authorisation import MATRIX_OF_PAGES

fresh, sign_in = conftest.fresh, conftest.sign_in
GETS = [name for name in MATRIX if name.startswith("GET ")]
PAGES = [name for name in MATRIX_OF_PAGES if name.startswith("GET ")]
OF_THE_ANSWER = {"date", "content-length", "etag", "retry-after", "x-request-id"}
"Headers that differ from one GET to the next: of a read that is itself on record, and of a name made up anew."


def asked(client: httpx.Client, method: str, path: str, query: dict[str, str]) -> httpx.Response:
    """The answer; on a busy machine a read may not be recorded in time, and is asked for again."""
    answers = (client.request(method, path, params=query) for _ in range(5))
    return next((answer for answer in answers if answer.status_code != 503), client.get("/livez"))


def same(client: httpx.Client, path: str, query: dict[str, str]) -> None:
    """A HEAD and a GET of the same have the same status and headers, and the HEAD has no body."""
    got, head = asked(client, "GET", path, query), asked(client, "HEAD", path, query)
    assert (head.status_code, head.content) == (got.status_code, b""), path
    assert {name: head.headers[name] for name in head.headers.keys() - OF_THE_ANSWER} == {
        name: got.headers[name] for name in got.headers.keys() - OF_THE_ANSWER
    }, path
    assert ("content-length" in head.headers) == ("content-length" in got.headers)


@pytest.mark.slow
def test_every_route_of_the_api_answers_head_as_it_answers_get(
    community: Database, api: httpx.Client, as_role: dict[str, As]
) -> None:
    for name in GETS:
        row = MATRIX[name]
        path = name.removeprefix("GET ").format(
            **{"entity": "p-1", "scheme": "reliability", "code": "not-found"}
            | {word: values["own"] for word, values in row.path.items()}
        )
        same(api, path, row.query)
        for role in row.takes:
            same(as_role[role]("p-1" if role == "member" else "a client"), path, row.query)
    same(api, "/openapi.json", {})
    assert {name for name in PUBLIC if name.startswith("GET ")} <= set(GETS)


@pytest.mark.slow
def test_every_page_answers_head_as_it_answers_get(community: Database, fresh: Fresh, sign_in: SignIn) -> None:
    for name in PAGES:
        row = MATRIX_OF_PAGES[name]
        path = name.removeprefix("GET ").format(**row.path)
        same(fresh(), path, row.query)
        for role in (role for role in Role if role.value in row.takes):
            same(sign_in(role, "p-1" if role is Role.MEMBER else f"the {role}"), path, row.query)
    assert {name for name in PUBLIC_PAGES if name.startswith("GET ")} <= set(PAGES)


def test_a_head_of_a_read_is_on_record_once_and_so_is_its_refusal(community: Database, as_client: As) -> None:
    give(community, "p-4", client="a monitor")
    client, before = as_client("a monitor"), len(log.accesses(community, "p-4", limit=200))
    refused = client.head(rating_of("p-4") + "/granted", params={"purpose": "another"})
    read = client.head(rating_of("p-4") + "/granted", params={"purpose": PURPOSE})
    assert (refused.status_code, read.status_code) == (403, 200)
    records = log.accesses(community, "p-4", limit=200)
    assert [each.outcome for each in records[: len(records) - before]] == ["answered", "purpose-mismatch"]


def test_nothing_follows_the_headers_of_a_head(community: Database, api: httpx.Client) -> None:
    """Seen on the wire: a client drops what it did not ask for."""
    connection = http.client.HTTPConnection(api.base_url.host, api.base_url.port or 80, timeout=30)
    try:
        for path, status in (("/schemes", 200), ("/livez", 200), ("/nothing", 404)):
            connection.putrequest("HEAD", path)
            connection.endheaders()
            answer = connection.getresponse()
            assert answer.status == status
            answer.read()
        connection.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)
    finally:
        connection.close()


def test_where_get_is_not_taken_head_is_not_and_what_is_refused_says_that_both_are(api: httpx.Client) -> None:
    assert api.head("/v1/schemes/reliability/contest").status_code == 405
    assert api.head("/sign-out").status_code == 405
    assert "HEAD" not in api.head("/sign-out").headers["Allow"]
    assert {"GET", "HEAD"} <= set(api.put("/v1/schemes").headers["Allow"].split(", "))
