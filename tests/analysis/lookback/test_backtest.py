"""Looking back at a scheme: nothing is written, nobody is named, and the page of the scheme tells it cheaply."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
import pytest

from graph.analysis import material
from graph.analysis.lookback import record
from graph.analysis.lookback.backtest import Backtest, judged, look_back
from graph.errors import NotFound, ParameterError, Refused
from graph.policy import publishing, scheme
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.commands import Run
from tests.conftest import WIPE
from tests.worlds.kept_and_broken import AS_OF, AT, BAD, DAY, DAYS, GOOD, POLICY, build, everything

NOW = AS_OF + timedelta(days=1)


@pytest.fixture(scope="module")
def market(database: Database) -> Database:
    database.statement(WIPE)
    build(database, groups=False)
    return database


@pytest.fixture(scope="module")
def found(market: Database) -> Backtest:
    return look_back(market, POLICY.id, at=DAY, days=DAYS, now=NOW)


def test_the_figures_are_those_of_the_facts(found: Backtest) -> None:
    assert (found.members, found.debtors, found.obligations) == (70, 70, 3 * 70)
    assert (found.version, found.hash, found.at, found.days) == (POLICY.version, POLICY.hash, DAY, DAYS)
    low, high = found.cells[0], found.cells[-1]
    assert low.broken
    assert high.broken
    assert (low.debtors, high.debtors) == (30, 40)
    assert low.broken.value == 1
    assert high.broken.value == 0
    assert found.separations
    assert found.separations["rating"].auc.value == 1


def test_a_look_back_reads_the_graph_as_plain_values_give_it(market: Database, found: Backtest) -> None:
    assert judged(material.read(market, POLICY.id), POLICY, at=DAY, days=DAYS) == found


def test_looking_back_writes_nothing_and_names_nobody(market: Database, command: Run) -> None:
    before = everything(market)
    for form in ([], ["--json"]):
        said = command("backtest", POLICY.id, "--at", AT, "--days", str(DAYS), *form).output
        assert not any(member in said for member in (*GOOD, *BAD))
        assert "shop" not in said
    assert everything(market) == before


def test_the_command_prints_the_bands_the_figures_and_what_they_say(market: Database, command: Run) -> None:
    said = command("backtest", POLICY.id, "--at", AT).output
    assert (
        f"{POLICY.id} {POLICY.version} as of {AT}, and the 90 days after it: 210 obligations of 70 members" in said
    )
    assert "the plain mean" in said
    assert "1.000 (1.000 to 1.000)" in said
    assert "Each band did better than the one below it, by more than chance explains." in said
    told = json.loads(command("backtest", POLICY.id, "--at", AT, "--json").output)
    assert told["published"] is False
    assert [cell["debtors"] for cell in told["cells"]] == [30, 40]
    assert told["sentences"]
    assert told["separations"]["rating"]["auc"] == [1, 1, 1]


@pytest.mark.parametrize(
    ("at", "days", "error", "says"),
    [
        (AT, 0, ParameterError, "--days is from 1 to 3,660"),
        (AT, 4_000, ParameterError, "--days is from 1 to 3,660"),
        ("2199-01-01", 90, ParameterError, "still to come"),
        ("soon", 90, ParameterError, "--at is a day such as"),
        ("2020-01-01", 90, Refused, "fewer than 20 members"),
    ],
)
def test_what_cannot_be_looked_back_at_is_refused_with_what_to_do(
    market: Database, command: Run, at: str, days: int, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)):
        command("backtest", POLICY.id, "--at", at, "--days", str(days))


def test_a_scheme_that_is_not_there_is_said_not_to_be(market: Database, command: Run) -> None:
    with pytest.raises(NotFound, match="no scheme 'lost'"):
        command("backtest", "lost", "--at", AT)


# On the page ------------------------------------------------------------------------------------------


@pytest.fixture
def clean(market: Database) -> Iterator[Database]:
    yield market
    market.statement("MATCH (s:Scheme) REMOVE s.looked_back, s.looked_back_until")


def test_what_is_published_is_what_is_read_and_holds_no_counts(clean: Database, found: Backtest) -> None:
    assert record.published(clean, POLICY.id) is None
    page = record.publish(clean, found)
    assert record.published(clean, POLICY.id) == page
    assert (page.shares[0].broken, page.shares[-1].broken) == (1, 0)
    [row] = clean.run("look_back", scheme=POLICY.id)
    numbers = {float(each) for each in re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])", row["figures"])}
    assert numbers & {30.0, 40.0, 70.0, 210.0, 120.0} == set()
    assert all(round(each, 2) == each for each in numbers if each < 1)


def test_a_look_back_takes_the_place_of_another_only_if_its_days_begin_after_it(
    clean: Database, command: Run, found: Backtest
) -> None:
    first = record.publish(clean, found)
    for at in ("2026-03-31", "2026-01-31", "2026-05-31"):
        with pytest.raises(Refused, match=re.escape("covers days up to 2026-06-29")):
            command("backtest", POLICY.id, "--at", at, "--days", "30", "--publish")
        assert record.published(clean, POLICY.id) == first
    late = look_back(clean, POLICY.id, at=DAY - timedelta(days=60), days=30, now=NOW)
    clean.statement("MATCH (s:Scheme) SET s.looked_back_until = $day", day=late.at)
    assert record.publish(clean, late).at == late.at


def test_a_look_back_at_a_scheme_that_is_gone_is_not_published(clean: Database, found: Backtest) -> None:
    with pytest.raises(NotFound):
        record.publish(clean, replace(found, scheme="lost"))


@pytest.fixture(scope="module")
def site(market: Database, settings: Settings, server: Server) -> Iterator[httpx.Client]:
    with serve(partial(connect, settings), settings=settings) as client:
        yield client


def test_the_page_of_a_scheme_says_what_became_of_it(clean: Database, site: httpx.Client, command: Run) -> None:
    where = f"/schemes/{POLICY.id}"
    assert "No look back was put here yet." in site.get(where).text
    said = command("backtest", POLICY.id, "--at", AT, "--publish").output
    assert f"On the page of {POLICY.id} from now on." in said
    text = " ".join(re.sub("<[^>]*>", " ", site.get(where).text).split())
    assert f"Members were rated as of {AT}, from what was known then" in text
    assert "in the 90 days after that" in text
    assert "Each band did better than the one below it" in text
    assert "better rating in 100 % of all such pairs" in text
    publishing.publish(clean, scheme.read("trading"))
    assert "No look back was put here yet." in site.get("/schemes/trading").text
