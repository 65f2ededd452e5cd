"""What the bare driver writes in benchmarks/merging.py is what a load writes, so that speeds can be compared."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import loading, merging
from benchmarks.loading import KINDS, SCHEMES, THE_REST
from graph.facts import synthetic
from graph.facts.files import read
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.store.client import Database
from tests.conftest import WIPE
from tests.facts.looking import content

SOLE_TRADER = "tom,sole-trader,Tom,1980-12-31,91110000600037341L,213800KUD8LAJWSQ9D15\n"


def made_up(directory: Path) -> list[Path]:
    """A file of each kind, in the order in which the benchmark loads them."""
    synthetic.write(
        directory, entities=24, members=16, contacts=30, obligations=20, purchases=9, visits=9, judgments=4
    )
    with (directory / "entities.csv").open("a", encoding="utf-8") as file:
        file.write(SOLE_TRADER)
    loading.leave_open(directory, 6)
    (directory / "obligations-rest.csv").write_bytes((directory / "obligations.csv").read_bytes())
    loading.pay(directory)
    return [directory / f"{kind}.csv" for kind in KINDS]


def published(database: Database) -> Database:
    for each in SCHEMES:
        publishing.publish(database, scheme.read(each))
    return database


def said(database: Database) -> list[str]:
    """The graph without what only innercircle knows: whose rating is older than a fact."""
    return [row.replace("('changed', ''), ", "") for row in content(database)]


def bare(database: Database, kind: str, rows: Sequence[dict[str, object]]) -> None:
    settling = [str(row["id"]) for row in rows if str(row.get("id")).startswith(THE_REST)]
    merging.merge(database, merging.statements(database, kind, rows, settling))


def test_the_bare_driver_writes_the_graph_that_a_load_writes(graph: Database, tmp_path: Path) -> None:
    files = made_up(tmp_path)
    published(graph)
    for file in files:
        [loaded] = load(graph, [file])
        assert (loaded.stored > 0, loaded.rejected) == (True, 0)
    ours = said(graph)
    assert sum("changed" in row for row in content(graph)) > 0, (
        "there is something that the bare driver leaves out"
    )
    graph.statement(WIPE)
    published(graph)
    for kind, file in zip(KINDS, files, strict=True):
        for chunk in read(file):
            bare(graph, kind, chunk.rows)
    assert said(graph) == ours


def test_the_bare_driver_stores_a_row_once_however_often_it_comes(graph: Database, tmp_path: Path) -> None:
    published(graph)
    for kind, file in zip(KINDS[:6], made_up(tmp_path), strict=False):
        rows = [row for chunk in read(file) for row in chunk.rows]
        if kind != "memberships":  # its rids are given out anew
            bare(graph, kind, rows)
            before = content(graph)
            bare(graph, kind, rows)
            assert content(graph) == before
