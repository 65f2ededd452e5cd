"""Rules of the managed Neo4j, on real servers. They share two homes, and go on from one another."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from graph.errors import LocalServerFailed, SettingInvalid
from graph.server import local, readiness
from graph.server.connect import connect
from graph.server.home import State, choose_ports, read_state, write_state
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database

Kill = Callable[[Settings, Server], None]


def java_that_says(folder: Path, text: str) -> Path:
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    program.chmod(0o755)
    return program


# --- on the session's server


def test_a_second_start_finds_the_first(settings: Settings, server: Server) -> None:
    assert local.start(settings) == server == local.status(settings)


def test_the_server_listens_on_loopback_only(server: Server) -> None:
    listening = [
        connection.laddr
        for connection in psutil.Process(server.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert len(listening) == 2


def test_jars_in_the_folder_for_plugins_come_last_on_the_class_path(server: Server) -> None:
    command = psutil.Process(server.pid).cmdline()
    *before, last = command[command.index("-cp") + 1].split(":")
    assert last == f"{server.home}/plugins/*"
    assert before


def test_the_password_is_for_its_owner_only(server: Server) -> None:
    assert stat.S_IMODE((server.home / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.home.stat().st_mode) & 0o077 == 0 or server.home.parent.stat().st_mode & 0o077 == 0
    assert server.password not in repr(server)
    assert len(server.password) == 48


def test_the_advertised_addresses_are_those_that_answer(server: Server, database: Database) -> None:
    rows = database.statement(
        "SHOW SETTINGS 'server.bolt.advertised_address', 'server.http.advertised_address' YIELD value"
    )
    ports = {server.uri.rpartition(":")[2], server.browser_url.split(":")[2].split("/")[0]}
    assert {row["value"] for row in rows} == {f"localhost:{port}" for port in ports}


def test_a_running_server_of_another_version_is_not_taken(settings: Settings, server: Server) -> None:
    other = "5.26.31" if settings.neo4j_version != "5.26.31" else "2026.09.0"
    with pytest.raises(LocalServerFailed, match=r"runs in .*: run `innercircle down` first"):
        local.start(settings.model_copy(update={"neo4j_version": other}))


def test_a_changed_password_is_said(settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "REFUSALS", 0)  # how long to hope: nothing is gained by waiting here
    file = server.home / "password"
    file.write_text("another one\n")
    try:
        with pytest.raises(LocalServerFailed, match="refuses the password in"):
            local.start(settings)
    finally:
        file.write_text(server.password + "\n")


# --- a second home: each test goes on from the one before


@pytest.mark.slow
def test_parallel_starts_end_with_one_server_beside_that_of_another_home(
    start_twice: Callable[[], list[Server]], server: Server
) -> None:
    one, other = start_twice()
    assert one == other
    assert one.pid != server.pid
    assert {one.uri, one.browser_url}.isdisjoint({server.uri, server.browser_url})


@pytest.mark.slow
def test_a_killed_server_starts_again_on_its_ports_with_every_committed_fact(
    second: Settings, kill_server: Kill
) -> None:
    first = local.start(second)
    with connect(second) as database:
        database.statement("CREATE (:Entity {id: 'kept'})")
    kill_server(second, first)
    stale = read_state(first.home)
    assert stale
    assert stale.pid == first.pid

    again = local.start(second)

    assert again.pid != first.pid
    assert (again.uri, again.browser_url) == (first.uri, first.browser_url)
    with connect(second) as database:
        assert database.statement("MATCH (e:Entity) RETURN e.id AS id") == [{"id": "kept"}]


@pytest.mark.slow
def test_a_stopped_server_is_gone_and_stopping_it_again_is_no_error(second: Settings) -> None:
    running = local.start(second)
    assert local.stop(second) is True
    assert not psutil.pid_exists(running.pid)
    assert local.status(second) is None
    assert local.stop(second) is False


@pytest.mark.slow
@pytest.mark.parametrize("later", [0.0, 0.3, 1.0])
def test_a_server_that_somebody_is_ending_is_waited_for_and_another_one_started(
    second: Settings, later: float
) -> None:
    ending = local.start(second)
    os.kill(ending.pid, signal.SIGTERM)
    time.sleep(later)
    started = local.start(second)
    assert started.pid != ending.pid
    assert started.uri == ending.uri
    with connect(second) as database:
        assert database.statement("RETURN 1 AS one") == [{"one": 1}]
    local.stop(second)


@pytest.mark.slow
def test_a_home_whose_password_is_gone_says_so(second: Settings) -> None:
    file = second.home / "password"
    kept = file.read_text()
    file.unlink()
    try:
        with pytest.raises(LocalServerFailed, match=r"password is gone.*restore it"):
            local.start(second)
    finally:
        file.touch(mode=0o600)
        file.write_text(kept)


@pytest.mark.slow
def test_a_server_that_dies_at_its_start_is_told_with_the_reason_from_its_log(second: Settings) -> None:
    with pytest.raises(LocalServerFailed, match=r"Neo4j did not start: .*no\.such\.setting.*neo4j\.log"):
        local.start(second, configuration={"no.such.setting": "1"})


@pytest.mark.slow
def test_a_store_that_cannot_be_opened_is_told_with_the_reason_from_the_log(second: Settings) -> None:
    local.start(second)
    local.stop(second)
    databases = second.home / "data" / "databases"
    databases.rename(databases.with_name("elsewhere"))
    databases.touch()  # a file where Neo4j wants a directory
    try:
        with pytest.raises(LocalServerFailed, match=r"Neo4j did not start: .*databases.*neo4j\.log"):
            local.start(second)
    finally:
        databases.unlink()
        databases.with_name("elsewhere").rename(databases)
    assert local.status(second) is None


# --- homes in which nothing is started


def test_a_pid_that_belongs_to_another_program_is_not_taken_for_the_server(tmp_path: Path) -> None:
    write_state(tmp_path, State("5.26.31", 7687, 7474, pid=os.getpid()))
    settings = Settings(home=tmp_path)
    assert local.status(settings) is None
    assert local.stop(settings) is False  # and above all, this process is still here


def test_a_home_whose_path_begins_like_another_is_another(server: Server) -> None:
    longer = server.home.with_name(server.home.name + " of another")
    longer.mkdir()
    write_state(longer, State("5.26.31", 7687, 7474, pid=server.pid))
    assert local.status(Settings(home=longer)) is None
    shorter = server.home.with_name(server.home.name[:-1])
    shorter.mkdir()
    write_state(shorter, State("5.26.31", 7687, 7474, pid=server.pid))
    assert local.status(Settings(home=shorter)) is None


@pytest.mark.parametrize("name", ["bolt_port", "http_port"])
def test_a_port_that_was_asked_for_and_is_taken_is_named(name: str, tmp_path: Path, jars: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings.model_validate({"home": tmp_path, name: port})
        with pytest.raises(LocalServerFailed, match=rf"INNERCIRCLE_{name.upper()}={port}: another program"):
            local.start(settings)


def test_ports_are_kept_while_they_are_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        last = State("5.26.31", bolt_port=port, http_port=port)
        assert port not in choose_ports(Settings(), last)
    assert choose_ports(Settings(), last) == (port, port)


def test_a_home_of_a_newer_neo4j_is_left_alone(tmp_path: Path) -> None:
    write_state(tmp_path, State("2099.01.0", 7687, 7474))
    with pytest.raises(LocalServerFailed, match=r"last used by Neo4j 2099\.01\.0.*INNERCIRCLE_HOME"):
        local.start(Settings(home=tmp_path))


def test_a_broken_state_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text("{")
    with pytest.raises(LocalServerFailed, match=r"server\.json cannot be understood"):
        local.status(Settings(home=tmp_path))


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalServerFailed, match=r"file/home cannot be used"):
        local.start(Settings(home=tmp_path / "file" / "home"))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ('openjdk version "11.0.2" 2019-01-15', r"is Java 11: Neo4j .* needs (17 or )?21"),
        ('java version "1.8.0_412"', "is Java 8: Neo4j"),
        ("no such thing", "does not answer `-version` as a Java does"),
    ],
)
def test_a_wrong_java_is_named_with_its_version(told: str, message: str, tmp_path: Path) -> None:
    program = java_that_says(tmp_path, told)
    with pytest.raises(LocalServerFailed, match=message):
        local.start(Settings(home=tmp_path / "home", java=program))


def test_a_java_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalServerFailed, match=r"Java cannot be run: .*nowhere"):
        local.start(Settings(home=tmp_path / "home", java=tmp_path / "nowhere"))


def test_a_calendar_release_needs_java_21(tmp_path: Path) -> None:
    program = java_that_says(tmp_path, 'openjdk version "17.0.15"')
    with pytest.raises(LocalServerFailed, match=r"is Java 17: Neo4j 2026\.09\.0 needs 21"):
        local.start(Settings(home=tmp_path / "home", java=program, neo4j_version="2026.09.0"))


@pytest.mark.slow
def test_a_machine_with_too_little_memory_is_told_what_java_says(tmp_path: Path, jars: Path) -> None:
    with pytest.raises(LocalServerFailed, match=r"Neo4j did not start: .*(memory|heap)"):
        local.start(Settings(home=tmp_path / "home", heap_megabytes=2**21))


# --- which server the settings mean


def test_without_a_running_server_the_way_to_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(LocalServerFailed, match="run `innercircle up`"):
        local.connection(Settings(home=tmp_path))


def test_a_configured_server_is_never_replaced_by_the_managed_one(settings: Settings, server: Server) -> None:
    configured = Settings.model_validate(
        {"home": settings.home, "neo4j_uri": "bolt://127.0.0.1:1", "neo4j_password": "x"}
    )
    assert local.connection(configured).uri == "bolt://127.0.0.1:1"


def test_a_password_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    settings = Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password_file=tmp_path / "password")
    assert local.connection(settings).password == "secret"


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password_file=tmp_path / "none")
    with pytest.raises(SettingInvalid, match=r"INNERCIRCLE_NEO4J_PASSWORD_FILE=.*none"):
        local.connection(settings)


# --- slow


IN_THE_FOREGROUND = """
import signal
from graph.cli import main

