"""A link signs in once; a session is kept by a cookie that nothing else gets, and is no token for the API."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from api.deps.auth import PUBLIC_PAGES
from graph.identity import Keyring, Role, tokens
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.conftest import Command
from tests.pages.conftest import Fresh, SignIn, link


def test_opening_a_link_uses_nothing_up_and_its_button_signs_in_once(
    database: Database, fresh: Fresh, api: httpx.Client, ring: Keyring
) -> None:
    issued = link(ring, Role.CLIENT, "a bank")
    client = fresh()
    for _ in range(3):  # programs that look at mail open links too
        opened = client.get("/sign-in", params={"link": issued.text})
        assert opened.status_code == 200
        assert "<strong>a bank</strong>" in opened.text
    answer = client.post("/sign-in", data={"link": issued.text})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    again = fresh().post("/sign-in", data={"link": issued.text})
    assert again.status_code == 401
    assert "set-cookie" not in again.headers
    assert fresh().get("/sign-in", params={"link": issued.text}).status_code == 401


def test_a_used_link_leads_a_signed_in_reader_to_its_page(database: Database, fresh: Fresh, ring: Keyring) -> None:
    issued, client = link(ring, Role.OPERATOR, "ops"), fresh()
    assert client.post("/sign-in", data={"link": issued.text}).headers["location"] == "/operator"
    old = link(ring, Role.OPERATOR, "ops", now=datetime.now(UTC) - timedelta(minutes=16))
    for text in (issued.text, old.text):
        again = client.get("/sign-in", params={"link": text}, follow_redirects=False)
        assert (again.status_code, again.headers["location"]) == (303, "/operator")
        pressed = client.post("/sign-in", data={"link": text})
        assert (pressed.status_code, pressed.headers["location"]) == (303, "/operator")
        assert fresh().get("/sign-in", params={"link": text}).status_code == 401
    client.post("/sign-out")
    assert client.get("/sign-in", params={"link": issued.text}).status_code == 401, "it signs nobody in again"


def test_of_two_who_use_a_link_at_once_one_is_signed_in(
    database: Database, fresh: Fresh, api: httpx.Client, ring: Keyring
) -> None:
    for _ in range(5):
        issued = link(ring, Role.CLIENT, "a bank")

        def use(_: int, text: str = issued.text) -> int:
            return fresh().post("/sign-in", data={"link": text}).status_code

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(use, range(4))) == [303, 401, 401, 401]


def test_the_cookie_is_for_this_service_and_its_own_pages_only(
    database: Database, fresh: Fresh, ring: Keyring
) -> None:
    issued = link(ring, Role.CLIENT, "a bank")
    cookie = fresh().post("/sign-in", data={"link": issued.text}).headers["set-cookie"]
    assert cookie.startswith("innercircle=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_with_https_the_cookie_goes_over_https_only(database: Database, ring: Keyring, settings: Settings) -> None:
    beyond = settings.model_copy(update={"pages_url": "https://ratings.example.org"})
    with serve(partial(connect, settings), settings=beyond) as api:
        issued = link(ring, Role.CLIENT, "a bank")
        answer = api.post(
            "/sign-in", data={"link": issued.text}, headers={"Origin": "https://ratings.example.org"}
        )
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith("__Host-innercircle=")
        assert "Secure" in answer.headers["set-cookie"].split("; ")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "HERE", "Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_changes_nothing(
    database: Database, fresh: Fresh, api: httpx.Client, ring: Keyring, sign_in: SignIn, headers: dict[str, str]
) -> None:
    here = {name: value.replace("HERE", str(api.base_url).rstrip("/")) for name, value in headers.items()}
    issued = link(ring, Role.CLIENT, "a bank")
    assert api.post("/sign-in", data={"link": issued.text}, headers=here).status_code == 403
    cookies = dict(sign_in(Role.CLIENT, "a bank").cookies)
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    assert api.post("/sign-out", headers=here | cookie).status_code == 403
    assert fresh().post("/sign-in", data={"link": issued.text}).status_code == 303


def test_a_reader_who_signs_out_is_out_everywhere(
    database: Database, fresh: Fresh, api: httpx.Client, sign_in: SignIn
) -> None:
    client = sign_in(Role.OPERATOR, "somebody who leaves", anew=True)
    kept = dict(client.cookies)
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not client.cookies
    copy = fresh()
    copy.cookies.update(kept)
    assert copy.post("/sign-out").status_code == 401


def test_links_sessions_and_tokens_do_not_stand_for_one_another(
    database: Database, fresh: Fresh, api: httpx.Client, ring: Keyring, sign_in: SignIn
) -> None:
    now = datetime.now(UTC)
    token = tokens.issue(
        ring, Role.MEMBER, "login", issuer="innercircle", audience="innercircle", now=now, entity="p-1"
    )
    issued = link(ring, Role.MEMBER, "login", "p-1")
    session = sign_in(Role.MEMBER, "p-1").cookies["innercircle"]
    for text in (issued.text, session):
        assert api.get("/v1/me", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    for text in (issued.text, token.text, "", "x.y.z"):
        client = fresh()
        client.cookies.set("innercircle", text)
        assert client.post("/sign-out").status_code == 401
    for text in (session, token.text, "", "x.y.z"):
        assert fresh().post("/sign-in", data={"link": text}).status_code == 401
    # a token beside no cookie signs nobody in on the pages either
    assert fresh().post("/sign-out", headers={"Authorization": f"Bearer {token.text}"}).status_code == 401


def test_what_has_expired_or_was_revoked_signs_nobody_in(
    database: Database, fresh: Fresh, api: httpx.Client, ring: Keyring, innercircle: Command
) -> None:
    old = link(ring, Role.CLIENT, "a bank", now=datetime.now(UTC) - timedelta(minutes=16))
    assert fresh().post("/sign-in", data={"link": old.text}).status_code == 401
    taken_back = link(ring, Role.CLIENT, "a bank")
    assert innercircle("token", "revoke", taken_back.id).returncode == 0
    assert fresh().post("/sign-in", data={"link": taken_back.text}).status_code == 401
    assert fresh().get("/sign-in", params={"link": taken_back.text}).status_code == 401


def test_the_command_prints_a_link_that_signs_in(
    database: Database, fresh: Fresh, api: httpx.Client, ring: Keyring, innercircle: Command
) -> None:
    database.statement("MERGE (:Entity {id: 'p-1'})")
    said = innercircle("link", "issue", "--entity", "p-1", INNERCIRCLE_PAGES_URL="https://ratings.example.org")
    address = said.stdout.strip()
    assert address.startswith("https://ratings.example.org/sign-in?link=")
    text = address.partition("link=")[2]
    answer = fresh().post("/sign-in", data={"link": text})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert innercircle("link", "issue").returncode != 0
    assert innercircle("link", "issue", "--role", "operator").returncode != 0
    said = innercircle("link", "issue", "--role", "operator", "--subject", "ops", "--minutes", "5")
    assert said.stdout.startswith("http://127.0.0.1:8000/sign-in?link=")


def test_what_is_public_is_open_to_nobody_in_particular(
    database: Database, fresh: Fresh, api: httpx.Client
) -> None:
    assert {"GET /", "GET /static/{file}"} <= PUBLIC_PAGES
    assert api.get("/").status_code == 200


def test_a_problem_on_a_page_is_a_page(database: Database, fresh: Fresh, api: httpx.Client) -> None:
    for path, status in (("/me/nothing/there", 404), ("/sign-in?link=x", 401), ("/static/none.css", 404)):
        answer = api.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1>" in answer.text
        assert "{" not in answer.text
    assert api.get("/v1/none").headers["content-type"] == "application/problem+json"


def test_a_file_of_the_pages_is_kept_for_good_under_its_own_hash(fresh: Fresh, api: httpx.Client) -> None:
    [sheet] = re.findall(r'href="(/static/style\.[0-9a-f]{12}\.css)"', api.get("/").text)
    answer = api.get(sheet)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    known = api.get(sheet, headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert api.get("/static/style.css").status_code == 404


def test_a_page_runs_embeds_and_passes_on_nothing_that_is_not_ours(fresh: Fresh, api: httpx.Client) -> None:
    policy = api.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
