"""An issuer that answers slowly, wrongly or in part keeps nobody waiting, and breaks nothing else."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm

from graph.errors import IssuerUnavailable, Unauthenticated
from graph.identity import Role, Verifier, oidc, tokens
from graph.settings import Settings
from tests.clock import now

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"
LIMIT = 0.3
"Of a fetch in these tests, in seconds."


@dataclass
class Issuer:
    """It answers `bodies`, and does so in the way that `faults` says, by path."""

    url: str = ""
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    bodies: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def publish(self, name: str = "one") -> None:
        public = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        keys = {"keys": [public | {"kid": name, "alg": "ES256", "use": "sig"}]}
        discovery = {"issuer": self.url, "jwks_uri": f"{self.url}{KEYS}"}
        self.bodies = {DISCOVERY: json.dumps(discovery).encode(), KEYS: json.dumps(keys).encode()}

    def issue(self, name: str = "one") -> str:
        claims = {
            "iss": self.url,
            "sub": "somebody",
            "aud": "innercircle",
            "iat": now(),
            "exp": now() + timedelta(hours=1),
            "role": "auditor",
        }
        return jwt.encode(claims, self.key, "ES256", headers={"kid": name})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            body, fault = found.bodies[self.path], found.faults.get(self.path)
            if fault == "silent":
                found.closed.wait(20)
                return
            if fault == "dripping headers":
                self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
                while not found.closed.wait(LIMIT / 3):
                    self.wfile.write(b"x")
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if fault == "dripping":
                for each in body:
                    if found.closed.wait(LIMIT / 3):
                        return
                    self.wfile.write(bytes([each]))
                    self.wfile.flush()
            elif fault == "broken off":
                self.wfile.write(body[:5])
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            else:
                self.wfile.write(body)

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                """The caller has gone, or we have."""

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                """As above."""

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    found.publish()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found
    found.closed.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def verifier(issuer: Issuer, tmp_path: Path) -> Verifier:
    return Verifier(Settings(home=tmp_path, oidc_issuer=issuer.url, oidc_audience="innercircle"))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From then on a fetch has LIMIT seconds; an issuer that is to answer has the ordinary limit."""
    return lambda: monkeypatch.setattr(oidc, "TIMEOUT_SECONDS", LIMIT)


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
@pytest.mark.parametrize("fault", ["silent", "dripping", "dripping headers"])
def test_nobody_waits_longer_than_for_one_answer_however_many_ask(
    issuer: Issuer, verifier: Verifier, impatient: Callable[[], None], path: str, fault: str
) -> None:
    impatient()
    issuer.faults[path] = fault
    token, reasons = issuer.issue(), list[str]()

    def ask() -> None:
        with pytest.raises(IssuerUnavailable) as refused:
            verifier.check(token)
        reasons.append(str(refused.value))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
    begun = time.monotonic()
    for each in threads:
        each.start()
    for each in threads:
        each.join(max(0, begun + 4 * LIMIT - time.monotonic()))
    assert len(reasons) == 8
    assert sum("no whole answer in" in each for each in reasons) == 1
    assert issuer.asked.count(DISCOVERY) == 1


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[1]", b'{"keys": []}', b"[" * 100_000, b"\xff"],
    ids=["nothing", "no JSON", "a list", "no keys", "nested", "no text"],
)
def test_an_answer_that_is_none_is_the_issuers_fault_and_said(
    issuer: Issuer, verifier: Verifier, path: str, body: bytes
) -> None:
    issuer.bodies[path] = body
    with pytest.raises(IssuerUnavailable, match=r"cannot be asked for its keys: ."):
        verifier.check(issuer.issue())


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_an_answer_without_end_is_not_read_to_it(issuer: Issuer, verifier: Verifier, path: str) -> None:
    issuer.bodies[path] = b" " * 1_000_001 + issuer.bodies[path]
    with pytest.raises(IssuerUnavailable, match="too large"):
        verifier.check(issuer.issue())


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_an_answer_that_breaks_off_is_the_issuers_fault_and_said(
    issuer: Issuer, verifier: Verifier, path: str
) -> None:
    issuer.faults[path] = "broken off"
    with pytest.raises(IssuerUnavailable, match=r"cannot be asked for its keys: ."):
        verifier.check(issuer.issue())


