"""What the service measures: by route, query, scheme and state, and by nobody."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from api.app import routes
from api.http import metrics
from graph.analysis.monitoring import What
from graph.errors import QueryRejected
from graph.identity import Keyring, Role, verifying
from graph.policy import scheme
from graph.rights import grants
from graph.settings import Settings
from graph.store import queries
from graph.store.client import Database
from tests.api.conftest import As, issue, once_only, serve

PURPOSE = scheme.read("reliability").purpose[0]
IDS = ["p-1", "p-2", "p-3", "p-4", "p-6", "o/5 Nord", "a|b", "q-1", "login of", "a bank", "olga"]
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(client: httpx.Client) -> Series:
    """Each series by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    found: Series = {}
    for family in families(answer.text):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, key
            found[key] = sample.value
    return found


def value(found: Series, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def answered(found: Series, method: str, route: str, status: int | str) -> float:
    return value(found, "innercircle_requests_total", method=method, route=route, status=str(status))


@pytest.fixture
def scraper(as_operator: As, community: Database) -> httpx.Client:
    return as_operator("olga")


# What is counted ---------------------------------------------------------------------------------------


def test_requests_are_counted_by_route_and_status_and_timed(scraper: httpx.Client, as_member: As) -> None:
    route = "/v1/schemes/{scheme}/ratings/{entity}"
    before = read(scraper)
    mine = as_member("p-1")
    assert mine.get("/v1/schemes/reliability/ratings/p-1").status_code == 200
    assert mine.get("/v1/schemes/reliability/ratings/p-2").status_code == 404
    assert mine.head("/v1/schemes/reliability/ratings/p-1").status_code == 200
    assert scraper.get("/v1/schemes").status_code == 200  # a document that is made for several at once
    after = read(scraper)

    def more(method: str, path: str, status: int) -> float:
        return answered(after, method, path, status) - answered(before, method, path, status)

    assert (more("GET", route, 200), more("GET", route, 404), more("GET", "/v1/schemes", 200)) == (2, 1, 1)
    counted = [
        value(each, "innercircle_request_seconds_count", method="GET", route=route) for each in (before, after)
    ]
    assert counted[1] - counted[0] == 3
    taken = [value(each, "innercircle_request_seconds_sum", method="GET", route=route) for each in (before, after)]
    assert 0 < taken[1] - taken[0] < 120


def test_queries_are_counted_by_name_and_those_that_are_asked_together_by_both(
    scraper: httpx.Client, as_member: As
) -> None:
    def asked() -> tuple[float, float]:
        found = read(scraper)
        names = [dict(labels)["query"] for name, labels in found if name == "innercircle_query_seconds_count"]
        for each in names:
            assert set(each.split("+")) <= queries.catalogue().keys()
        together = [each for each in names if each.startswith("admitted+")]
        assert together or not found
        return tuple(  # type: ignore[return-value]
            sum(value(found, f"innercircle_query_seconds_{what}", query=each) for each in together)
            for what in ("count", "sum")
        )

    as_member("p-1").get("/v1/schemes/reliability/ratings/p-1")
    before = asked()
    as_member("p-1").get("/v1/schemes/reliability/ratings/p-1")
    after = asked()
    assert after[0] - before[0] == 1
    assert after[1] > before[1]


def test_a_query_that_fails_is_counted_as_such(scraper: httpx.Client, community: Database) -> None:
    """The service runs in this process, and so what is asked here is counted too."""

    def failures() -> float:
        return value(read(scraper), "innercircle_query_failures_total", query="last_loads")

    before = failures()
    with pytest.raises(QueryRejected, match="last_loads"):
        community.run("last_loads", limit=-1)
    assert failures() - before == 1


def test_ages_runs_disputes_and_the_last_load_are_those_of_the_graph(
    scraper: httpx.Client, community: Database
) -> None:
    before = [row["finished"] is not None for row in community.run("runs", scheme="reliability")]
    community.statement(
        """MATCH (e:Entity {id: 'p-1'})
        CREATE (e)-[:OPENED]->(:Dispute {id: 'd-m', kind: 'visits', state: 'open', opened: $at})
        CREATE (:Run {id: 'broken off', scheme: 'reliability', members: 2, started: datetime()})""",
        at=datetime.now(UTC) - timedelta(days=40),
    )
    try:
        found = read(scraper)
    finally:
        community.statement("MATCH (d:Dispute {id: 'd-m'}) DETACH DELETE d")
        community.statement("MATCH (r:Run {id: 'broken off'}) DELETE r")
    assert value(found, "innercircle_store_up") == 1
    assert value(found, "innercircle_age_days", what="dispute", scheme="") == 40
    assert value(found, "innercircle_late", what="dispute", scheme="") == 1
    assert value(found, "innercircle_age_days", what="ratings", scheme="reliability") > 0
    assert value(found, "innercircle_disputes", state="open") == 1
    assert ("innercircle_disputes", (("state", "proposed"),)) in found
    assert before.count(True) > 0
    assert value(found, "innercircle_runs_finished", scheme="reliability") == before.count(True)
    assert value(found, "innercircle_runs_unfinished", scheme="reliability") == before.count(False) + 1
    assert value(found, "innercircle_runs_last_seconds", scheme="reliability") > 0
    assert value(found, "innercircle_load_rows") > 0
    assert ("innercircle_load_rejects", ()) in found


# What is not -------------------------------------------------------------------------------------------


@pytest.fixture
def busy(as_member: As, as_client: As, api: httpx.Client, community: Database) -> None:
    """Everybody has been asked about, in each way that an id can come in."""
    now = datetime.now(UTC)
    give = partial(grants.grant, scheme="reliability", client="a bank", purpose=PURPOSE, what="reasons", now=now)
    community.write(partial(give, entity="p-1", until=now + timedelta(days=1)))
    for id_ in IDS:
        mine, bank, way = as_member(id_), as_client("a bank"), quote(id_, safe="")
        for tail in ("", "/explanation", "/history", f"?after={way}"):
            mine.get(f"/v1/schemes/reliability/ratings/{way}{tail}")
        bank.get(f"/v1/schemes/reliability/ratings/{way}/granted", params={"purpose": PURPOSE})
        bank.post("/v1/schemes/reliability/ratings/lookup", json={"ids": [id_], "purpose": PURPOSE})
        mine.put(f"/v1/schemes/reliability/pauses/{way}", headers=once_only())
        for path in (
            f"/{way}",
            f"/v1/{way}",
            f"/v1/schemes/{way}",
            f"/problems/{way}",
            f"/v1/entities/{way}/standing",
        ):
            api.get(path)
            api.request(id_.upper().replace(" ", "").replace("/", "").replace("|", ""), path)


def test_nobody_is_in_what_is_measured(busy: None, scraper: httpx.Client) -> None:
    text = scraper.get("/metrics").text
    assert [each for each in IDS if each in text] == []


def test_every_label_is_of_a_set_that_nobody_who_asks_can_add_to(
    busy: None, scraper: httpx.Client, community: Database
) -> None:
    """So that no id can come in by a way that the test before did not think of, and no caller fills the memory."""
    schemes = {row["id"] for row in community.run("schemes")}
    allowed = {
        "method": {*metrics.METHODS, metrics.OTHER},
        "route": {*(each.path_format for each in routes()), "/openapi.json", metrics.NO_ROUTE},
        "status": {*map(str, range(200, 600)), "gone"},
        "scheme": {*schemes, ""},
        "what": {each.value for each in What},
        "state": {"open", "proposed"},
        "le": {str(float(each)) for each in metrics.SECONDS} | {"+Inf"},
    }
    for _, labels in read(scraper):
        for name, said in labels:
            if name == "query":
                assert set(said.split("+")) <= queries.catalogue().keys()
            else:
                assert said in allowed[name], (name, said)


# Who may ask, and when ---------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[httpx.Client, Keyring]]:
    """A service with a key, and without a Neo4j."""
    settings = Settings(home=tmp_path, api_query_seconds=20)
    ring = Keyring.of(settings)
    ring.create(datetime.now(UTC))
    with serve(lambda: Database("bolt://127.0.0.1:1", "x", "x"), settings=settings) as client:
        yield client, ring


def test_without_a_database_an_operator_is_told_that_it_is_away_and_others_are_refused(
    alone: tuple[httpx.Client, Keyring], caplog: pytest.LogCaptureFixture
) -> None:
    client, ring = alone
    assert client.get("/metrics").status_code == 401
    for role, entity in ((Role.MEMBER, "p-1"), (Role.CLIENT, None), (Role.REVIEWER, None), (Role.AUDITOR, None)):
        token = issue(ring, role, "somebody", entity).text
        assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 403
    client.headers["Authorization"] = f"Bearer {issue(ring, Role.OPERATOR, 'olga').text}"
    assert client.get("/v1/disputes").status_code == 503
    with caplog.at_level(logging.WARNING):
        found = read(client)
    assert value(found, "innercircle_store_up") == 0
    assert not any(name.startswith(("innercircle_age", "innercircle_disputes")) for name, _ in found)
    assert answered(found, "GET", "/v1/disputes", 503) >= 1
    assert any("the graph is not measured" in line for line in caplog.messages)


def test_a_revoked_token_reads_nothing(scraper: httpx.Client, community: Database, ring: Keyring) -> None:
    token = issue(ring, Role.OPERATOR, "otto")
    headers = {"Authorization": f"Bearer {token.text}"}
    assert scraper.get("/metrics", headers=headers).status_code == 200
    verifying.revoke(community, token.id, datetime.now(UTC))
    assert scraper.get("/metrics", headers=headers).status_code == 401
