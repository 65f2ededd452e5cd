"""`innercircle publish-run`: what Spark made of a snapshot is published as a run, or not at all."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import compute, parquet

from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.errors import NotFound, RecordError, Refused, StoreConflict
from graph.policy import publishing
from graph.rating import published
from graph.rating.engines.spark import layout
from graph.rating.publish_run import publish_run
from graph.rating.run import rate
from graph.rating.runs import alone
from graph.rating.verify import verify_run
from graph.server.local import Server
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE, Command
from tests.rating.engines.on_spark import OnSpark
from tests.rating.engines.test_answers import KEPT, SECRET, differences, parts
from tests.rating.engines.test_spark import ANY_DISPUTE, HEARD, WHOLE
from tests.strategies import AS_OF, make_scheme
from tests.worlds.rated_twice import FORGET

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]

FACTS, FOUNDERS = WHOLE
RATED = "MATCH (m:Membership) WHERE m.run IS NOT NULL RETURN count(m) AS n"
BY = Reader("olga", "a trial on Spark")


def community(database: Database) -> None:
    """The facts are in the graph, all of them from before any snapshot, and nobody is rated."""
    database.statement(WIPE)
    database.run("make_secret", name="veil", value=SECRET)
    storing.store(database, FACTS, HEARD)
    storing.found(database, HEARD, *FOUNDERS)
    database.statement("MATCH (e:Entity) SET e.changed = null")


@pytest.fixture(scope="module")
def made(database: Database, spark: OnSpark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the community with the ratings that Spark made of it."""
    community(database)
    place = tmp_path_factory.mktemp("made") / "out"
    snapshot.take(database, HEARD.id, place, by=BY, as_of=AS_OF)
    told = spark.rate(place)
    assert told.returncode == 0, told.stderr[-4_000:]
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """The same in a directory of this test."""
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def graph(database: Database) -> Iterator[Database]:
    """The community as it was when the snapshot was taken."""
    community(database)
    yield database
    database.statement(FORGET)


def test_what_is_published_is_what_a_run_in_arrays_publishes(graph: Database, place: Path) -> None:
    expected_run = rate(graph, HEARD.id, as_of=AS_OF, engine="arrays")
    expected = graph.statement(KEPT), parts(graph, HEARD, FACTS)
    leaning = graph.one("run", id=expected_run.id)["run"]["leaning"]
    community(graph)
    run = publish_run(graph, place, batch=7)
    assert differences((graph.statement(KEPT), parts(graph, HEARD, FACTS)), expected) == []
    assert (run.engine, run.as_of, run.members, run.ties) == (
        "spark",
        AS_OF,
        len(FACTS.members),
        expected_run.ties,
    )
    assert (run.sweeps, run.founders) == (expected_run.sweeps, expected_run.founders)
    assert "Spark 4." in run.software
    assert "Java " in run.software
    assert graph.one("run", id=run.id)["run"]["leaning"] == leaning
    assert verify_run(graph, run.id).holds
    entity = FACTS.members[0][0]
    assert not published.open_rating(graph, entity, HEARD.id).stale
    again = publish_run(graph, place)
    assert again.id != run.id
    assert differences(graph.statement(KEPT), expected[0]) == [], "publishing it again changes nothing"


def test_the_command_publishes_and_says_so(graph: Database, place: Path, innercircle: Command) -> None:
    told = innercircle("publish-run", place, "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["engine"] == "spark"


# What is refused, before anything is written -------------------------------------------------------------


def _part(place: Path) -> Path:
    return next((place / layout.RATINGS).glob("*.parquet"))


def _rewritten(place: Path, **more: Any) -> None:
    manifest = place / layout.RATINGS / layout.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | more))


def _with_score(place: Path) -> None:
    """A score of 2, with the hash of the file that says so."""
    file = _part(place)
    table = parquet.read_table(file)
    index = table.column_names.index("swept")
    parquet.write_table(table.set_column(index, "swept", compute.add(table.column("swept"), pa.scalar(2.0))), file)
    said = json.loads((place / layout.RATINGS / layout.MANIFEST).read_text())
    for each in said["table"]["files"]:
        each["sha256"] = layout.sha256((place / layout.RATINGS / each["name"]).read_bytes())
    _rewritten(place, table=said["table"])


