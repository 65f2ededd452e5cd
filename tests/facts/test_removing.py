"""A fact is found by its kind and id and removed where it was found, unless another fact is there by then."""

import pytest

from graph.facts.kinds import STORED
from graph.facts.store import remove
from graph.store.client import Database

# Of each kind the facts `one` and `two`, from `a`.
FACTS = """
CREATE (a:Entity {id: 'a'}), (b:Entity {id: 'b'}), (p:Product {id: 'p'}), (s:Site {id: 's'})
WITH *, datetime('2026-01-31T09:30:00Z') AS at
UNWIND ['one', 'two'] AS id
CREATE (a)-[:CONTACTED {id: id, at: at}]->(b), (a)-[:OWED {id: id, due: at, kind: 'loan'}]->(b),
       (a)-[:PAID {id: id, at: at, obligation: 'another', amount: 1.0, currency: 'EUR'}]->(b),
       (a)-[:BOUGHT {id: id, at: at}]->(p), (a)-[:VISITED {id: id, at: at}]->(s)
"""
LEFT = "MATCH ()-[fact]->() RETURN type(fact) AS type, fact.id AS id"
OF_EACH_KIND = pytest.mark.parametrize("kind", STORED)


def left(database: Database) -> set[tuple[str, str]]:
    """(type, id) of every relationship."""
    return {(row["type"], row["id"]) for row in database.statement(LEFT)}


@OF_EACH_KIND
def test_a_fact_is_removed_by_kind_and_id_and_says_what_it_was_and_whom_that_touches(
    graph: Database, kind: str
) -> None:
    graph.statement(FACTS)
    before = left(graph)
    [gone] = remove(graph, kind, ["one", "unknown"])
    assert before - left(graph) == {(STORED[kind].type, "one")}
    assert gone["touched"] == (["a", "b"] if kind == "contacts" else ["a"])
    assert (gone["id"], gone["said"]["id"]) == ("one", "one")
    assert STORED[kind].time in gone["said"]
    assert remove(graph, kind, ["one", "unknown"]) == []


@OF_EACH_KIND
def test_where_another_fact_is_by_then_nothing_is_removed(graph: Database, kind: str) -> None:
    graph.statement(FACTS)
    before = left(graph)
    [found] = graph.run("facts_by_id", kind=kind, ids=["one"])
    another = {"CONTACTED", "OWED"} - {STORED[kind].type}
    for id_, type_ in (("two", STORED[kind].type), ("one", another.pop())):
        facts = [{"id": id_, "ref": found["ref"]}]
        assert graph.run("remove_facts", facts=facts, type=type_, both=False) == []
    assert left(graph) == before
