"""The engine on Spark against the reference and the engine in arrays: real processes, from real snapshots."""

import json
import shutil
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.analysis import snapshot
from graph.analysis.frames import Reader
from graph.facts.values import Facts
from graph.policy.scheme import Scheme, points_of, whole
from graph.rating import reference
from graph.rating.engines.spark import layout
from graph.rating.run import rate
from graph.store.client import Database
from tests import storing
from tests.analysis.test_snapshot import PAUSE
from tests.conftest import WIPE, samples
from tests.rating.engines.on_spark import OnSpark, ratings
from tests.strategies import AS_OF, NASTY, communities, make_scheme, schemes, schemes_with_voice
from tests.worlds.side_by_side import side_by_side

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]

CLOSE = 1e-9
BY = Reader("olga", "a trial on Spark")
HEARD = make_scheme(
    partner_month=1.0, partner_year=2.0, voice={"full": 0.5, "outside": 0.25, "founders_at_least": 1}
)
EPOCH = AS_OF.fromordinal(719_163).date()
PUBLISHED = "MATCH (m:Membership) RETURN m.rid AS rid, properties(m) AS m ORDER BY rid"


def taken(database: Database, facts: Facts, scheme: Scheme, founders: list[str], out: Path) -> Path:
    """A snapshot of a graph with these facts and nothing else."""
    database.statement(WIPE)
    storing.store(database, facts, scheme)
    if scheme.voice:
        storing.found(database, scheme, *founders)
    snapshot.take(database, scheme.id, out, by=BY, as_of=AS_OF)
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


def test_every_nasty_community_is_rated_as_networkx_rates_it(
    graph: Database, tmp_path: Path, spark: OnSpark
) -> None:
    """All of them in one graph, under each of these policies; and each alone where scores of all hang together."""
    facts, founders = WHOLE
    places = {name: taken(graph, facts, scheme, founders, tmp_path / name) for name, scheme in SCHEMES.items()}
    told = done(spark.rate(*places.values()))
    assert [each["members"] for each in told] == [len(facts.members)] * len(SCHEMES)
    for name, scheme in SCHEMES.items():
        check(places[name], facts, scheme, founders)


ALONE = [
    community
    for community in NASTY
    if community.name in ("empty", "one member without facts", "everyone in one circle", "gaps between rids")
    or "promises" in community.name
]


def test_a_nasty_community_alone_has_the_voices_of_the_reference(
    graph: Database, tmp_path: Path, spark: OnSpark
) -> None:
    places = []
    for number, community in enumerate(ALONE):
        founders = [entity for entity, _ in community.facts.members][:2]
        scheme = HEARD if founders else make_scheme()
        place = taken(graph, community.facts, scheme, founders, tmp_path / str(number))
        places.append((place, community.facts, scheme, founders))
    done(spark.rate(*(place for place, *_ in places)))
    for each in places:
        check(*each)


@settings(max_examples=samples(1, 3), suppress_health_check=list(HealthCheck))
@given(
    several=st.lists(communities(), min_size=12, max_size=12),
    policies=st.lists(schemes() | schemes_with_voice(), min_size=4, max_size=4),
)
def test_random_communities_are_rated_as_networkx_rates_them(
    graph: Database,
    tmp_path_factory: pytest.TempPathFactory,
    spark: OnSpark,
    several: list[Facts],
    policies: list[Scheme],
) -> None:
    facts, founders = side_by_side(several)
    policies = [each for each in policies if not each.voice or len(founders) >= each.voice.founders_at_least]
    place = tmp_path_factory.mktemp("random")
    places = [taken(graph, facts, each, founders, place / str(number)) for number, each in enumerate(policies)]
    if places:
        done(spark.rate(*places))
    for directory, scheme in zip(places, policies, strict=True):
        check(directory, facts, scheme, founders)


