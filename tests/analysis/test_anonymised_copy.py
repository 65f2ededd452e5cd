"""An inspection copy shows the structure of a graph, names nobody, and takes no writes."""

import base64
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import neo4j
import numpy as np
import pytest

from graph.analysis import anonymised_copy
from graph.analysis.anonymised_copy import Inspection, copying
from graph.disclosure.band_counts import merged
from graph.errors import LocalServerFailed, QueryRejected, Refused
from graph.policy.scheme import points_of
from graph.rating.runs import policy_of_run
from graph.server import local
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.conftest import WIPE, Command
from tests.worlds import large_enough_to_copy
from tests.worlds.all_kept_about_one import ENTITY, NAME
from tests.worlds.large_enough_to_copy import COMMON, FACTS, FIRST, MEMBERS, STRANGERS, member

LONG = 12
"Characters from which on a text is no chance find among bytes."


@pytest.fixture(scope="module")
def main(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The graph that is copied."""
    database.statement(WIPE)
    large_enough_to_copy.build(database, tmp_path_factory.mktemp("community"))
    return database


@pytest.fixture(scope="module")
def copied(main: Database, settings: Settings) -> Iterator[Inspection]:
    """The copy of it."""
    yield anonymised_copy.inspect(settings)
    anonymised_copy.remove(settings)


@pytest.fixture(scope="module")
def there(settings: Settings) -> Settings:
    """The settings with the copy's home."""
    return settings.model_copy(update={"home": anonymised_copy.place(settings)})


@pytest.fixture(scope="module")
def copy(copied: Inspection, there: Settings) -> Iterator[Database]:
    """The database of the copy."""
    with connect(there) as database:
        yield database


def forms(text: str) -> Iterator[bytes]:
    """The bytes that say this text, as a store could hold it."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        plain = text.encode(encoding)
        yield plain
        for shift in range(
            3
        ):  # where it stands in groups of three bytes, without those that its neighbours change
            shifted = base64.b64encode(bytes(shift) + plain)
            yield shifted[4 if shift else 0 : len(shifted) // 4 * 4 - 4]
    yield text.encode().hex().encode()


def written(home: Path, wanted: set[str]) -> set[str]:
    """The texts that stand in some file below this folder, whatever the file is; not in a copy inside it."""
    needles: dict[int, list[tuple[str, bytes]]] = {}
    for text in wanted:
        for form in forms(text):
            needles.setdefault(int.from_bytes(form[:8], "little"), []).append((text, form))
    starts = np.array(sorted(needles), dtype="<u8")
    found = set()
    for file in home.rglob("*"):
        if file.is_file() and not {"inspect", "inspect.new"} & set(file.relative_to(home).parts):
            held = re.sub(rb"\0{64,}", bytes(64), file.read_bytes())  # most of a transaction log
            for start in beginnings(held, starts):
                found |= {text for text, form in needles[start] if form in held}
    return found


def beginnings(held: bytes, starts: "np.ndarray[Any, Any]") -> set[int]:
    """Those of `starts` that stand somewhere in the bytes, each as eight bytes in a row."""
    low = np.uint64(0xFFFFF)
    possible = np.zeros(low + 1, dtype=bool)
    possible[starts & low] = True
    found: set[int] = set()
    for at in range(min(8, max(len(held) - 7, 0))):
        part = np.frombuffer(held, "<u8", (len(held) - at) // 8, at)
        part = part[possible[part & low]]  # few are left to be compared whole
        found.update(part[np.isin(part, starts)].tolist())
    return found


# Nobody has a name -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_byte_of_an_id_a_name_or_a_record_is_in_any_file_of_the_copy(
    main: Database, copy: Database, settings: Settings, there: Settings
) -> None:
    secret = {
        text for text in large_enough_to_copy.texts(main) - large_enough_to_copy.public(main) if len(text) >= LONG
    }
    assert secret >= {ENTITY, NAME, *map(member, range(MEMBERS)), *STRANGERS, f"reliability|{ENTITY}"}
    assert written(there.home, secret) == set()
    known = {ENTITY, NAME, member(3), STRANGERS[1], f"reliability|{member(3)}"}
    assert written(settings.home, known) == known


def test_a_scan_finds_what_is_written_in_any_form(tmp_path: Path) -> None:
    for number, form in enumerate(forms(NAME)):
        (tmp_path / "file").write_bytes(os.urandom(100 + number) + form + os.urandom(50))
        assert written(tmp_path, {NAME, ENTITY}) == {NAME}
    for shift in range(3):
        (tmp_path / "file").write_bytes(base64.b64encode(os.urandom(100 + shift) + NAME.encode() + os.urandom(50)))
        assert written(tmp_path, {NAME, ENTITY}) == {NAME}


@pytest.mark.slow
def test_no_text_of_the_graph_is_in_the_copy_but_public_ones_and_words_that_many_hold(
    main: Database, copy: Database
) -> None:
    common = large_enough_to_copy.texts(main) & large_enough_to_copy.texts(copy)
    assert common - large_enough_to_copy.public(main) == set()
    assert common >= {"call", "loan", "CNY", "groceries"}


def test_a_copy_has_nothing_but_these_labels_types_and_properties(copy: Database) -> None:
    nodes = copy.statement("MATCH (n) UNWIND labels(n) AS name UNWIND keys(n) AS key RETURN DISTINCT name, key")
    ties = copy.statement("MATCH ()-[r]->() UNWIND keys(r) AS key RETURN DISTINCT type(r) AS name, key")
    found: dict[str, set[str]] = {}
    for row in nodes + ties:
        found.setdefault(row["name"], set()).add(row["key"])
    membership = {"id", "scheme", "rid", "band", "caption"}
    assert {name: keys for name, keys in found.items() if not name.startswith("Band")} == {
        "Entity": {"id"},
        "Membership": membership,
        "Product": {"id", "category"},
        "Site": {"id", "category"},
        "Scheme": {"id", "version", "hash", "title"},
        "Migration": {"version", "name", "checksum", "at"},
        "JOINED": {"at"},
        "CONTACTED": {"id", "at", "channel"},
        "OWED": {"id", "due", "kind", "amount", "currency"},
        "BOUGHT": {"id", "at"},
        "VISITED": {"id", "at"},
        "INNER": {"weight", "strength", "days", "last"},
    }


def test_times_are_to_the_day_and_amounts_to_one_digit(main: Database, copy: Database) -> None:
    assert {each.isoformat()[10:] for each in large_enough_to_copy.instants(copy)} == {"T00:00:00+00:00"}
    assert len({each.isoformat()[10:] for each in large_enough_to_copy.instants(main)}) > 5
    amounts = copy.statement("MATCH ()-[o:OWED]->() WHERE o.amount IS NOT NULL RETURN o.amount AS amount")
    assert {row["amount"] for row in amounts} == {10.0, 80.0, 100.0, 1000.0}


def test_words_of_few_are_merged_and_kinds_of_few_are_not_told(copy: Database) -> None:
    def counted(text: str) -> dict[str, int]:
        return {row["word"]: row["n"] for row in copy.statement(f"{text} AS word, count(*) AS n") if row["word"]}

    assert set(counted("MATCH ()-[c:CONTACTED]->() RETURN c.channel")) == {"call", "other"}
    assert counted("MATCH ()-[o:OWED]->() RETURN o.kind") == {"loan": MEMBERS + 1, "other": COMMON + 3}
    assert counted("MATCH ()-[o:OWED]->() RETURN o.currency") == {"CNY": MEMBERS + 3, "other": COMMON + 1}
    assert set(counted("MATCH (p:Product) RETURN p.category")) == {"groceries", "other"}
    assert set(counted("MATCH (s:Site) RETURN s.category")) == {"other"}
    assert copy.statement("MATCH (e:Person|Organisation|SoleTrader|Anonymous) RETURN e.id") == []


def test_a_scheme_of_few_is_left_out_and_so_are_facts_of_those_who_never_joined(
    main: Database, copy: Database, copied: Inspection
) -> None:
    assert copied.contents.schemes == ["own-conduct", "reliability"]
    assert copied.contents.memberships == len(copy.statement("MATCH (m:Membership) RETURN m.id"))
    assert copied.contents.memberships == 2 * MEMBERS + 6
    # of the three strangers one is the end of a member's contact; the others had contact with each other alone
    assert copied.contents.entities == MEMBERS + 4 + 1
    (row,) = main.statement(f"MATCH ()-[f:{FACTS}]->() RETURN count(f) AS n")
    assert copied.contents.facts == row["n"] - 1
    (row,) = main.statement("MATCH ()-[tie:INNER]->() RETURN count(tie) AS n")
    assert copied.contents.ties == row["n"] > MEMBERS


# What it shows is so -----------------------------------------------------------------------------------


def known_again(copy: Database) -> dict[str, dict[str, Any]]:
    """The members of the copy by their ids in the graph, told by the day on which each joined."""
    rows = copy.statement(
        "MATCH (e:Entity)-[joined:JOINED]->(m:Membership {scheme: 'reliability'}) "
        "RETURN e.id AS id, joined.at AS at, m.rid AS rid, m.band AS band, elementId(e) AS node, "
        "elementId(m) AS membership, [(m)-[:INNER]->(c) | c.id] AS circle, "
        "COUNT { (e)-[:CONTACTED]-() } AS contacts, [label IN labels(m) WHERE label STARTS WITH 'Band'] AS labels"
    )
    days = {FIRST + timedelta(days=number): member(number) for number in range(MEMBERS)}
    return {days[day]: row for row in rows if (day := date(*row["at"].year_month_day)) in days}


def test_the_structure_is_that_of_the_graph(main: Database, copy: Database) -> None:
    found = known_again(copy)
    assert len(found) == MEMBERS
    pseudonyms = {f"reliability|{row['id']}": f"reliability|{id_}" for id_, row in found.items()}
    for id_, row in found.items():
        (real,) = main.statement(
            "MATCH (e:Entity {id: $id})-[:JOINED]->(m:Membership {scheme: 'reliability'}) "
            "RETURN COUNT { (e)-[:CONTACTED]-() } AS contacts, [(m)-[:INNER]->(c) | c.id] AS circle",
            id=id_,
        )
        assert row["contacts"] == real["contacts"]
        assert sorted(pseudonyms[each] for each in row["circle"]) == sorted(real["circle"])


def test_bands_are_veiled_as_contacts_see_them_and_no_score_is_there(main: Database, copy: Database) -> None:
    run = main.one("scheme", id="reliability")["run"]
    policy = policy_of_run(main, run)
    rows = main.statement(
        "MATCH (m:Membership {scheme: 'reliability'}) RETURN m.id AS id, m.veiled AS v, m.score AS s, "
        "reduce(sum = 0.0, name IN m.factors | sum + m[name + '_evidence']) AS e"
    )
    veiled = {row["id"]: policy.band(points_of(row["v"]), row["e"]) for row in rows}
    plain = {row["id"]: policy.band(points_of(row["s"]), row["e"]) for row in rows}
    assert veiled != plain
    counts = [list(veiled.values()).count(band) for band in policy.all_bands]
    names = {
        band: " or ".join(each.name for each in cell.bands)
        for cell in merged(policy.all_bands, counts)
        for band in cell.bands
    }
    found = known_again(copy)
    assert {id_: row["band"] for id_, row in found.items()} == {
        id_: names[veiled[f"reliability|{id_}"]] for id_ in found
    }
    for row in found.values():
        assert row["labels"] == ["Band" + "".join(word.capitalize() for word in row["band"].split())]


def test_the_order_in_which_things_were_loaded_does_not_show(copy: Database) -> None:
    found = known_again(copy)
    members = sorted(found)  # as they were loaded, and as they joined
    for number in ("rid", "node", "membership"):
        order = sorted(members, key=lambda id_: _number(found[id_][number]))
        assert order != members, number


def _number(value: Any) -> int:
    return int(str(value).rpartition(":")[2])


# Nothing can be written --------------------------------------------------------------------------------

WRITES = (
    "CREATE (:Entity {id: 'new'})",
    "MATCH (e:Entity) SET e.name = 'known'",
    "MATCH (e:Entity) DETACH DELETE e",
    "CREATE INDEX fresh FOR (e:Entity) ON (e.name)",
    "CALL db.createLabel('Fresh')",
    "MATCH (e:Entity) CALL (e) { SET e.name = 'known' } IN TRANSACTIONS",
)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_over_bolt_fails(write: str, copied: Inspection) -> None:
    server = copied.server
    with (
        neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver,
        driver.session() as session,
        pytest.raises(neo4j.exceptions.Neo4jError) as refused,
    ):
        session.run(write).consume()
    assert refused.value.code == "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase"


@pytest.mark.parametrize("write", WRITES[:3])
def test_a_write_over_http_fails(write: str, copied: Inspection) -> None:
    answer = over_http(copied.server, write)
    assert [each["code"] for each in answer["errors"]] == ["Neo.ClientError.General.WriteOnReadOnlyAccessDatabase"]
    assert over_http(copied.server, "MATCH (e:Entity) RETURN count(e)")["errors"] == []


def over_http(server: Server, statement: str) -> dict[str, Any]:
    web = http.client.HTTPConnection("127.0.0.1", int(server.browser_url.split(":")[2].split("/")[0]), timeout=30)
    login = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
    body = json.dumps({"statements": [{"statement": statement}]})
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    web.request("POST", "/db/neo4j/tx/commit", body, headers)
    answer: dict[str, Any] = json.loads(web.getresponse().read())
    web.close()
    return answer


def test_the_password_of_the_graph_does_not_open_the_copy(copied: Inspection, server: Server) -> None:
    assert copied.server.password != server.password
    assert copied.server.uri != server.uri
    assert oct((copied.server.home / "password").stat().st_mode)[-3:] == "600"


def test_a_shipped_query_that_writes_says_that_this_neo4j_takes_no_writes(copy: Database) -> None:
    with pytest.raises(QueryRejected, match="takes no writes, as an inspection copy"):
        copy.run("make_secret", name="veil", value="")


# Commands ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_commands_that_read_and_record_nothing_work_on_the_copy(
    copied: Inspection, there: Settings, innercircle: Command
) -> None:
    home = {"INNERCIRCLE_HOME": str(there.home)}
    bands = json.loads(innercircle("query", "bands", "-p", "scheme=reliability", "--json", **home).stdout)
    assert sum(row["members"] for row in bands) == MEMBERS + 4
    members = json.loads(innercircle("members", "reliability", "--json", **home).stdout)["members"]
    assert len(members) == MEMBERS + 4
    status = json.loads(innercircle("status", "--json", **home).stdout)
    assert status["uri"] == copied.server.uri


@pytest.mark.parametrize(
    "typed",
    [
        "show x --scheme reliability",
        "explain x --scheme reliability",
        "leave x --scheme reliability",
        "erase x --yes",
    ],
)
def test_commands_that_record_or_write_are_refused_on_the_copy(
    typed: str, copied: Inspection, there: Settings, innercircle: Command
) -> None:
    done = innercircle(*typed.split(), INNERCIRCLE_HOME=str(there.home))
    assert done.returncode == 1
    assert "this is an inspection copy" in done.stderr


def test_no_copy_is_made_of_a_copy_of_another_neo4j_or_of_one_that_does_not_run(
    copied: Inspection, there: Settings, tmp_path: Path
) -> None:
    with pytest.raises(LocalServerFailed, match="is an inspection copy itself"):
        anonymised_copy.inspect(there)
    with pytest.raises(LocalServerFailed, match="no Neo4j runs in"):
        anonymised_copy.inspect(Settings(home=tmp_path))
    other = Settings.model_validate({"home": tmp_path, "neo4j_uri": "bolt://127.0.0.1:1", "neo4j_password": "x"})
    with pytest.raises(LocalServerFailed, match=r"bolt://127\.0\.0\.1:1 is set"):
        anonymised_copy.inspect(other)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_copy_that_fails_leaves_the_one_before_and_nothing_else(
    copied: Inspection, settings: Settings, copy: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = large_enough_to_copy.texts(copy)

    def break_off(*_arguments: Any) -> dict[str, Any]:
        raise Refused("in the middle")

    monkeypatch.setattr(copying, "_fact", break_off)
    with pytest.raises(Refused, match="in the middle"):
        anonymised_copy.inspect(settings)
    assert not (settings.home / "inspect.new").exists()
    assert servers(settings.home) == [copied.server.pid]
    assert large_enough_to_copy.texts(copy) == before


def servers(home: Path) -> list[int]:
    """The processes of copies of this home, whole or half made."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if f"--home-dir={home}/inspect" in line]


@pytest.mark.slow
def test_copying_that_is_killed_is_tidied_up_and_made_anew_with_other_pseudonyms_on_the_same_ports(
    copied: Inspection, settings: Settings, copy: Database, there: Settings
) -> None:
    """Last of those with a copy: it ends the copy that they share."""
    before = {text for text in large_enough_to_copy.texts(copy) if re.fullmatch("[0-9a-f]{16}", text)}
    assert len(before) > 100
    process = subprocess.Popen(
        [Path(sys.executable).with_name("innercircle"), "inspect"],
        env={**os.environ, "INNERCIRCLE_HOME": str(settings.home), "INNERCIRCLE_PAGECACHE_MEGABYTES": "128"},
    )
    wanted = settings.home / "inspect.new" / "data" / "databases" / "neo4j"
    while not wanted.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert copied.server.pid in servers(settings.home)

    again = anonymised_copy.inspect(settings)

    assert servers(settings.home) == [again.server.pid]
    assert not (settings.home / "inspect.new").exists()
    assert (again.server.uri, again.server.browser_url) == (copied.server.uri, copied.server.browser_url)
    assert again.server.password != copied.server.password
    with connect(there) as fresh:
        assert before & large_enough_to_copy.texts(fresh) == set()
    assert written(there.home, before) == set()

    # however it is started, it takes no writes
    os.kill(again.server.pid, signal.SIGTERM)
    while local.status(there):
        time.sleep(0.02)
    local.start(there)
    with connect(there) as fresh, pytest.raises(QueryRejected, match="takes no writes"):
        fresh.statement("CREATE ()")

    assert anonymised_copy.remove(settings)
    assert servers(settings.home) == []
    assert not there.home.exists()
    assert not anonymised_copy.remove(settings)
