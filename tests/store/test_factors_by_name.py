"""Ratings that were published with evidence by position are read by name after the migration."""

import pytest

from graph.store.client import Database
from graph.store.migrations import Migration, shipped

[MIGRATION] = [each for each in shipped() if each.version == "0010"]


def migrate(database: Database, migration: Migration) -> None:
    for statement in migration.statements:
        database.statement(statement)


@pytest.mark.parametrize("label", ["Membership", "Past"])
def test_a_rating_from_before_names_its_factors_and_keeps_what_was_known_of_each(
    graph: Database, label: str
) -> None:
    graph.statement(
        f"CREATE (:{label} {{id: 's|a', obligations: 0.5, visits: 0.25, evidence: [3.0, 0.0, 1.5]}}), "
        f"(:{label} {{id: 's|b', purchases: 0.75, evidence: [0.0, 2.0, 0.0]}}), (:{label} {{id: 's|c'}})"
    )
    for _ in range(2):  # the second time, as where it broke off, changes nothing
        migrate(graph, MIGRATION)
        rows = graph.statement(f"MATCH (n:{label}) RETURN properties(n) AS n ORDER BY n.id")
        assert [row["n"] for row in rows] == [
            {
                "id": "s|a",
                "factors": ["obligations", "visits"],
                "obligations": 0.5,
                "obligations_evidence": 3.0,
                "visits": 0.25,
                "visits_evidence": 1.5,
            },
            {"id": "s|b", "factors": ["purchases"], "purchases": 0.75, "purchases_evidence": 2.0},
            {"id": "s|c"},
        ]
