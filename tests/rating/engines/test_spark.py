"""The engine on Spark against the reference and the engine in arrays: real processes, from real snapshots."""

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from benchmarks import held_view
from benchmarks.spark_process import SECONDS
from graph.facts.load import load
from graph.facts.values import Facts
from graph.model import Run
from graph.policy.scheme import Scheme, points_of, whole
from graph.rating import reference
from graph.rating.engines.spark import layout
from graph.rating.run import rate
from graph.store.client import Database
from tests import storing
from tests.analysis.test_snapshot import PAUSE
from tests.conftest import WIPE, samples
from tests.facts import test_real_data
from tests.rating import test_otc
from tests.rating.engines import standalone
from tests.rating.engines.on_spark import QUICK, OnSpark, Session, ratings, take
from tests.strategies import AS_OF, NASTY, communities, make_scheme, schemes, schemes_with_voice
from tests.waiting import wait_for
from tests.worlds.side_by_side import side_by_side

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]

CLOSE = 1e-9
HEARD = make_scheme(
    partner_month=1.0, partner_year=2.0, voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1}
)
EPOCH = AS_OF.fromordinal(719_163).date()
PUBLISHED = "MATCH (m:Membership) RETURN m.rid AS rid, properties(m) AS m ORDER BY rid"


def taken(database: Database, facts: Facts, founders: list[str], scheme: Scheme, out: Path) -> Path:
    """A snapshot of a graph with these facts and nothing else."""
    database.statement(WIPE)
    storing.store(database, facts, scheme)
    if scheme.voice:
        storing.found(database, scheme, *founders)
    take(database, scheme.id, out)
    return out


def check(directory: Path, facts: Facts, scheme: Scheme, founders: list[str]) -> None:
    """Every value equals the reference's within 1e-9; whole points, bands, circles and voices are the same."""
    found = ratings(directory)
    expected = reference.rate(facts, scheme, AS_OF, founders=founders if scheme.voice else ())
    assert found.keys() == {member.rid for member in expected.members.values()}
    said = json.loads((directory / layout.RATINGS / layout.MANIFEST).read_text())
    names = list(scheme.factors.named())
    assert said["factors"] == names
    for entity, member in expected.members.items():
        row = found[member.rid]
        assert row["rates"] == pytest.approx([member.rates[name].rate for name in names], abs=CLOSE)
        assert row["evidences"] == pytest.approx([member.rates[name].evidence for name in names], abs=CLOSE)
        assert row["conduct"] == pytest.approx(member.conduct, abs=CLOSE)
        assert row["voice"] == expected.voices.get(entity)
        check_circle(row["circle"], member)
        assert row["score"] == pytest.approx(member.score, abs=CLOSE)
        points = points_of(row["score"])
        assert whole(points) == whole(member.points)
        assert scheme.band(points, sum(row["evidences"])) == member.band
    assert said["bound"] == pytest.approx(expected.bound, abs=CLOSE)
    assert said["ties"] == sum(len(member.circle) for member in expected.members.values())
    assert said["members"] == len(expected.members)


def check_circle(circle: list[dict[str, Any]], member: reference.Rating) -> None:
    assert [tie["contact"] for tie in circle] == [tie.rid for tie in member.circle]
    assert [tie["days"] for tie in circle] == [tie.days for tie in member.circle]
    assert [EPOCH + timedelta(days=tie["last"]) for tie in circle] == [tie.last for tie in member.circle]
    assert [tie["weight"] for tie in circle] == pytest.approx([tie.weight for tie in member.circle], abs=CLOSE)
    assert [tie["strength"] for tie in circle] == pytest.approx([tie.strength for tie in member.circle])
    assert [tie["used"] for tie in circle] == pytest.approx(list(member.used), abs=CLOSE)


def bits(directory: Path) -> dict[int, str]:
    """What was made, to the last bit."""
    return {rid: repr(row) for rid, row in ratings(directory).items()}


def done(told: Any) -> list[dict[str, Any]]:
    assert told.returncode == 0, told.stderr[-4_000:]
    return [json.loads(line) for line in told.stdout.splitlines()]


# The law ------------------------------------------------------------------------------------------------

WHOLE = side_by_side([community.facts for community in NASTY])
SCHEMES = {
    "as most": make_scheme(),
    "caps, and too little known": make_scheme(partner_month=1.0, partner_year=2.0, known_from=0.5),
    "voices": HEARD,
    "nothing ages, half from others": make_scheme(
        half_life_days=None, circle_half_life_days=None, share=0.5, size=2
    ),
    "no circle": make_scheme(size=0, weights={"visits": 1.0}),
}


ALONE = {
    community.name: community.facts
    for community in NASTY
    if community.name in ("empty", "one member without facts", "everyone in one circle", "gaps between rids")
    or "promises" in community.name
}
DISPUTED = "disputes, pauses and the veil"


