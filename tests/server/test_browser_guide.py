"""What Neo4j Browser is given, and what its queries may show."""

import http.client
import json
import re
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from graph.errors import NotFound
from graph.policy import scheme
from graph.rating.run import rate
from graph.server import browser
from graph.server.browser import serving
from graph.server.browser.contents import inspecting, prepared, step
from graph.server.local import Server
from graph.store import queries
from graph.store.client import Database
from tests.conftest import WIPE, Command
from tests.storing import join
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, rated

LOOKING = inspecting()
PARAMETERS: dict[str, Any] = {"scheme": "reliability", "id": "reliability|ann", "other": "bob", "share": 0.2}


def fetch(address: str, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, str]:
    web = http.client.HTTPConnection(address, timeout=10)
    web.request(method, path, headers={"Origin": "http://localhost:7474"})
    answer = web.getresponse()
    body = answer.read().decode()
    web.close()
    return answer, body


# --- how it gets there


@pytest.mark.parametrize("name", browser.FILES)
def test_the_managed_neo4j_serves_style_and_guide_beside_browser(server: Server, name: str) -> None:
    answer, body = fetch(urlsplit(server.browser_url).netloc, f"/browser/{name}")
    assert answer.status == 200
    assert body == browser.FILES[name]()


def test_browser_is_told_where_they_are(server: Server, database: Database) -> None:
    [row] = database.statement("SHOW SETTINGS 'browser.post_connect_cmd' YIELD value")
    assert row["value"] == f"guide {server.browser_url}start.md", "a command more would be a frame more"
    answer, page = fetch(urlsplit(server.browser_url).netloc, "/browser/")
    assert answer.status == 200
    assert page.index('<script src="innercircle.js">') < page.index("<title>")
    answer, script = fetch(urlsplit(server.browser_url).netloc, "/browser/innercircle.js")
    assert (answer.status, script) == (200, prepared())
    [kept] = re.findall(r'"neo4j.grass", JSON.stringify\((.*)\)\);', script)
    assert json.loads(kept)["node.BandGood"]["color"] == BANDS["BandGood"]
    assert json.loads(kept)["relationship"]["caption"] == "<type>"


@pytest.fixture
def address() -> Iterator[str]:
    """Where the files are served for a Neo4j that is not ours."""
    with ThreadingHTTPServer(("127.0.0.1", 0), serving.Handler) as web:
        thread = threading.Thread(target=web.serve_forever, args=(0.02,))
        thread.start()
        yield f"127.0.0.1:{web.server_address[1]}"
        web.shutdown()
        thread.join()


@pytest.mark.parametrize("name", browser.FILES)
def test_a_page_of_another_port_may_read_the_files(address: str, name: str) -> None:
    for method in ("OPTIONS", "HEAD", "GET"):
        answer, body = fetch(address, f"/{name}", method)
        assert answer.status == (204 if method == "OPTIONS" else 200)
        assert answer.getheader("Access-Control-Allow-Origin") == "*"
        assert answer.getheader("Access-Control-Allow-Headers") == "*"
        assert body == (browser.FILES[name]() if method == "GET" else "")


@pytest.mark.parametrize("path", ["/", "/password", "/../serving.py", "/start.md/..", "//etc/passwd"])
def test_nothing_else_is_served(address: str, path: str) -> None:
    answer, body = fetch(address, path)
    assert (answer.status, body) == (404, "not here\n")


def test_the_command_says_the_line_for_neo4j_conf_and_a_taken_port(innercircle: Command, address: str) -> None:
    taken = innercircle("guide", "--port", address.rpartition(":")[2])
    assert taken.returncode == 1
    assert "cannot listen on 127.0.0.1" in taken.stderr


# --- the guide and the favourites


def test_every_query_for_browser_is_in_the_guide_word_for_word() -> None:
    blocks = re.findall(r"^```cypher\n(.*?)^```$", browser.guide(), re.MULTILINE | re.DOTALL)
    assert sorted(blocks[1:]) == sorted(map(step, LOOKING))
    for query in LOOKING:
        title, _, body = step(query).partition("\n")
        assert title == f"// {query.title}"
        assert query.text.endswith("\n" + body)


def test_the_first_block_sets_every_parameter_that_a_query_of_the_guide_has() -> None:
    [first] = re.findall(r"^:params \{(.*)\}$", browser.guide(), re.MULTILINE)
    assert set(re.findall(r"(\w+):", first)) == {field.name for query in LOOKING for field in query.params}


def test_a_query_of_another_room_has_no_place_in_the_guide() -> None:
    with pytest.raises(NotFound, match=r"cypher/rating/sweep\.cypher is not among"):
        step(queries.get("sweep"))


