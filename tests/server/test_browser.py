"""Neo4j Browser against the managed server with the demo's community: style, guide, its queries, favourites.

With REWRITE=1 in the environment, the pictures of docs/pictures are written anew.
"""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from graph.facts import synthetic
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.server.browser import favourites, guide
from graph.server.browser.contents import inspecting, step
from graph.server.local import Server
from graph.store.client import Database
from tests.conftest import WIPE
from tests.server import browser_driving
from tests.server.test_browser_guide import BANDS

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
TAKEN = {"facts_of_one", "closed_circles", "between_communities"}
SLIDES = guide().count("\n---\n") + 1


@pytest.fixture(scope="module")
def demo(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The community of `innercircle demo`, rated in two schemes."""
    directory = tmp_path_factory.mktemp("demo")
    database.statement(WIPE)
    synthetic.write(directory)
    for name in ("reliability", "own-conduct"):
        publishing.publish(database, scheme.read(name))
    load(database, [directory])
    for name in ("reliability", "own-conduct"):
        rate(database, name, as_of=synthetic.AS_OF)
    return database


@pytest.fixture(scope="module")
def elsewhere() -> list[str]:
    """What Browser asked of other hosts."""
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Database, server: Server, elsewhere: list[str]) -> Iterator[Page]:
    """Browser, logged in to."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    elsewhere.extend(browser_driving.connect(page, server))
    yield page
    context.close()


@pytest.mark.slow
def test_on_connecting_the_guide_is_open_and_the_style_is_applied(page: Page) -> None:
    expect(page.get_by_test_id("guidesDrawer")).to_contain_text("Ten minutes with innercircle")
    page.wait_for_timeout(3000)  # a frame would come after its command
    assert page.get_by_test_id("frame").count() == 0, "nothing but the guide"


@pytest.mark.slow
def test_every_query_of_the_guide_gives_a_frame_that_is_not_empty_in_the_colours_of_the_style(page: Page) -> None:
    title = {step(query).partition("\n")[0]: query for query in inspecting()}
    seen, empty, colours = [], [], set()
    for block in browser_driving.blocks(page, SLIDES):
        first = block.inner_text().strip().partition("\n")[0]
        frame = browser_driving.run(page, block)
        if first.startswith(":params"):
            expect(frame).to_contain_text("Successfully set your parameters")
            continue
        query = title[first]
        seen.append(query.name)
        if not browser_driving.shown(frame):
            empty.append((query.name, frame.inner_text()))
        if query.name in ("circle_of_one", "circle_two_hops", "closed_circles"):
            colours |= browser_driving.bands(frame)
        if "REWRITE" in os.environ:
            _take(page, query.name)
    assert empty == []
    assert sorted(seen) == sorted(query.name for query in inspecting())
    assert {(f"Band{band.title()}", colour) for band, colour in colours} <= set(BANDS.items())
    assert len(colours) >= 4


def _take(page: Page, name: str) -> None:
    frame = page.get_by_test_id("frame").first
    if name == "circle_of_one":
        browser_driving.settle(page, frame)
        page.screenshot(path=PICTURES / "browser.png")
    elif name in TAKEN:
        browser_driving.settle(page, frame)
        frame.screenshot(path=PICTURES / f"browser-{name.replace('_', '-')}.png")


DROP = """([list, content]) => {
  const bytes = Uint8Array.from(atob(content), each => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], 'favourites.zip', {type: 'application/zip'}));
  for (const kind of ['dragenter', 'dragover', 'drop'])
    list.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.mark.slow
def test_favourites_are_taken_when_the_archive_is_dropped(page: Page, tmp_path: Path) -> None:
    with (tmp_path / "favourites.zip").open("wb") as out:
        favourites(out)
    content = base64.b64encode((tmp_path / "favourites.zip").read_bytes()).decode()
    page.get_by_test_id("navigationFavorites").click()
    drawer = page.get_by_text("Local Scripts").first
    drawer.wait_for()
    drawer.evaluate(f"(element, content) => ({DROP})([element, content])", content)
    page.get_by_text("innercircle", exact=True).first.click()  # their folder, which is shut
    for query in inspecting():
        expect(page.get_by_text(query.title).first).to_be_visible()


@pytest.mark.slow
def test_what_browser_asks_of_other_hosts_is_what_the_docs_say(elsewhere: list[str], page: Page) -> None:
    told = (PICTURES.parent / "browser.md").read_text(encoding="utf-8")
    hosts = {url.split("/")[2] for url in elsewhere}
    assert {host for host in hosts if ".".join(host.split(".")[-3:]) not in told and host not in told} == set()
