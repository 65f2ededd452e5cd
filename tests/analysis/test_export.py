"""`innercircle export`: files that have what the graph has, recorded for everyone, each replaced as a whole."""

import csv
import json
import stat
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from graph.analysis import export
from graph.analysis.frames.read import read, read_facts
from graph.audit.verify import verify
from graph.errors import NotFound, NotRecorded, ParameterError
from graph.store.client import Database
from tests.commands import Run
from tests.conftest import WIPE
from tests.worlds.chosen_conduct import contact, facts_of, rated
from tests.worlds.rated_twice import BY, FORGET
from tests.worlds.reads_on_record import POLICY

ODD = "=1+1"
OUTCOMES = {"ann": [1.0, 0.5], "bob": [0.0] * 4, "cat": [1.0] * 6, ODD: [0.4], "+ü": []}
CONTACTS = [*contact("ann", "bob", (1, 2)), *contact("ann", ODD, (1,)), *contact("bob", "shop", (1,))]
TABLES = ("members", "facts", "circles", "ratings")
SCHEME = ("--scheme", POLICY.id, "--purpose", "a study")


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    database.statement(WIPE)
    rated(database, facts_of(OUTCOMES, CONTACTS), POLICY)
    return database


@pytest.fixture
def graph(community: Database) -> Database:
    community.statement(FORGET)
    return community


