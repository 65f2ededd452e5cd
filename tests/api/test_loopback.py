"""While nobody can have a token, only this machine is answered; then, requests that name the right host."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.address import FILE, address, noted, running
from api.app import create_app
from api.http.loopback import is_loopback, listen, url
from graph import output_files
from graph.errors import SettingInvalid, StoreUnavailable
from graph.identity import Keyring
from graph.settings import Settings
from graph.store.client import Database
from tests.api.conftest import serve
from tests.conftest import Command

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).with_name("innercircle")


def away() -> Database:
    raise StoreUnavailable("no database is needed here")


def environment(settings: Settings, **more: str) -> dict[str, str]:
    return {**os.environ, "INNERCIRCLE_HOME": str(settings.home), **more}


def command(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments],
        env=environment(settings, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "127.255.255.254", "::1", "localhost", "LOCALHOST"])
def test_names_and_addresses_of_this_machine_are_loopback(host: str) -> None:
    assert is_loopback(host)


OTHERS = """
    0.0.0.0 :: 0 127.1 192.0.2.1 10.0.0.1 2001:db8::1 ::ffff:192.0.2.1
    example.org localhost.example.org 127.0.0.1.example.org [::1]
"""


@pytest.mark.parametrize("host", ["", " ", "localhost ", *OTHERS.split()])
def test_the_server_listens_on_nothing_else_and_says_why(host: str) -> None:
    with pytest.raises(SettingInvalid, match="nobody can have a token yet"):
        listen(host, 0)


def test_localhost_is_the_loopback_address_whatever_the_system_says() -> None:
    with listen("localhost", 0) as found:
        assert found.getsockname()[0] == "127.0.0.1"


def test_no_answer_waits_for_its_reader_to_acknowledge_a_part() -> None:
    with listen("127.0.0.1", 0) as found, socket.create_connection(found.getsockname()):
        taken, _ = found.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_said() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingInvalid, match="choose another port"),
    ):
        listen("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_version_6_is_bracketed_in_a_url() -> None:
    assert url("::1", 8000) == "http://[::1]:8000"
    assert url("127.0.0.1", 8000) == "http://127.0.0.1:8000"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
def test_the_server_answers_at_every_loopback_address(host: str) -> None:
    try:
        listen(host, 0).close()
    except SettingInvalid as error:
        pytest.skip(f"this system has no such address: {error}")
    with serve(away, host) as client:
        assert client.get("/livez").json() == {"status": "alive"}


def test_a_request_for_another_host_is_refused_though_it_comes_in_here() -> None:
    with serve(away) as client:
        for host in ("localhost", "localhost:9", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000", "LocalHost"):
            assert client.get("/livez", headers={"Host": host}).status_code == 200
        for host in ("example.org", "example.org:8000", "localhost.example.org", "192.0.2.1", "[::2]", "[", ""):
            answer = client.get("/livez", headers={"Host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "not-loopback"), host
            assert "nobody can have a token yet" in answer.json()["detail"]


def test_the_application_refuses_what_came_in_at_an_address_of_the_network() -> None:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(away))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://192.0.2.1:8000/livez", headers={"Host": "localhost:8000"})

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["code"]) == (421, "not-loopback")
    assert "'192.0.2.1'" in answer.json()["detail"]


@pytest.mark.slow
def test_the_command_serves_until_it_is_interrupted(settings: Settings, database: Database) -> None:
    with subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", "--json"],
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        address = json.loads(process.stdout.readline())["url"]
        with httpx.Client(trust_env=False, timeout=30) as client:
            assert client.get(f"{address}/readyz").json()["status"] == "ready"
            answer = client.get(f"{address}/v1/entities/a-person/ratings")
            assert "Server" not in answer.headers
        for port in (
            address.rpartition(":")[2],
            "8000",
            "0",
        ):  # what the service was given counts, and not what others are set to
            told = command(settings, "status", "--json", INNERCIRCLE_API_PORT=port)
            assert json.loads(told.stdout).items() >= {"api_url": address, "api_running": True}.items()
        assert running(settings) == address
        assert stat.S_IMODE((settings.home / FILE).stat().st_mode) == 0o600
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=30)
    # The entity that was asked for is written nowhere.
    assert (process.returncode, said, complained) == (0, "", "")
    assert running(settings) is None
    assert not (settings.home / FILE).exists()


def test_where_the_service_answers_stands_in_the_home_while_it_does(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (tmp_path / output_files.HOME_SIGN).write_text("{}")  # which commands write no files into
    with serve(away) as client:
        address = f"http://127.0.0.1:{client.base_url.port}"
        with noted(settings, "127.0.0.1", client.base_url.port or 0):
            assert running(settings) == address
            assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        assert [each.name for each in tmp_path.iterdir()] == [output_files.HOME_SIGN]
    assert running(settings) is None


@pytest.mark.slow
def test_a_link_leads_to_the_service_that_runs_else_to_the_settings(
    settings: Settings, graph: Database, process: Command
) -> None:
    graph.statement("CREATE (:Entity:Person {id: 'ann'})")
    process("key", "create")
    issue = ("link", "issue", "--entity", "ann", "--json")

    def origin(**variables: str) -> str:
        told = json.loads(process(*issue, **variables).stdout)
        return str(told["url"]).partition("/sign-in?")[0]

    with serve(away) as client:
        base = client.base_url
        with noted(settings, "0.0.0.0", base.port or 0):  # noqa: S104
            assert origin() == f"http://127.0.0.1:{base.port}"
            assert origin(INNERCIRCLE_API_PORT="0") == f"http://127.0.0.1:{base.port}"
            assert origin(INNERCIRCLE_PAGES_URL="https://r.example.org") == "https://r.example.org"
        other = noted(settings, "127.0.0.1", 9)
        with noted(settings, "127.0.0.1", base.port or 0), other:
            assert origin() == "http://127.0.0.1:8000", "nothing answers where it is said to"
    assert origin(INNERCIRCLE_API_HOST="::1", INNERCIRCLE_API_PORT="9000") == "http://[::1]:9000"
    assert origin(INNERCIRCLE_API_HOST="0.0.0.0") == "http://127.0.0.1:8000"  # noqa: S104
    told = process(*issue[:-1])
    assert "nothing answers there yet: `innercircle serve` does" in told.stderr
    told = process(*issue, INNERCIRCLE_API_PORT="0")
    assert json.loads(told.stdout)["error"]["code"] == "parameter"


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"url": 1}', '{"url": "http://["}', '{"url": "nowhere"}', "\0"]
)
def test_a_broken_note_of_where_the_service_is_stops_nothing(tmp_path: Path, text: str) -> None:
    settings = Settings(home=tmp_path, api_port=9)
    (tmp_path / FILE).write_text(text)
    assert address(settings) == "http://127.0.0.1:9"
    assert address(Settings(home=tmp_path, api_port=0)) is None


def test_with_a_key_it_listens_on_any_address_and_answers_to_its_names(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, api_names="ratings.example.org, r.example.org")
    Keyring.of(settings).create(datetime.now(UTC))
    with listen("0.0.0.0", 0, anywhere=True) as found:  # noqa: S104
        assert found.getsockname()[0] == "0.0.0.0"  # noqa: S104
    with serve(away, settings=settings) as client:
        for host in ("localhost", "ratings.example.org:8000", "R.example.org"):
            assert client.get("/livez", headers={"Host": host}).status_code == 200, host
        for host in ("example.org", "other.example.org", "192.0.2.1", ""):
            answer = client.get("/livez", headers={"Host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "not-loopback"), host


def outside() -> str:
    """An address of this machine that is not loopback, as a container has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(probe.getsockname()[0])


