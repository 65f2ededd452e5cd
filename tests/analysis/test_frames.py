"""Frames and the circle graph say what the graph has, of members of one scheme and nobody else."""

from datetime import datetime
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from graph.analysis import frames
from graph.analysis.frames import Reader, circle_graph
from graph.analysis.frames.read import read, read_facts
from graph.audit import log
from graph.audit.verify import verify
from graph.errors import NotFound, NotRecorded, ParameterError
from graph.facts import synthetic
from graph.rating import published, reference
from graph.rating.rerate import passed_on
from graph.rating.run import rate
from graph.rights import membership
from graph.store.client import Database
from tests.storing import put
from tests.worlds.rated_twice import BY, FORGET, MEMBERS, POLICY, rated_twice

FACTS = {
    "contacts": """
        MATCH (:Membership {scheme: $scheme})<-[:JOINED]-(e:Entity)-[f:CONTACTED]->(o:Entity)
        MATCH (o)-[:JOINED]->(:Membership {scheme: $scheme})
        RETURN f.id AS id, e.id AS entity, o.id AS other, f.at AS at""",
    "obligations": """
        MATCH (:Membership {scheme: $scheme})<-[:JOINED]-(e:Entity)-[f:OWED]->(o:Entity)
        RETURN f.id AS id, e.id AS entity, f.due AS at, f.settled AS settled, f.outcome AS outcome,
               f.zone AS zone,
               CASE WHEN EXISTS { (o)-[:JOINED]->(:Membership {scheme: $scheme}) } THEN o.id END AS other""",
    "purchases": """
        MATCH (:Membership {scheme: $scheme})<-[:JOINED]-(e:Entity)-[f:BOUGHT]->(o:Product)
        RETURN f.id AS id, e.id AS entity, o.id AS other, o.category AS category, f.at AS at""",
    "visits": """
        MATCH (:Membership {scheme: $scheme})<-[:JOINED]-(e:Entity)-[f:VISITED]->(o:Site)
        RETURN f.id AS id, e.id AS entity, o.id AS other, o.category AS category, f.at AS at""",
}
RATINGS = """
MATCH (e:Entity)-[:JOINED]->(m:Membership {scheme: $scheme})
RETURN e.id AS entity, properties(m) AS said ORDER BY entity
"""
TIES = """
MATCH (e:Entity)-[:JOINED]->(m:Membership {scheme: $scheme})-[tie:INNER]->(:Membership)<-[:JOINED]-(o:Entity)
RETURN e.id AS entity, o.id AS contact, tie {.*, weight: m.weights[tie.place]} AS said ORDER BY entity, contact
"""


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    return rated_twice(database)


@pytest.fixture
def graph(community: Database) -> Database:
    """The community, before any read."""
    community.statement(FORGET)
    return community


def native(value: Any) -> Any:
    return value.to_native() if hasattr(value, "to_native") else value


@pytest.mark.slow
def test_the_frame_of_members_has_everyone_who_has_joined_in_order_of_id(graph: Database) -> None:
    found = frames.members(graph, POLICY.id)
    expected = list(published.members(graph, POLICY.id))
    assert len(found) == MEMBERS
    assert found["entity"].tolist() == sorted(each["entity"] for each in expected)
    by_id = {each["entity"]: each for each in expected}
    for row in found.to_dict("records"):
        known = by_id[row["entity"]]
        assert (row["joined"], row["contacts"]) == (known["joined"], known["contacts"])
        assert row["kind"] == ("organisation" if row["entity"].startswith("made-up-o") else "person")


@pytest.mark.slow
def test_the_frame_of_ratings_has_what_is_published_to_the_last_digit(graph: Database) -> None:
    found = frames.ratings(graph, POLICY.id, by=BY)
    expected = graph.statement(RATINGS, scheme=POLICY.id)
    assert found["entity"].tolist() == [row["entity"] for row in expected]
    for column in ("score", "points", "band", "conduct", "obligations", "purchases", "visits", "run"):
        assert found[column].tolist() == [row["said"][column] for row in expected], column
    evidence = [sum(row["said"][f"{name}_evidence"] for name in row["said"]["factors"]) for row in expected]
    assert found["evidence"].tolist() == pytest.approx(evidence)
    assert set(found["as_of"]) == {pd.Timestamp(synthetic.AS_OF)}
    assert not found["stale"].any()
    assert not found["contested"].any()