def tables(graph: Database) -> dict[str, pd.DataFrame]:
    found = read(graph, POLICY.id)
    return {
        "members": found.members,
        "facts": read_facts(graph, POLICY.id),
        "circles": found.circles,
        "ratings": found.ratings,
    }


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def said(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z") if value.tz else f"{value:%Y-%m-%d}"
    return f"'{value}" if isinstance(value, str) and value[0] in "=+" else str(value)


def test_csv_files_have_what_the_graph_has(graph: Database, tmp_path: Path) -> None:
    done = export.export(graph, POLICY.id, tmp_path, "csv", by=BY)
    for name, table in tables(graph).items():
        found = rows(tmp_path / f"{name}.csv")
        assert len(found) == len(table) == done.files[f"{name}.csv"]
        assert len(found) > 0
        assert [list(row.values()) for row in found] == [
            [said(value) for value in row] for row in table.itertuples(index=False)
        ]
        assert list(found[0]) == list(table.columns)


def test_no_cell_begins_a_formula(graph: Database, tmp_path: Path) -> None:
    export.export(graph, POLICY.id, tmp_path, "csv", by=BY)
    cells = [cell for name in TABLES for row in rows(tmp_path / f"{name}.csv") for cell in row.values()]
    assert {f"'{ODD}", "'+ü"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_parquet_files_have_what_the_graph_has(graph: Database, tmp_path: Path) -> None:
    export.export(graph, POLICY.id, tmp_path, "parquet", by=BY)
    for name, table in tables(graph).items():
        found = pd.read_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(found, table, check_dtype=False)
    assert ODD in found["entity"].tolist(), "no spreadsheet reads it: ids are as they are"


def test_graphml_has_the_circles_and_the_ratings(graph: Database, tmp_path: Path) -> None:
    export.export(graph, POLICY.id, tmp_path, "graphml", by=BY)
    found = nx.read_graphml(tmp_path / "circles.graphml")
    every = tables(graph)
    assert list(found) == every["ratings"]["entity"].tolist()
    for row in every["ratings"].itertuples():
        assert found.nodes[row.entity]["points"] == row.points
        assert found.nodes[row.entity]["band"] == row.band
    assert {(one, other): tie["weight"] for one, other, tie in found.edges(data=True)} == {
        (row.entity, row.contact): row.weight for row in every["circles"].itertuples()
    }
    assert found.number_of_edges() == 4


@pytest.mark.parametrize("form", export.FORMATS)
def test_an_entity_that_has_not_joined_is_in_no_file(graph: Database, tmp_path: Path, form: str) -> None:
    export.export(graph, POLICY.id, tmp_path, form, by=BY)
    files = [file for file in tmp_path.iterdir() if file.is_file()]
    assert len(files) == (2 if form == "graphml" else 5)
    for file in files:
        assert b"shop" not in file.read_bytes(), file


@pytest.mark.parametrize("form", export.FORMATS)
def test_everyone_is_on_record_with_the_purpose(graph: Database, command: Run, tmp_path: Path, form: str) -> None:
    printed = json.loads(command("export", *SCHEME, "--out", str(tmp_path), "--format", form, "--json").output)
    assert set(printed["rows"]) <= {file.name for file in tmp_path.iterdir()}
    records = graph.statement(
        "MATCH (a:Access)-[:IN]->()-[:ABOUT]->(e:Entity) RETURN e.id AS id, properties(a) AS said"
    )
    assert sorted(row["id"] for row in records) == sorted(OUTCOMES)
    for row in records:
        assert (row["said"]["who"], row["said"]["what"], row["said"]["purpose"]) == ("olga", "export", "a study")
    assert verify(graph).holds


def test_what_cannot_be_recorded_is_not_written(graph: Database, tmp_path: Path) -> None:
    export.export(graph, POLICY.id, tmp_path / "old", "csv", by=BY)
    before = {file.name: file.read_bytes() for file in (tmp_path / "old").iterdir()}
    graph.statement("MATCH (l:Ledger {id: $id}) SET l.head = 'x'", id=f"{POLICY.id}|ann")
    for place in ("old", "new"):
        with pytest.raises(NotRecorded):
            export.export(graph, POLICY.id, tmp_path / place, "csv", by=BY)
    assert {file.name: file.read_bytes() for file in (tmp_path / "old").iterdir()} == before
    assert not (tmp_path / "new").exists()


def test_an_export_again_gives_the_same_files_which_only_their_owner_may_read(
    graph: Database, tmp_path: Path
) -> None:
    export.export(graph, POLICY.id, tmp_path / "out", "csv", by=BY)
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    (tmp_path / "out" / "ratings.csv").write_text("something older and longer\n" * 100_000, encoding="utf-8")
    export.export(graph, POLICY.id, tmp_path / "out", "csv", by=BY)
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()} == {0o600}


def test_where_writing_fails_every_old_file_is_as_it_was(
    graph: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.export(graph, POLICY.id, tmp_path, "csv", by=BY)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def full(table: pd.DataFrame, out: Any) -> None:
        out.write(b"half of it")
        if "band" in table:
            raise OSError(28, "No space left on device")

    monkeypatch.setitem(export.TABLES, "csv", full)
    with pytest.raises(ParameterError, match="No space left"):
        export.export(graph, POLICY.id, tmp_path, "csv", by=BY)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_about_json_says_of_which_run_the_files_are_and_what_for(graph: Database, tmp_path: Path) -> None:
    export.export(graph, POLICY.id, tmp_path, "parquet", by=BY)
    about = json.loads((tmp_path / "about.json").read_text(encoding="utf-8"))
    (row,) = graph.statement("MATCH (r:Run) RETURN r.id AS id")
    assert about["runs"] == [
        {
            "id": row["id"],
            "as_of": "2026-07-01T00:00:00+00:00",
            "version": POLICY.version,
            "policy_hash": POLICY.hash,
        }
    ]
    assert (about["scheme"], about["read_by"], about["purpose"]) == (POLICY.id, "olga", "a look at the whole")


def test_a_purpose_has_to_be_said(graph: Database, command: Run, tmp_path: Path) -> None:
    assert command("export", "--scheme", POLICY.id, "--out", str(tmp_path)).exit_code == 2
    with pytest.raises(ParameterError):
        command("export", "--scheme", POLICY.id, "--purpose", " ", "--out", str(tmp_path))
    with pytest.raises(NotFound):
        command("export", "--scheme", "nothing", "--purpose", "a study", "--out", str(tmp_path))
    with pytest.raises(ParameterError):
        export.export(graph, POLICY.id, tmp_path, "xlsx", by=BY)
    assert list(tmp_path.iterdir()) == []
    assert graph.statement("MATCH (a:Access) RETURN a") == []