def test_disputes_pauses_and_the_veil_count_as_with_the_engine_in_arrays(
    graph: Database, tmp_path: Path, spark: OnSpark
) -> None:
    facts, founders = WHOLE
    graph.statement(WIPE)
    storing.store(graph, facts, HEARD)
    storing.found(graph, HEARD, *founders)
    for number, owed in enumerate(facts.obligations[::7]):
        who = (owed.debtor, owed.creditor)[number % 2]
        graph.statement(ANY_DISPUTE, who=who, fact=owed.id, kind="obligations", type="OWED")
    for number, met in enumerate(facts.contacts[::11]):
        graph.statement(ANY_DISPUTE, who=met[number % 2], fact=met.id, kind="contacts", type="CONTACTED")
    for kind, type_ in (("purchases", "BOUGHT"), ("visits", "VISITED")):
        for fact in getattr(facts, kind)[::3]:
            graph.statement(ANY_DISPUTE, who=fact.entity, fact=fact.id, kind=kind, type=type_)
    joined = dict(facts.members)
    for met in [each for each in facts.contacts if {each.source, each.target} <= joined.keys()][5::17]:
        graph.statement(PAUSE, id=f"{HEARD.id}|{met.source}", contact=met.target)
    place = tmp_path / "out"
    snapshot.take(graph, HEARD.id, place, by=BY, as_of=AS_OF)
    run = rate(graph, HEARD.id, as_of=AS_OF, engine="arrays")
    done(spark.rate(place))
    found = ratings(place)
    expected = {row["rid"]: row["m"] for row in graph.statement(PUBLISHED)}
    assert found.keys() == expected.keys()
    dispute_seen = set()
    for rid, row in found.items():
        member = expected[rid]
        aside = row["aside"] if any(row["aside"]) else None
        assert aside == member.get("set_aside"), rid
        dispute_seen |= {place for place, count in enumerate(row["aside"]) if count}
        assert row["voice"] == member["voice"]
        assert [tie["contact"] for tie in row["circle"]] == member["circle"]
        assert row["score"] == pytest.approx(member["score"], abs=CLOSE)
        assert 350 + 600 * row["shown"] == pytest.approx(member["shown_points"], abs=600 * CLOSE)
        assert [tie["seen"] for tie in row["circle"]] == pytest.approx(member["seen"], abs=CLOSE)
    assert dispute_seen == {0, 1, 2, 3}, "facts and contacts are in dispute by the member and by others"
    said = json.loads((place / layout.RATINGS / layout.MANIFEST).read_text())
    assert said["leaning"] == graph.one("run", id=run.id)["run"]["leaning"]
    assert (said["sweeps"], said["ties"]) == (run.sweeps, run.ties)


ANY_DISPUTE = """
MATCH (one)-[f]->() WHERE f.id = $fact AND type(f) = $type
MATCH (who:Entity {id: $who})
CREATE (who)-[:OPENED]->(d:Dispute {id: 'd-' + $fact, fact: $fact, kind: $kind, state: 'open'})
SET f.disputed = d.id
"""


def test_one_partition_two_and_eight_give_the_same_bits(graph: Database, tmp_path: Path, spark: OnSpark) -> None:
    facts, founders = WHOLE
    place = taken(graph, facts, HEARD, founders, tmp_path / "out")
    found = []
    for partitions, cores in ((2, 2), (8, 3), (1, 1)):
        done(spark.rate(place, master=f"local[{cores}]", partitions=partitions))
        found.append(bits(place))
    assert found[1] == found[0]
    assert found[2] == found[0]
    assert len(found[0]) == len(facts.members)


# Where it runs --------------------------------------------------------------------------------------------


def test_no_driver_is_in_reach_and_nothing_is_left_but_the_ratings_for_their_owner(
    graph: Database, tmp_path: Path, spark: OnSpark
) -> None:
    for module in ("neo4j", "pandas", "pydantic", "graph.store.client"):
        assert spark.run("-c", f"import {module}").returncode != 0, module
    facts, founders = WHOLE
    place = taken(graph, facts, HEARD, founders, tmp_path / "out")
    before = sorted(path.name for path in place.iterdir())
    for _ in range(2):  # the second replaces what the first made
        done(spark.rate(place))
        assert sorted(path.name for path in place.iterdir()) == sorted([*before, layout.RATINGS])
    made = [place / layout.RATINGS, *(place / layout.RATINGS).iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700, 0o600}
    assert json.loads((place / layout.RATINGS / layout.MANIFEST).read_text())["engine"] == "spark"