def test_the_frame_of_circles_has_the_ties_that_the_ratings_used(graph: Database) -> None:
    found = frames.circles(graph, POLICY.id, by=BY)
    expected = graph.statement(TIES, scheme=POLICY.id)
    assert len(found) > 2 * MEMBERS
    assert list(zip(found["entity"], found["contact"], strict=True)) == [
        (row["entity"], row["contact"]) for row in expected
    ]
    for column in ("weight", "strength", "days"):
        assert found[column].tolist() == [row["said"][column] for row in expected], column
    assert [day.date() for day in found["last"]] == [native(row["said"]["last"]) for row in expected]
    one = published.open_rating(graph, found["entity"].iloc[0], POLICY.id)
    own = found[found["entity"] == one.entity]
    assert dict(zip(own["contact"], own["used"], strict=True)) == {each.entity: each.used for each in one.circle}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FACTS)
def test_the_frame_of_facts_has_the_facts_of_members(graph: Database, kind: str) -> None:
    every = read_facts(graph, POLICY.id)
    found = every[every["kind"] == kind].set_index("id").sort_index()
    expected = sorted(graph.statement(FACTS[kind], scheme=POLICY.id), key=lambda row: str(row["id"]))
    assert found.index.tolist() == [row["id"] for row in expected]
    assert len(found) > 300
    for column in ("entity", "other", "category", "at", "settled", "outcome", "zone"):
        values = [None if pd.isna(value) else value for value in found[column]]
        assert values == [native(row.get(column)) for row in expected], column


@pytest.mark.slow
def test_frames_are_in_order_of_id_and_never_of_score(graph: Database) -> None:
    for found in (
        frames.members(graph, POLICY.id),
        frames.facts(graph, POLICY.id, by=BY),
        frames.circles(graph, POLICY.id, by=BY),
        frames.ratings(graph, POLICY.id, by=BY),
    ):
        assert found["entity"].tolist() == sorted(found["entity"])
    assert list(frames.to_networkx(graph, POLICY.id, by=BY)) == sorted(found["entity"])


@pytest.mark.slow
def test_nobody_who_has_not_joined_is_in_a_frame(graph: Database) -> None:
    joined = set(frames.members(graph, POLICY.id)["entity"])
    others = {row["id"] for row in graph.statement("MATCH (e:Entity) RETURN e.id AS id")} - joined
    assert len(others) > 50
    circles = frames.circles(graph, POLICY.id, by=BY)
    facts = frames.facts(graph, POLICY.id, by=BY)
    named = {*circles["entity"], *circles["contact"], *facts["entity"], *facts["other"].dropna()}
    assert named & others == set()
    assert facts.loc[facts["kind"] == "obligations", "other"].isna().any(), "owed to somebody who is not named"
    assert set(frames.ratings(graph, POLICY.id, by=BY)["entity"]) == joined


def test_a_frame_has_nothing_of_another_scheme(graph: Database) -> None:
    with pytest.raises(NotFound):
        frames.ratings(graph, "nothing", by=BY)
    assert len(frames.ratings(graph, "own-conduct", by=BY)) == 0, "no run has rated it"
    assert 0 < len(frames.members(graph, "own-conduct")) < MEMBERS


# The record of reads --------------------------------------------------------------------------------


READS = {
    "frame of facts": frames.facts,
    "frame of circles": frames.circles,
    "frame of ratings": frames.ratings,
    "graph of circles": frames.to_networkx,
}


@pytest.mark.slow
@pytest.mark.parametrize("what", READS)
def test_what_says_something_about_persons_is_on_record_for_each_of_them(graph: Database, what: str) -> None:
    handed_out: Any = READS[what](graph, POLICY.id, by=BY)
    entities = set(handed_out) if what == "graph of circles" else set(handed_out["entity"])
    records = graph.statement(
        "MATCH (a:Access)-[:IN]->()-[:ABOUT]->(e:Entity) RETURN e.id AS id, properties(a) AS said"
    )
    assert {row["id"] for row in records} == entities
    assert len(records) == len(entities)
    assert {(row["said"]["who"], row["said"]["role"], row["said"]["purpose"]) for row in records} == {
        ("olga", "operator", "a look at the whole")
    }
    assert {row["said"]["what"] for row in records} == {what}
    assert verify(graph).holds


def test_members_alone_are_no_read_of_a_person(graph: Database) -> None:
    frames.members(graph, POLICY.id)
    assert graph.statement("MATCH (a:Access) RETURN a") == []


