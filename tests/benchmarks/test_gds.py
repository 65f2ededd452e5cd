"""The yardstick of Graph Data Science: what is fetched for it, that nothing of ours needs it, and that it runs."""

import pytest

from benchmarks import gds
from graph.server.jars import lacking, locked
from graph.settings import Settings
from tests.tracked_files import ROOT, tracked


def test_the_lock_of_gds_names_each_jar_once_and_none_that_the_server_has() -> None:
    jars = gds.LOCK.jars
    assert len({jar.file for jar in jars}) == len(jars) > 40
    assert {len(jar.sha256) for jar in jars} == {64}
    assert {jar.version for jar in jars if jar.group == "org.neo4j.gds"} == {"2.13.9"}
    assert not {(jar.group, jar.artifact) for jar in jars} & {
        (jar.group, jar.artifact) for jar in locked(gds.VERSION)
    }


def test_nothing_that_is_shipped_names_gds() -> None:
    shipped = [
        each for each in tracked() if each.startswith(("graph/", "api/", "cypher/", "requirements", "pyproject"))
    ]
    assert len(shipped) > 200
    assert [each for each in shipped if "neo4j.gds" in (ROOT / each).read_bytes().decode(errors="replace")] == []


def test_the_first_run_is_cold_and_each_step_is_held_against_the_sum_of_gds() -> None:
    runs = {
        "GDS": [
            [("project", 9.0), ("write", 1.0)],
            [("project", 1.0), ("write", 1.0)],
            [("project", 5.0), ("write", 1.0)],
        ],
        "arrays": [[("propagation", 8.0)], [("propagation", 2.0)], [("propagation", 4.0)]],
    }
    assert gds.table(runs) == [
        ("GDS", "project", 9.0, 3.0, 0.75),
        ("GDS", "write", 1.0, 1.0, 0.25),
        ("GDS", "sum", 10.0, 4.0, 1.0),
        ("arrays", "propagation", 8.0, 3.0, 0.75),
        ("arrays", "sum", 8.0, 3.0, 0.75),
    ]


@pytest.mark.slow
def test_gds_and_both_engines_are_measured_on_the_same_ties(capsys: pytest.CaptureFixture[str]) -> None:
    if lacking(Settings(), gds.LOCK):
        pytest.skip("GDS is fetched by whoever asks for it: run `make bench-gds` once")
    gds.run(300, heap_megabytes=512, rounds=2)
    told = capsys.readouterr().out
    assert "300 members: GDS on 500 memberships" in told
    assert all(line in told for line in ("pageRank", "propagation", "publication"))
