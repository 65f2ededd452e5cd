"""The page of a member with 15 contacts and 200 facts, and the picture of a circle with 500 people in Chromium."""

import csv
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import httpx
from playwright.sync_api import Page, sync_playwright

from api import serving
from api.app import create_app
from api.http.loopback import listen, url
from benchmarks.measuring import report, timed
from graph.facts.load import load
from graph.identity import Keyring, Role, sessions
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database

SCHEME = "reliability"
HERE = f"/me/schemes/{SCHEME}"
LOOKUP = "MATCH (m:Membership {id: $id}) RETURN m.score AS score, m.points AS points, m.band AS band"
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
TIMES = 100
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWN = "() => performance.measure('x', 'circle-known', 'circle-drawn').duration"
ALL = "() => performance.measure('y', 'circle-begun', 'circle-drawn').duration"
Rows = Sequence[Sequence[object]]


def run(database: Database, settings: Settings) -> None:
    """Prints the figures of two members who are made up for it."""
    with tempfile.TemporaryDirectory() as folder:
        for who, contacts, facts in (("ada", 15, 200), ("hub", 500, 20)):
            write_files(Path(folder), who, contacts, facts)
        publishing.publish(database, scheme.read(SCHEME))
        assert not any(each.rejected for each in load(database, [Path(folder)]))
    for days in (60, 30, 0):
        rate(database, SCHEME, as_of=AS_OF - timedelta(days=days))
    Keyring.of(settings).create(datetime.now(UTC))
    with _served(settings) as web:
        _page(database, web, settings)
        _picture(web, settings)


def _page(database: Database, web: httpx.Client, settings: Settings) -> None:
    web.post("/sign-in", data={"link": _link(settings, "ada")}).raise_for_status()
    for _ in range(20):
        web.get(HERE).raise_for_status()
    pairs = [
        (timed(lambda: database.statement(LOOKUP, id=f"{SCHEME}|ada"))[0], timed(lambda: web.get(HERE))[0])
        for _ in range(TIMES)
    ]
    lookup, page = (statistics.median(each) for each in zip(*pairs, strict=True))
    live, _ = timed(lambda: [web.get("/livez") for _ in range(TIMES)])
    text = web.get(HERE).content
    report(
        "the page of a member with 15 contacts and 200 facts",
        ("reading", "p50 ms", "lookups", "bytes"),
        [
            ("a plain keyed lookup", lookup * 1000, 1.0, ""),
            ("GET /livez, which asks no database", live / TIMES * 1000, live / TIMES / lookup, ""),
            ("the page", page * 1000, page / lookup, f"{len(text):,}"),
        ],
    )


def _picture(web: httpx.Client, settings: Settings) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("there is no Chromium on this machine: the picture was not drawn")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(base_url=str(web.base_url))
        page.goto(f"/sign-in?{urlencode({'link': _link(settings, 'hub')})}")
        page.get_by_role("button", name="Sign in").click()
        drawn = [_drawn(page) for _ in range(5)]
        browser.close()
    report(
        "a circle of 500 people in Chromium (aim: drawn under 1,000 ms)",
        ("nodes", "drawn in, p50 ms", "longest ms", "with script and data, p50 ms"),
        [
            (
                drawn[0][0],
                statistics.median(each for _, each, _ in drawn),
                max(each for _, each, _ in drawn),
                statistics.median(each for _, _, each in drawn),
            )
        ],
    )


def _drawn(page: Page) -> tuple[int, float, float]:
    """(nodes, milliseconds from the data to the picture, milliseconds from the start of the script)."""
    page.goto(HERE)
    frame = page.locator("#circle[data-drawn]")
    frame.wait_for(timeout=30_000)
    return int(frame.get_attribute("data-drawn") or 0), page.evaluate(DRAWN), page.evaluate(ALL)


def _link(settings: Settings, entity: str) -> str:
    return sessions.issue_link(
        Keyring.of(settings),
        Role.MEMBER,
        entity,
        issuer=settings.issuer,
        audience=settings.audience,
        now=datetime.now(UTC),
        entity=entity,
    ).text


@contextmanager
def _served(settings: Settings) -> Iterator[httpx.Client]:
    quick = settings.model_copy(update={"api_requests_per_second": 10_000.0, "api_burst": 10_000})
    with listen("127.0.0.1", 0) as socket:
        server = serving.server(create_app(partial(connect, quick), quick))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            address = url(*socket.getsockname()[:2])
            own = {"Origin": address}
            with httpx.Client(
                base_url=address, headers=own, trust_env=False, follow_redirects=True, timeout=60
            ) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


def write_files(folder: Path, who: str, contacts: int, facts: int) -> None:
    """Files of a member with so many contacts, in touch on two days each, and so many other facts."""
    others = [f"{who}-{number:03}" for number in range(contacts)]
    at = [AS_OF - timedelta(days=2 + number % 90, hours=3) for number in range(max(contacts, facts))]
    tables: dict[str, tuple[str, Rows]] = {
        "entities": ("id,kind", [(each, "person") for each in (who, f"{who}-mill", *others)]),
        "contacts": (
            "source,target,at",
            [(*ends, _iso(at[n] - timedelta(days=7 * again)))
             for n, each in enumerate(others) for again in range(2) for ends in ((who, each), (each, who))],
        ),
        "obligations": (
            "debtor,creditor,due,settled",
            [(who, f"{who}-mill", _iso(day), _iso(day - timedelta(days=1))) for day in at[: facts // 2]],
        ),
        "products": ("id,category", [(f"{who}-bread", "groceries")]),
        "purchases": ("entity,product,at", [(who, f"{who}-bread", _iso(at[n])) for n in range(facts // 2)]),
        "memberships": (
            "entity,scheme,at,notice", [(each, SCHEME, "2026-01-02T00:00:00Z", "1") for each in (who, *others)]
        ),
    }  # fmt: skip
    for kind, (header, rows) in tables.items():
        with (folder / f"{kind}-{who}.csv").open("w", encoding="utf-8", newline="") as out:
            out.write(header + "\n")
            csv.writer(out).writerows(rows)


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