@pytest.mark.slow
@pytest.mark.parametrize("what", READS)
def test_what_cannot_be_recorded_is_not_handed_out(graph: Database, what: str) -> None:
    one = frames.members(graph, POLICY.id)["entity"].iloc[0]
    log.record_reads(
        graph, POLICY.id, [one], who="x", role="operator", purpose="x", what="x", now=datetime.now().astimezone()
    )
    graph.statement("MATCH (l:Ledger) SET l.head = 'x'")
    with pytest.raises(NotRecorded):
        READS[what](graph, POLICY.id, by=BY)


def test_a_reader_says_who_and_what_for(graph: Database) -> None:
    for who, purpose in (("", "a look"), ("olga", " "), ("olga", "a\nlook")):
        with pytest.raises(ParameterError):
            Reader(who, purpose)


# The circle graph -----------------------------------------------------------------------------------


def test_the_circle_graph_gives_the_published_scores_and_the_rows_of_pagerank(graph: Database) -> None:
    circles = frames.to_networkx(graph, POLICY.id, by=BY)
    scores = nx.get_node_attributes(circles, "score")
    solved = reference.propagate(circles, share=POLICY.circle.share, tolerance=1e-12, max_sweeps=100)
    assert solved.scores == pytest.approx(scores, abs=1e-8)
    conduct = nx.get_node_attributes(circles, "conduct")
    looped = nx.DiGraph(circles)
    looped.add_edges_from((node, node, {"weight": 1.0}) for node in circles if not circles.out_degree(node))
    one = max(circles, key=lambda node: (circles.out_degree(node), node))
    row = nx.pagerank(looped, alpha=POLICY.circle.share, personalization={one: 1.0}, tol=1e-13, max_iter=1000)
    assert sum(row[node] * conduct[node] for node in row) == pytest.approx(scores[one], abs=1e-8)


def test_the_circle_graph_has_the_ties_and_what_members_are(graph: Database) -> None:
    circles = frames.to_networkx(graph, POLICY.id, by=BY)
    for row in graph.statement(TIES, scheme=POLICY.id):
        tie = circles.edges[row["entity"], row["contact"]]
        said = row["said"]
        assert (tie["weight"], tie["strength"], tie["days"]) == (said["weight"], said["strength"], said["days"])
        assert tie["last"] == native(said["last"]).isoformat()
    for row in graph.statement(RATINGS, scheme=POLICY.id):
        node = circles.nodes[row["entity"]]
        assert (node["points"], node["band"]) == (row["said"]["points"], row["said"]["band"])
        assert set(node) == set(circle_graph.NODE)


# What changes; the last of this file, since it changes the community -----------------------------------


@pytest.mark.slow
def test_a_member_that_has_left_and_a_disputed_fact_are_in_no_frame(graph: Database) -> None:
    circles = read(graph, POLICY.id).circles
    leaver, stays = circles["contact"].iloc[0], circles["entity"].iloc[0]
    facts = read_facts(graph, POLICY.id)
    fact = facts[(facts["entity"] == stays) & (facts["kind"] == "obligations")]["id"].iloc[0]
    graph.statement("MATCH ()-[o:OWED {id: $id}]->() SET o.disputed = 'a dispute'", id=fact)
    changes = graph.write(
        lambda transaction: membership.leave(transaction, leaver, POLICY.id, now=datetime.now().astimezone())
    )
    assert passed_on(graph, changes)
    after = read(graph, POLICY.id)
    for frame in (after.members, after.ratings, after.circles, read_facts(graph, POLICY.id)):
        assert leaver not in frame["entity"].tolist()
    assert leaver not in after.circles["contact"].tolist()
    assert leaver not in read_facts(graph, POLICY.id)["other"].dropna().tolist()
    assert fact not in read_facts(graph, POLICY.id)["id"].tolist()
    assert after.ratings["rerated"].notna().any()


def test_a_member_that_is_not_rated_yet_has_no_rating(graph: Database) -> None:
    put(graph, "entities", [dict.fromkeys(("name", "born", "uscc", "lei")) | {"id": "newcomer", "kind": "person"}])
    put(
        graph,
        "memberships",
        [
            {
                "entity": "newcomer",
                "scheme": POLICY.id,
                "at": "2026-07-02T00:00:00Z",
                "notice": POLICY.notice.version,
            }
        ],
    )
    community = read(graph, POLICY.id)
    (row,) = community.members[community.members["entity"] == "newcomer"].to_dict("records")
    assert pd.isna(row["contacts"])
    assert "newcomer" not in community.ratings["entity"].tolist()
    assert "newcomer" not in circle_graph.circle_graph(community)
    rate(graph, POLICY.id, as_of=synthetic.AS_OF)
    assert "newcomer" in read(graph, POLICY.id).ratings["entity"].tolist()
