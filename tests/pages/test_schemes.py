"""The public pages of schemes: what they say is what the database holds, and anybody can read it."""

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from api.pages.schemes import COMPANY, CONDUCT, example
from graph.disclosure.band_counts import SMALLEST, counts
from graph.policy import publishing, scheme
from graph.policy.versions import versions
from graph.policy.wording import figures, sections
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.driving import Seen, opened, serious
from tests.pages.first_reader import hard, unexplained
from tests.worlds.chosen_bands import POLICY
from tests.worlds.two_policies import SECOND, SIZES, build

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def market(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    build(database, tmp_path_factory.mktemp("market"))
    for name in ("reliability", "trading"):
        publishing.publish(database, scheme.read(name))
    return database


@pytest.fixture(scope="module")
def site(market: Database, settings: Settings, server: Server) -> Iterator[httpx.Client]:
    with serve(partial(connect, settings), settings=settings) as client:
        yield client


class Words(HTMLParser):
    """The text of a page, and the rows of its tables by caption."""

    def __init__(self, html: str):
        super().__init__()
        self.text, self.tables, self._rows = "", dict[str, list[list[str]]](), list[list[str]]()
        self._into: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "caption":
            self._into, self._caption = "caption", ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            self._into = "cell"
            self._rows[-1].append("")
        elif tag == "table":
            self._rows = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("caption", "th", "td"):
            self._into = None
        elif tag == "table":
            self.tables[self._caption] = self._rows[1:]

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._into == "caption":
            self._caption += data
        elif self._into == "cell":
            self._rows[-1][-1] += data


@pytest.fixture(scope="module")
def page(site: httpx.Client) -> Words:
    return Words(site.get(f"/schemes/{POLICY.id}").text)


def test_anybody_sees_which_schemes_there_are_by_id(site: httpx.Client) -> None:
    answer = site.get("/schemes")
    assert answer.status_code == 200
    found = re.findall(r'href="/schemes/([\w-]+)"[^>]*>([^<]*)<', answer.text)
    assert found == [
        (each.id, each.title) for each in (SECOND, scheme.read("reliability"), scheme.read("trading"))
    ]
    assert "the end of 2026-07-02" in re.sub("<[^>]*>", "", answer.text)
    assert answer.text.count("Not rated yet.") == 2


def test_a_scheme_that_is_not_there_is_told_as_a_page(site: httpx.Client) -> None:
    for path in ("/schemes/lost", "/schemes/..%2fx", f"/schemes/{'x' * 300}"):
        answer = site.get(path)
        assert answer.status_code in (404, 422), path
        assert answer.headers["content-type"].startswith("text/html")


def test_a_page_has_the_policy_in_words_and_every_number_of_it(page: Words) -> None:
    text = " ".join(page.text.split())
    for section in sections(SECOND):
        assert section.heading in text
        for sentence in section.sentences:
            assert sentence in text, sentence
    told = {row[0].split()[-1]: row[1] for row in page.tables["Version 3"]}
    assert told == {each.key: each.value for each in figures(SECOND)}
    assert SECOND.hash in text
    assert " ".join(SECOND.notice.text.split()) in text


def test_what_a_policy_says_is_text_and_never_markup(site: httpx.Client) -> None:
    html = site.get(f"/schemes/{POLICY.id}").text
    assert "choosing &lt;b&gt;whom&lt;/b&gt; &amp; what to trust" in html
    assert "<b>" not in html


def test_categories_have_a_table_of_what_they_are_worth(site: httpx.Client) -> None:
    policy = scheme.read("reliability")
    tables = Words(site.get("/schemes/reliability").text).tables
    assert policy.factors.purchases
    assert policy.factors.visits
    for factor, caption in ((policy.factors.purchases, "Purchases"), (policy.factors.visits, "Visits")):
        assert {name: float(value) for name, value in tables[caption]} == factor.values


def test_the_counts_are_those_of_the_database_with_small_bands_put_together(page: Words, market: Database) -> None:
    [caption] = [each for each in page.tables if each.startswith("Members in each band")]
    assert caption == "Members in each band, at the end of 2026-06-30, in the bands of version 2"
    shown = [(name, int(number)) for name, number, _ in page.tables[caption]]
    assert shown == [("new and poor and weak, together", 35), ("fair", 31), ("sound", 22), ("good", 45)]
    first = market.run("runs", scheme=POLICY.id)[0]
    assert first["bands"] == [0, *SIZES]
    assert sum(number for _, number in shown) == sum(first["bands"])
    assert min(number for _, number in shown) >= SMALLEST


def test_no_small_number_of_members_is_on_the_page_nor_the_counts_of_later_runs(
    page: Words, market: Database
) -> None:
    """Two runs later six more are good: fewer than the limit, so the counts are still the first run's."""
    assert market.run("runs", scheme=POLICY.id)[-1]["bands"][-1] == SIZES[-1] + 6
    cells = {cell for rows in page.tables.values() for row in rows for cell in row}
    assert not {str(SIZES[0]), str(SIZES[1]), str(SIZES[-1] + 6), str(sum(SIZES) + 6)} & cells
    assert str(sum(SIZES) + 6) not in page.text


def test_where_few_are_rated_or_nobody_that_is_all_that_is_told(site: httpx.Client) -> None:
    text = Words(site.get("/schemes/trading").text).text
    assert "Nobody has been counted yet." in text
    assert "There has been no run yet." in text


def test_the_last_run_and_what_changed_between_versions(page: Words, market: Database) -> None:
    newest = market.run("runs", scheme=POLICY.id)[-1]
    text = " ".join(page.text.split())
    assert newest["run"] in text
    assert f"Sweeps {newest['sweeps']}" in text.replace("Sweeps", "Sweeps ").replace("  ", " ")
    assert "the end of 2026-07-02" in text
    assert page.tables["Changed since version 2"] == [
        [each.name, each.before or "not there", each.after or "not there"]
        for each in versions(market, publishing.published(market, POLICY.id))[0].changes
    ]
    assert ["Debts, days late that are worth 0", "30", "40"] in page.tables["Changed since version 2"]


@pytest.mark.parametrize("name", scheme.shipped())
def test_the_example_is_worked_out_by_the_formula_of_the_policy(name: str) -> None:
    policy = scheme.read(name)
    share = policy.circle.share
    found = example(policy)
    assert found.points == round(350 + 600 * ((1 - share) * CONDUCT + share * COMPANY), 1)
    assert sum(part.points for part in found.parts) == pytest.approx(found.points, abs=0.11)
    assert found.band == policy.band_of_points(found.points).name


def test_a_reader_who_asks_again_is_told_the_same_and_nobody_is_named(
    site: httpx.Client, market: Database
) -> None:
    first, second = (site.get(f"/schemes/{POLICY.id}") for _ in range(2))
    assert first.text == second.text
    assert first.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in first.headers
    for row in market.run("members", scheme=POLICY.id, after="", limit=1_000):
        assert row["entity"] not in first.text
    assert market.statement("MATCH (a:Access) RETURN count(a) AS reads") == [{"reads": 0}]
    assert counts(market, POLICY.id)


# In a browser ----------------------------------------------------------------------------------------


PATHS = ("/schemes", f"/schemes/{POLICY.id}", "/schemes/reliability", "/schemes/trading")


def looked_at(page: Page, seen: Seen, site: httpx.Client) -> None:
    """Nothing is wrong with the page, for any reader."""
    assert serious(page) == []
    assert hard(page) == {}
    assert unexplained(page) == set()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert seen.faults == []
    assert seen.elsewhere(f"{site.base_url.host}:{site.base_url.port}") == []
    assert seen.requests


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_easy_to_read_asks_nobody_else_and_is_for_all(
    browser: Browser, site: httpx.Client, path: str
) -> None:
    for look in ({"color_scheme": "light"}, {"color_scheme": "dark", "viewport": PHONE}):
        with opened(browser, base_url=str(site.base_url), **look) as (page, seen):
            answer = page.goto(path)
            assert answer
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            looked_at(page, seen, site)


def test_a_page_says_all_without_scripts(browser: Browser, site: httpx.Client, tmp_path: Path) -> None:
    texts = []
    for scripts in (True, False):
        with opened(browser, base_url=str(site.base_url), java_script_enabled=scripts) as (page, _):
            page.goto(f"/schemes/{POLICY.id}")
            texts.append(page.locator("main").inner_text())
    assert texts[0] == texts[1]
    assert "poor and weak, together" in texts[0]


def test_every_link_on_a_page_leads_somewhere(browser: Browser, site: httpx.Client) -> None:
    with opened(browser, base_url=str(site.base_url)) as (page, _):
        page.goto(f"/schemes/{POLICY.id}")
        links: list[str] = page.evaluate(
            "[...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))"
        )
        assert len(links) > 8
        for link in links:
            if link.startswith("#"):
                assert page.locator(link).count() == 1, link
            else:
                assert site.get(link).status_code == 200, link
