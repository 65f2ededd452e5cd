"""A server that is there and does not let us in: the cause, and what to put right."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SettingInvalid, StoreUnavailable
from graph.server.connect import connect
from graph.server.local import Server
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.conftest import Command

ROOT = Path(__file__).parents[2]
EXPIRED = "an-expired-password"


@pytest.fixture(scope="module")
def expired(server: Server) -> str:
    """A user whose password has to be changed before anything else."""
    with Database(server.uri, server.user, server.password, name="system") as system:
        system.statement(f"CREATE OR REPLACE USER newcomer SET PASSWORD '{EXPIRED}' CHANGE REQUIRED")
    return "newcomer"


def refused(uri: str, user: str, password: str, name: str | None = None) -> str:
    with Database(uri, user, password, name=name) as wrong, pytest.raises(StoreUnavailable) as error:
        wrong.run("schemes")
    return str(error.value)


def test_an_expired_password_is_said_and_how_to_set_a_new_one(server: Server, expired: str) -> None:
    said = refused(server.uri, expired, EXPIRED)
    assert "has expired" in said
    assert "ALTER CURRENT USER SET PASSWORD" in said
    assert "INNERCIRCLE_NEO4J_PASSWORD" in said


def test_a_database_that_is_not_there_is_said_and_which_setting_names_it(server: Server) -> None:
    said = refused(server.uri, server.user, server.password, name="nowhere")
    assert "no database of this name" in said
    assert "INNERCIRCLE_NEO4J_DATABASE" in said


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_so_it_is_by_either_kind_of_address(server: Server, scheme: str) -> None:
    uri = server.uri.replace("bolt://", f"{scheme}://")
    assert "INNERCIRCLE_NEO4J_DATABASE" in refused(uri, server.user, server.password, name="nowhere")


def test_without_a_name_the_home_database_of_the_user_is_asked(server: Server) -> None:
    for uri in (server.uri, server.uri.replace("bolt://", "neo4j://")):
        with Database(uri, server.user, server.password) as database:
            assert (database.called, database.name) == ("neo4j", None)


def _within(block: AbstractContextManager[Transaction]) -> None:
    with block as transaction:
        transaction.run("schemes")


@pytest.mark.parametrize(
    "ask",
    [
        lambda nowhere: nowhere.run("schemes"),
        lambda nowhere: nowhere.run("revoke_token", id="x", until=None, now=datetime(2026, 7, 1, tzinfo=UTC)),
        lambda nowhere: nowhere.together(("schemes", {}), ("schemes", {})),
        lambda nowhere: nowhere.statement("RETURN 1"),
        lambda nowhere: nowhere.server(),
        lambda nowhere: nowhere.write(lambda own: own.run("schemes")),
        lambda nowhere: _within(nowhere.transaction()),
        lambda nowhere: _within(nowhere.rolled_back()),
        lambda nowhere: nowhere.run_lock({"x": "y"}).__enter__(),
        migrations.apply,
    ],
)
def test_nothing_goes_past_the_database_that_is_named(server: Server, ask: Callable[[Database], object]) -> None:
    """Were there a session without that name, it would find the home database, and answer."""
    with (
        Database(server.uri, server.user, server.password, name="nowhere") as nowhere,
        pytest.raises(StoreUnavailable, match="INNERCIRCLE_NEO4J_DATABASE"),
    ):
        ask(nowhere)


def test_one_place_opens_sessions_and_one_makes_a_driver() -> None:
    """The software; benchmarks and tests have servers of their own."""
    found: dict[str, list[str]] = {r"\.session\(": [], r"\.driver\(": []}
    for file in [*(ROOT / "graph").rglob("*.py"), *(ROOT / "api").rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        for sign, places in found.items():
            places.extend([str(file.relative_to(ROOT))] * len(re.findall(sign, text)))
    assert list(found.values()) == [["graph/store/sessions.py"], ["graph/store/client.py"]]


def test_what_is_under_way_in_another_database_is_not_under_way_here(database: Database) -> None:
    """A server tells of the transactions of all databases; Community has one, so a name stands for another."""
    with database.run_lock({"scheme": "s", "run": "r", "load": "d", "unload": "u", "attempt": "a"}):
        asked: dict[str, dict[str, Any]] = {
            "runs_under_way": {"scheme": "s"},
            "loads_under_way": {"digest": "d"},
            "unloads_under_way": {"id": "u"},
        }
        for query, given in asked.items():
            assert len(database.run(query, **given, database=database.called)) == 1
            assert database.run(query, **given, database="another") == []


def test_the_name_of_a_database_that_cannot_be_meant_is_refused(settings: Settings, server: Server) -> None:
    with pytest.raises(ValueError, match="the server keeps its own there"):
        Settings(neo4j_database="System")
    with pytest.raises(SettingInvalid, match="INNERCIRCLE_NEO4J_DATABASE='members': the managed Neo4j has one"):
        connect(settings.model_copy(update={"neo4j_database": "members"}))
    with connect(settings.model_copy(update={"neo4j_database": "Neo4j"})) as database:
        assert database.called == "neo4j"


def test_a_wrong_password_is_said(server: Server) -> None:
    assert "refused the user or password" in refused(server.uri, server.user, "not it")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"INNERCIRCLE_NEO4J_DATABASE": "nowhere"}, "INNERCIRCLE_NEO4J_DATABASE"),
        ({"INNERCIRCLE_NEO4J_USER": "newcomer", "INNERCIRCLE_NEO4J_PASSWORD": EXPIRED}, "ALTER CURRENT USER"),
    ],
)
def test_the_commands_say_so_and_blame_nobody_else(
    server: Server, expired: str, innercircle: Command, variables: dict[str, str], says: str
) -> None:
    address = {"INNERCIRCLE_NEO4J_URI": server.uri, "INNERCIRCLE_NEO4J_PASSWORD": server.password}
    for command in (("doctor",), ("status",), ("members", "reliability")):
        done = innercircle(*command, **address | variables)
        assert done.returncode != 0
        assert says in done.stdout + done.stderr, command
        assert "Traceback" not in done.stdout + done.stderr
