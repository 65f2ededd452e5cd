"""Everything about me: all that is kept about an entity is in its archive, and nothing about anybody else."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import disclosure
from graph.audit import log
from graph.disclosure.archive import Archive, cell, gather, write
from graph.disclosure.archive.content import MEANING
from graph.errors import NotFound
from graph.rating import published
from graph.server.local import Server
from graph.store.client import Database
from tests.conftest import Command
from tests.disclosure.test_report import NASTY, Tags
from tests.worlds.all_kept_about_one import AS_OF, ENTITY, NAME, build

NOW = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def community(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    build(database, tmp_path_factory.mktemp("community"))
    database.write(
        lambda transaction: log.record(
            transaction, "own-conduct", ENTITY, who="bank", role="client", purpose="credit", what="band", now=NOW
        )
    )
    return database


@pytest.fixture(scope="module")
def archive(community: Database) -> Archive:
    return gather(community, ENTITY, now=NOW)


def files_of(archive: Archive) -> dict[str, str]:
    out = io.BytesIO()
    write(archive, out)
    with zipfile.ZipFile(out) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


@pytest.fixture(scope="module")
def files(archive: Archive) -> dict[str, str]:
    return files_of(archive)


KEPT = """
MATCH (e:Entity {id: $entity})
MATCH (e)-[r:CONTACTED|OWED|PAID|BOUGHT|VISITED|JOINED|FOUNDS|GAVE|OPENED|AGAINST]-(n)
RETURN type(r) AS type, properties(r) AS of_tie,
       CASE WHEN n:Grant OR n:Dispute OR n:Contest OR n:Judgment THEN properties(n) ELSE n {.id} END AS of_node
