"""Behind a proxy that shows the service under a path: what an answer leads to is under that path, and there."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from api.deps.sessions import Sessions
from api.pages.rendering import ENVIRONMENT
from api.prefix import at
from graph.errors import SettingInvalid
from graph.identity import Keyring, Role, Verifier
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.api import conftest
from tests.conftest import Command
from tests.pages.conftest import link
from tests.pages.reverse_proxy import ASTRAY, shown_under

PREFIX = "/members/innercircle"
MEMBER = "p-3"
"All of whose schemes have rated it."
ORIGIN_ONLY = re.compile(r"""(?:href|src|action|data-from)\s*=\s*["']/""")


class Led(HTMLParser):
    """What a page leads to, as its browser would ask for it, and the forms on it."""

    def __init__(self) -> None:
        super().__init__()
        self.gets: list[str] = []
        self.posts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            (self.posts if given.get("method") == "post" else self.gets).append(given.get("action", ""))
            return
        self.gets += [given[name] for name in ("href", "src", "data-from", "data-library") if name in given]


def led(page: httpx.Response) -> Led:
    found = Led()
    found.feed(page.text)
    return found


@pytest.fixture(scope="module")
def origin(settings: Settings, ring: Keyring, community: Database) -> Iterator[str]:
    """Of the proxy, in front of a real service on the community."""
    under = settings.model_copy(update={"api_prefix": PREFIX})
    with (
        conftest.serve(partial(connect, under), settings=under) as client,
        shown_under(PREFIX, client.base_url.port or 0) as shown,
    ):
        yield shown


Arrive = Callable[..., httpx.Client]


@pytest.fixture
def arrive(origin: str, ring: Keyring) -> Iterator[Arrive]:
    """A browser's client of the proxy; signed in, where a role is given."""
    made: list[httpx.Client] = []

    def arrived(role: Role | None = None, name: str = "") -> httpx.Client:
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        client = httpx.Client(
            base_url=origin, headers=headers, verify=conftest.TLS, trust_env=False, timeout=conftest.PATIENCE
        )
        made.append(client)
        if role is not None:
            issued = link(ring, role, f"login of {name}", name if role is Role.MEMBER else None)
            page = client.get(f"{PREFIX}/sign-in", params={"link": issued.text})
            [action] = [each for each in led(page).posts if each.endswith("/sign-in")]
            answer = client.post(action, data={"link": issued.text})
            assert answer.status_code == 303, answer.text
            assert answer.headers["location"] == f"{PREFIX}/{'me' if role is Role.MEMBER else 'operator'}"
        return client

    yield arrived
    for each in made:
        each.close()


def walked(client: httpx.Client, first: str, *refusals: int) -> dict[str, httpx.Response]:
    """Every page and file that can be come to from the first, by its path; of forms, those that ask.

    refusals: statuses with which the service may refuse a page of somebody else.
    """
    host = f"http://{client.base_url.netloc.decode()}"
    seen: dict[str, httpx.Response] = {}
    waiting = deque([urljoin(host, first)])
    while waiting:
        url = waiting.popleft().partition("#")[0]
        # One page of each kind: which fact or whose part is on it makes no difference to where its links lead.
        path = urlsplit(url).path
        if path in seen:
            continue
        assert url.startswith(f"{host}{PREFIX}/"), url
        answer = seen[path] = client.get(url)
        assert answer.status_code in (200, 303, *refusals), (url, answer.status_code, answer.text[:300])
        assert ASTRAY not in answer.text
        if "location" in answer.headers:
            waiting.append(urljoin(url, answer.headers["location"]))
        if answer.headers.get("content-type", "").startswith("text/html"):
            found = led(answer)
            waiting += [urljoin(url, each) for each in found.gets]
            assert all(urljoin(url, each).startswith(f"{host}{PREFIX}/") for each in found.posts), found.posts
    return seen


def test_every_link_of_every_page_of_a_member_is_under_the_path_and_there(arrive: Arrive) -> None:
    client = arrive(Role.MEMBER, MEMBER)
    seen = walked(client, f"{PREFIX}/me")
    scheme = f"{PREFIX}/me/schemes/reliability"
    wanted = {
        f"{PREFIX}/me",
        scheme,
        f"{scheme}/history",
        f"{scheme}/report",
        f"{scheme}/contest",
        f"{scheme}/grants",
    }
    wanted |= {f"{scheme}/what-if", f"{PREFIX}/me/dispute", f"{scheme}/leave", f"{PREFIX}/me/erase", f"{PREFIX}/"}
    wanted |= {
        f"{scheme}/circle.json",
        f"{scheme}/contact",
        f"{PREFIX}/me/archive",
        f"{PREFIX}/schemes/reliability",
    }
    assert wanted <= seen.keys()
    assert any(path.startswith(f"{PREFIX}/static/style.") for path in seen)


