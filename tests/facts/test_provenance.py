"""Every fact names the load that brought it, and the load says by whom, when and from which files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import graph.cli  # noqa: F401, it adds the commands to the app
from graph.cli.app import app
from graph.facts.kinds import FACTS
from graph.facts.load import load
from graph.rating.apply import apply
from graph.settings import Settings
from graph.store.client import Database
from tests.facts.looking import whole, written

AT, LATER = "2026-01-31T09:30:00Z", "2026-02-28T09:30:00Z"
FILES = {
    "entities": ("id,kind", "ann,person", "bob,person"),
    "products": ("id,category", "p1,books"),
    "sites": ("id,category", "s1,news"),
    "contacts": ("id,source,target,at", f"c1,ann,bob,{AT}"),
    "obligations": ("id,debtor,creditor,due,settled", f"o1,ann,bob,{AT},"),
    "purchases": ("id,entity,product,at", f"b1,ann,p1,{AT}"),
    "visits": ("id,entity,site,at", f"v1,ann,s1,{AT}"),
}
LOADS = """
MATCH (l:Load)
RETURN l.id AS id, l.by AS by, l.at AS at, l.files AS files,
       COLLECT { MATCH ()-[fact]->() WHERE fact.load = l.id RETURN fact.id ORDER BY fact.id } AS facts
ORDER BY at
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for kind, lines in FILES.items():
        written(tmp_path, f"{kind}.csv", *lines)
    return tmp_path


def loads(database: Database) -> list[dict[str, Any]]:
    return database.statement(LOADS)


def brought(database: Database) -> list[tuple[str, list[str]]]:
    return [(each["by"], each["facts"]) for each in loads(database)]


def test_each_fact_names_the_load_that_brought_it(graph: Database, files: Path) -> None:
    before = datetime.now(UTC)
    load(graph, [files], by="ops", batch=1)
    [first] = loads(graph)
    assert first["facts"] == ["b1", "c1", "o1", "v1"], "one of every kind of fact"
    assert len(first["facts"]) == len(FACTS)
    assert first["by"] == "ops"
    assert before <= first["at"].to_native() <= datetime.now(UTC)
    assert sorted(Path(each).name for each in first["files"]) == sorted(f"{kind}.csv" for kind in FILES)
    more = written(files, "contacts-2.csv", *FILES["contacts"], f"c2,bob,ann,{AT}")
    load(graph, [more])
    assert [(each["by"], each["facts"], each["files"]) for each in loads(graph)][1:] == [
        (None, ["c2"], [str(more)])
    ]


def test_a_load_that_is_repeated_leaves_no_trace_and_one_that_brings_an_entity_does(
    graph: Database, files: Path
) -> None:
    load(graph, [files], by="ops")
    before = whole(graph)
    load(graph, [files], by="ops")
    load(graph, [written(files, "contacts-2.csv", *FILES["contacts"], f"c2,bob,ann,{AT}")], dry_run=True)
    eve = written(files, "obligations-2.csv", FILES["obligations"][0], f"o1,eve,bob,{AT},")
    load(graph, [eve], dry_run=True)
    assert whole(graph) == before
    load(graph, [written(files, "entities-2.csv", "id,kind", "eve,person")], by="ops")
    assert [each["facts"] for each in loads(graph)] == [["b1", "c1", "o1", "v1"], []]


def test_a_load_says_how_many_rows_it_had_and_how_many_were_rejected(graph: Database, files: Path) -> None:
    load(graph, [files], by="ops", batch=1)
    bad = written(files, "obligations-2.csv", FILES["obligations"][0], f"o1,eve,bob,{AT},", f"o2,ann,bob,{AT},")
    worse = written(files, "entities-2.csv", "id,kind", "eve,robot", "ann,person")
    load(graph, [bad, worse], rejects=files / "bad rows.csv", by="ops")
    load(graph, [worse])
    found = graph.run("last_loads", limit=10)
    assert [(each["rows"], each["rejected"], each["rejects"]) for each in found] == [
        (2, 1, None),
        (4, 2, "bad rows.csv"),
        (8, 0, None),
    ]
    assert all(each["at"] <= each["finished"] for each in found)
    kept = str(graph.statement("MATCH (l:Load) RETURN properties(l) AS kept"))
    assert "robot" not in kept
    assert "eve" not in kept
    assert graph.run("last_loads", limit=1) == found[:1]


def test_a_row_that_completes_a_fact_leaves_its_load_and_one_that_corrects_it_sets_it_anew(
    graph: Database, files: Path
) -> None:
    load(graph, [files], by="ops")
    file = files / "obligations.csv"
    written(files, file.name, FILES["obligations"][0], f"o1,ann,bob,{AT},{AT}")
    assert load(graph, [file], by="second")[0].completed == 1
    assert brought(graph) == [("ops", ["b1", "c1", "o1", "v1"]), ("second", [])]
    written(files, file.name, FILES["obligations"][0], f"o1,ann,bob,{AT},{LATER}")
    [loaded], _ = apply(graph, [file], by="third")
    assert loaded.corrected == 1
    assert [(each["by"], each["facts"]) for each in loads(graph)] == [
        ("ops", ["b1", "c1", "v1"]),
        ("second", []),
        ("third", ["o1"]),
    ]


def test_the_command_keeps_the_operator_with_what_it_loads_and_corrects(
    graph: Database, files: Path, settings: Settings
) -> None:
    def done(operator: str, *arguments: str) -> None:
        variables = {"INNERCIRCLE_HOME": str(settings.home), "INNERCIRCLE_OPERATOR": operator}
        rejects = ["--rejects", str(files / "rejects.csv")]
        CliRunner(env=variables).invoke(app, [*arguments, *rejects], catch_exceptions=False)

    done("ops", "load", str(files))
    done(
        "Zhao 赵",
        "apply",
        str(written(files, "o.csv", FILES["obligations"][0], f"o1,bob,ann,{AT},")),
        "--kind=obligations",
    )
    assert [(each["by"], each["facts"]) for each in loads(graph)] == [
        ("ops", ["b1", "c1", "v1"]),
        ("Zhao 赵", ["o1"]),
    ]
