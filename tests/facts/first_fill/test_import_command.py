"""`innercircle import`, where nothing is imported: what it refuses, and the files that it writes for elsewhere."""

import json
from functools import partial
from pathlib import Path

import pytest

from api import address
from graph.errors import LocalServerFailed, ParameterError, Refused
from graph.facts.load import load
from graph.server.connect import connect
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.commands import run
from tests.facts.looking import written


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, "entities.csv", "id,kind", "ann,person", "bob,robot")


def test_files_for_elsewhere_are_told_of_with_what_to_do(
    file: Path, graph: Database, settings: Settings, tmp_path: Path
) -> None:
    output, rejects = tmp_path / "for elsewhere", tmp_path / "rejects.csv"
    arguments = ("import", str(file), "--output", str(output), "--rejects", str(rejects))
    told = run(settings.home, *arguments)
    assert told.exit_code == 2  # a row was rejected
    assert "nothing is imported yet" in told.output
    assert "`innercircle migrate`" in " ".join(told.output.split())
    command = (output / "import.sh").read_text().splitlines()[1]
    assert told.output.endswith(f"\n{command}\n")
    assert command.startswith("neo4j-admin database dump neo4j --to-path=. && neo4j-admin database import full --")
    assert graph.one("not_empty")["found"] == []
    with pytest.raises(ParameterError, match="has to be a new directory"):
        run(settings.home, *arguments)

    said = run(settings.home, *arguments[:3], str(tmp_path / "again"), *arguments[4:], "--json")
    answer = json.loads(said.stdout)
    assert answer["command"].startswith("neo4j-admin database dump")
    assert answer["rejects"] == str(rejects)
    assert [each["stored"] for each in answer["loaded"]] == [1]


def test_where_no_row_is_good_nothing_is_written(graph: Database, settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path, "entities.csv", "id,kind", "bob,robot")
    output = tmp_path / "for elsewhere"
    for more in (["--output", str(output)], []):
        told = run(settings.home, "import", str(file), "--rejects", str(tmp_path / "rejects.csv"), *more)
        assert "no row is good, so nothing was written" in told.output
    assert not output.exists()
    assert graph.one("not_empty")["found"] == []


def test_a_graph_that_was_loaded_into_is_pointed_to_load(file: Path, graph: Database, settings: Settings) -> None:
    load(graph, [file])
    with pytest.raises(Refused, match=r"the graph has nodes of Entity, Load, .*use `innercircle load`"):
        run(settings.home, "import", str(file))


def test_nothing_is_imported_beside_the_api_of_the_same_home(
    file: Path, graph: Database, settings: Settings, tmp_path: Path
) -> None:
    with serve(partial(connect, settings)) as client:
        host, port = client.base_url.host, client.base_url.port
        assert port
        with (
            address.noted(settings, host, port),
            pytest.raises(Refused, match=f"the API runs at .*{port}.*stop it"),
        ):
            run(settings.home, "import", str(file))
    assert graph.one("not_empty")["found"] == []


def test_nothing_is_imported_into_a_neo4j_that_is_not_managed_here_or_not_there(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LocalServerFailed, match="run `innercircle up`"):
        run(tmp_path / "no home", "import", str(file))
    monkeypatch.setenv("INNERCIRCLE_NEO4J_URI", "bolt://127.0.0.1:1")
    monkeypatch.setenv("INNERCIRCLE_NEO4J_PASSWORD", "x")
    with pytest.raises(ParameterError, match="give --output DIRECTORY"):
        run(tmp_path, "import", str(file))
