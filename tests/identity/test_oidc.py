"""Tokens of an OpenID Connect issuer hold as those of our own do, beside them, and for nobody else's name."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from graph.errors import IssuerUnavailable, SettingInvalid, Unauthenticated
from graph.identity import Keyring, Role, Verifier, oidc, tokens
from graph.settings import Settings
from tests.clock import now


@dataclass
class Issuer:
    """An issuer at this machine, with a key; `documents` are what it answers, by path."""

    url: str = ""
    key: Any = field(default_factory=lambda: generate_private_key(SECP256R1()))
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self) -> None:
        public = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        self.documents = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [public | {"kid": "one", "alg": "ES256", "use": "sig"}]},
        }

    def issue(self, *, key: Any = None, headers: dict[str, str] | None = None, **claims: Any) -> str:
        said = {
            "iss": self.url,
            "sub": "somebody",
            "aud": "innercircle",
            "iat": now(),
            "exp": now() + timedelta(hours=1),
            "role": "member",
            "entity": "p-1",
        }
        return jwt.encode(said | claims, key or self.key, "ES256", headers={"kid": "one"} | (headers or {}))


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            answer = found.documents.get(self.path)
            body = json.dumps(answer).encode()
            self.send_response(200 if answer is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    found.publish()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def service(issuer: Issuer, tmp_path: Path) -> Callable[..., Verifier]:
    """A verifier that knows the issuer, with more settings."""

    def make(**more: Any) -> Verifier:
        return Verifier(Settings(home=tmp_path, oidc_issuer=issuer.url, oidc_audience="innercircle", **more))

    return make


def test_a_token_of_the_issuer_says_who_asks(issuer: Issuer, service: Callable[..., Verifier]) -> None:
    principal = service().check(issuer.issue())
    assert (principal.role, principal.entity) == (Role.MEMBER, "p-1")
    assert principal.subject == f"{issuer.url}|somebody"


def test_role_and_entity_come_from_the_claims_that_are_configured(
    issuer: Issuer, service: Callable[..., Verifier]
) -> None:
    verifier = service(oidc_role_claim="realm_access.roles", oidc_entity_claim="person")
    claims: dict[str, Any] = {"realm_access": {"roles": ["offline", "auditor"]}, "role": "operator"}
    assert verifier.check(issuer.issue(**claims)).role == Role.AUDITOR
    with pytest.raises(Unauthenticated, match="more than one role"):
        verifier.check(issuer.issue(realm_access={"roles": ["client", "auditor"]}))


def test_tokens_of_both_issuers_hold_side_by_side(
    issuer: Issuer, service: Callable[..., Verifier], tmp_path: Path
) -> None:
    ring = Keyring.of(Settings(home=tmp_path))
    ring.create(now())
    own = tokens.issue(
        ring, Role.CLIENT, "a bank", entity=None, issuer="innercircle", audience="innercircle", now=now()
    )
    verifier = service()
    assert verifier.check(own.text).role == Role.CLIENT
    assert verifier.check(issuer.issue()).role == Role.MEMBER


def test_the_keys_are_fetched_once_and_kept(issuer: Issuer, service: Callable[..., Verifier]) -> None:
    verifier = service()
    for _ in range(3):
        verifier.check(issuer.issue())
    assert sorted(issuer.asked) == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another service"},
        {"exp": now() - timedelta(days=1)},
        {"nbf": now() + timedelta(days=1)},
        {"role": "king"},
        {"role": None},
        {"entity": None},
        {"sub": None},
    ],
    ids=lambda claims: next(iter(claims)) + ("" if all(claims.values()) else " missing"),
)
def test_what_the_issuer_did_not_say_for_us_does_not_hold(
    issuer: Issuer, service: Callable[..., Verifier], claims: dict[str, Any]
) -> None:
    said = {name: value for name, value in claims.items() if value is not None}
    token = issuer.issue(**said)
    if None in claims.values():
        known = jwt.decode(token, options={"verify_signature": False})
        known = {name: value for name, value in known.items() if name not in claims}
        token = jwt.encode(known, issuer.key, "ES256", headers={"kid": "one"})
    with pytest.raises(Unauthenticated):
        service().check(token)


def test_a_token_that_is_named_by_no_text_does_not_hold(issuer: Issuer, service: Callable[..., Verifier]) -> None:
    """Half a surrogate pair is JSON and no text: its sender is refused like any other stranger."""
    for jti in ("\ud800", ["a"], 7, {"a": "\udfff"}):
        header, _, signature = issuer.issue().split(".")
        claims = json.dumps({"iss": issuer.url, "jti": jti}).encode()
        said = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
        with pytest.raises(Unauthenticated):
            service().check(f"{header}.{said}.{signature}")


def test_another_key_another_algorithm_and_an_unknown_key_do_not_hold(
    issuer: Issuer, service: Callable[..., Verifier]
) -> None:
    verifier = service()
    forged = issuer.issue(key=generate_private_key(SECP256R1()))
    claims = jwt.decode(forged, options={"verify_signature": False})
    symmetric = jwt.encode(claims, "x" * 64, "HS256", headers={"kid": "one"})
    for token in (forged, symmetric, issuer.issue(headers={"kid": "two"})):
        with pytest.raises(Unauthenticated):
            verifier.check(token)


def test_an_issuer_that_does_not_answer_is_said_and_not_waited_for_again(
    issuer: Issuer, service: Callable[..., Verifier]
) -> None:
    verifier, token = service(), issuer.issue()
    issuer.documents = {}
    for _ in range(3):
        with pytest.raises(IssuerUnavailable):
            verifier.check(token)
    assert len(issuer.asked) == 1


def test_a_document_of_another_issuer_is_not_taken(issuer: Issuer, service: Callable[..., Verifier]) -> None:
    issuer.documents["/.well-known/openid-configuration"]["issuer"] = "https://example.org"
    with pytest.raises(IssuerUnavailable, match="another issuer"):
        service().check(issuer.issue())


@pytest.mark.parametrize("address", ["http://example.org", "ftp://example.org", "example.org", "http://192.0.2.1"])
def test_an_issuer_is_asked_over_https_or_on_this_machine(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingInvalid, match="https"):
        Settings.load(home=tmp_path, oidc_issuer=address, oidc_audience="innercircle")


def test_an_issuer_needs_an_audience_and_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNERCIRCLE_OIDC_ISSUER", "https://login.example.org")
    with pytest.raises(SettingInvalid, match="INNERCIRCLE_OIDC_AUDIENCE"):
        Settings.load()
    one = "https://example.org"
    both = Settings(home=tmp_path, issuer=one, oidc_issuer=one, oidc_audience="x")
    with pytest.raises(SettingInvalid, match="two names"):
        Verifier(both)


def test_only_these_algorithms_count() -> None:
    assert oidc.ALGORITHMS == ("EdDSA", "RS256", "ES256")
