"""TLS on the way to Neo4j: the right authority connects, and each other case is refused and says what to do."""

import shutil
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph.errors import SettingInvalid, StoreUnavailable
from graph.server import local
from graph.server.local import Server
from graph.settings import Settings
from graph.store.client import Database
from tests.conftest import Command
from tests.server.certificates import Authority

SETTING = "INNERCIRCLE_NEO4J_CA_FILE"
SOON = 5.0
"Seconds: what is the same again is not tried again for long."


def refusal(uri: str, authority: Path | None = None, password: str = "x") -> str:  # noqa: S107
    """What is said of a server that is not connected to, soon."""
    begun = time.monotonic()
    with (
        Database(uri, "neo4j", password, authority=authority) as database,
        pytest.raises(StoreUnavailable) as caught,
    ):
        database.run("schemes")
    assert time.monotonic() - begun < SOON
    return str(caught.value)


# A handshake, and no Neo4j behind it -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("authority"), "ours")


@contextmanager
def answering(certificates: Path | None) -> Iterator[int]:
    """A port of `localhost` on which who comes is given this certificate, and no more; None: words without TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificates:
        context.load_cert_chain(certificates / "public.crt", certificates / "private.key")

    def answer(listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                if not certificates:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    continue
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_certificate_that_has_expired_is_refused(authority: Authority, tmp_path: Path, scheme: str) -> None:
    with answering(authority.sign(tmp_path, days=-1)) as port:
        said = refusal(f"{scheme}+s://localhost:{port}", authority.file)
    assert "has expired" in said
    assert SETTING not in said


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_certificate_for_another_host_is_refused(authority: Authority, tmp_path: Path, scheme: str) -> None:
    with answering(authority.sign(tmp_path, host="ratings.example.org")) as port:
        said = refusal(f"{scheme}+s://localhost:{port}", authority.file)
    assert "for another machine" in said
    assert "INNERCIRCLE_NEO4J_URI" in said


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_an_authority_that_is_not_trusted_is_refused_and_the_setting_named(
    authority: Authority, tmp_path: Path, scheme: str
) -> None:
    """Also one of the same name: a name is no signature."""
    with answering(authority.sign(tmp_path / "server")) as port:
        for file in (
            None,
            Authority.made(tmp_path / "theirs", "theirs").file,
            Authority.made(tmp_path, "ours").file,
        ):
            said = refusal(f"{scheme}+s://localhost:{port}", file)
            # OpenSSL tells a forged signature of a known name from an unknown name.
            assert SETTING in said or "does not hold: certificate signature failure" in said


def test_what_speaks_no_tls_is_said_to(authority: Authority) -> None:
    with answering(None) as port:
        assert "speaks no TLS" in refusal(f"bolt+s://localhost:{port}", authority.file)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nxx\n"])
def test_a_file_that_holds_no_certificate_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.crt").write_bytes(content)
    with pytest.raises(SettingInvalid, match=rf"{SETTING}=.*ca\.crt: it holds no certificate"):
        Database("bolt+s://localhost:1", "neo4j", "x", authority=tmp_path / "ca.crt")


def test_a_private_key_a_folder_and_a_device_are_no_authority(authority: Authority, tmp_path: Path) -> None:
    authority.sign(tmp_path)
    for file in (tmp_path / "private.key", tmp_path, Path("/dev/zero"), tmp_path / "nothing"):
        with pytest.raises(SettingInvalid, match=f"{SETTING}={file}: it (holds no|is no)"):
            Database("bolt+s://localhost:1", "neo4j", "x", authority=file)


@pytest.mark.parametrize("uri", ["bolt://h", "neo4j://h", "bolt+ssc://h", "neo4j+ssc://h"])
def test_an_authority_for_an_address_that_asks_for_no_certificate_is_a_mistake(uri: str, tmp_path: Path) -> None:
    """Else somebody believes that the way is encrypted, and it is not."""
    with pytest.raises(ValueError, match=f"{SETTING} is set, and INNERCIRCLE_NEO4J_URI"):
        Settings(neo4j_uri=uri, neo4j_password=SecretStr("x"), neo4j_ca_file=tmp_path / "ca.crt")
    for good in ("bolt+s://h", "neo4j+s://h"):
        assert (
            Settings(neo4j_uri=good, neo4j_password=SecretStr("x"), neo4j_ca_file=tmp_path / "ca.crt").neo4j_uri
            == good
        )


# A managed Neo4j with TLS switched on ----------------------------------------------------------------------


@dataclass(frozen=True)
class Encrypted:
    """A Neo4j that takes TLS alone."""

    server: Server
    authority: Authority
    settings: Settings
    certificates: Path

    @property
    def port(self) -> int:
        return int(self.server.uri.rpartition(":")[2])


def started(settings: Settings, certificates: Path) -> Server:
    policy = "dbms.ssl.policy.bolt"
    return local.start(
        settings,
        configuration={
            "server.bolt.tls_level": "REQUIRED",
            f"{policy}.enabled": "true",
            f"{policy}.base_directory": str(certificates),
            f"{policy}.private_key": "private.key",
            f"{policy}.public_certificate": "public.crt",
            f"{policy}.client_auth": "NONE",
        },
    )


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Encrypted]:
    place = tmp_path_factory.mktemp("encrypted")
    settings = Settings(home=place / "home", heap_megabytes=512, pagecache_megabytes=64)
    certificates = authority.sign(place / "certificates")
    try:
        yield Encrypted(started(settings, certificates), authority, settings, certificates)
    finally:
        local.discard(settings)
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_the_right_authority_connects(encrypted: Encrypted, scheme: str) -> None:
    uri = f"{scheme}+s://localhost:{encrypted.port}"
    password = encrypted.server.password
    with Database(uri, "neo4j", password, authority=encrypted.authority.file) as database:
        assert database.server().database_name == "neo4j"
        assert database.uri == uri
    assert SETTING in refusal(uri, password=password)
    assert "for another machine" in refusal(
        uri.replace("localhost", "127.0.0.1"), encrypted.authority.file, password
    )


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_without_tls_nothing_is_said_to_it_and_what_to_set_is(encrypted: Encrypted, scheme: str) -> None:
    uri = f"{scheme}://localhost:{encrypted.port}"
    with Database(uri, "neo4j", encrypted.server.password) as database, pytest.raises(StoreUnavailable) as caught:
        database.server()
    assert "begins with bolt+s:// or neo4j+s://" in str(caught.value)


@pytest.mark.slow
def test_commands_go_there_by_two_variables(encrypted: Encrypted, innercircle: Command) -> None:
    uri = f"neo4j+s://localhost:{encrypted.port}"
    given = {"INNERCIRCLE_NEO4J_URI": uri, "INNERCIRCLE_NEO4J_PASSWORD": encrypted.server.password}
    given |= {"INNERCIRCLE_HOME": str(encrypted.settings.home)}
    trusting = given | {SETTING: str(encrypted.authority.file)}
    assert innercircle("migrate", **trusting).returncode == 0
    checked = innercircle("doctor", **trusting)
    assert (checked.returncode, "it is encrypted" in checked.stdout) == (0, True), checked.stdout
    blind = innercircle("doctor", **given | {"INNERCIRCLE_NEO4J_URI": uri.replace("+s", "+ssc")})
    assert (blind.returncode, "no certificate is checked" in blind.stdout) == (0, True), blind.stdout
    for words in (("doctor",), ("status",), ("members", "reliability")):
        refused = innercircle(*words, **given)
        assert (refused.returncode, SETTING in refused.stdout + refused.stderr) == (1, True), words
        assert refused.stderr.count("\n") <= 1, refused.stderr


@pytest.mark.slow
def test_a_neo4j_whose_certificate_has_expired_is_refused(encrypted: Encrypted) -> None:
    """The last one here: it is stopped, and started with another certificate."""
    local.stop(encrypted.settings)
    encrypted.authority.sign(encrypted.certificates, days=-1)
    server = started(encrypted.settings, encrypted.certificates)
    uri = f"bolt+s://localhost:{server.uri.rpartition(':')[2]}"
    assert "has expired" in refusal(uri, encrypted.authority.file, server.password)