@contextmanager
def serving(settings: Settings, **more: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """What `serve --host 0.0.0.0` says first, and in the list, once it has ended, all else."""
    arguments = [str(PROGRAM), "serve", "--host", "0.0.0.0", "--port", "0", "--json"]  # noqa: S104
    rest: list[str] = []
    with subprocess.Popen(
        arguments,
        env=environment(settings, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline()), rest
        finally:
            process.send_signal(signal.SIGINT)
            rest += process.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_service_that_others_reach_makes_its_first_key_and_answers_as_a_container_does(
    tmp_path: Path, workers: str
) -> None:
    """Compose publishes it on loopback: a request names this machine, and comes in at the container's address."""
    settings = Settings(home=tmp_path / "home")
    names = {"INNERCIRCLE_API_NAMES": "127.0.0.1,localhost", "INNERCIRCLE_API_WORKERS": workers}
    with serving(settings, **names) as (told, rest), httpx.Client(trust_env=False, timeout=60) as client:
        at = f"http://{outside()}:{told['url'].rpartition(':')[2]}"
        assert client.get(f"{at}/livez", headers={"Host": "127.0.0.1:8000"}).status_code == 200
        assert client.get(f"{at}/livez", headers={"Host": "evil.example.org"}).status_code == 421
        assert client.get(f"{at}/v1/me", headers={"Host": "localhost:8000"}).status_code == 401
        [key] = client.get(f"{at}/v1/keys", headers={"Host": "localhost:8000"}).json()["keys"]
    assert key["kid"] == told["first_key"]
    [file] = (settings.home / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = json.loads(file.read_text())["d"]
    assert not any(secret in said for said in (*rest, json.dumps(told)))
    before = file.read_bytes()
    with serving(settings, **names) as (told, _):
        assert told.keys() == {"url"}
    assert [each.read_bytes() for each in (settings.home / "keys").iterdir()] == [before]


@pytest.mark.slow
def test_two_services_that_start_at_once_with_one_home_have_one_key(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with ExitStack() as both:
        told = [each for each, _ in map(both.enter_context, (serving(settings), serving(settings)))]
        assert len(list((settings.home / "keys").iterdir())) == 1
    assert len([each for each in told if "first_key" in each]) == 1


@pytest.mark.slow
def test_on_loopback_and_with_an_issuer_of_tokens_no_key_is_made(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    issuer = {"INNERCIRCLE_OIDC_ISSUER": "https://login.example.org", "INNERCIRCLE_OIDC_AUDIENCE": "x"}
    with serving(settings, **issuer) as (told, _):
        assert told.keys() == {"url"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert command(settings, "serve", "--host", "127.0.0.1", "--port", port).returncode == 1
    assert not (settings.home / "keys").exists()


@pytest.mark.slow
def test_a_home_that_cannot_be_written_gets_no_service_for_others(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    done = command(Settings(home=tmp_path / "home"), "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert (done.returncode, done.stdout) == (1, "")
    assert "set INNERCIRCLE_HOME right" in done.stderr


@pytest.mark.slow
def test_the_command_refuses_an_address_of_the_network_once_every_key_is_revoked(
    settings: Settings, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"home": tmp_path})
    ring = Keyring.of(settings)
    ring.revoke(ring.create(datetime.now(UTC)).id, datetime.now(UTC))
    done = command(settings, "serve", "--host", "0.0.0.0", COLUMNS="80")  # noqa: S104
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the API does not listen on '0.0.0.0': nobody can have a token yet,")
    assert f"$ innercircle serve --host 0.0.0.0\n{done.stderr}" in DOCS
    done = command(settings, "serve", "--json", INNERCIRCLE_API_HOST="192.0.2.1")
    assert json.loads(done.stdout)["error"]["code"] == "setting-invalid"


@pytest.mark.slow
def test_the_status_names_where_the_api_will_be(settings: Settings, database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    told = command(settings, "status", INNERCIRCLE_API_PORT=port).stdout
    assert f"http://127.0.0.1:{port} when `innercircle serve` runs" in told