# What the background of a shell starts ignores Control-C, and so would this where the tests run there.
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.mark.slow
def test_control_c_while_it_starts_leaves_no_server(tmp_path: Path, jars: Path) -> None:
    home = tmp_path / "home"
    command = subprocess.Popen(
        [sys.executable, "-c", IN_THE_FOREGROUND, "up"],
        env={**os.environ, "INNERCIRCLE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (home / "server.json").exists():
        assert command.poll() is None
    state = read_state(home)
    assert state
    assert state.pid
    process = psutil.Process(state.pid)
    command.send_signal(2)
    _, told = command.communicate(timeout=30)
    assert command.returncode == 130
    assert "Traceback" not in told
    process.wait(30)


@pytest.mark.slow
def test_a_home_goes_on_with_a_newer_neo4j_and_then_not_with_the_older(tmp_path: Path, kill_server: Kill) -> None:
    older = Settings(home=tmp_path / "home", neo4j_version="5.26.31", pagecache_megabytes=64)
    newer = older.model_copy(update={"neo4j_version": "2026.09.0"})
    local.start(older)
    with connect(older) as database:
        database.statement("CREATE (:Entity {id: 'kept'})")
    local.stop(older)

    server = local.start(newer)
    try:
        with connect(newer) as database:
            assert database.server().version == "2026.09.0"
            assert database.statement("MATCH (e:Entity) RETURN e.id AS id") == [{"id": "kept"}]
    finally:
        kill_server(newer, server)
    with pytest.raises(LocalServerFailed, match="last used by Neo4j 2026"):
        local.start(older)
