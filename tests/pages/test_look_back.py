"""What became of ratings stands on the page of a scheme, for every reader and without an unexplained word."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser

from graph.analysis.lookback import record
from graph.analysis.lookback.backtest import look_back
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.conftest import WIPE
from tests.driving import opened
from tests.pages.test_schemes import PHONE, looked_at
from tests.worlds.kept_and_broken import AS_OF, BAD, DAY, DAYS, GOOD, POLICY, build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(database: Database, settings: Settings, server: Server) -> Iterator[httpx.Client]:
    database.statement(WIPE)
    build(database)
    record.publish(database, look_back(database, POLICY.id, at=DAY, days=DAYS, now=AS_OF + timedelta(days=1)))
    with serve(partial(connect, settings), settings=settings) as client:
        yield client


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark", "viewport": PHONE}], ids=["wide", "phone"])
def test_what_became_of_it_is_easy_to_read_and_is_for_all(
    browser: Browser, site: httpx.Client, look: dict[str, object]
) -> None:
    with opened(browser, base_url=str(site.base_url), **look) as (page, seen):
        page.goto(f"/schemes/{POLICY.id}")
        looked_at(page, seen, site)
        part = page.locator("#became").inner_text()
    assert "Late or broken" in part
    assert not any(member in part for member in (*GOOD, *BAD))
