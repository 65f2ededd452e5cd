"""`innercircle publish-run`: what Spark made of a snapshot is published as a run, or not at all."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from graph.errors import NotFound, RecordError, Refused, StoreConflict
from graph.facts.values import Facts
from graph.model import OpenRating, Run
from graph.policy import publishing
from graph.policy.scheme import Scheme
from graph.rating import apply, history, published, runs
from graph.rating.engines.spark import layout
from graph.rating.publish_run import publish_run
from graph.rating.run import rate
from graph.rating.runs import alone
from graph.rating.verify import verify_run
from graph.rights import disputes, membership
from graph.server.local import Server
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE, Command
from tests.kept import kept
from tests.rating.engines.on_spark import OnSpark, ratings, take
from tests.rating.engines.test_answers import KEPT, SECRET, differences, parts
from tests.rating.engines.test_meanwhile import once
from tests.rating.engines.test_rating_files import FACTS, FOUNDERS, HEARD
from tests.rating.test_killed import Commands, kill
from tests.strategies import AS_OF, make_scheme
from tests.waiting import wait_for
from tests.worlds import rated_elsewhere
from tests.worlds.rated_twice import FORGET
from tests.worlds.side_by_side import side_by_side

RATED = "MATCH (m:Membership) WHERE m.run IS NOT NULL RETURN count(m) AS n"
RUNS = "MATCH (r:Run) RETURN r.id AS id"
MARKED = "MATCH (r:Run) RETURN r.stale AS stale"
EMPTY = "empty"
MEMBERS = dict(FACTS.members)


def community(database: Database, secret: str = SECRET) -> None:
    """The facts are in the graph, all of them from before any snapshot, and nobody is rated."""
    database.statement(WIPE)

    def make() -> None:
        database.run("make_secret", name="veil", value=secret)
        storing.store(database, FACTS, HEARD)
        storing.found(database, HEARD, *FOUNDERS)
        database.statement("MATCH (e:Entity) SET e.changed = null")

    kept(database, make, secret)


@pytest.fixture(scope="module")
def made(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the community with ratings of it, and beside it one of a scheme without members."""
    place = tmp_path_factory.mktemp("made") / "out"
    empty = place.with_name(EMPTY)
    nobody(database)
    take(database, HEARD.id, empty)
    community(database)
    take(database, HEARD.id, place)
    laid = database.statement("MATCH (m:Membership) RETURN m.rid AS rid, m.offset AS offset")
    offsets = {row["rid"]: row["offset"] for row in laid}
    rated(place, HEARD, FACTS, FOUNDERS, offsets)
    rated(empty, make_scheme(), side_by_side([])[0], [], {})
    return place


def rated(place: Path, scheme: Scheme, facts: Facts, founders: list[str], offsets: dict[int, float]) -> None:
    """The snapshot has ratings beside it."""
    manifest = (place / layout.MANIFEST).read_bytes()
    rated_elsewhere.write(place / layout.RATINGS, facts, scheme, founders, offsets=offsets, snapshot=manifest)


def nobody(database: Database) -> None:
    """The scheme is published, with a policy that needs no founders, and nobody has joined it."""
    database.statement(WIPE)
    publishing.publish(database, make_scheme())


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """The same in a directory of this test."""
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def graph(database: Database, made: Path) -> Database:
    """The community as it was when the snapshot was taken."""
    community(database)
    return database


@pytest.fixture(autouse=True, scope="module")
def forgotten(database: Database) -> Any:
    yield
    database.statement(FORGET)


def stale(database: Database) -> set[str]:
    """The members whose ratings are marked so."""
    rated = [row["id"].partition("|")[2] for row in database.statement("MATCH (m:Membership) RETURN m.id AS id")]
    return {
        entity for entity in rated if entity in MEMBERS and published.open_rating(database, entity, HEARD.id).stale
    }


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_what_spark_made_is_published_as_a_run_in_arrays_publishes_it(
    graph: Database, spark: OnSpark, tmp_path: Path
) -> None:
    place = tmp_path / "out"
    take(graph, HEARD.id, place)
    told = spark.rate(place)
    assert told.returncode == 0, told.stderr[-4_000:]
    run, expected = check_as_arrays(graph, place)
    assert "Spark 4." in run.software
    assert run.sweeps == expected["sweeps"]
    assert graph.one("run", id=run.id)["run"]["leaning"] == expected["leaning"]


