"""Real files load whole through the shipped mappings, and are rated; Bitcoin OTC: tests/rating/test_otc.py."""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import held_view
from graph.facts.load import load
from graph.model import Loaded
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.store.client import Database
from tests.facts.looking import whole

pytestmark = pytest.mark.usefixtures("roomy")
DATA = Path(__file__).parents[2].parent / "shared" / "data"


def real(path: str) -> Path:
    """A file of real data, which this repository does not carry."""
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not beside this checkout, in ../shared/data")
    return DATA / path


def bitcoin_otc(database: Database) -> list[Loaded]:
    return load(database, [real("bitcoin-otc/otc_network.csv.gz")], mapping="bitcoin-otc")


@pytest.mark.slow
def test_bitcoin_otc_loaded_twice_changes_nothing(graph: Database) -> None:
    first = bitcoin_otc(graph)
    before = whole(graph)
    second = bitcoin_otc(graph)
    assert [(each.stored, each.completed, each.rejected) for each in second] == [(0, 0, 0)] * 3
    assert [each.known for each in second[1:]] == [each.stored for each in first[1:]]
    assert whole(graph) == before


def contacts(calls: Path, messages: Path) -> Iterator[tuple[str, str]]:
    """Who began a contact with whom, by the csv module alone."""
    with calls.open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["duration"] != "-1":
                yield row["from"], row["to"]
    with gzip.open(messages, "rt", newline="") as stream:
        for row in csv.DictReader(stream):
            yield row["from"], row["to"]


STUDIED = datetime(2014, 2, 4, tzinfo=UTC)


def copenhagen(database: Database, place: Path) -> tuple[list[Loaded], list[str]]:
    """The students' calls and messages are in the graph, and all of them in the scheme `trading`."""
    calls, messages = real("copenhagen/calls.csv"), real("copenhagen/sms.csv.gz")
    loaded = load(database, [calls], mapping="copenhagen-calls")
    loaded += load(database, [messages], mapping="copenhagen-sms")
    trading = held_view.without_voices(scheme.read("trading"))  # nobody judged anything there
    publishing.publish(database, trading)
    students = [row["id"] for row in database.statement("MATCH (e:Entity) RETURN e.id AS id ORDER BY id")]
    with (place / "memberships.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["entity", "scheme", "at", "notice"])
        writer.writerows([student, "trading", "2014-01-06T00:00:00Z", trading.notice_id] for student in students)
    loaded += load(database, [place / "memberships.csv"])
    return loaded, students


@pytest.mark.slow
def test_the_copenhagen_students_join_a_scheme_and_a_run_gives_circles(graph: Database, tmp_path: Path) -> None:
    loaded, students = copenhagen(graph, tmp_path)
    assert [(each.kind, each.stored) for each in loaded if each.kind in ("contacts", "memberships")] == [
        ("contacts", 3_234),
        ("contacts", 24_333),
        ("memberships", len(students)),
    ]
    assert sum(each.rejected for each in loaded) == 0

    run = rate(graph, "trading", as_of=STUDIED)
    ties = "MATCH (m)-[tie:INNER]->(c) RETURN m.rid, c.rid, tie.days, tie.last, m.band ORDER BY m.rid, c.rid"
    scores = "MATCH (m:Membership) RETURN m.score AS score ORDER BY m.rid"
    by_cypher = [graph.statement(each) for each in (ties, scores)]
    rate(graph, "trading", as_of=STUDIED, engine="arrays")
    assert graph.statement(ties) == by_cypher[0], "the same circles"
    found, expected = ([row["score"] for row in rows] for rows in (graph.statement(scores), by_cypher[1]))
    assert found == pytest.approx(expected, abs=1e-9)
    began = set(contacts(real("copenhagen/calls.csv"), real("copenhagen/sms.csv.gz")))
    mutual = {f"cns-{one}" for one, other in began if (other, one) in began and one != other}
    in_circles = graph.statement(
        "MATCH (e:Entity)-[:JOINED]->(m) WHERE EXISTS { (m)-[:INNER]->() } RETURN e.id AS id, m.score AS score"
    )
    assert run.members == len(students)
    assert {row["id"] for row in in_circles} == mutual
    assert len(mutual) > 400
    assert all(row["score"] is not None for row in in_circles)
