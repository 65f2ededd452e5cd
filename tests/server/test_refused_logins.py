"""A server that is there and does not let us in: the cause, and what to put right."""

import pytest

from graph.errors import StoreUnavailable
from graph.server.local import Server
from graph.store.client import Database
from tests.conftest import Command

EXPIRED = "an-expired-password"


@pytest.fixture(scope="module")
def expired(server: Server) -> str:
    """A user whose password has to be changed before anything else."""
    with Database(server.uri, server.user, server.password, name="system") as system:
        system.statement(f"CREATE OR REPLACE USER newcomer SET PASSWORD '{EXPIRED}' CHANGE REQUIRED")
    return "newcomer"


def refused(uri: str, user: str, password: str, name: str = "neo4j") -> str:
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
    for command in (("doctor",), ("members", "reliability")):
        done = innercircle(*command, **address | variables)
        assert done.returncode != 0
        assert says in done.stdout + done.stderr, command
        assert "Traceback" not in done.stdout + done.stderr
