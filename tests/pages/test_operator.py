"""The operator's page: how the service is, and nobody on it."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser

from api.pages import operators
from api.pages.rendering import render
from api.pages.writing import drift, rough, step
from graph.analysis.monitoring import Allowed, watched
from graph.identity import Keyring, Role
from graph.policy import publishing, scheme
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.text.days import moment
from tests.api.conftest import serve
from tests.driving import opened, serious
from tests.pages.conftest import SignIn, link
from tests.pages.first_reader import hard, unexplained
from tests.worlds.chosen_bands import POLICY
from tests.worlds.chosen_conduct import AS_OF
from tests.worlds.two_policies import PERSON, build

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def market(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    build(database, tmp_path_factory.mktemp("market"))
    publishing.publish(database, scheme.read("trading"))
    return database


@pytest.fixture(scope="module")
def api(market: Database, settings: Settings, server: Server, ring: Keyring) -> Iterator[httpx.Client]:
    patient = settings.model_copy(update={"late_after_days": 100_000, "dispute_late_after_days": 100_000})
    with serve(partial(connect, settings), settings=patient) as client:
        yield client


@pytest.fixture(scope="module")
def html(sign_in: SignIn) -> str:
    answer = sign_in(Role.OPERATOR, "ops").get("/operator")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return " ".join(answer.text.split())


@pytest.mark.slow
def test_only_an_operator_who_is_signed_in_sees_it(api: httpx.Client, sign_in: SignIn) -> None:
    assert api.get("/operator").status_code == 401
    for role, name in (
        (Role.MEMBER, "good-0"),
        (Role.CLIENT, "bank"),
        (Role.REVIEWER, "Ruth"),
        (Role.AUDITOR, "A"),
    ):
        assert sign_in(role, name).get("/operator").status_code == 403, role


def test_runs_are_there_with_their_bound_and_their_drift(html: str, market: Database) -> None:
    own, trading = watched(market)
    assert len(own.finished) == 3
    for run in own.finished:
        assert f"{run.members}</td>" in html
        assert f"{rough(600 * run.bound)}</td>" in html
    newest, second, first = own.finished
    assert newest.drift is not None
    assert second.drift is not None
    assert first.drift is None
    assert f"<td>{drift(newest.drift)}</td>" in html
    assert f"<td>{drift(second.drift)}</td>" in html
    assert html.count("<td>not known</td> <td>yes</td>") == 1
    assert trading.waits
    assert "Version 2 of the policy waits for its first run." in html


def test_a_run_under_way_says_what_it_is_at(market: Database, sign_in: SignIn) -> None:
    with market.run_lock({"scheme": POLICY.id, "run": "x", "step": "sweep 3"}):
        text = " ".join(sign_in(Role.OPERATOR, "ops").get("/operator").text.split())
    assert "<strong>A re-rating is under way</strong>" in text
    assert "It is at this step: sweep 3." in text


def test_a_run_that_broke_off_is_told(market: Database, sign_in: SignIn) -> None:
    market.one("record_run", id="killed", run={"scheme": POLICY.id})
    try:
        text = sign_in(Role.OPERATOR, "ops").get("/operator").text
    finally:
        market.statement("MATCH (r:Run {id: 'killed'}) DELETE r")
    assert "A run broke off." in text
    assert "Something needs to be done." in text


def test_rejects_are_counted_and_nothing_of_a_row_is_told(html: str) -> None:
    assert '<td class="number">3</td><td class="number">2</td><td><code>rejects.csv</code></td>' in html
    assert "<code>entities.csv</code>" in html
    assert "<td data-name>ops</td>" in html
    assert PERSON not in html
    assert "robot" not in html
    assert "/entities.csv" not in html


def test_open_disputes_have_their_days_and_not_whose_they_are(html: str) -> None:
    assert "Open: 2. To be let in: 0. Late: 1." in html
    assert '<td class="number"><strong>10 late</strong></td>' in html
    assert '<td class="number">29</td>' in html
    assert "It is not so." not in html


def test_nobody_is_on_the_page_and_no_counts_by_score(html: str, market: Database) -> None:
    for row in market.run("members", scheme=POLICY.id, after="", limit=1_000):
        assert row["entity"] not in html
    for row in market.run("runs", scheme=POLICY.id):
        for each in (row["histogram"], row["bands"]):
            assert str(each) not in html
    assert market.statement("MATCH (a:Access) RETURN count(a) AS reads") == [{"reads": 0}]


@pytest.fixture
def market_of_july(market: Database) -> Iterator[Database]:
    """The market, rated up to 2 July, as if it had been loaded, and disputed, on that day as well."""
    kept = market.statement("MATCH (x:Load|Dispute) RETURN elementId(x) AS id, x.at AS at, x.opened AS opened")
    market.statement("MATCH (l:Load) SET l.at = $at", at=AS_OF + timedelta(days=1))
    market.statement("MATCH (d:Dispute) SET d.opened = $at", at=AS_OF + timedelta(days=1))
    yield market
    market.statement(
        "UNWIND $kept AS was MATCH (x) WHERE elementId(x) = was.id SET x.at = was.at, x.opened = was.opened",
        kept=kept,
    )


def test_health_says_how_old_the_ratings_are_and_that_it_is_late(market_of_july: Database) -> None:
    to_come = "which is still to come, so that a clock was wrong"
    for days, late, words in (
        (31, False, "31 days ago"),
        (32, True, "32 days ago"),
        (151, True, "151 days ago"),
        (-2, True, to_come),
    ):
        now = AS_OF + timedelta(days=days + 1, hours=9)
        found = operators.service(market_of_july, now=now, allowed=Allowed(ratings_days=31, disputes_days=100_000))
        assert [each.late for each in found["ages"][:2]] == [late, False]
        assert found["well"] == (not late)
        text = " ".join(bytes(render("operator.html.jinja", principal=None, **found).body).decode().split())
        assert f"the last rated day is 2026-07-02, {words}." in text
        assert "Trading partners</span>: there is none yet." in text
        assert "Facts</span>: the last load was on" in text
        assert ("That is late." in text) == late
        assert ("All is well." in text) == (not late)


def test_health_is_that_of_the_database(html: str, market: Database, sign_in: SignIn) -> None:
    assert market.server().version in html
    assert "All is well." in html
    last = migrations.shipped()[-1]
    market.statement("MATCH (m:Migration {version: $version}) SET m.version = 'away'", version=last.version)
    try:
        answer = sign_in(Role.OPERATOR, "ops").get("/operator")
    finally:
        market.statement("MATCH (m:Migration {version: 'away'}) SET m.version = $version", version=last.version)
    assert answer.status_code == 200
    assert "Something needs to be done." in answer.text


@pytest.mark.slow
def test_the_page_is_easy_to_read_asks_nobody_else_and_is_for_all(
    browser: Browser, api: httpx.Client, ring: Keyring
) -> None:
    for look in ({"color_scheme": "light"}, {"color_scheme": "dark", "viewport": PHONE}):
        with opened(browser, base_url=str(api.base_url), **look) as (page, seen):
            page.goto(f"/sign-in?link={link(ring, Role.OPERATOR, 'ops').text}")
            page.get_by_role("main").get_by_role("button").click()
            page.wait_for_url("**/operator")
            assert serious(page) == []
            assert hard(page) == {}
            assert unexplained(page) == set()
            assert (
                page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
            )
            assert seen.faults == []
            assert seen.elsewhere(f"{api.base_url.host}:{api.base_url.port}") == []


def test_numbers_are_written_for_people() -> None:
    assert rough(0) == "0"
    assert rough(1.4e-7) == "0.0000002"
    assert rough(2e-7) == "0.0000002"
    assert rough(0.0601) == "0.07"
    assert rough(1e-15) == "0.000000000001"
    assert rough(12.0) == "20"
    assert step("sweep 12") == "sweep 12"
    assert step("circle") == "who is in whose circle"
    assert drift(0.104) == "0.10, medium"
    assert moment(AS_OF) == "2026-07-01 00:00 UTC"
