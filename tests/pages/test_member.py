"""A member's pages in a browser: looked at, asked, and used, with scripts and without."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from graph import disclosure
from graph.audit import log
from graph.identity import Keyring, Role
from graph.store.client import Database
from tests.clock import UNTIL
from tests.driving import Seen, opened, serious
from tests.pages.conftest import SignIn, link
from tests.pages.first_reader import hard, unexplained
from tests.worlds.one_on_a_page import POLICY, PURPOSE, looked_at, made

HERE = f"/me/schemes/{POLICY.id}"
LOOKED_AT = (
    "/me",
    HERE,
    f"{HERE}/facts",
    f"{HERE}/facts?page=2",
    f"{HERE}/contacts",
    f"{HERE}/contact?with=c-000",
    f"{HERE}/contact?with=c-009",
    f"{HERE}/history",
    f"{HERE}/what-if",
    f"{HERE}/what-if?ask=lift",
    f"{HERE}/what-if?ask=share&share=0.5",
    f"{HERE}/what-if?ask=without&with=c-000",
    f"{HERE}/what-if?ask=day&with=c-000",
    f"{HERE}/what-if?ask=pay&debt=open-2",
    f"{HERE}/what-if?ask=nonsense",
    f"{HERE}/grants",
    f"{HERE}/report",
    f"{HERE}/contest",
    f"{HERE}/founding",
    f"{HERE}/leave",
    "/me/accesses",
    "/me/disputes",
    "/me/disputed",
    "/me/dispute?kind=obligations&fact=o-1",
    "/me/erase",
    "/me/nothing",
    "/",
)


@pytest.fixture(scope="module")
def ada(database: Database) -> Database:
    made(database, contacts=15, more=200)
    looked_at(database)
    return database


@pytest.fixture
def signed_in(api: httpx.Client, ring: Keyring, browser: Browser, ada: Database) -> Iterator[tuple[Page, Seen]]:
    """A page on which ada is signed in."""
    with opened(browser, base_url=str(api.base_url)) as (page, seen):
        sign_in(page, ring)
        yield page, seen


def sign_in(page: Page, ring: Keyring) -> None:
    page.goto(f"/sign-in?{urlencode({'link': link(ring, Role.MEMBER, 'login of ada', 'ada').text})}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/me")


@pytest.mark.slow
def test_every_page_is_read_by_a_first_time_reader_and_by_a_machine_and_asks_nobody_else(
    signed_in: tuple[Page, Seen], api: httpx.Client, ring: Keyring
) -> None:
    page, seen = signed_in
    found: dict[str, list[Any]] = {}
    unused = urlencode({"link": link(ring, Role.MEMBER, "login of ada", "ada").text})
    for path in (f"/sign-in?{unused}", *LOOKED_AT):
        page.goto(path)
        faults = [*hard(page).items(), *unexplained(page), *serious(page)]
        found |= {path: faults} if faults else {}
    assert found == {}
    assert seen.elsewhere(api.base_url.netloc.decode()) == []
    assert [each for each in seen.faults if "status of 4" not in each] == []


@pytest.mark.slow
def test_who_looked_in_a_scheme_is_shown_however_many_looked_elsewhere(
    signed_in: tuple[Page, Seen], ada: Database
) -> None:
    page, _ = signed_in
    other: dict[str, Any] = {"scheme": "", "purpose": PURPOSE, "what": "points", "role": "client"}
    for number in range(101):
        log.record_reads(ada, entities=["ada"], who=f"Shop {number}", now=datetime.now(UTC), **other)
    page.goto(HERE)
    expect(page.get_by_role("listitem").filter(has_text="Bank of the valley (client)")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Shop 1")).to_have_count(0)
    assert len(log.accesses(ada, "ada", scheme="", limit=200)) == 101


@pytest.mark.slow
def test_a_member_signs_in_opens_a_contact_asks_what_if_disputes_grants_revokes_and_leaves(
    signed_in: tuple[Page, Seen], api: httpx.Client, ada: Database
) -> None:
    page, seen = signed_in
    page.get_by_role("link", name=POLICY.title).click()
    before = disclosure.shown(ada, "ada", POLICY.id)
    expect(page.locator(".big").first).to_have_text(f"{before.whole_points} points, {before.band}")

    page.get_by_role("link", name="c-000", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("c-000")
    page.get_by_role("button", name="Pause the tie").click()
    expect(page.get_by_role("status")).to_contain_text("paused")
    page.get_by_role("button", name="Let the tie count again").click()
    expect(page.get_by_role("status")).to_contain_text("counts again")

    page.goto(HERE)
    page.get_by_text("Ask what your rating would be").click()
    page.get_by_label("If the circle could count for at most").select_option("0.5")
    page.get_by_role("button", name="Ask about the share").click()
    asked = page.locator(".card .big").inner_text()
    assert asked.split()[0].isdigit()
    assert asked.split()[0] != str(before.whole_points)

    page.goto(f"{HERE}/facts")
    page.get_by_role("link", name="Dispute the debt of").first.click()
    page.get_by_label("What is not so").fill("I paid\nthis in time.")
    page.get_by_role("button", name="Dispute this fact").click()
    expect(page.get_by_role("status")).to_contain_text("You dispute this fact")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_contain_text("counts again")

    page.goto(f"{HERE}/grants")
    page.get_by_label("Who").fill("Another bank")
    page.get_by_label("The last day").fill(f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}")
    page.get_by_role("button", name="Let them look").click()
    expect(page.get_by_role("region", name="Another bank")).to_be_visible()
    page.get_by_role("region", name="Another bank").get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("region", name="Another bank")).to_have_count(0)

    page.goto(f"{HERE}/report")
    page.get_by_label("For whom").fill("a bank")
    with page.expect_download() as download:
        page.get_by_role("button", name="Make the report").click()
    assert "a bank" in Path(download.value.path()).read_text(encoding="utf-8")
    page.goto("/me/accesses")
    expect(page.locator("main")).to_contain_text("report for a bank")

    page.goto(HERE)
    page.get_by_role("button", name="Show my part").click()
    expect(page.get_by_role("button", name="Hide my part")).to_be_visible()
    page.get_by_role("link", name="Leave this scheme").click()
    page.get_by_role("button", name="Yes, leave").click()
    expect(page.get_by_role("status")).to_contain_text("You have left")
    assert page.goto(HERE).status == 404  # type: ignore[union-attr]
    assert ada.optional("rating", id=f"{POLICY.id}|ada") is None
    assert seen.elsewhere(api.base_url.netloc.decode()) == []
    made_again(ada)


def made_again(database: Database) -> None:
    """ada takes part once more, for the tests after this one."""
    made(database, contacts=15, more=200)
    looked_at(database)


@pytest.mark.slow
def test_without_scripts_the_page_shows_the_rating_its_reasons_and_the_circle(
    api: httpx.Client, ring: Keyring, browser: Browser, ada: Database
) -> None:
    explained = disclosure.explain(ada, "ada", POLICY.id)
    with opened(browser, base_url=str(api.base_url), java_script_enabled=False) as (page, _):
        sign_in(page, ring)
        page.goto(HERE)
        text = page.locator("main").inner_text()
        assert f"{explained.rating.whole_points} points, {explained.rating.band}" in text
        for reason in explained.reasons.reasons:
            assert reason.sentence in text
            assert reason.advice in text
        assert page.get_by_role("link", name="c-014").is_visible()
        assert page.locator("#circle").is_hidden()
        page.get_by_text("Ask what your rating would be").click()
        page.get_by_role("button", name="What would lift me a band?").click()
        assert "What if" in page.title()


def test_an_organisation_goes_by_its_name_with_its_id_wherever_the_page_speaks_of_it(
    sign_in: SignIn, ada: Database
) -> None:
    ada.statement(
        "UNWIND ['mill', 'shop'] AS id MATCH (e:Entity {id: id}) SET e:Organisation, e.name = 'The ' + id"
    )
    page = signed(sign_in).get(HERE).text
    ada.statement("UNWIND ['mill', 'shop'] AS id MATCH (e:Entity {id: id}) REMOVE e:Organisation, e.name")
    assert 'owed to <span data-name>The shop</span> <code class="id">shop</code>' in page
    assert '<option value="open-2">The shop (shop), due ' in page
    reason = re.findall(r"the one to (.*?), due ", page)
    assert reason
    assert set(reason) <= {"The mill (mill)", "The shop (shop)"}


@pytest.mark.slow
def test_the_picture_of_the_circle_is_what_the_page_says_and_names_nobody_more(
    signed_in: tuple[Page, Seen], ada: Database
) -> None:
    page, _ = signed_in
    page.goto(HERE)
    page.locator("#circle[data-drawn]").wait_for()
    picture = page.evaluate("path => fetch(path).then(answer => answer.json())", f"{HERE}/circle.json")
    shown = disclosure.shown(ada, "ada", POLICY.id)
    named = {part.name: part.whole for part in shown.parts if part.source == "contact"}
    assert {each["label"]: each["points"] for each in picture["nodes"] if each["kind"] == "named"} == named
    assert {each["label"] for each in picture["nodes"] if each["kind"] == "met"} == {
        f"c-{number:03}" for number in range(15)
    } - named.keys()
    [together] = [each for each in picture["nodes"] if each["kind"] == "together"]
    assert together["points"] == sum(part.whole for part in shown.parts if part.source == "contacts")
    assert page.locator("#circle").get_attribute("data-drawn") == str(len(picture["nodes"]))


@pytest.mark.slow
def test_the_page_fits_a_phone_and_one_sheet_of_paper_and_is_readable_in_the_dark(
    api: httpx.Client, ring: Keyring, browser: Browser, ada: Database
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
    with opened(browser, base_url=str(api.base_url), **phone) as (page, _):
        sign_in(page, ring)
        for path in (HERE, f"{HERE}/facts", f"{HERE}/what-if?ask=lift", f"{HERE}/grants"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") == 360, path
            assert serious(page) == [], path
        page.goto(HERE)
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.slow
def test_everything_is_reached_by_keyboard(signed_in: tuple[Page, Seen]) -> None:
    page, _ = signed_in
    page.goto(HERE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
        if page.evaluate("document.activeElement.matches('main summary')"):
            page.keyboard.press("Enter")
    assert {
        "If I had paid on its day",
        "c-000",
        "Show my part",
        "Leave this scheme",
        "What the words mean",
    } <= reached


def test_a_form_that_is_sent_twice_has_one_effect(sign_in: SignIn, ada: Database) -> None:
    client = signed(sign_in)
    form = {
        "key": "sent-twice",
        "client": "a bank",
        "purpose": PURPOSE,
        "what": "band",
        "until": f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}",
    }
    for _ in range(2):
        assert client.post(f"{HERE}/grants", data=form).status_code == 303
    given = [each for each in ada.run("grants", entity="ada") if each["grant"]["client"] == "a bank"]
    assert len(given) == 1
    assert client.post(f"{HERE}/grants", data=form | {"what": "points"}).status_code == 409
    dispute = {"key": "twice-too", "kind": "obligations", "fact": "o-3", "statement": "No."}
    for _ in range(2):
        assert client.post("/me/disputes", data=dispute).status_code == 303
    assert client.post("/me/disputes", data=dispute | {"key": "a-new-one"}).status_code == 409


def test_a_form_that_is_refused_says_what_to_put_right_and_repeats_what_was_written_as_text(
    sign_in: SignIn, ada: Database
) -> None:
    client = signed(sign_in)
    grant = {"key": "refused", "client": "a bank", "purpose": PURPOSE, "what": "band", "until": "2020-01-01"}
    dispute = {"kind": "obligations", "fact": "o-7", "statement": "No."}
    assert client.post("/me/disputes", data=dispute | {"key": "once"}).status_code == 303
    for path, form, status, words in (
        (f"{HERE}/grants", grant, 422, "a time in the future, at most 366 days ahead"),
        (f"{HERE}/grants", grant | {"until": "soon"}, 422, "a day such as 2026-12-31"),
        (f"{HERE}/grants", grant | {"until": UNTIL, "purpose": "<b>"}, 403, "&lt;b&gt;"),
        ("/me/disputes", dispute | {"key": "twice"}, 409, "is disputed already"),
        ("/me/disputes", dispute | {"key": "long", "statement": "n" * 2_001}, 422, "2,001 characters"),
    ):
        answer = client.post(path, data=form)
        assert answer.status_code == status, path
        assert "What is wrong:" in answer.text, path
        assert words in answer.text, path
        assert "<b>" not in answer.text
    # Of what it may not see a member is told nothing.
    assert "What is wrong:" not in client.get("/me/schemes/lost").text


def test_what_others_wrote_is_shown_as_text(sign_in: SignIn, ada: Database) -> None:
    client = signed(sign_in)
    said = {"key": "k", "kind": "visits", "fact": "v-9", "statement": "<script>alert(1)</script>"}
    assert client.post("/me/disputes", data=said).status_code == 303
    page = client.get("/me/disputes").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def signed(sign_in: SignIn) -> httpx.Client:
    return sign_in(Role.MEMBER, "ada")
