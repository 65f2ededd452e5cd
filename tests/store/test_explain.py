"""Every query file against a real server: what it declares is what the server plans."""

import re
from functools import cache
from typing import Any

import neo4j
import pytest

from graph.store import migrations, queries
from graph.store.client import Database
from graph.store.queries import Query
from tests.store.plans import operators, products

# A value of each declared type: EXPLAIN plans with parameters but reads none of them.
EXAMPLES: dict[str, Any] = {
    "STRING": "a",
    "INTEGER": 1,
    "FLOAT": 0.5,
    "MAP": {},
    "LIST<MAP>": [],
    "LIST<STRING>": ["a"],
    "LIST<INTEGER>": [],
}
# Where a query refuses what is no value of its parameter, by the parameter's name.
GOOD: dict[str, Any] = {"bands": [{"name": "all", "from": 0, "label": "BandAll"}], "zone": "Asia/Shanghai"}
# docs/decisions/0058: they read the numbers of the store, which Neo4j would rather have as texts.
NUMBERED = {"packed_numbers", "packed_contacts", "packed_obligations"}
pytestmark = pytest.mark.slow  # to plan each query takes a minute in all

# Neo4j 2026 merges on a unique property in one operator, which names the constraint that it uses.
BY_INDEX = ("Index", "MergeUniqueNode")


@cache
def explain(session: neo4j.Session, query: Query) -> tuple[list[str], neo4j.ResultSummary]:
    params = {field.name: EXAMPLES.get(field.type) for field in query.params}
    result = session.run("EXPLAIN " + query.text, params)
    return list(result.keys()), result.consume()


ALL = pytest.mark.parametrize("query", queries.catalogue().values(), ids=lambda query: query.name)


@ALL
def test_a_query_returns_the_columns_that_it_declares(session: neo4j.Session, query: Query) -> None:
    columns, _ = explain(session, query)
    assert columns == [field.name for field in query.returns]


@ALL
def test_a_query_gives_the_server_nothing_to_warn_of(session: neo4j.Session, query: Query) -> None:
    _, summary = explain(session, query)
    warnings = [
        status.status_description
        for status in summary.gql_status_objects
        if status.is_notification and "does not exist" not in status.status_description
    ]
    if query.name in NUMBERED:
        assert len(warnings) == 1
        assert "id is deprecated" in warnings[0]
    else:
        assert warnings == []


@ALL
def test_a_query_uses_the_indexes_that_it_declares_and_scans_nothing(
    session: neo4j.Session, database: Database, query: Query
) -> None:
    indexes = {
        row["name"]: f"{(row['labelsOrTypes'] or [''])[0]}({', '.join(row['properties'] or [])})"
        for row in database.statement("SHOW INDEXES YIELD name, labelsOrTypes, properties")
    }
    _, summary = explain(session, query)
    if summary.plan is None:
        assert query.text.split("\n\n")[-1].count("SHOW TRANSACTIONS"), "only a server command has no plan"
        return
    plan = list(operators(summary.plan))
    assert "AllNodesScan" not in {operator for operator, _ in plan}
    assert list(products(summary.plan)) == []
    for name in query.uses:
        pattern = indexes[name]
        used = [details for operator, details in plan if any(each in operator for each in BY_INDEX)]
        assert any(pattern in details for details in used), f"{name} is not used"


@ALL
def test_a_query_of_a_mode_writes_only_if_the_mode_says_so(session: neo4j.Session, query: Query) -> None:
    _, summary = explain(session, query)
    assert ("w" in (summary.query_type or "")) == (query.mode != "read")


@ALL
def test_a_query_runs_as_it_is_after_its_parameters_are_set(
    session: neo4j.Session, database: Database, query: Query
) -> None:
    """The form of cypher-shell: `:param` lines, then the file, then a semicolon."""
    params = {field.name: GOOD.get(field.name, EXAMPLES.get(field.type)) for field in query.params}
    session.run(query.text, params).consume()
    database.statement("MATCH (m:Migration {version: 'a'}) DELETE m")
    database.statement("MATCH (s:Secret {value: 'a'}) DELETE s")


def test_a_product_is_found_unless_each_side_is_one_row_at_most(session: neo4j.Session) -> None:
    """`MATCH (grant {id: ..})<--(giver {id: ..})` may be planned as a product of the two, which is one row."""

    def found(text: str) -> list[list[str]]:
        return list(products(session.run(f"EXPLAIN {text}").consume().plan or {}))

    one, other = "MATCH (e:Entity {id: 'a'})", "MATCH (s:Scheme {id: 'b'})"
    assert found(f"{one} {other} RETURN *") == []
    assert found(f"{one} MATCH (s:Scheme) RETURN *") != []


def test_an_index_that_a_query_asks_for_is_looked_up_in_and_not_read_through() -> None:
    """`USING INDEX` alone is content with reading the whole index, as the server plans it for an empty graph.

    That plan stays for the first ten seconds of a load: a row then costs as much as all rows before it together.
    """
    hints = {
        query.name: re.findall(r"USING INDEX (?!SEEK )\S+", query.text) for query in queries.catalogue().values()
    }
    assert {name: found for name, found in hints.items() if found} == {}


def test_a_lock_is_taken_by_removing_what_the_node_has_not_but_the_graph_knows(database: Database) -> None:
    """Neo4j does nothing at all, and locks nothing, where no node ever had a property of that key."""
    keys = {key for migration in migrations.shipped() for key in _keys(";".join(migration.statements))}
    locks = {
        (query.name, key)
        for query in queries.catalogue().values()
        for key in re.findall(r"REMOVE \w+\.(\w+) .*only takes the (?:node|fact)'s write lock", query.text)
    }
    assert {name for name, _ in locks} >= {"load_memberships", "hold_ledgers", "hold_grants", "hold_objections"}
    assert {(name, key) for name, key in locks if key not in keys} == set()
    assert not [query.name for query in queries.catalogue().values() if ".lock " in query.text]


def _keys(statements: str) -> list[str]:
    """The properties that constraints are on: the graph knows them from its first day."""
    return re.findall(r"\b\w+\.(\w+)(?=[,)]? ?(?:IS UNIQUE|, \w+\.\w+\) IS UNIQUE))", statements)
