"""A graph that is put back for a test is the one that was made, to each zone of a time and order of a list."""

from pathlib import Path

import pytest

from graph.store.client import Database
from tests.kept import Content, kept
from tests.worlds import all_kept_about_one
from tests.worlds.all_kept_about_one import dump

CHANGES = (
    "MATCH (n:Entity) WITH n LIMIT 1 SET n.id = 'another'",
    "MATCH (n:Entity) WITH n LIMIT 1 SET n:Other",
    "MATCH ()-[tie:CONTACTED]->() WITH tie LIMIT 1 DELETE tie",
    "MATCH (m:Membership) WITH m LIMIT 1 SET m.at = datetime('2026-01-01T00:00:00Z[UTC]')",
)


def test_all_that_is_kept_about_somebody_is_put_back_as_it_was_made(graph: Database, tmp_path: Path) -> None:
    graph.statement("CREATE (:Odd {zones: [datetime('2026-01-01T00:00Z'), datetime('2026-01-01T00:00+02:00')]})")
    graph.statement("MATCH (n:Odd) SET n.named = datetime('2026-01-01T00:00[Europe/Berlin]'), n.day = date()")
    odd = dump(graph)
    content = Content.of(graph)
    graph.statement("MATCH (n:Odd) DELETE n")
    content.put_back(graph)
    assert dump(graph) == odd

    all_kept_about_one.build(graph, tmp_path)
    before = dump(graph)
    content = Content.of(graph)
    graph.statement("MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    content.put_back(graph)
    assert dump(graph) == before
    assert len(before) > 100


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_test_does_to_a_kept_graph_is_not_there_for_the_next(
    graph: Database, change: str, tmp_path: Path
) -> None:
    all_kept_about_one.build(graph, tmp_path)
    before = dump(graph)
    graph.statement(change)
    assert dump(graph) != before
    (tmp_path / "again").mkdir()
    all_kept_about_one.build(graph, tmp_path / "again")
    assert dump(graph) == before


def test_what_is_made_of_a_graph_of_another_size_or_of_something_else_is_made_anew(graph: Database) -> None:
    made: list[str] = []

    def make() -> None:
        made.append("")
        graph.statement("CREATE (:Odd)")

    kept(graph, make)
    kept(graph, make)  # beside the first
    assert len(graph.statement("MATCH (n:Odd) RETURN n")) == len(made) == 2
    graph.statement("MATCH (n:Odd) DELETE n")
    kept(graph, make)
    assert len(graph.statement("MATCH (n:Odd) RETURN n")) == 1
    assert len(made) == 2, "it was put back"
    graph.statement("MATCH (n:Odd) DELETE n")
    kept(graph, make, of="something else")
    assert len(made) == 3
