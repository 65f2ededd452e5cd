"""The notebook runs from its first cell to its last, and is stored without results."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from graph.rating.rerate import passed_on
from graph.rights import disputes, membership
from graph.server.local import Server
from graph.store.client import Database
from tests.worlds.rated_twice import POLICY, rated_twice

ROOT = Path(__file__).parents[2]
TOUR = ROOT / "examples" / "tour.ipynb"
OTC = ROOT.parent / "shared" / "data" / "bitcoin-otc"
PICTURES = 4


def tour() -> Any:
    return nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]


def run(notebook: Any, server: Server) -> list[Any]:
    """Every cell was run in a kernel of its own, on this server; what the cells gave."""
    address = {"INNERCIRCLE_NEO4J_URI": server.uri, "INNERCIRCLE_NEO4J_PASSWORD": server.password}
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    client = nbclient.NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(TOUR.parent)}}
    )
    client.execute(env={**os.environ, **address, "PYTHONPATH": paths, "INNERCIRCLE_OPERATOR": "olga"})
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def pictures(outputs: list[Any]) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs)


def said(outputs: list[Any]) -> str:
    shown = (output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)
    return "\n".join(shown)


def test_the_tour_is_stored_without_results() -> None:
    for cell in tour().cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.slow
def test_the_tour_of_the_demo_runs_from_end_to_end(database: Database, server: Server) -> None:
    rated_twice(database)
    notebook = tour()
    notebook.cells = [cell for cell in notebook.cells if "otc" not in cell.metadata.get("tags", ())]
    outputs = run(notebook, server)
    assert pictures(outputs) == PICTURES
    assert "every score is PageRank's" in said(outputs)
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    reads = database.statement("MATCH (a:Access) RETURN DISTINCT a.who AS who, a.purpose AS purpose")
    assert reads == [{"who": "olga", "purpose": "the tour of frames and pictures"}]


@pytest.mark.slow
def test_after_a_dispute_and_a_pause_the_tour_says_so_and_goes_on(database: Database, server: Server) -> None:
    rated_twice(database)
    [own] = database.statement(
        "MATCH (e:Entity)-[:JOINED]->(m:Membership)-[:INNER]->(:Membership)<-[:JOINED]-(other:Entity) "
        "MATCH (e)-[o:OWED]->() "
        "RETURN e.id AS id, o.id AS fact, other.id AS other ORDER BY id, fact, other LIMIT 1"
    )
    now = datetime.now(UTC)
    for work in (
        lambda transaction: disputes.dispute(
            transaction, own["id"], kind="obligations", fact=own["fact"], statement="No.", now=now, by="x"
        )[1],
        lambda transaction: membership.pause(transaction, own["id"], POLICY.id, own["other"], now=now),
    ):
        assert passed_on(database, database.write(work))
    notebook = tour()
    notebook.cells = [cell for cell in notebook.cells if "otc" not in cell.metadata.get("tags", ())]
    told = said(run(notebook, server))
    assert "changed since the last run" in told
    assert "`innercircle rate reliability` rates anew" in told


@pytest.mark.slow
def test_the_tour_goes_on_through_bitcoin_otc_where_it_is_there(database: Database, server: Server) -> None:
    rated_twice(database)
    outputs = run(tour(), server)
    if OTC.is_dir():
        assert pictures(outputs) == PICTURES + 2
        assert "5,881 traders" in said(outputs)
    else:
        assert "this part is skipped" in said(outputs)
    assert [output for output in outputs if output.get("name") == "stderr"] == []
