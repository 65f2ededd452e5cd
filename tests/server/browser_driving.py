"""Neo4j Browser in a headless Chromium: logged in to, its guide walked through, its frames read."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Route, expect

from graph.server.local import Server

PATIENCE = 90_000
"Milliseconds: a machine that is busy with other tests takes long to draw."
HERE = ("localhost", "127.0.0.1")
NO_PICTURE = re.compile(r"no records|ERROR|Neo\.ClientError|Successfully set your parameters")


def connect(page: Page, server: Server) -> list[str]:
    """Browser is logged in and has opened a guide. Returns what it asks of other hosts, which get no answer."""
    elsewhere: list[str] = []

    def refuse(route: Route) -> None:
        elsewhere.append(route.request.url)
        route.abort()

    page.set_default_timeout(PATIENCE)
    page.route(lambda url: urlsplit(url).hostname not in HERE, refuse)
    page.goto(server.browser_url)
    for field, text in (("username", server.user), ("password", server.password)):
        page.get_by_test_id(field).click()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)  # by key, for Browser does not notice a value that is set
    page.keyboard.press("Enter")
    page.get_by_test_id("guideNextSlide").wait_for()
    return elsewhere


def blocks(page: Page, slides: int) -> Iterator[Locator]:
    """What the guide runs by a click, slide after slide."""
    guide = page.get_by_test_id("guidesDrawer")
    for slide in range(1, slides + 1):
        found = guide.locator("pre.runnable")
        found.first.wait_for()
        for place in range(found.count()):
            yield found.nth(place)
        if slide < slides:
            before = guide.locator("h1").first.inner_text()
            page.get_by_test_id("guideNextSlide").click()
            expect(guide.locator("h1").first).not_to_have_text(before)


def run(page: Page, block: Locator) -> Locator:
    """The block was run by a click on its arrow; the frame that its answer is in."""
    page.get_by_test_id("frame").evaluate_all("frames => frames.forEach(each => each.dataset.seen = 'yes')")
    block.locator("i").click()
    frame = page.locator("[data-testid=frame]:not([data-seen])").first
    frame.locator("svg g.node, tbody tr").first.or_(frame.get_by_text(NO_PICTURE).first).first.wait_for()
    return frame


def shown(frame: Locator) -> int:
    """How many circles or rows the frame has."""
    return frame.locator("svg g.node").count() or frame.locator("tbody tr").count()


def bands(frame: Locator) -> set[tuple[str, str]]:
    """(band, colour) of the memberships in a picture."""
    found = set()
    for node in frame.locator("svg g.node").all():
        caption = " ".join(text.strip() for text in node.locator("text.caption").all_text_contents())
        if words := re.fullmatch(r"\d{3} (\w+)", caption):
            found.add((words[1], node.locator("circle.b-outline").get_attribute("fill") or ""))
    return found


def settle(page: Page, frame: Locator) -> None:
    """All of the frame's graph is in sight, and has come to rest."""
    panel = frame.get_by_title("Collapse the node properties display")  # once shut, it is shut in later frames too
    if panel.count():
        panel.click()
    page.wait_for_timeout(3000)
    frame.get_by_label("zoom-to-fit").click()
    page.wait_for_timeout(1000)