CHANGED: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "a changed file": (lambda place: _part(place).write_bytes(b"other"), RecordError, "it has sha256"),
    "a missing partition": (lambda place: _part(place).unlink(), RecordError, "it is not there"),
    "a file more": (
        lambda place: shutil.copy(_part(place), place / layout.RATINGS / "more.parquet"),
        RecordError,
        "more.parquet: it is there, and the manifest does not name it",
    ),
    "no ratings": (lambda place: shutil.rmtree(place / layout.RATINGS), NotFound, "has no ratings: make them"),
    "no snapshot": (lambda place: (place / layout.MANIFEST).unlink(), NotFound, "is no snapshot"),
    "of another snapshot": (
        lambda place: _rewritten(place, snapshot_sha256="0" * 64),
        RecordError,
        "it was made from another snapshot",
    ),
    "another format": (lambda place: _rewritten(place, format=9), RecordError, "it has format 9"),
    "a path in the manifest": (
        lambda place: _rewritten(
            place,
            table={"rows": 1, "files": [{"name": "../x", "rows": 1, "bytes": 1, "sha256": "0"}]},
        ),
        RecordError,
        "is no file of ratings",
    ),
    "a score that no run gives": (_with_score, RecordError, "outside of"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_changed_is_refused_and_nothing_is_published(graph: Database, place: Path, name: str) -> None:
    change, error, why = CHANGED[name]
    change(place)
    with pytest.raises(error, match=why):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0
    assert graph.statement("MATCH (r:Run) RETURN r.id") == []


def test_of_another_policy_it_is_refused(graph: Database, place: Path) -> None:
    other = make_scheme(share=0.3, voice={"founders_at_least": 1})
    text = other.text.replace('version = "1"', 'version = "2"', 1)
    publishing.publish(graph, publishing.parsed(text, HEARD.id))
    with pytest.raises(Refused, match="under version 1 of the policy of made-up, and 2 is published now"):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0


@pytest.mark.parametrize("later", [0, 30])
def test_a_snapshot_from_before_the_last_run_is_refused(graph: Database, place: Path, later: int) -> None:
    run = rate(graph, HEARD.id, as_of=AS_OF + timedelta(days=later), engine="arrays")
    with pytest.raises(Refused, match="was rated as of" if later else "was rated since"):
        publish_run(graph, place)
    (seen,) = {row["run"] for row in graph.statement("MATCH (m:Membership) RETURN DISTINCT m.run AS run")}
    assert seen == run.id


def test_a_founder_whose_word_was_taken_back_is_refused(graph: Database, place: Path) -> None:
    graph.statement("MATCH (e:Entity {id: $id})-[f:FOUNDS]->() SET f.ended = datetime()", id=FOUNDERS[0])
    with pytest.raises(Refused, match="1 is in force no longer"):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0


def test_a_second_publisher_is_told_of_the_first(graph: Database, place: Path) -> None:
    with (
        alone(graph, HEARD.id, "another"),
        pytest.raises(StoreConflict, match="another run of made-up is under way"),
    ):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0


# What has happened since the snapshot ---------------------------------------------------------------------


IN_MOST_CIRCLES = """
MATCH (m:Membership)-[:INNER]->(c)
WITH c, count(m) AS circles ORDER BY circles DESC, c.id LIMIT 1
RETURN c.id AS id
"""


def test_who_left_since_is_in_no_rating_and_who_joined_waits(graph: Database, place: Path) -> None:
    publish_run(graph, place)
    (row,) = graph.statement(IN_MOST_CIRCLES)
    community(graph)
    leaver = row["id"].partition("|")[2]
    storing.leave_one(graph, HEARD, leaver)
    outsider = next(each.creditor for each in FACTS.obligations if each.creditor not in dict(FACTS.members))
    storing.join_one(graph, HEARD, outsider)
    run = publish_run(graph, place)
    assert run.members == len(FACTS.members)
    rated = {
        each["id"] for each in graph.statement("MATCH (m:Membership {run: $run}) RETURN m.id AS id", run=run.id)
    }
    assert rated == {f"{HEARD.id}|{entity}" for entity, _ in FACTS.members} - {row["id"]}
    for entity, _ in FACTS.members:
        if entity != leaver:
            opened = published.open_rating(graph, entity, HEARD.id)
            assert sum(part.points for part in opened.parts) == pytest.approx(opened.points, abs=1e-9)
            assert leaver not in [contact.entity for contact in opened.circle]
            assert opened.stale, "a circle has lost a contact, so the next run settles it"


def test_a_dispute_since_marks_the_scheme_stale(graph: Database, place: Path) -> None:
    owed = next(each for each in FACTS.obligations if each.debtor in dict(FACTS.members))
    graph.statement(ANY_DISPUTE, who=owed.debtor, fact=owed.id, kind="obligations", type="OWED")
    graph.statement("MATCH (d:Dispute) SET d.opened = datetime()")
    publish_run(graph, place)
    assert all(published.open_rating(graph, entity, HEARD.id).stale for entity, _ in FACTS.members[:3])


def test_facts_that_came_since_are_newer_than_the_rating(graph: Database, place: Path) -> None:
    entity = FACTS.members[0][0]
    graph.statement("MATCH (e:Entity {id: $id}) SET e.changed = datetime()", id=entity)
    publish_run(graph, place)
    assert published.open_rating(graph, entity, HEARD.id).stale
    assert not published.open_rating(graph, FACTS.members[1][0], HEARD.id).stale


KILLED = """
import os, signal, sys
from pathlib import Path
from graph.rating.publish_run import publish_run
from graph.server.connect import connect
from graph.settings import Settings

def die(step):
    if step == "publish":
        os.kill(os.getpid(), signal.SIGKILL)

with connect(Settings.load()) as database:
    publish_run(database, Path(sys.argv[1]), progress=die)
"""


def test_killed_it_is_repeated(graph: Database, server: Server, place: Path) -> None:
    own = {"INNERCIRCLE_NEO4J_URI": server.uri, "INNERCIRCLE_NEO4J_PASSWORD": server.password}
    subprocess.run([sys.executable, "-c", KILLED, str(place)], env=os.environ | own, check=False)
    assert graph.statement(RATED)[0]["n"] == 0
    assert len(graph.statement("MATCH (r:Run) RETURN r.id")) == 1
    run = publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == len(FACTS.members)
    assert [row["id"] for row in graph.statement("MATCH (r:Run) RETURN r.id AS id")] == [run.id]
