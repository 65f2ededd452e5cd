"""A token holds as it was issued and in no other form: whatever is altered in it is found, and said."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graph.errors import NotFound, ParameterError, SetupError, Unauthenticated
from graph.identity import Keyring, Role, Verifier, tokens, verifying
from graph.settings import Settings
from graph.store.client import Database
from tests.clock import now


@pytest.fixture
def mine(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def ring(mine: Settings) -> Keyring:
    ring = Keyring.of(mine)
    ring.create(now())
    return ring


def issue(ring: Keyring, **more: Any) -> tokens.Issued:
    wanted: dict[str, Any] = {"entity": "p-1", "issuer": "innercircle", "audience": "innercircle", "now": now()}
    return tokens.issue(ring, Role.MEMBER, "login of p-1", **wanted | more)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def with_claims(token: str, **claims: Any) -> str:
    """The token with other claims and the signature that it had."""
    head, _, signature = token.split(".")
    known = jwt.decode(token, options={"verify_signature": False})
    return ".".join([head, part(known | claims), signature])


def unsigned(token: str) -> str:
    _, claims, _ = token.split(".")
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}."


def signed_with_the_public_key(token: str, ring: Keyring) -> str:
    """HS256 with what everybody knows as its secret: the oldest trick."""
    (key,) = ring.public()["keys"]
    header = {"alg": "HS256", "kid": key["kid"]}
    said = f"{part(header)}.{token.split('.')[1]}"
    secret = base64.urlsafe_b64decode(key["x"] + "==")
    mac = hmac.digest(secret, said.encode(), hashlib.sha256)
    return f"{said}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def test_a_token_says_who_asks(mine: Settings, ring: Keyring) -> None:
    issued = issue(ring)
    principal = Verifier(mine).check(issued.text)
    assert (principal.subject, principal.role, principal.entity) == ("login of p-1", Role.MEMBER, "p-1")
    assert principal.token == issued.id


ALTERED: dict[str, Callable[[str, Keyring], str]] = {
    "subject": lambda token, _: with_claims(token, sub="login of p-2"),
    "role": lambda token, _: with_claims(token, role="operator"),
    "entity": lambda token, _: with_claims(token, entity="p-2"),
    "expiry": lambda token, _: with_claims(token, exp=2**40),
    "start": lambda token, _: with_claims(token, nbf=0),
    "id": lambda token, _: with_claims(token, jti="another"),
    "audience": lambda token, _: with_claims(token, aud="another service"),
    "issuer": lambda token, _: with_claims(token, iss="another issuer"),
    "signature": lambda token, _: token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB"),
    "no signature": lambda token, _: token.rpartition(".")[0] + ".",
    "algorithm none": lambda token, _: unsigned(token),
    "HS256 with the public key": signed_with_the_public_key,
    "half of it": lambda token, _: token[: len(token) // 2],
    "nothing": lambda token, _: "",
    "no token at all": lambda token, _: "p-1",
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_token_that_was_altered_is_found(mine: Settings, ring: Keyring, what: str) -> None:
    token = issue(ring).text
    altered = ALTERED[what](token, ring)
    assert altered != token
    with pytest.raises(Unauthenticated) as refused:
        Verifier(mine).check(altered)
    for secret in (token, altered, "p-1", "p-2"):
        assert not secret or secret not in str(refused.value)


def test_a_token_of_another_key_does_not_hold(mine: Settings, ring: Keyring, tmp_path: Path) -> None:
    other = Keyring.of(Settings(home=tmp_path / "other"))
    other.create(now())
    with pytest.raises(Unauthenticated):
        Verifier(mine).check(issue(other).text)


def test_a_token_that_names_our_key_and_is_signed_by_another_does_not_hold(mine: Settings, ring: Keyring) -> None:
    token = issue(ring).text
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", headers=jwt.get_unverified_header(token))
    with pytest.raises(Unauthenticated):
        Verifier(mine).check(forged)


def test_what_was_signed_holds_while_the_key_is_not_revoked(mine: Settings, ring: Keyring) -> None:
    token = issue(ring).text
    older = ring.all()[0]
    ring.create(now() + timedelta(seconds=1))
    assert Verifier(mine).check(token).entity == "p-1"
    ring.revoke(older.id, now())
    with pytest.raises(Unauthenticated, match="revoked"):
        Verifier(mine).check(token)
    assert Verifier(mine).check(issue(ring).text).entity == "p-1"


def test_a_token_holds_from_its_start_to_its_end_for_its_audience(mine: Settings, ring: Keyring) -> None:
    verifier = Verifier(mine)
    for token in (
        issue(ring, now=now() - timedelta(days=40), days=30),
        issue(ring, now=now() + timedelta(days=2)),
        issue(ring, audience="another service"),
        issue(ring, issuer="another issuer"),
    ):
        with pytest.raises(Unauthenticated):
            verifier.check(token.text)


def test_a_member_is_a_member_of_something_and_a_token_ends(ring: Keyring) -> None:
    for wrong in ({"entity": None}, {"days": 0}, {"days": 367}):
        with pytest.raises(ParameterError):
            issue(ring, **wrong)


@pytest.mark.parametrize("until", [10**30, -(10**30), 10**12, 1.5, "soon", None])
def test_a_token_is_identified_whatever_it_says_of_its_end(mine: Settings, until: object) -> None:
    """Tokens that nobody signed are revoked as well: what they say may be anything."""
    token = jwt.encode({"iss": mine.issuer, "jti": "its id", "exp": until}, "x" * 64, "HS256")
    assert verifying.identified(token, mine) == ("its id", None)


def test_without_a_key_there_are_no_tokens(tmp_path: Path) -> None:
    with pytest.raises((SetupError, NotFound)):
        issue(Keyring.of(Settings(home=tmp_path)))


def test_keys_are_for_nobody_else_to_read(ring: Keyring) -> None:
    files = [file for file in Path(ring.directory).rglob("*") if file.is_file()]
    assert files
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert "d" not in ring.public()["keys"][0]


def test_a_revoked_token_does_not_hold_from_the_next_request_on(graph: Database, ring: Keyring) -> None:
    token = issue(ring)
    principal = tokens.check(token.text, ring, issuer="innercircle", audience="innercircle")
    verifying.refuse_revoked(graph, principal)
    verifying.revoke(graph, token.id, now(), until=token.until)
    with pytest.raises(Unauthenticated, match="revoked"):
        verifying.refuse_revoked(graph, principal)


HIDDEN = {"a joiner": "ru\u200dth", "a tag": "ruth\U000e0061", "a turn": "\u202eruth", "an end": "ruth\ufeff"}


@pytest.mark.parametrize("subject", HIDDEN.values(), ids=HIDDEN)
def test_a_subject_that_looks_like_another_is_neither_issued_nor_let_in(ring: Keyring, subject: str) -> None:
    given: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle", "now": now()}
    with pytest.raises(ParameterError, match="subject"):
        tokens.issue(ring, Role.REVIEWER, subject, **given)
    with pytest.raises(ParameterError, match="acts-for"):
        tokens.issue(ring, Role.REVIEWER, "ruth", acts_for=[subject], **given)
    with pytest.raises(Unauthenticated, match="claim"):
        tokens.principal(subject=subject, role="reviewer", entity=None, token="x")


def test_a_subject_is_one_however_its_letters_were_typed(ring: Keyring) -> None:
    given: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle", "now": now()}
    assert tokens.issue(ring, Role.REVIEWER, "Zoe\u0308", **given).subject == "Zoë"
    assert tokens.principal(subject="Zoe\u0308", role="reviewer", entity=None, token="x").subject == "Zoë"


def test_a_reviewer_says_for_whom_it_acts_and_nobody_else_does(ring: Keyring) -> None:
    given: dict[str, Any] = {"issuer": "innercircle", "audience": "innercircle", "now": now()}
    token = tokens.issue(ring, Role.REVIEWER, "ruth", acts_for=["mill", "ada"], **given)
    assert tokens.check(token.text, ring, issuer="innercircle", audience="innercircle").acts_for == ("ada", "mill")
    with pytest.raises(ParameterError, match="acts-for"):
        tokens.issue(ring, Role.CLIENT, "ruth", acts_for=["mill"], **given)


def test_a_token_that_was_verified_before_is_known_until_its_key_changes(mine: Settings, ring: Keyring) -> None:
    verifier, token = Verifier(mine), issue(ring)
    assert verifier.known(token.text) is None
    seen = verifier.check(token.text)
    assert verifier.known(token.text) == seen
    ring.create(now())  # a rotation: the older key still holds, and is looked at again
    assert verifier.known(token.text) is None
    assert verifier.check(token.text) == verifier.known(token.text) == seen
    ring.revoke(token.key, now())
    assert verifier.known(token.text) is None
    with pytest.raises(Unauthenticated, match="the key that signed the token was revoked"):
        verifier.check(token.text)


def test_a_token_that_was_verified_before_is_known_no_longer_than_it_holds(mine: Settings, ring: Keyring) -> None:
    verifier = Verifier(mine)
    token = issue(ring, days=2.2 / 86_400)
    verifier.check(token.text)
    until = time.time() + 5
    while verifier.known(token.text) is not None:
        assert time.time() < until
        time.sleep(0.02)
    with pytest.raises(Unauthenticated, match="the token has expired"):
        verifier.check(token.text)


def test_another_spelling_of_a_known_token_is_not_known(mine: Settings, ring: Keyring) -> None:
    verifier, token = Verifier(mine), issue(ring)
    verifier.check(token.text)
    for other in (token.text + "=", token.text[:-1], f" {token.text}", unsigned(token.text), ""):
        assert verifier.known(other) is None


def test_no_more_tokens_are_kept_than_may_be(
    mine: Settings, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "MOST_KEPT", 2)
    verifier, made = Verifier(mine), [issue(ring).text for _ in range(3)]
    for text in made:
        verifier.check(text)
    assert [verifier.known(text) is not None for text in made] == [False, True, True]