UNION
MATCH (e:Entity {id: $entity})<-[:ABOUT]-(:Ledger)<-[:IN]-(n:Access)
RETURN 'ABOUT' AS type, {} AS of_tie, properties(n) AS of_node
UNION
MATCH (e:Entity {id: $entity})<-[:TOLD]-(n:Dispute)
RETURN 'TOLD' AS type, {} AS of_tie, n {.id, .kind, .state, .opened, .answer, .answered} AS of_node
UNION
MATCH (e:Entity {id: $entity})-[:JOINED]->(m:Membership)-[p:PAUSED]->(n)
RETURN 'PAUSED' AS type, properties(p) AS of_tie, n {.id} AS of_node
"""
SAID_OTHERWISE = {
    "JOINED id": "it is made of scheme and entity, and both are there",
    "OWED disputed": "whether, for what is disputed by somebody else is theirs",
    "CONTACTED disputed": "the same",
    "OPENED answered_by": "who said so for the other side is theirs",
}


@pytest.mark.slow
def test_every_value_that_is_kept_about_an_entity_is_in_its_archive(
    community: Database, archive: Archive, files: dict[str, str]
) -> None:
    text = json.loads(files["archive.json"])
    values = set(_values(text))
    for row in community.statement(KEPT, entity=ENTITY):
        for name, value in [*row["of_tie"].items(), *row["of_node"].items()]:
            if f"{row['type']} {name}" not in SAID_OTHERWISE:
                shown = value.to_native().astimezone(UTC) if hasattr(value, "to_native") else value
                shown = shown.isoformat().replace("+00:00", "Z") if isinstance(shown, datetime) else shown
                assert shown in values, (row["type"], name, value)
    assert {NAME, ENTITY, "person", "1990-12-10"} <= values


def _values(value: Any) -> Any:
    if isinstance(value, dict):
        for each in value.values():
            yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    else:
        yield value


def test_obligations_are_there_on_both_sides(archive: Archive) -> None:
    found = {row["id"]: (row["role"], row["other"]) for row in archive.tables["obligations"]}
    assert found == {
        "o1": ("debtor", "mill"),
        "o4": ("creditor", "cy"),
        f"{ENTITY} lent to bob": ("creditor", "bob"),
    }


def test_ratings_and_their_history_are_as_they_are_shown(community: Database, archive: Archive) -> None:
    for row in archive.tables["ratings"]:
        shown = disclosure.shown(community, ENTITY, row["scheme"])
        assert (row["whole_points"], row["band"], row["within_points"]) == (
            shown.whole_points,
            shown.band,
            shown.within_points,
        )
        history = disclosure.history(community, ENTITY, row["scheme"])
        states = [each for each in archive.tables["history"] if each["scheme"] == row["scheme"]]
        assert [each["whole_points"] for each in states] == [each.whole_points for each in history.states]
    assert {row["scheme"] for row in archive.tables["ratings"]} == {"own-conduct", "reliability"}


def test_nothing_is_there_of_others_but_the_ids_of_those_whom_the_entity_knows(
    community: Database, archive: Archive, files: dict[str, str]
) -> None:
    everything = "\n".join(files.values())
    for name in ("The Mill", ">Bob<", '"Bob"', ",Bob,"):
        assert name not in everything
    assert community.statement("MATCH (e:Entity {id: 'mill'}) RETURN e.name AS name") == [{"name": "The Mill"}]
    exact = published.open_rating(community, ENTITY, "reliability")
    for figure in (exact.score, exact.points, *(each.used for each in exact.circle)):
        assert str(figure) not in everything
    for other in ("o2", "c3", "g2", "d4"):
        assert other not in set(_values(json.loads(files["archive.json"])))


def test_where_the_facts_come_from_is_there(archive: Archive) -> None:
    (load,) = archive.tables["loads"]
    assert (load["id"], load["by"], load["at"]) == ("l1", "olga", AS_OF)
    assert {row["load"] for row in archive.tables["contacts"]} == {"l1"}


def test_the_csv_files_and_the_page_say_what_the_json_says(archive: Archive, files: dict[str, str]) -> None:
    assert set(files) == {"index.html", "archive.json", "entity.csv", *(f"{kind}.csv" for kind in MEANING)}
    tables = json.loads(files["archive.json"])["tables"]
    assert list(tables) == list(MEANING) == list(archive.tables)
    page = Tags(files["index.html"])
    for kind, rows in tables.items():
        read = list(csv.DictReader(io.StringIO(files[f"{kind}.csv"])))
        assert len(read) == len(rows)
        for row, told in zip(read, rows, strict=True):
            assert list(row) == list(told)
            for name, value in told.items():
                if isinstance(value, str) and not value.startswith(("=", "+", "-", "@")):
                    assert row[name] == value
                    assert value in page.text
        assert f"{kind.replace('_', ' ')}: {len(rows)}" in page.text


def test_an_entity_that_joined_nothing_has_an_archive_and_an_unknown_one_has_none(community: Database) -> None:
    community.statement("CREATE (:Entity:Person {id: 'dot'})")
    found = gather(community, "dot", now=NOW)
    assert found.entity["id"] == "dot"
    assert set(map(len, found.tables.values())) == {0}
    assert files_of(found)["contacts.csv"] == ""
    community.statement("MATCH (e:Entity {id: 'dot'}) DELETE e")
    with pytest.raises(NotFound):
        gather(community, "dot", now=NOW)


# Cells ------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u3000=1",
    "＝1",
    "＠x",
    "－1",
    "-",
    "=HYPERLINK(1)",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_in_a_cell(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell([text, "a"]) == f"'{text}; a"


@given(st.text())
def test_a_text_is_changed_by_an_apostrophe_at_most(text: str) -> None:
    assert cell(text) in (text, f"'{text}")
    assert not cell(text).lstrip().startswith(("=", "+", "-", "@"))


def test_numbers_stay_numbers_and_instants_are_in_utc() -> None:
    assert [cell(each) for each in (-1, -0.5, 1e-9, True, None)] == ["-1", "-0.5", "1e-09", "true", ""]
    assert cell(AS_OF) == "2026-07-01T00:00:00Z"
    assert cell(date(2026, 7, 1)) == "2026-07-01"


def test_what_is_in_an_archive_becomes_no_part_of_its_page_and_no_formula(archive: Archive) -> None:
    tables = {
        kind: [{name: NASTY if isinstance(value, str) else value for name, value in row.items()} for row in rows]
        for kind, rows in archive.tables.items()
    }
    nasty = Archive(NOW, dict.fromkeys(archive.entity, NASTY), objects=True, tables=tables)
    found, plain = Tags(files_of(nasty)["index.html"]), Tags(files_of(archive)["index.html"])
    assert (found.tags, set(found.attributes)) == (plain.tags, set(plain.attributes))
    assert not found.tags & {"script", "img", "link", "iframe"}


def test_the_command_writes_the_file_and_the_read_is_on_record(
    community: Database, server: Server, innercircle: Command, tmp_path: Path
) -> None:
    done = innercircle(
        "archive",
        "bob",
        "--out",
        tmp_path / "bob.zip",
        INNERCIRCLE_NEO4J_URI=server.uri,
        INNERCIRCLE_NEO4J_PASSWORD=server.password,
        INNERCIRCLE_OPERATOR="olga",
    )
    assert done.returncode == 0, done.stderr
    assert set(zipfile.ZipFile(tmp_path / "bob.zip").namelist()) >= {"archive.json", "index.html"}
    reads = {(each.who, each.scheme, each.what) for each in log.accesses(community, "bob")}
    assert reads == {("olga", scheme, "archive") for scheme in ("reliability", "own-conduct")}