def test_what_is_published_is_what_a_run_in_arrays_publishes(graph: Database, place: Path) -> None:
    check_as_arrays(graph, place)


def check_as_arrays(graph: Database, place: Path) -> tuple[Run, dict[str, Any]]:
    """What is published from this snapshot is what a run in arrays publishes, and again when it is repeated.

    Returns the run, and the record of that in arrays.
    """
    expected_run = rate(graph, HEARD.id, as_of=AS_OF, engine="arrays")
    expected = graph.statement(KEPT), parts(graph, HEARD, FACTS)
    record = graph.one("run", id=expected_run.id)["run"]
    voices = graph.one("run_voices", id=expected_run.id)
    community(graph)
    run = publish_run(graph, place, batch=7)
    assert differences((graph.statement(KEPT), parts(graph, HEARD, FACTS)), expected) == []
    assert (run.engine, run.as_of, run.members, run.ties) == ("spark", AS_OF, len(MEMBERS), expected_run.ties)
    assert run.founders == expected_run.founders
    assert "Java " in run.software
    assert graph.one("run_voices", id=run.id) == voices
    verified = verify_run(graph, run.id)
    assert verified.holds
    assert (verified.equal, verified.apart, verified.voices_apart) == (len(MEMBERS), (), 0)
    assert stale(graph) == set()
    again = publish_run(graph, place)
    assert again.id != run.id
    assert differences(graph.statement(KEPT), expected[0]) == [], "publishing it again changes nothing"
    return run, record


def test_of_an_empty_scheme_the_run_is_published_as_any_other(graph: Database, made: Path) -> None:
    nobody(graph)
    run = publish_run(graph, made.with_name(EMPTY))
    assert (run.members, run.ties, run.engine) == (0, 0, "spark")


def test_the_directory_of_the_ratings_is_no_snapshot_and_the_error_names_it(graph: Database, place: Path) -> None:
    with pytest.raises(NotFound, match=f"name the snapshot, {place}$"):
        publish_run(graph, place / layout.RATINGS)


def test_the_command_publishes_and_says_so(graph: Database, place: Path, innercircle: Command) -> None:
    told = innercircle("publish-run", place, "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["engine"] == "spark"
    told = innercircle("publish-run", place)
    assert f"published {len(MEMBERS)} members of {HEARD.id}" in told.stdout


# What is refused, before anything is written -------------------------------------------------------------


def _part(place: Path) -> Path:
    return next(file for file in (place / layout.RATINGS).glob("*.parquet") if parquet.read_table(file).num_rows)


def _rewritten(place: Path, **more: Any) -> None:
    manifest = place / layout.RATINGS / layout.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | more))


def _in_snapshot(place: Path, **more: Any) -> None:
    """The snapshot's manifest says something else, and that of the ratings knows it."""
    manifest = place / layout.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | more))
    _rewritten(place, snapshot_sha256=layout.sha256(manifest.read_bytes()))


def _with_better_score(place: Path) -> None:
    """Of one member, with hashes that fit."""
    manifest = place / layout.RATINGS / layout.MANIFEST
    made = layout.decoded_ratings(manifest.read_bytes(), str(manifest))
    rows = list(ratings(place).values())
    next(row for row in rows if row["circle"])["swept"] += 0.001
    rated_elsewhere.rewrite(rated_elsewhere.Elsewhere(place / layout.RATINGS, made, rows), rows)