def test_so_is_every_link_of_the_public_pages_and_of_the_operators(arrive: Arrive) -> None:
    assert f"{PREFIX}/schemes/trading" in walked(arrive(), f"{PREFIX}/", 401)
    assert f"{PREFIX}/operator" in walked(arrive(Role.OPERATOR, "olga"), f"{PREFIX}/operator", 403)


def test_forms_are_sent_under_the_path_and_lead_to_it(arrive: Arrive, community: Database) -> None:
    client = arrive(Role.MEMBER, MEMBER)
    scheme = f"{PREFIX}/me/schemes/reliability"
    page = client.get(scheme)
    [sharing] = [each for each in led(page).posts if each.endswith("/sharing")]
    for shares in ("yes", "no"):
        answer = client.post(sharing, data={"shares": shares})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, scheme)
    [form] = [each for each in led(client.get(f"{scheme}/report")).posts if each.endswith("/report")]
    assert client.post(form, data={}).status_code in (200, 422)
    dispute = next(each for each in led(client.get(f"{scheme}/facts")).gets if "/me/dispute?" in each)
    page = client.get(urljoin(f"{client.base_url}", dispute))
    [action] = [each for each in led(page).posts if each.endswith("/me/disputes")]
    again = client.post(action, data={"kind": "contacts", "fact": "none", "statement": "", "key": "k"})
    assert again.status_code in (404, 422)
    assert all(each.startswith(f"{PREFIX}/") for each in led(again).posts)
    [out] = [each for each in led(page).posts if each.endswith("/sign-out")]
    answer = client.post(out)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PREFIX}/")
    assert f"Path={PREFIX}" in answer.headers["set-cookie"]
    assert client.get(f"{PREFIX}/me").status_code == 401


def test_the_session_goes_to_the_service_and_to_no_other_program_of_the_host(arrive: Arrive, origin: str) -> None:
    client = arrive(Role.MEMBER, MEMBER)
    [cookie] = client.cookies.jar
    assert cookie.path == PREFIX
    for path, goes in ((f"{PREFIX}/me", True), ("/", False), (f"{PREFIX}-other/me", False), ("/members", False)):
        assert ("cookie" in client.build_request("GET", f"{origin}{path}").headers) is goes, path


@pytest.mark.parametrize(
    ("prefix", "pages_url", "cookie"),
    [
        (None, None, "innercircle"),
        (None, "https://r.example.org", "__Host-innercircle"),
        (PREFIX, None, "innercircle"),
        (PREFIX, "https://r.example.org", "__Secure-innercircle"),
    ],
)
def test_a_cookie_has_the_strictest_name_that_its_path_allows(
    tmp_path: Path, prefix: str | None, pages_url: str | None, cookie: str
) -> None:
    """A browser drops a cookie named `__Host-` that is for less than the whole host."""
    settings = Settings(home=tmp_path, api_prefix=prefix, pages_url=pages_url)
    assert Sessions(settings, Verifier(settings)).cookie == cookie


def test_what_goes_wrong_is_told_under_the_path(arrive: Arrive) -> None:
    client = arrive()
    document = client.get(f"{PREFIX}/v1/me", headers={"Accept": "application/json"})
    assert document.status_code == 401
    problem = document.json()
    assert problem["type"] == f"{PREFIX}/problems/unauthenticated"
    assert problem["instance"] == f"urn:uuid:{document.headers['x-request-id']}"
    assert client.get(problem["type"], headers={"Accept": "application/json"}).json()["code"] == "unauthenticated"
    page = client.get(f"{PREFIX}/me")
    assert page.status_code == 401
    assert {f"{PREFIX}/me", f"{PREFIX}/"} <= set(led(page).gets)
    lost = client.get(f"{PREFIX}/nowhere", headers={"Accept": "application/json"}).json()
    assert lost["detail"] == f"there is no {PREFIX}/nowhere: {PREFIX}/openapi.json lists the routes"


def test_programs_find_the_routes_by_what_openapi_says(arrive: Arrive, origin: str) -> None:
    client = arrive()
    described = client.get(f"{PREFIX}/openapi.json").json()
    assert described["servers"] == [{"url": PREFIX}]
    base = urljoin(f"{origin}{PREFIX}/openapi.json", described["servers"][0]["url"])
    for path in ("/v1/schemes", "/v1/keys", "/livez", "/readyz"):
        assert path in described["paths"]
        assert client.get(f"{base}{path}").status_code == 200, path


