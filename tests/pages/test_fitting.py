"""Long names and ids fit every width: nothing goes off the screen, no words stand on others, no day is broken."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Page

from graph.audit import log
from graph.facts.values import Contact, Facts, Obligation, Purchase
from graph.identity import Keyring, Role
from graph.rating.run import rate
from graph.rights import disputes
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.conftest import WIPE
from tests.driving import opened
from tests.pages.conftest import link
from tests.storing import store
from tests.worlds.chosen_conduct import AS_OF
from tests.worlds.one_on_a_page import POLICY, PURPOSE

WORD = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren"
MEMBER, FIRM = f"{WORD}-zu-Hohenstein-und-Dreiburgen", f"org-{WORD.lower()}-mit-beschraenkter-haftung"
NAME = f"{WORD} Gesellschaft für landwirtschaftliche Maschinen und Ersatzteile mit beschränkter Haftung"
HERE = f"/me/schemes/{POLICY.id}"
WIDTHS = (360, 768, 1280)
PAGES = (
    "/me",
    HERE,
    f"{HERE}/facts",
    f"{HERE}/contacts",
    f"{HERE}/contact?{urlencode({'with': FIRM})}",
    f"{HERE}/history",
    f"{HERE}/what-if?{urlencode({'ask': 'without', 'with': FIRM})}",
    f"{HERE}/grants",
    f"{HERE}/report",
    "/me/accesses",
    "/me/disputes",
    "/me/dispute?kind=obligations&fact=open",
)
# Boxes of text in one row, two by two: those that share a part of the page.
OVERLAPPING = """
() => {
  const found = [];
  for (const row of document.querySelectorAll('.rows li')) {
    const boxes = [...row.children].map(each => {
      const range = document.createRange();
      range.selectNodeContents(each);
      return [each.textContent.trim(), range.getBoundingClientRect()];
    }).filter(([text]) => text);
    boxes.forEach(([text, a], n) => boxes.slice(n + 1).forEach(([other, b]) => {
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) {
        found.push(`${text} / ${other}`);
      }
    }));
  }
  return found;
}
"""
# Days that are set on two lines, outside of what somebody wrote.
BROKEN = r"""
() => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (node.parentElement.closest('select, q')) continue;
    for (const day of node.data.matchAll(/\d{4}-\d\d-\d\d/g)) {
      const range = document.createRange();
      range.setStart(node, day.index);
      range.setEnd(node, day.index + day[0].length);
      if (range.getClientRects().length > 1) found.push(node.data.trim());
    }
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    """A member with a long id, who deals with a firm of a long name, and bought what the scheme gives no worth."""
    pairs = [pair for n in range(6) for pair in ((MEMBER, FIRM, n), (FIRM, MEMBER, n))]
    days = timedelta(days=1)
    facts = Facts(
        contacts=[Contact(a, b, AS_OF - (3 + n) * days, f"c-{a[:1]}-{n}") for a, b, n in pairs],
        obligations=[
            *(
                Obligation(MEMBER, FIRM, AS_OF - n * days, AS_OF - (n + 1) * days, None, f"o-{n}")
                for n in range(9)
            ),
            Obligation(MEMBER, FIRM, AS_OF - 12 * days, None, None, "open"),
            Obligation(FIRM, MEMBER, AS_OF - 12 * days, AS_OF - 13 * days, None, "of-firm"),
        ],
        purchases=[Purchase(MEMBER, f"{WORD.lower()}-souvenir", AS_OF - n * days, f"b-{n}") for n in range(1, 4)],
        products={f"{WORD.lower()}-souvenir": "souvenirs"},
        members=[(MEMBER, 0), (FIRM, 1)],
    )
    database.statement(WIPE)
    store(database, facts, POLICY)
    database.statement("MATCH (e:Entity {id: $id}) SET e:Organisation, e.name = $name", id=FIRM, name=NAME)
    database.one("make_secret", name="veil", value="5e" * 32)
    for before in (60, 0):
        rate(database, POLICY.id, as_of=AS_OF - before * days)
    database.write(_disputed_and_looked_at)
    return database


def _disputed_and_looked_at(transaction: Transaction) -> None:
    now = datetime.now(UTC)
    for kind, fact in (("obligations", "o-1"), ("contacts", "c-W-1"), ("contacts", "c-o-2"), ("purchases", "b-1")):
        disputes.dispute(transaction, MEMBER, kind=kind, fact=fact, statement=f"No. {WORD * 3}", now=now)
    looked: dict[str, Any] = {"entity": MEMBER, "scheme": POLICY.id, "purpose": PURPOSE, "now": now}
    log.record(transaction, who=f"login of {MEMBER}", role="member", what="report for a bank", **looked)
    log.record(transaction, who=NAME, role="client", what="points", **looked)


@pytest.fixture
def reader(api: httpx.Client, ring: Keyring, browser: Browser, community: Database) -> Iterator[Page]:
    """A page on which the member is signed in."""
    with opened(browser, base_url=str(api.base_url)) as (page, _):
        page.goto(f"/sign-in?link={quote(link(ring, Role.MEMBER, f'login of {MEMBER}', MEMBER).text)}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/me")
        yield page


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_long_names_go_off_no_screen_and_stand_on_no_other_words_and_no_day_is_broken(
    reader: Page, width: int
) -> None:
    reader.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        reader.goto(path)
        for summary in reader.locator("main summary").all():
            summary.click()
        assert reader.evaluate("document.documentElement.scrollWidth") == width, path
        assert reader.evaluate(OVERLAPPING) == [], path
        assert reader.evaluate(BROKEN) == [], path


@pytest.mark.slow
def test_on_paper_no_words_of_a_row_stand_on_others(reader: Page) -> None:
    reader.set_viewport_size({"width": 703, "height": 1000})  # A4 within its margins, at 96 dots an inch
    reader.emulate_media(media="print")
    for path in (HERE, f"{HERE}/facts", "/me/accesses"):
        reader.goto(path)
        assert reader.evaluate(OVERLAPPING) == [], path


@pytest.mark.slow
def test_a_dispute_names_the_other_side_and_spares_its_reader_its_own_id(reader: Page) -> None:
    firm = f"{NAME} ({FIRM})"
    reader.goto("/me/dispute?kind=obligations&fact=open")
    assert f"This is about the debt to {firm}: due " in reader.locator("main").inner_text()
    reader.goto("/me/disputes")
    headings = reader.locator("main h2").all_inner_texts()
    assert sorted(each.partition(" 20")[0] for each in headings) == sorted(
        [f"Contact with {firm} on", f"Contact with {firm} on", f"Debt to {firm}: due",
         f"Purchase of {WORD.lower()}-souvenir (souvenirs) on"]
    )  # fmt: skip
    assert {each.rpartition(": ")[2] for each in headings if each.startswith("Contact")} == {
        "you began it",
        "the other side began it",
    }
    assert MEMBER not in reader.locator("main").inner_text()


@pytest.mark.slow
def test_what_a_member_had_made_itself_says_you(reader: Page) -> None:
    for path in (HERE, "/me/accesses"):
        reader.goto(path)
        rows = reader.get_by_role("list", name="Who looked").get_by_role("listitem").all_inner_texts()
        assert [("You (member)" in row, NAME in row) for row in rows] == [(False, True), (True, False)], path