def test_a_style_has_a_rule_for_each_band_that_ships_and_nothing_that_browser_stumbles_on() -> None:
    rules = dict(re.findall(r"^([\w.]+) \{\n(.*?)^\}$", browser.style(), re.MULTILINE | re.DOTALL))
    labels = {band.label for name in scheme.shipped() for band in scheme.read(name).bands}
    colours = {label: re.search(r"^  color: (#\w{6});$", rules[f"node.{label}"], re.M) for label in BANDS}
    assert {label: found and found[1] for label, found in colours.items()} == BANDS
    assert set(BANDS) <= labels | {"BandNew"}
    for body in rules.values():
        for line in body.splitlines():
            assert re.fullmatch(r'  [a-z-]+: (#[0-9A-F]{6}|\d+px|"[^":;]*");', line), line
    assert "//" not in browser.style()
    assert "/*" not in browser.style()


BANDS = {
    "BandNew": "#DDE1E6",
    "BandPoor": "#E69F00",
    "BandWeak": "#F0E442",
    "BandFair": "#56B4E9",
    "BandSound": "#009E73",
    "BandGood": "#0072B2",
}


def test_favourites_are_the_same_files_each_under_its_title(innercircle: Command, tmp_path: Path) -> None:
    file = tmp_path / "favourites.zip"
    done: subprocess.CompletedProcess[str] = innercircle("favourites", file)
    assert done.returncode == 0, done.stderr
    assert f"{len(LOOKING)} queries" in done.stdout
    with zipfile.ZipFile(file) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert texts == [query.text for query in LOOKING]
    assert all(text.startswith(f"// {query.title}") for text, query in zip(texts, LOOKING, strict=True))
    before = file.read_bytes()
    assert innercircle("favourites", file).returncode == 0
    assert file.read_bytes() == before
    assert innercircle("favourites", tmp_path / "nowhere" / "file.zip").returncode == 1


# --- what the queries may show


@pytest.fixture(scope="module")
def two_schemes(database: Database) -> Database:
    """Four members of one scheme, three of them of another as well, and their dealings with others."""
    database.statement(WIPE)
    outcomes = {"ann": [1.0, 0.5], "bob": [0.0] * 4, "cat": [1.0] * 6, "dan": [0.4]}
    pairs = [("ann", "bob"), ("bob", "cat"), ("ann", "cat"), ("cat", "dan")]
    contacts = [each for one, other in pairs for each in contact(one, other, (1, 2, 300))]
    facts = facts_of(outcomes, [*contacts, *contact("ann", "outsider", (1, 2))])
    rated(database, facts, scheme.read("reliability"))
    other = scheme.read("own-conduct")
    join(database, facts_of({name: [] for name in ("bob", "cat", "dan")}, []), other)
    rate(database, other.id, as_of=AS_OF)
    database.statement(
        "MATCH (ann:Entity {id: 'ann'}) MATCH (bob:Entity {id: 'bob'}) MATCH (out:Entity {id: 'outsider'}) "
        "UNWIND [[ann, bob], [bob, ann], [ann, out]] AS pair WITH pair[0] AS one, pair[1] AS other, "
        "datetime('2026-03-01T00:00Z') AS due "
        "CREATE (one)-[:OWED {id: one.id + '-open-' + other.id, due: due, kind: 'loan'}]->(other)"
    )
    return database


def things(value: Any) -> Iterator[Any]:
    """Every node, relationship and plain value in what a query returned."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from things(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from things(each)
    elif hasattr(value, "relationships"):
        yield from (*value.nodes, *value.relationships)
    else:
        yield value


@pytest.mark.slow
@pytest.mark.parametrize("query", LOOKING, ids=lambda query: query.name)
def test_nobody_outside_the_scheme_and_no_other_scheme_is_shown(
    two_schemes: Database, query: queries.Query
) -> None:
    found = two_schemes.run(query.name, **{field.name: PARAMETERS[field.name] for field in query.params})
    seen = repr([dict(each) if hasattr(each, "keys") else each for each in things(found)])
    assert "outsider" not in seen
    assert "shop" not in seen
    if query.params:
        assert "own-conduct" not in seen
    if query.name in ("overdue_between_members", "obligations_of_one", "facts_of_one", "circle_two_hops"):
        assert "bob" in seen, "the test above can fail"


@pytest.mark.parametrize("query", LOOKING, ids=lambda query: query.name)
def test_no_query_is_in_the_order_of_what_people_are_worth(query: queries.Query) -> None:
    assert query.mode == "read"
    orders = " ".join(re.findall(r"ORDER BY ([^\n]*?)(?: LIMIT .*)?$", query.text, re.MULTILINE))
    if query.name != "bands_per_scheme":  # of bands, not of people
        assert not re.search(r"score|points|conduct|band|caption|lifts|lowest", orders)