@pytest.mark.parametrize("header", ["X-Forwarded-Prefix", "X-Script-Name", "X-Forwarded-Host", "Forwarded"])
def test_no_header_leads_anybody_elsewhere(arrive: Arrive, header: str) -> None:
    """A form's answer leads on under the path that the settings say: whatever a stranger adds to the request."""
    client = arrive(Role.MEMBER, MEMBER)
    for value in ("//evil.example", "https://evil.example", "/evil", "host=evil.example"):
        for path in (f"{PREFIX}/", f"{PREFIX}/me?next=//evil.example&done=//evil.example"):
            page = client.get(path, headers={header: value})
            assert "evil" not in "".join(led(page).gets + led(page).posts)
        form = f"{PREFIX}/me/schemes/reliability/sharing"
        answer = client.post(form, data={"shares": "no", "next": value}, headers={header: value})
        assert answer.headers["location"].startswith(f"{PREFIX}/me/")


def test_a_path_that_looks_like_a_host_leads_to_none(arrive: Arrive) -> None:
    """`Try again` on a page that was not there repeats what was asked for: under the path, it is no other host."""
    client = arrive()
    for asked in ("//evil.example", "/%2F%2Fevil.example", "/me//evil.example"):
        page = client.get(f"{PREFIX}{asked}")
        for each in led(page).gets:
            assert urlsplit(urljoin(f"{client.base_url}", each)).netloc == client.base_url.netloc.decode(), each


def test_a_proxy_that_does_not_take_the_path_off_is_said(
    settings: Settings, ring: Keyring, database: Database
) -> None:
    under = settings.model_copy(update={"api_prefix": PREFIX})
    with (
        conftest.serve(partial(connect, under), settings=under) as client,
        shown_under(PREFIX, client.base_url.port or 0, strips=False) as origin,
        httpx.Client(
            headers={"Accept": "application/json"}, verify=conftest.TLS, trust_env=False, timeout=conftest.PATIENCE
        ) as asker,
    ):
        told = asker.get(f"{origin}{PREFIX}/v1/schemes")
    assert told.status_code == 404
    assert f"has to take {PREFIX} off" in told.json()["detail"]


@pytest.mark.parametrize(
    "prefix",
    ["innercircle", "/", "//evil.example", "/a/", "/a//b", "/../b", "/.a", "/a b", "/a?b", "/%2e", "/a\\b"],
)
def test_what_is_no_path_of_a_proxy_is_refused(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    monkeypatch.setenv("INNERCIRCLE_API_PREFIX", prefix)
    with pytest.raises(SettingInvalid, match=r"INNERCIRCLE_API_PREFIX=.*a path such as /innercircle is needed"):
        Settings.load()


def test_no_template_begins_a_link_at_the_host() -> None:
    loader = ENVIRONMENT.loader
    assert loader is not None
    for name in ENVIRONMENT.list_templates():
        text = loader.get_source(ENVIRONMENT, name)[0]
        assert not ORIGIN_ONLY.search(text), name
        assert not re.search(r"""(?<!root ~ )["']/(me|schemes|v1|static)""", text.replace("{{ root }}/", "")), name
    assert at("/me") == "/me", "outside of a request there is no path"


def test_a_link_to_sign_in_leads_through_the_proxy(innercircle: Command, ring: Keyring) -> None:
    issue = ("link", "issue", "--role", "operator", "--subject", "olga")
    told = innercircle(*issue, INNERCIRCLE_API_PREFIX=PREFIX, INNERCIRCLE_PAGES_URL="https://r.example.org")
    assert told.stdout.startswith(f"https://r.example.org{PREFIX}/sign-in?link=")
    past = innercircle(*issue, INNERCIRCLE_API_PREFIX=PREFIX)
    assert (past.returncode, "set INNERCIRCLE_PAGES_URL" in past.stderr) == (1, True)


@pytest.mark.slow
def test_a_browser_signs_in_and_draws_the_circle_under_the_path(
    origin: str, ring: Keyring, browser: Browser
) -> None:
    issued = link(ring, Role.MEMBER, f"login of {MEMBER}", MEMBER)
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{origin}{PREFIX}/sign-in?link={quote(issued.text)}")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(f"{origin}{PREFIX}/me")
    page.goto(f"{origin}{PREFIX}/me/schemes/reliability")
    page.wait_for_selector("#circle[data-drawn]", timeout=60_000)
    assert any(url.endswith("/circle.json") for url in asked)
    assert [url for url in asked if not url.startswith(f"{origin}{PREFIX}/") and "favicon" not in url] == []
    context.close()