CHANGED: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "a changed file": (lambda place: _part(place).write_bytes(b"other"), RecordError, "it has sha256"),
    "a missing partition": (lambda place: _part(place).unlink(), RecordError, "it is not there"),
    "a file more": (
        lambda place: shutil.copy(_part(place), place / layout.RATINGS / "more.parquet"),
        RecordError,
        "more.parquet: it is there, and the manifest does not name it",
    ),
    "other founders": (
        lambda place: shutil.copy(
            place / "members" / "part-00000.parquet", place / "founders" / "part-00000.parquet"
        ),
        RecordError,
        "founders/part-00000.parquet: it has sha256",
    ),
    "no ratings": (lambda place: shutil.rmtree(place / layout.RATINGS), NotFound, "has no ratings: make them"),
    "no snapshot": (lambda place: (place / layout.MANIFEST).unlink(), NotFound, "is no snapshot"),
    "of another snapshot": (
        lambda place: _rewritten(place, snapshot_sha256="0" * 64),
        RecordError,
        "it was made from another snapshot",
    ),
    "another format": (lambda place: _rewritten(place, format=9), RecordError, "it has format 9"),
    "a manifest of something else": (
        lambda place: (place / layout.RATINGS / layout.MANIFEST).write_text("[]"),
        RecordError,
        "it is no manifest of ratings",
    ),
    "a path in the manifest": (
        lambda place: _rewritten(
            place,
            table={"rows": 1, "files": [{"name": "../x", "rows": 1, "bytes": 1, "sha256": "0"}]},
        ),
        RecordError,
        "is no file of ratings",
    ),
    "a snapshot of no time": (
        lambda place: _in_snapshot(place, taken="2026-07-01T00:00:00"),
        RecordError,
        "an instant without a zone",
    ),
    "a snapshot that is yet to be taken": (
        lambda place: _in_snapshot(place, taken=(datetime.now(UTC) + timedelta(days=1)).isoformat()),
        Refused,
        "which is yet to come",
    ),
    "a bound that is none": (
        lambda place: _rewritten(place, bound=0.5),
        RecordError,
        "its bound is not within the policy's tolerance",
    ),
    "a rating that no run gives": (_with_better_score, RecordError, "a score is not made of conduct"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_changed_is_refused_and_nothing_is_published(graph: Database, place: Path, name: str) -> None:
    change, error, why = CHANGED[name]
    change(place)
    with pytest.raises(error, match=why):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0
    assert graph.statement(RUNS) == []


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


def test_a_snapshot_of_another_store_is_refused_although_its_policy_is_the_same(
    graph: Database, place: Path
) -> None:
    community(graph, "ac" * 32)
    with pytest.raises(Refused, match=f"{len(MEMBERS)} of its rids are those of other members here"):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0
    assert graph.statement(RUNS) == []


def test_a_second_publisher_is_told_of_the_first(
    graph: Database, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.1)
    with (
        alone(graph, HEARD.id, "another"),
        pytest.raises(StoreConflict, match="another run of made-up is under way"),
    ):
        publish_run(graph, place)
    assert graph.statement(RATED)[0]["n"] == 0


def test_while_one_publishes_a_run_and_another_publisher_are_refused(
    graph: Database, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0.1)

    def meanwhile() -> None:
        with pytest.raises(StoreConflict, match="another run of made-up is under way"):
            publish_run(graph, place)
        with pytest.raises(StoreConflict, match="another run of made-up is under way"):
            rate(graph, HEARD.id, as_of=AS_OF)

    run = publish_run(graph, place, progress=once("publish", meanwhile))
    assert [row["id"] for row in graph.statement(RUNS)] == [run.id]


# What has happened since the snapshot ---------------------------------------------------------------------


IN_MOST_CIRCLES = """
MATCH (m:Membership)-[:INNER]->(c) WHERE NOT EXISTS { (c)<-[:JOINED]-()-[:FOUNDS]->() }
WITH c, count(m) AS circles ORDER BY circles DESC, c.id LIMIT 1
RETURN c.id AS id
"""
WITH_A_TIE = """
MATCH (m:Membership)-[:INNER]->(c)-[:INNER]->(m) RETURN m.id AS one, c.id AS other ORDER BY one, other LIMIT 1
"""


def entity_of(membership_id: str) -> str:
    return membership_id.partition("|")[2]


def check_parts(database: Database, entity: str) -> OpenRating:
    """The parts of the entity's rating sum to its points."""
    opened = published.open_rating(database, entity, HEARD.id)
    assert sum(part.points for part in opened.parts) == pytest.approx(opened.points, abs=1e-9)
    return opened


def leaver_since(database: Database, place: Path, progress: Callable[[Callable[[], object]], Any]) -> Run:
    """The run, published while who is in most circles leaves; nobody has it in the circle, and all is stale."""
    publish_run(database, place)
    leaver = entity_of(database.statement(IN_MOST_CIRCLES)[0]["id"])
    community(database)
    run = publish_run(database, place, **progress(lambda: storing.leave_one(database, HEARD, leaver)))
    rated = {row["id"] for row in database.statement("MATCH (m:Membership {run: $r}) RETURN m.id AS id", r=run.id)}
    assert rated == {f"{HEARD.id}|{entity}" for entity in MEMBERS.keys() - {leaver}}
    for entity in MEMBERS.keys() - {leaver}:
        assert leaver not in [contact.entity for contact in check_parts(database, entity).circle]
    assert stale(database) == MEMBERS.keys() - {leaver}, "a circle has lost a contact: the next run settles it"
    return run


def test_who_left_since_is_in_no_rating_and_who_joined_waits(graph: Database, place: Path) -> None:
    outsider = next(each.creditor for each in FACTS.obligations if each.creditor not in MEMBERS)

    def before(leave: Callable[[], object]) -> dict[str, Any]:
        leave()
        storing.join_one(graph, HEARD, outsider)
        return {}

    run = leaver_since(graph, place, before)
    assert run.members == len(MEMBERS)
    (row,) = graph.statement("MATCH (m:Membership {id: $id}) RETURN m.run AS run", id=f"{HEARD.id}|{outsider}")
    assert row["run"] is None
    again = rate(graph, HEARD.id, as_of=AS_OF, engine="arrays")
    assert again.members == len(MEMBERS)
    assert stale(graph) == set()


@pytest.mark.parametrize("step", ["checking the ratings", "publish"])
def test_who_leaves_while_it_is_published_is_in_no_rating(graph: Database, place: Path, step: str) -> None:
    leaver_since(graph, place, lambda leave: {"progress": once(step, leave), "batch": 7})


def test_a_leaver_who_spoke_for_others_marks_the_scheme_stale_although_it_is_in_no_circle(
    graph: Database, place: Path
) -> None:
    publish_run(graph, place)
    (row, *_) = graph.statement(
        "MATCH (m:Membership) WHERE m.voice <> 0.25 AND NOT EXISTS { (m)<-[:INNER]-() } "
        "AND NOT EXISTS { (m)<-[:JOINED]-()-[:FOUNDS]->() } RETURN m.id AS id ORDER BY id"
    )
    community(graph)
    storing.leave_one(graph, HEARD, entity_of(row["id"]))
    publish_run(graph, place)
    assert stale(graph) == MEMBERS.keys() - {entity_of(row["id"])}


def test_a_tie_that_was_paused_since_counts_for_neither_end(graph: Database, place: Path) -> None:
    publish_run(graph, place)
    (row,) = graph.statement(WITH_A_TIE)
    one, other = entity_of(row["one"]), entity_of(row["other"])
    community(graph)
    graph.write(lambda transaction: membership.pause(transaction, one, HEARD.id, other, now=datetime.now(UTC)))
    publish_run(graph, place)
    for entity, contact in ((one, other), (other, one)):
        assert contact not in [each.entity for each in check_parts(graph, entity).circle]
    assert not graph.statement(
        "MATCH (a:Membership {id: $one})-[:INNER]-(b:Membership {id: $other}) RETURN a.id", **row
    )
    assert stale(graph) == MEMBERS.keys()


def test_a_dispute_since_marks_the_scheme_stale(graph: Database, place: Path) -> None:
    owed = next(each for each in FACTS.obligations if each.debtor in MEMBERS)

    def dispute(transaction: Any) -> None:
        about = {"kind": "obligations", "fact": owed.id, "statement": "I never owed that."}
        disputes.dispute(transaction, owed.debtor, **about, now=datetime.now(UTC))

    graph.write(dispute)
    publish_run(graph, place)
    assert stale(graph) == MEMBERS.keys()
    rate(graph, HEARD.id, as_of=AS_OF, engine="arrays")
    assert stale(graph) == set(), "the next run settles it"


def test_a_scheme_is_stale_from_the_first_rating_on_that_is_published(graph: Database, place: Path) -> None:
    graph.statement("CREATE (:Dispute {id: 'd', state: 'open', opened: datetime()})")
    seen = []
    publish_run(graph, place, progress=once("publish", lambda: seen.extend(graph.statement(MARKED))))
    assert seen == [{"stale": True}]


def test_facts_that_came_since_are_newer_than_the_rating(graph: Database, place: Path) -> None:
    entity = FACTS.members[0][0]
    graph.statement("MATCH (e:Entity {id: $id}) SET e.changed = datetime()", id=entity)
    publish_run(graph, place)
    assert stale(graph) == {entity}


def test_what_was_re_rated_since_is_kept_and_history_is_in_order(graph: Database, place: Path) -> None:
    first = rate(graph, HEARD.id, as_of=AS_OF - timedelta(days=60), engine="arrays")
    long_ago = "MATCH (r:Run) SET r.started = datetime('2026-01-01T00:00:00Z'), r.finished = r.started"
    graph.statement(long_ago)
    graph.statement("MATCH (m:Membership) SET m.since = datetime('2026-01-01T00:00:00Z')")
    gone = next(each for each in FACTS.obligations if each.debtor in MEMBERS)
    _, rerated = apply.remove(graph, "obligations", [gone.id])
    assert [each.stale for each in rerated] == [""]
    run = publish_run(graph, place)
    assert gone.debtor in stale(graph), "the snapshot has a fact that is gone"
    verified = verify_run(graph, run.id)
    assert verified.holds
    assert verified.equal > len(MEMBERS) // 2
    assert verify_run(graph, first.id).holds
    states = history.read_states(graph, gone.debtor, HEARD.id)
    assert states[-1].run == run.id
    assert [each.since for each in states] == sorted(each.since for each in states)


# Killed ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_killed_half_way_each_rating_is_whole_and_repeated_all_are_published(
    graph: Database, server: Server, place: Path, innercircle: Command
) -> None:
    publish_run(graph, place)
    expected = graph.statement(KEPT)
    community(graph)
    commands = Commands(server, place, innercircle)
    own = commands.environment | {"INNERCIRCLE_BATCH_MEMBERS": "2"}
    commands.environment.update(own)
    publishing_it = commands.start(["publish-run", str(place)])
    wait_for(lambda: graph.statement(RATED)[0]["n"] > 0)
    kill(publishing_it)
    rated = [
        row["id"] for row in graph.statement("MATCH (m:Membership) WHERE m.run IS NOT NULL RETURN m.id AS id")
    ]
    assert 0 < len(rated) < len(MEMBERS), "it was killed half-way"
    for entity in map(entity_of, rated):
        check_parts(graph, entity)
    assert len(graph.statement(RUNS)) == 1
    commands.finish(["publish-run", str(place)])
    assert differences(graph.statement(KEPT), expected) == []
    assert len(graph.statement(RUNS)) == 1, "no record is left of the run that was killed"


@pytest.mark.slow
def test_killed_before_it_publishes_nothing_is_published(
    graph: Database, server: Server, place: Path, innercircle: Command
) -> None:
    commands = Commands(server, place, innercircle)
    publishing_it = commands.start(["publish-run", str(place)])
    wait_for(lambda: bool(graph.statement(RUNS)))
    kill(publishing_it)
    assert graph.statement(RATED)[0]["n"] == 0, "a run is on record before anybody is rated"
    commands.finish(["publish-run", str(place)])
    assert graph.statement(RATED)[0]["n"] == len(MEMBERS)
