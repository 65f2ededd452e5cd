"""Rules of the commands for the server, and of how every command ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

import graph.cli  # so that every command is registered
from graph.cli.app import app
from graph.server.local import Server
from graph.store.client import Database

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def checks(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_help_imports_nothing_heavy() -> None:
    heavy = {"pandas", "pyarrow", "neo4j", "networkx", "fastapi", "jgo", "graph.store.client"}
    told = subprocess.run(
        [sys.executable, "-c", "import sys, graph.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert heavy.isdisjoint(told.stdout.split())


def test_every_command_takes_json() -> None:
    groups = [app, *(group.typer_instance for group in app.registered_groups)]
    commands = [command for group in groups if group for command in group.registered_commands]
    assert len(commands) >= 4, graph.cli.__path__
    for command in commands:
        assert command.callback
        assert "json" in command.callback.__annotations__, command.callback.__name__


def test_the_version_is_printed(innercircle: Command) -> None:
    assert innercircle("--version").stdout == "innercircle 0.1.0\n"


@pytest.mark.slow
def test_up_finds_the_server_that_runs_and_does_not_print_its_password(
    innercircle: Command, server: Server
) -> None:
    done = innercircle("up", "--json")
    found = json.loads(done.stdout)
    assert (found["pid"], found["uri"], found["version"]) == (server.pid, server.uri, server.version)
    for shown in (done.stdout, innercircle("status").stdout):
        assert str(server.home / "password") in shown
        assert server.password not in shown


def test_status_ends_with_1_when_nothing_runs(innercircle: Command, tmp_path: Path) -> None:
    done = innercircle("status", "--json", INNERCIRCLE_HOME=str(tmp_path))
    assert (done.returncode, json.loads(done.stdout)) == (1, {"managed": True, "running": False})


def test_down_without_a_server_is_no_error(innercircle: Command, tmp_path: Path) -> None:
    done = innercircle("down", INNERCIRCLE_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "no managed Neo4j was running\n")


def test_an_expected_error_is_one_line(innercircle: Command) -> None:
    done = innercircle("up", INNERCIRCLE_NEO4J_VERSION="1.0.0", INNERCIRCLE_HOME="/nowhere/at/all")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: INNERCIRCLE_NEO4J_VERSION=1.0.0: ")
    assert done.stderr.count("\n") == 1


def test_an_expected_error_is_an_object_with_json(innercircle: Command) -> None:
    done = innercircle("status", "--json", INNERCIRCLE_API_PORT="many")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, done.stderr) == (1, "")
    assert error["code"] == "setting-invalid"
    assert "INNERCIRCLE_API_PORT" in error["message"]


def test_wrong_usage_ends_with_2(innercircle: Command) -> None:
    done = innercircle("up", "--no-such-option")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--no-such-option" in done.stderr


def test_up_does_not_start_a_server_that_no_command_would_use(innercircle: Command, tmp_path: Path) -> None:
    done = innercircle(
        "up",
        INNERCIRCLE_HOME=str(tmp_path / "home"),
        INNERCIRCLE_NEO4J_URI="bolt://127.0.0.1:1",
        INNERCIRCLE_NEO4J_PASSWORD="x",
    )
    assert done.returncode == 1
    assert "INNERCIRCLE_NEO4J_URI=bolt://127.0.0.1:1 is set" in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.slow
def test_doctor_finds_nothing_wrong_with_a_migrated_server(innercircle: Command, database: Database) -> None:
    done = innercircle("doctor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["ok"] is True
    names = ["settings", "Spark", "Java", "jars", "disk", "ports", "server", "login", "version", "migrations"]
    assert list(checks(done)) == names
    assert "community edition" in checks(done)["version"]["found"]


@pytest.mark.slow
def test_doctor_checks_a_configured_server_and_not_the_managed_one(
    innercircle: Command, server: Server, database: Database, tmp_path: Path
) -> None:
    done = innercircle(
        "doctor",
        "--json",
        INNERCIRCLE_HOME=str(tmp_path),
        INNERCIRCLE_NEO4J_URI=server.uri,
        INNERCIRCLE_NEO4J_PASSWORD_FILE=str(server.home / "password"),
    )
    assert done.returncode == 0
    assert list(checks(done)) == ["settings", "Spark", "login", "version", "migrations"]


@pytest.mark.slow
def test_doctor_says_what_to_do_about_a_server_that_is_not_reached(innercircle: Command) -> None:
    done = innercircle(
        "doctor", INNERCIRCLE_NEO4J_URI="bolt://127.0.0.1:1", INNERCIRCLE_NEO4J_PASSWORD="secret word"
    )
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert "check INNERCIRCLE_NEO4J_URI, user and password" in done.stdout
    assert "secret word" not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("INNERCIRCLE_JAVA", "/nowhere/java", "Java"),
        ("INNERCIRCLE_NEO4J_VERSION", "1.0.0", "jars"),
        ("INNERCIRCLE_API_PORT", "many", "settings"),
        ("INNERCIRCLE_HOME", "/nowhere/at/all", "server"),
    ],
)
def test_doctor_tells_which_check_fails(
    variable: str, value: str, check: str, innercircle: Command, tmp_path: Path
) -> None:
    done = innercircle("doctor", "--json", **{"INNERCIRCLE_HOME": str(tmp_path), variable: value})
    assert done.returncode == 1
    assert checks(done)[check]["ok"] is False
    assert checks(done)[check]["advice"]


@pytest.mark.slow
def test_the_server_outlives_the_command_that_started_it(innercircle: Command, tmp_path: Path) -> None:
    home = {"INNERCIRCLE_HOME": str(tmp_path / "home")}
    up = json.loads(innercircle("up", "--json", **home).stdout)
    process = psutil.Process(up["pid"])
    assert process.is_running()
    assert process.terminal() is None
    assert checks(innercircle("doctor", "--json", **home))["migrations"]["advice"] == "innercircle migrate"
    assert json.loads(innercircle("down", "--json", **home).stdout) == {"stopped": True}
    # A container whose first process does not reap keeps it in the list of processes.
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