@dataclass(frozen=True)
class Made:
    """Snapshots, and what an engine here makes of the last of them."""

    session: Session
    snapshots: dict[str, Path]
    run: Run
    expected: dict[int, dict[str, Any]]
    leaning: list[int]

    def rated(self, name: str) -> Path:
        """The snapshot's directory, with its ratings: they are made for the first test that asks."""
        place = self.snapshots[name]
        if not (place / layout.RATINGS).exists():
            self.session.rate(place)
        return place


@pytest.fixture(scope="module")
def made(database: Database, session: Session, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """To start Spark, and to have Java compile what it does the first time, takes longer than all that follows."""
    place = tmp_path_factory.mktemp("made")
    places = {name: taken(database, *WHOLE, scheme, place / name) for name, scheme in SCHEMES.items()}
    for name, facts in ALONE.items():
        places[name] = taken(database, facts, founders_of(facts), alone_under(facts), place / name)
    disputed(database)
    take(database, HEARD.id, place / DISPUTED)
    places[DISPUTED] = place / DISPUTED
    run = rate(database, HEARD.id, as_of=AS_OF, engine="arrays")
    expected = {row["rid"]: row["m"] for row in database.statement(PUBLISHED)}
    return Made(session, places, run, expected, database.one("run", id=run.id)["run"]["leaning"])


def founders_of(facts: Facts) -> list[str]:
    return [entity for entity, _ in facts.members][:2]


def alone_under(facts: Facts) -> Scheme:
    return HEARD if facts.members else make_scheme()


@pytest.mark.parametrize("name", SCHEMES)
def test_all_nasty_communities_in_one_graph_are_rated_as_networkx_rates_them(made: Made, name: str) -> None:
    facts, founders = WHOLE
    check(made.rated(name), facts, SCHEMES[name], founders)


@pytest.mark.parametrize("name", ALONE)
def test_a_nasty_community_alone_has_the_voices_of_the_reference(made: Made, name: str) -> None:
    facts = ALONE[name]
    check(made.rated(name), facts, alone_under(facts), founders_of(facts))


@settings(max_examples=samples(1, 3), suppress_health_check=list(HealthCheck))
@given(
    several=st.lists(communities(), min_size=12, max_size=12),
    policies=st.lists(schemes() | schemes_with_voice(), min_size=2, max_size=2),
)
def test_random_communities_are_rated_as_networkx_rates_them(
    graph: Database,
    tmp_path_factory: pytest.TempPathFactory,
    session: Session,
    several: list[Facts],
    policies: list[Scheme],
) -> None:
    facts, founders = side_by_side(several)
    policies = [each for each in policies if not each.voice or len(founders) >= each.voice.founders_at_least]
    assume(policies)
    place = tmp_path_factory.mktemp("random")
    places = [taken(graph, facts, founders, each, place / str(number)) for number, each in enumerate(policies)]
    for directory, scheme in zip(places, policies, strict=True):
        session.rate(directory)
        check(directory, facts, scheme, founders)


def disputed(database: Database) -> None:
    """The graph holds all nasty communities, with facts of each kind in dispute by either end, and paused ties."""
    facts, founders = WHOLE
    database.statement(WIPE)
    storing.store(database, facts, HEARD)
    storing.found(database, HEARD, *founders)
    for number, owed in enumerate(facts.obligations[::7]):
        who = (owed.debtor, owed.creditor)[number % 2]
        database.statement(ANY_DISPUTE, who=who, fact=owed.id, kind="obligations", type="OWED")
    for number, met in enumerate(facts.contacts[::11]):
        database.statement(ANY_DISPUTE, who=met[number % 2], fact=met.id, kind="contacts", type="CONTACTED")
    for kind, type_ in (("purchases", "BOUGHT"), ("visits", "VISITED")):
        for fact in getattr(facts, kind)[::3]:
            database.statement(ANY_DISPUTE, who=fact.entity, fact=fact.id, kind=kind, type=type_)
    joined = dict(facts.members)
    for met in [each for each in facts.contacts if {each.source, each.target} <= joined.keys()][5::17]:
        database.statement(PAUSE, id=f"{HEARD.id}|{met.source}", contact=met.target)


def test_disputes_pauses_and_the_veil_count_as_with_the_engine_in_arrays(made: Made) -> None:
    place = made.rated(DISPUTED)
    found = ratings(place)
    assert found.keys() == made.expected.keys()
    seen = set()
    for rid, row in found.items():
        member = made.expected[rid]
        assert (row["aside"] if any(row["aside"]) else None) == member.get("set_aside"), rid
        seen |= {kind for kind, count in enumerate(row["aside"]) if count}
        assert row["voice"] == member["voice"]
        assert [tie["contact"] for tie in row["circle"]] == member["circle"]
        assert row["score"] == pytest.approx(member["score"], abs=CLOSE)
        assert 350 + 600 * row["shown"] == pytest.approx(member["shown_points"], abs=600 * CLOSE)
        assert row["veiled"] == pytest.approx(member["veiled"], abs=CLOSE)
        assert [tie["seen"] for tie in row["circle"]] == pytest.approx(member["seen"], abs=CLOSE)
    assert seen == {0, 1, 2, 3}, "facts and contacts are in dispute by the member and by others"
    said = json.loads((place / layout.RATINGS / layout.MANIFEST).read_text())
    assert (said["leaning"], said["sweeps"], said["ties"]) == (made.leaning, made.run.sweeps, made.run.ties)


ANY_DISPUTE = """
MATCH (one)-[f]->() WHERE f.id = $fact AND type(f) = $type
MATCH (who:Entity {id: $who})
CREATE (who)-[:OPENED]->(d:Dispute {id: 'd-' + $fact, fact: $fact, kind: $kind, state: 'open'})
SET f.disputed = d.id
"""


# else Spark puts partitions that are as small as these together, and all that differs is a number
APART = ("spark.sql.adaptive.coalescePartitions.enabled=false", *QUICK)


def check_bits(made: Made, place: Path, rate_it: Callable[[Path], object]) -> None:
    """The same bits are made once more, in place of others, and nothing else is left."""
    shutil.copytree(made.rated("voices"), place)
    before = sorted(path.name for path in place.iterdir())
    was = (place / layout.RATINGS / layout.MANIFEST).stat().st_ino
    rate_it(place)
    assert (place / layout.RATINGS / layout.MANIFEST).stat().st_ino != was
    assert len(list((place / layout.RATINGS).glob("*.parquet"))) > 1
    assert sorted(path.name for path in place.iterdir()) == before, "nothing else is left"
    assert bits(place) == bits(made.rated("voices"))
    assert len(bits(place)) == len(WHOLE[0].members)


def test_eight_partitions_give_the_bits_of_two_and_replace_what_was_there(
    made: Made, tmp_path: Path, session: Session
) -> None:
    check_bits(made, tmp_path / "out", lambda place: session.rate(place, partitions=8))


def test_two_worker_processes_give_the_bits_of_one(made: Made, tmp_path: Path, spark: OnSpark) -> None:
    how: dict[str, Any] = {"master": "local-cluster[2,1,1024]", "partitions": 2, "conf": APART}
    check_bits(made, tmp_path / "out", lambda place: done(spark.rate(place, **how)))


def test_a_worker_that_is_killed_in_the_middle_of_a_job_changes_nothing(
    made: Made, tmp_path: Path, spark: OnSpark
) -> None:
    place = tmp_path / "out"
    shutil.copytree(made.snapshots["voices"], place, ignore=shutil.ignore_patterns(layout.RATINGS))
    with standalone.cluster(spark, tmp_path) as cluster:
        here = ("spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1", "spark.executor.memory=512m")
        rating = spark.start(place, master=cluster.master, partitions=4, conf=(*APART, *here))
        try:
            # a step is on the disk, and others are still to be made
            wait_for(lambda: bool(list(place.glob(".writing-*/reach"))) or rating.poll() is not None, SECONDS)
            assert rating.poll() is None, rating.communicate()
            assert [len(cluster.executors(worker)) for worker in (0, 1)] == [1, 1], "both work"
            cluster.kill(0)
            _, error = rating.communicate(timeout=SECONDS)
        finally:
            rating.kill()
        assert rating.returncode == 0, error[-4_000:]
        assert "Lost executor" in error
        wait_for(lambda: not cluster.executors(0) and not cluster.executors(1), SECONDS)
    assert bits(place) == bits(made.rated("voices"))
    assert not list(place.glob(".writing-*"))


def check_as_in_arrays(database: Database, scheme: str, as_of: datetime, place: Path, session: Session) -> int:
    """How many members have the whole points, voices and circles that the engine in arrays gives them."""
    take(database, scheme, place, as_of)
    run = rate(database, scheme, as_of=as_of, engine="arrays")
    session.rate(place, partitions=4)
    found = ratings(place)
    expected = {row["rid"]: row["m"] for row in database.statement(PUBLISHED)}
    assert found.keys() == expected.keys()
    for rid, row in found.items():
        member = expected[rid]
        assert whole(points_of(row["score"])) == whole(member["points"])
        assert row["score"] == pytest.approx(member["score"], abs=CLOSE)
        assert row["voice"] == member.get("voice")
        assert [tie["contact"] for tie in row["circle"]] == member["circle"]
    assert sum(len(row["circle"]) for row in found.values()) == run.ties > 0
    return len(found)


@pytest.mark.skipif(not test_otc.OTC.is_dir(), reason="the Bitcoin OTC data are not beside the project")
def test_bitcoin_otc_has_the_whole_points_of_the_engine_in_arrays(
    roomy: Database, tmp_path: Path, session: Session
) -> None:
    load(roomy, [test_otc.OTC / "otc_network.csv.gz"], mapping="bitcoin-otc")
    held_view.join_everyone(roomy, test_otc.POLICY, tmp_path, founders=[test_otc.FOUNDER])
    policy, as_of = test_otc.POLICY.id, held_view.AS_OF
    assert check_as_in_arrays(roomy, policy, as_of, tmp_path / "out", session) == test_otc.USERS


def test_the_copenhagen_students_have_the_whole_points_of_the_engine_in_arrays(
    roomy: Database, tmp_path: Path, session: Session
) -> None:
    _, students = test_real_data.copenhagen(roomy, tmp_path)
    found = check_as_in_arrays(roomy, "trading", test_real_data.STUDIED, tmp_path / "out", session)
    assert found == len(students)


# Where it runs --------------------------------------------------------------------------------------------


def test_no_driver_is_in_reach_of_it(spark: OnSpark) -> None:
    for module in ("neo4j", "pandas", "numpy", "pydantic", "graph.store.client"):
        assert spark.run("-c", f"import {module}").returncode != 0, module


def test_ratings_are_for_their_owner_and_say_what_made_them(made: Made) -> None:
    place = made.rated("voices") / layout.RATINGS
    assert {stat.S_IMODE(path.stat().st_mode) for path in (place, *place.iterdir())} == {0o700, 0o600}
    said = json.loads((place / layout.MANIFEST).read_text())
    assert said["engine"] == "spark"
    assert said["spark"].startswith("4.")
    assert said["snapshot_sha256"] == layout.sha256((place.parent / layout.MANIFEST).read_bytes())
    assert {file["name"]: file["sha256"] for file in said["table"]["files"]} == {
        path.name: layout.sha256(path.read_bytes()) for path in place.glob("*.parquet")
    }


def test_the_plan_of_the_last_sweep_is_as_long_as_that_of_the_first(tmp_path: Path, session: Session) -> None:
    policy = make_scheme(share=0.5, tolerance=1e-12)
    (tmp_path / "policy.toml").write_text(policy.text, encoding="utf-8")
    told = session.ask(grow=tmp_path / "policy.toml")
    first, *later = told["lengths"]
    assert told["sweeps"] > 30
    assert len(later) > 6
    assert max(later) < 1.1 * max(first, later[0])


# What is refused ------------------------------------------------------------------------------------------


PART = "contacts/part-00000.parquet"
OTHER = "contacts/part-00001.parquet"


def rewritten(place: Path, **more: Any) -> None:
    manifest = place / layout.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | more))


CHANGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (
        lambda place: shutil.copy(place / "members" / "part-00000.parquet", place / PART),
        f"record {PART}: it has sha256",
    ),
    "missing": (
        lambda place: (place / PART).unlink(),
        f"record {PART}: the manifest names it, and it is not there",
    ),
    "more": (
        lambda place: shutil.copy(place / PART, place / OTHER),
        f"record {OTHER}: it is there, and the manifest does not name it",
    ),
    "broken off": (lambda place: (place / layout.MANIFEST).unlink(), "no snapshot, or one that was broken off"),
    "another policy": (
        lambda place: rewritten(place, policy=make_scheme(share=0.5).text),
        "its policy is not the one that its hash says",
    ),
    "another format": (lambda place: rewritten(place, format=9), "it has format 9"),
}


def test_what_is_not_as_its_manifest_says_is_refused_and_what_does_not_converge_leaves_nothing(
    made: Made, database: Database, tmp_path: Path, session: Session
) -> None:
    for name, (change, _) in CHANGED.items():
        shutil.copytree(made.snapshots["voices"], tmp_path / name, ignore=shutil.ignore_patterns(layout.RATINGS))
        change(tmp_path / name)
    slow = make_scheme(share=0.5, max_sweeps=3, tolerance=1e-12)
    taken(database, *WHOLE, slow, tmp_path / "slow")
    (tmp_path / "a[b]").mkdir()
    wanted = {name: why for name, (_, why) in CHANGED.items()} | {
        "slow": "not-converged after 3 sweeps",
        "a[b]": "Spark takes [ ] in a path for a pattern",
        "nowhere": "there is no such file",
    }
    for name, why in wanted.items():
        assert why in session.ask(rate=tmp_path / name, partitions=1).get("error", ""), name
    assert not [path for path in tmp_path.rglob("*") if path.name in (layout.RATINGS, ".writing-*")]
    assert not list(tmp_path.rglob(".writing-*"))
