"""No command, and no query that `innercircle query` runs, gives several people with what they are rated."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import typer

from graph.cli.app import app
from graph.errors import ParameterError
from graph.rating import history
from graph.store import queries
from graph.store.client import Database
from tests.commands import Run
from tests.conftest import WIPE
from tests.worlds.chosen_conduct import contact, facts_of, rated
from tests.worlds.reads_on_record import POLICY

OUTCOMES = {"ann": [1.0, 0.5], "bob": [0.0] * 4, "cat": [1.0] * 6, "dan": [0.4]}
CONTACTS = [*contact("ann", "bob", (1, 2)), *contact("ann", "cat", (1,)), *contact("bob", "dan", (1, 2))]
SCHEME = ("--scheme", "reliability")
WORTH = {"score", "points", "whole_points", "band", "conduct", "caption", "rates", "kept", "recomputed", "lowest"}

# Every command: one person's ratings, as they are asked for by id ...
OF_ONE = {
    *("show", "explain", "history", "what-if", "report", "archive", "join", "standing", "organisation"),
    *("plot circle", "plot history"),
}
# ... files of the operator's with everyone's, each read recorded: tests/analysis ...
OF_EVERYONE = {"export", "snapshot"}
# ... the ratings of made-up people ...
MADE_UP = {"demo"}
# ... nothing about ratings ...
OF_NONE = {
    *(
        "migrate",
        "load",
        "import",
        "import-assistant",
        "apply",
        "remove",
        "unload",
        "import-assistant",
        "erase",
        "compact",
        "inspect",
        "retain",
        "up",
        "down",
        "status",
        "doctor",
        "serve",
        "favourites",
        "guide",
    ),
    *("rate", "publish-run", "leave", "pause", "share", "object", "verify-report"),
    *("backup", "restore", "journal", "nightly", "move out", "move back"),
    *("grants add", "grants revoke", "disputes decide", "disputes admit", "disputes due"),
    "contests close",
    *("scheme check", "scheme publish", "founders add", "founders accept", "founders remove"),
    *("plot distribution", "plot conduct", "plot share", "backtest", "cheating", "scheme try"),
    *("key create", "key list", "key export", "key revoke", "token issue", "token revoke", "link issue"),
}
# ... or something about many, which is looked at here.
OF_MANY: dict[str, tuple[str, ...]] = {
    "members": ("members", "reliability"),
    "verify-run": ("verify-run", "RUN"),
    "verify-access": ("verify-access",),
    "accesses": ("accesses", "ann"),
    "grants list": ("grants", "list", "ann"),
    "disputes": ("disputes",),
    "contests": ("contests",),
    "founders list": ("founders", "list", "reliability"),
    "scheme list": ("scheme", "list"),
    "scheme show": ("scheme", "show", "reliability"),
    "query": ("query", "--list"),
    "loads": ("loads",),
}


@pytest.fixture(scope="module")
def graph(database: Database) -> Database:
    database.statement(WIPE)
    rated(database, facts_of(OUTCOMES, CONTACTS), POLICY)
    return database


def names(group: Any, path: str = "") -> Iterator[str]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from names(each, f"{path}{name} ")
        if not hasattr(each, "commands") or each.invoke_without_command:
            yield f"{path}{name}"


def test_of_every_command_it_is_known_whom_it_is_about() -> None:
    known = [*OF_ONE, *OF_EVERYONE, *MADE_UP, *OF_NONE, *OF_MANY]
    assert sorted(known) == sorted({*names(typer.main.get_command(app))} | set(known)), (
        "a new command needs a place"
    )
    assert len(known) == len(set(known))


def with_worth(value: Any) -> Iterator[str]:
    """All ids in one object with a score, points or a band, at whatever depth of it."""
    if isinstance(value, dict):
        if WORTH & value.keys():
            yield from re.findall(r"\b(?:ann|bob|cat|dan)\b", json.dumps(value))
        for each in value.values():
            yield from with_worth(each)
    elif isinstance(value, list):
        for each in value:
            yield from with_worth(each)


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_MANY)
def test_what_is_about_many_has_nobodys_rating(graph: Database, command: Run, name: str) -> None:
    """Also where something is apart from what it was."""
    newest = history.history(graph, "ann", "reliability").states[-1].run
    command("show", "ann")
    graph.statement("MATCH (m:Membership) WHERE m.id ENDS WITH 'n' SET m.score = m.score * 0.9")
    try:
        arguments = [newest if each == "RUN" else each for each in OF_MANY[name]]
        found = json.loads(command(*arguments, "--json").output)
        text = command(*arguments).output
    finally:
        graph.statement("MATCH (m:Membership) WHERE m.id ENDS WITH 'n' SET m.score = m.score / 0.9")
    assert set(with_worth(found)) == set()
    points = graph.statement(
        "MATCH (m:Membership) RETURN toString(toInteger(round(m.points))) AS points, m.band AS band"
    )
    lines = [line for line in text.splitlines() if re.search(r"\b(?:ann|bob|cat|dan)\b", line)]
    for row in points:
        assert not [line for line in lines if re.search(rf"(?<![\d.+-]){row['points']}(?![\d:-])", line)]
        assert not [line for line in lines if re.search(rf"\b{row['band']}\b", line)]


def test_the_test_above_sees_a_list_where_there_is_one() -> None:
    assert set(with_worth({"members": [{"entity": "ann", "points": 1}, {"who": {"id": "bob"}, "band": "x"}]})) == {
        "ann",
        "bob",
    }


READ = [query for query in queries.catalogue().values() if query.mode == "read"]
OFFERED = [query for query in READ if query.group]
PLACES = {
    "other": "bob",
    "id": "reliability|ann",
    "entity": "ann",
    "scheme": "reliability",
    "after": "",
    "prefix": "",
    "client": "bank",
    "type": "VISITED",
    "time": "at",
    "as_of": datetime(2026, 7, 1, tzinfo=UTC),
}


def test_a_query_that_is_offered_gives_the_ratings_of_one_person_at_most() -> None:
    worth = [query for query in OFFERED if WORTH & {field.name for field in query.returns}]
    assert {"rating", "history", "entity_ratings", "bands"} <= {query.name for query in worth}
    for query in worth:
        one = {field.name for field in query.params if field.type == "STRING"} & {"id", "entity"}
        who = {"entity", "id", "rid"} & {field.name for field in query.returns}
        assert one or not who, query.file


@pytest.mark.slow
@pytest.mark.parametrize("query", OFFERED, ids=lambda query: query.name)
def test_no_query_that_is_offered_has_rows_of_several_with_their_worth(
    graph: Database, query: queries.Query
) -> None:
    params = {field.name: _example(field) for field in query.params}
    rows = graph.run(query.name, **params)
    of_whom = set()
    for row in rows:
        if any(row.get(name) is not None for name in WORTH):
            of_whom |= {str(row[name]) for name in ("entity", "id", "rid") if name in row}
    assert len(of_whom) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", [each for each in OFFERED if each.room == "browser"], ids=lambda query: query.name
)
def test_what_browser_draws_is_printed_without_what_members_are_worth(
    graph: Database, command: Run, query: queries.Query
) -> None:
    given = [f"{field.name}={_example(field)}" for field in query.params]
    words = ["query", query.name, *(word for each in given for word in ("-p", each))]
    assert set(with_worth(json.loads(command(*words, "--json").output))) == set()
    points = [row["points"] for row in graph.statement("MATCH (m:Membership) RETURN m.points AS points")]
    for form in ("csv", "table"):
        found = command(*words, "--format", form).output
        assert not [each for each in points if str(each) in found or f"points: {each:.0f}" in found]
        assert "None" not in found
        assert "{'" not in found


def _example(field: queries.Field) -> Any:
    everyone = [f"reliability|{entity}" for entity in OUTCOMES]
    lists: dict[str, Any] = {
        "LIST<STRING>": [*everyone, *OUTCOMES],
        "LIST<INTEGER>": [0, 1, 2, 3],
        "LIST<MAP>": [],
    }
    numbers: dict[str, Any] = {"INTEGER": 1_000, "FLOAT": 0.5, "BOOLEAN": True, "MAP": None}
    if field.name == "ids" and field.type == "LIST<STRING>":
        return everyone
    return PLACES.get(field.name, lists.get(field.type, numbers.get(field.type)))


@pytest.mark.slow
def test_queries_for_programs_and_for_eyes_are_not_run_by_name(graph: Database, command: Run) -> None:
    gathered = [query for query in READ if query.room != "browser" and not query.group]
    assert {"kept", "circles", "reached", "ratings", "gather_facts"} <= {query.name for query in gathered}
    for_eyes = [query for query in READ if query.room == "browser" and not query.group]
    assert {"what_contacts_add", "overdue_between_members", "moved_by_circle"} == {
        query.name for query in for_eyes
    }
    listed = {each["name"] for each in json.loads(command("query", "--list", "--json").output)}
    assert listed == {query.name for query in OFFERED}
    for query in (each for each in READ if not each.group):
        with pytest.raises(ParameterError, match=r"is for (programs|Neo4j Browser), and not run by name"):
            command("query", query.name)


def test_no_query_that_is_offered_reads_a_secret_a_token_or_the_record_of_reads() -> None:
    assert queries.get("secret").group is None
    assert {query.room for query in OFFERED}.isdisjoint({"audit", "identity", "api"})
    for query in OFFERED:
        assert not [label for label in (":Secret", ":Access", ":Ledger", ":Request") if label in query.text]
