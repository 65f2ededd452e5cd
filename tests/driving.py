"""Pages in a headless Chromium of the system: opened, watched for what they ask for, and checked by axe-core."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium for as long as the block runs; where there is none, the test is skipped."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Seen:
    """What a page did while it was open."""

    requests: list[str] = field(default_factory=list)
    "every URL that it asked for"
    faults: list[str] = field(default_factory=list)
    "errors of its scripts and of the console, which says where a Content-Security-Policy was broken"

    def request(self, request: Request) -> None:
        self.requests.append(request.url)

    def fault(self, error: Error) -> None:
        self.faults.append(str(error))

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def elsewhere(self, host: str) -> list[str]:
        """The requests that went to another host and port than `host`, such as `127.0.0.1:8000`."""
        return [url for url in self.requests if urlsplit(url).netloc != host]


@contextmanager
def opened(browser: Browser, **context: Any) -> Iterator[tuple[Page, Seen]]:
    """A page in a context of its own, and what it does.

    context: as of `Browser.new_context`: base_url, java_script_enabled, color_scheme, viewport ...
    """
    own: BrowserContext = browser.new_context(**context)
    seen = Seen()
    try:
        page = own.new_page()
        page.on("request", seen.request)
        page.on("pageerror", seen.fault)
        page.on("console", seen.console)
        yield page, seen
    finally:
        own.close()


def serious(page: Page) -> list[str]:
    """What axe-core finds on the page as it is that is serious or critical: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