def test_a_fetch_that_nobody_waits_for_any_longer_ends(
    issuer: Issuer, verifier: Verifier, impatient: Callable[[], None]
) -> None:
    impatient()
    issuer.faults[DISCOVERY] = "dripping"
    with pytest.raises(IssuerUnavailable):
        verifier.check(issuer.issue())
    for each in threading.enumerate():
        if each.name == oidc.FETCHING:
            each.join(4 * LIMIT)
            assert not each.is_alive()


def test_while_the_issuer_is_away_our_own_tokens_hold_and_those_of_keys_that_are_kept(
    issuer: Issuer, verifier: Verifier, impatient: Callable[[], None]
) -> None:
    verifier.ring.create(now())
    own = tokens.issue(
        verifier.ring, Role.CLIENT, "a bank", entity=None, issuer="innercircle", audience="innercircle", now=now()
    )
    assert verifier.check(issuer.issue()).role == Role.AUDITOR
    impatient()
    issuer.faults = {DISCOVERY: "silent", KEYS: "silent"}
    begun = time.monotonic()
    assert verifier.check(own.text).role == Role.CLIENT
    assert verifier.check(issuer.issue()).role == Role.AUDITOR
    assert time.monotonic() - begun < LIMIT


def test_a_caller_with_a_known_key_does_not_wait_for_one_with_another(
    issuer: Issuer, verifier: Verifier, impatient: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier.check(issuer.issue())
    impatient()
    monkeypatch.setattr(oidc, "AGAIN_SECONDS", 0)
    issuer.faults[DISCOVERY] = "silent"

    def ask() -> None:
        with pytest.raises(IssuerUnavailable):
            verifier.check(issuer.issue("made up"))

    other = threading.Thread(target=ask)
    other.start()
    while issuer.asked.count(DISCOVERY) < 2:
        time.sleep(0.01)
    assert verifier.check(issuer.issue()).role == Role.AUDITOR
    assert other.is_alive()
    other.join()


def test_unknown_names_of_keys_do_not_make_us_ask_the_issuer_each_time(issuer: Issuer, verifier: Verifier) -> None:
    verifier.check(issuer.issue())
    for number in range(5):
        with pytest.raises(Unauthenticated, match="names no key of its issuer"):
            verifier.check(issuer.issue(f"made up {number}"))
    assert sorted(issuer.asked) == [DISCOVERY, KEYS]


def test_a_new_key_of_the_issuer_is_found_and_one_that_it_withdrew_ends(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier.check(issuer.issue())
    issuer.publish("two")
    monkeypatch.setattr(oidc, "AGAIN_SECONDS", 0)
    assert verifier.check(issuer.issue("two")).role == Role.AUDITOR
    with pytest.raises(Unauthenticated, match="names no key of its issuer"):
        verifier.check(issuer.issue("one"))


def test_keys_that_were_kept_long_enough_are_fetched_again(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier.check(issuer.issue())
    monkeypatch.setattr(oidc, "KEPT_SECONDS", 0)
    monkeypatch.setattr(oidc, "AGAIN_SECONDS", 0)
    verifier.check(issuer.issue())
    assert issuer.asked.count(KEYS) == 2


def test_the_issuer_is_asked_again_after_a_rest(
    issuer: Issuer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.faults[KEYS] = "broken off"
    for _ in range(3):
        with pytest.raises(IssuerUnavailable):
            verifier.check(issuer.issue())
    assert issuer.asked.count(KEYS) == 1
    issuer.faults.clear()
    monkeypatch.setattr(oidc, "REST_SECONDS", 0)
    assert verifier.check(issuer.issue()).role == Role.AUDITOR