GROWTH = """
from graph.policy import scheme
from graph.rating.engines.spark import scores
from graph.rating.engines.spark.session import session
import sys, tempfile

policy = scheme.parse(open(sys.argv[1]).read(), "policy")
with session("local[1]", 1) as spark, tempfile.TemporaryDirectory() as place:
    lengths = []

    def keep(name, frame):
        lengths.append(len(frame._jdf.queryExecution().toString()))
        frame.write.parquet(f"{place}/{name}")
        return spark.read.schema(frame.schema).parquet(f"{place}/{name}")

    ring = 6
    tied = [(n, (n + 1) % ring, 1.0) for n in range(ring)]
    ties = spark.createDataFrame(tied, "member int, contact int, weight double")
    own = [(n, n / ring, 0.0) for n in range(ring)]
    members = spark.createDataFrame(own, "rid int, conduct double, offset double")
    solved, _ = scores.solve(policy, ties, members, keep)
    print(solved.sweeps, *lengths)
"""


def test_the_plan_of_the_last_sweep_is_as_long_as_that_of_the_first(tmp_path: Path, spark: OnSpark) -> None:
    policy = make_scheme(share=0.5, tolerance=1e-12)
    (tmp_path / "policy.toml").write_text(policy.text, encoding="utf-8")
    told = spark.run("-c", GROWTH, tmp_path / "policy.toml")
    assert told.returncode == 0, told.stderr[-4_000:]
    sweeps, first, *later = map(int, told.stdout.splitlines()[-1].split())
    assert sweeps > 30
    assert len(later) > 6
    assert max(later) < 1.1 * max(first, later[0])


# What is refused ------------------------------------------------------------------------------------------


def test_a_snapshot_that_is_not_as_its_manifest_says_is_refused_and_nothing_is_made(
    graph: Database, tmp_path: Path, spark: OnSpark
) -> None:
    facts, founders = WHOLE
    whole_one = taken(graph, facts, HEARD, founders, tmp_path / "whole")

    def refused(name: str, change: Any, why: str) -> None:
        place = tmp_path / name
        shutil.copytree(whole_one, place)
        change(place)
        told = spark.rate(place)
        assert told.returncode == 1
        assert why in json.loads(told.stdout)["error"]["message"]
        assert not (place / layout.RATINGS).exists()
        assert not list(place.glob(".writing-*"))

    part = "contacts/part-00000.parquet"
    said = json.loads((whole_one / layout.MANIFEST).read_text())

    def rewritten(**more: Any) -> Any:
        return lambda place: (place / layout.MANIFEST).write_text(json.dumps(said | more))

    refused(
        "changed",
        lambda place: (place / part).write_bytes((place / "members" / "part-00000.parquet").read_bytes()),
        f"{part}: it has sha256",
    )
    refused(
        "missing", lambda place: (place / part).unlink(), f"{part}: the manifest names it, and it is not there"
    )
    refused(
        "more",
        lambda place: shutil.copy(place / part, place / "contacts" / "part-00001.parquet"),
        "contacts/part-00001.parquet: it is there, and the manifest does not name it",
    )
    refused(
        "broken off", lambda place: (place / layout.MANIFEST).unlink(), "no snapshot, or one that was broken off"
    )
    refused("another policy", rewritten(policy=make_scheme(share=0.5).text), "its policy is not the one")
    refused("another format", rewritten(format=9), "it has format 9")


def test_a_run_that_does_not_converge_leaves_nothing(graph: Database, tmp_path: Path, spark: OnSpark) -> None:
    facts, founders = WHOLE
    scheme = make_scheme(share=0.5, max_sweeps=3, tolerance=1e-12)
    place = taken(graph, facts, scheme, founders, tmp_path / "out")
    before = sorted(place.iterdir())
    told = spark.rate(place)
    error = json.loads(told.stdout)["error"]
    assert (told.returncode, error["code"]) == (1, "not-converged")
    assert "raise solver.max_sweeps" in error["message"]
    assert sorted(place.iterdir()) == before
