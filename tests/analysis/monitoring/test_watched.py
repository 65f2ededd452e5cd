"""What the operator sees of runs and loads, and that nobody is in it."""

import threading
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.analysis.monitoring import last_loads, watched
from graph.analysis.monitoring.drift import stability
from graph.facts.load import load
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import put, row_of
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, obligation, rated

POLICY = scheme.read("reliability")
OUTCOMES = {"ann": [1.0, 0.5], "bob": [0.0] * 4, "cat": [1.0] * 6, "dan": [0.4]}
CONTACTS = [*contact("ann", "bob", (1, 2)), *contact("ann", "cat", (1,)), *contact("bob", "dan", (1, 2))]


def settled(database: Database, count: int) -> None:
    """Bob has kept this many promises more, each to somebody else."""
    kept = [obligation("bob", 1.0, 100 + n) for n in range(count)]
    shops = [
        dict.fromkeys(("name", "born", "uscc", "lei")) | {"id": each.creditor, "kind": "person"} for each in kept
    ]
    assert put(database, "entities", shops)["stored"] == count
    assert put(database, "obligations", [row_of("obligations", each) for each in kept])["stored"] == count


@pytest.mark.slow
def test_a_scheme_has_its_last_runs_and_how_far_each_drifted_from_the_one_before(graph: Database) -> None:
    publishing.publish(graph, scheme.read("trading"))
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    settled(graph, 6)
    last = rate(graph, POLICY.id, as_of=AS_OF + timedelta(days=1))
    found, trading = watched(graph)
    assert (found.scheme, found.under_way, found.waits) == ("reliability", (), False)
    newest, first = found.finished
    assert (newest.id, newest.as_of, newest.members, newest.ties) == (last.id, last.as_of, 4, last.ties)
    assert (newest.bound, newest.sweeps, newest.stale) == (last.bound, last.sweeps, False)
    assert newest.seconds > 0
    histograms = [row["histogram"] for row in graph.run("runs", scheme=POLICY.id)]
    assert histograms[0] != histograms[1]
    assert (first.drift, newest.drift) == (None, stability(*histograms))
    assert (trading.scheme, trading.finished, trading.waits) == ("trading", (), True)


def test_runs_from_before_histograms_were_kept_have_no_drift(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    rate(graph, POLICY.id, as_of=AS_OF)
    graph.statement("MATCH (r:Run) REMOVE r.histogram")
    rate(graph, POLICY.id, as_of=AS_OF)
    assert [each.drift for each in watched(graph)[0].finished] == [None, None, None]
    rate(graph, POLICY.id, as_of=AS_OF)
    assert [each.drift for each in watched(graph)[0].finished] == [0.0, None, None, None]


def test_a_policy_that_no_run_has_used_yet_waits(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    text = POLICY.text.replace('version = "2"\ntitle', 'version = "3"\ntitle', 1)
    publishing.publish(graph, scheme.parse(text, "test"))
    assert watched(graph)[0].waits
    rate(graph, POLICY.id, as_of=AS_OF)
    assert not watched(graph)[0].waits


@pytest.mark.slow
def test_a_run_after_which_changes_were_passed_on_has_the_wider_bound(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    settled(graph, 1)
    changes = Changes()
    changes.add("obligations", ["bob"])
    [done] = rerate(graph, changes)
    assert watched(graph)[0].finished[0].bound == done.bound


def test_a_run_under_way_says_what_it_is_at(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    tags = {"scheme": POLICY.id, "run": "the run"}
    record = {"members": 4, "as_of": AS_OF, "scheme": POLICY.id}
    graph.one("record_run", id="the run", run=record)
    with graph.run_lock(tags):
        [under_way] = watched(graph)[0].under_way
        assert (under_way.id, under_way.step, under_way.is_run) == ("the run", "", True)
        assert (under_way.members, under_way.as_of) == (4, AS_OF)
        with graph.run_lock(tags | {"step": "sweep 3"}):
            [under_way] = watched(graph)[0].under_way
            assert under_way.step == "sweep 3"
    assert watched(graph)[0].under_way == ()
    with graph.run_lock(tags | {"run": "a change"}):
        [under_way] = watched(graph)[0].under_way
        assert (under_way.is_run, under_way.members, under_way.as_of) == (False, None, None)


def test_a_run_that_broke_off_is_told_until_one_has_finished(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    began = graph.one("record_run", id="killed", run={"scheme": POLICY.id, "as_of": AS_OF, "members": 4})[
        "started"
    ]
    with graph.run_lock({"scheme": POLICY.id, "run": "killed"}):
        assert watched(graph)[0].broken_off == ()
    [found] = watched(graph)
    assert found.broken_off == (began.to_native(),)
    assert len(found.finished) == 1
    rate(graph, POLICY.id, as_of=AS_OF)
    assert watched(graph)[0].broken_off == ()


def test_every_step_of_a_run_is_tagged_with_its_name(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    steps: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            steps.update(
                row["step"]
                for row in graph.run("runs_under_way", scheme=POLICY.id, database=graph.called)
                if row["step"]
            )

    looker = threading.Thread(target=look)
    looker.start()
    try:
        for _ in range(20):
            rate(graph, POLICY.id, as_of=AS_OF)
            if any(step.startswith("sweep ") for step in steps):
                break
    finally:
        done.set()
        looker.join()
    assert any(step.startswith("sweep ") for step in steps), steps
    told = {*POLICY.factors.named(), "conduct", "circle", "sweep", "leaning", "publish", "clear_staged"}
    assert {step.split()[0] for step in steps} <= told


def test_a_load_is_told_without_its_directories_and_without_its_rows(graph: Database, tmp_path: Path) -> None:
    folder = tmp_path / "of ann"
    folder.mkdir()
    (folder / "entities.csv").write_text("id,kind\neve,robot\nbob,person\n", encoding="utf-8")
    load(graph, [folder], rejects=folder / "rejects.csv", by="ops")
    [found] = last_loads(graph)
    assert (found.files, found.rejects) == (("entities.csv",), "rejects.csv")
    assert (found.by, found.rows, found.rejected) == ("ops", 2, 1)
    assert found.finished
    assert found.at <= found.finished
    assert "of ann" not in str(found)
    assert "eve" not in str(found)


@pytest.mark.parametrize(
    ("named", "told"), [("/a/b.csv", "b.csv"), ("C:\\loads\\b.csv", "b.csv"), ("b.csv", "b.csv")]
)
def test_a_file_is_told_by_its_last_name(graph: Database, named: str, told: str) -> None:
    graph.run("record_load", id="x", by=None, at=AS_OF, files=[named], digest=None, kind="contacts", stored=1)
    [found] = last_loads(graph)
    assert found.files == (told,)
    assert (found.finished, found.rows, found.rejected, found.rejects) == (None, None, None, None)


def test_nobody_is_in_what_is_told(graph: Database) -> None:
    rated(graph, facts_of(OUTCOMES, CONTACTS), POLICY)
    told: Any = [asdict(each) for each in watched(graph)]
    for name in OUTCOMES:
        assert f"'{name}'" not in str(told)
