"""A failure is a page for a reader of pages, and a document for a caller of those; neither loses its reader."""

import httpx
import pytest

from graph.identity import Keyring, Role
from graph.store.client import Database
from tests.api.conftest import issue
from tests.pages.conftest import Fresh, SignIn

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PAGE, DOCUMENT = "text/html; charset=utf-8", "application/problem+json"


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nope", BROWSER, PAGE),
        ("/nope/deeper.php", BROWSER, PAGE),
        ("/docs", BROWSER, PAGE),
        ("/nope", "text/html;q=0.5, application/json;q=0.4", PAGE),
        ("/nope", "*/*", DOCUMENT),
        ("/nope", "", DOCUMENT),
        ("/nope", "application/json", DOCUMENT),
        ("/nope", "application/json, text/plain, */*", DOCUMENT),
        ("/nope", "text/html;q=0", DOCUMENT),
        ("/nope", "text/html;q=zero", DOCUMENT),
        ("/nope", "text/html;q=0.3, application/json", DOCUMENT),
        ("/v1/nope", BROWSER, DOCUMENT),
        ("/v1", BROWSER, DOCUMENT),
        ("/v1/me", BROWSER, DOCUMENT),
        ("/problems/nope", BROWSER, DOCUMENT),
        ("/me", BROWSER, PAGE),
        ("/me", "*/*", PAGE),
        ("/me/nope", "application/json", DOCUMENT),
        ("/schemes/nope", "application/problem+json", DOCUMENT),
        ("/schemes/nope", "application/json, text/html", PAGE),
    ],
)
def test_a_reader_of_pages_is_told_by_a_page_and_a_caller_of_documents_by_a_document(
    community: Database, api: httpx.Client, path: str, accept: str, kind: str
) -> None:
    answer = api.get(path, headers={"Accept": accept})
    assert answer.status_code in (401, 404)
    assert answer.headers["Content-Type"] == kind
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_method_that_is_not_taken_is_told_the_same_way(api: httpx.Client) -> None:
    for path, accept, kind in (
        ("/schemes", BROWSER, PAGE),
        ("/schemes", "application/json", DOCUMENT),
        ("/v1/schemes", BROWSER, DOCUMENT),
    ):
        answer = api.delete(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (405, kind), (path, accept)
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("role", list(Role))
def test_pages_for_everybody_keep_the_way_back_and_out_for_a_signed_in_reader(
    community: Database, sign_in: SignIn, fresh: Fresh, role: Role
) -> None:
    client = sign_in(role, "p-1" if role is Role.MEMBER else f"the {role}")
    own = {Role.MEMBER: '<a href="/me">My page</a></li>', Role.OPERATOR: '<a href="/operator">Operation</a>'}
    for path in ("/", "/schemes", "/schemes/reliability", "/schemes/nope", "/nope", "/me/nope"):
        answer = client.get(path, headers={"Accept": BROWSER})
        assert 'action="/sign-out"' in answer.text, path
        assert own.get(role, "") in answer.text, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert 'action="/sign-out"' not in fresh().get(path, headers={"Accept": BROWSER}).text


def test_a_page_that_is_kept_for_strangers_is_not_given_to_a_signed_in_reader(
    community: Database, fresh: Fresh
) -> None:
    for path in ("/", "/schemes", "/schemes/reliability"):
        answer = fresh().get(path)
        assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("no-cache", "Cookie")


def test_a_cookie_that_names_nobody_is_as_good_as_none(community: Database, fresh: Fresh, ring: Keyring) -> None:
    token = issue(ring, Role.MEMBER, "login of p-1", "p-1").text
    for cookie in ("x", token, token[:-3], "é"):
        answer = fresh().get("/schemes", headers={b"Cookie": f"innercircle={cookie}".encode()})
        assert answer.status_code == 200
        assert 'action="/sign-out"' not in answer.text


def test_a_reader_who_signed_out_elsewhere_is_not_greeted_any_more(community: Database, sign_in: SignIn) -> None:
    client = sign_in(Role.MEMBER, "p-1", anew=True)
    session = client.cookies["innercircle"]
    assert client.post("/sign-out").status_code == 303
    client.cookies.clear()
    client.headers["Cookie"] = f"innercircle={session}"
    for path in ("/", "/schemes", "/schemes/reliability", "/schemes/nope", "/nope", "/me"):
        answer = client.get(path, headers={"Accept": BROWSER})
        assert 'action="/sign-out"' not in answer.text, path
