"""Over HTTP a token that does not hold is a 401 that says what is wrong with it, and repeats nothing of it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.app import routes
from api.deps import auth
from graph.identity import Keyring, Role, verifying
from graph.store.client import Database
from tests.api.conftest import issue
from tests.clock import now

SUBJECT, ENTITY = "login of somebody", "somebody-secret"
ALTERED, FOREIGN = "the token was altered: its signature does not fit", "the token is from another issuer"
OTHERWISE_SIGNED = "the token is not signed as tokens of this service are"


@pytest.fixture(scope="module")
def token(ring: Keyring) -> str:
    return issue(ring, Role.MEMBER, SUBJECT, ENTITY).text


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = jwt.decode_complete(token, options={"verify_signature": False})
    return found["header"], found["payload"]


def written(token: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """The token with other contents and the signature that it had."""
    head, known = read(token)
    return f"{part(head | (header or {}))}.{part(known | claims)}.{token.rpartition('.')[2]}"


def signed(ring: Keyring, token: str, *, kind: str | None = None, **claims: Any) -> str:
    """The token with other claims, signed with our key: None takes a claim out."""
    header, known = read(token)
    private = ring.signing().private
    assert private
    said = {name: value for name, value in (known | claims).items() if value is not None}
    return jwt.encode(said, private, "EdDSA", headers={"kid": header["kid"], "typ": kind or header["typ"]})


def with_the_public_key(ring: Keyring, token: str) -> str:
    """HS256 with what everybody knows as its secret."""
    said = f"{part(read(token)[0] | {'alg': 'HS256'})}.{token.split('.')[1]}"
    mac = hmac.digest(ring.signing().public.public_bytes_raw(), said.encode(), hashlib.sha256)
    return f"{said}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def of_a_revoked_key(ring: Keyring, token: str) -> str:
    key = ring.create(now() + timedelta(days=1))  # the newest signs
    made = issue(ring, Role.MEMBER, SUBJECT, ENTITY).text
    ring.revoke(key.id, now())
    return made


def of_another_key(ring: Keyring, token: str) -> str:
    header, claims = read(token)
    return jwt.encode(
        claims, Ed25519PrivateKey.generate(), "EdDSA", headers={"kid": header["kid"], "typ": header["typ"]}
    )


WRONG: dict[str, tuple[Callable[[Keyring, str], str], str]] = {
    "subject altered": (lambda _, token: written(token, sub="login of another"), ALTERED),
    "role altered": (lambda _, token: written(token, role="operator"), ALTERED),
    "entity altered": (lambda _, token: written(token, entity="another"), ALTERED),
    "expiry altered": (lambda _, token: written(token, exp=2**33), ALTERED),
    "start altered": (lambda _, token: written(token, nbf=0), ALTERED),
    "time of issue altered": (lambda _, token: written(token, iat=0), ALTERED),
    "id altered": (lambda _, token: written(token, jti="another"), ALTERED),
    "audience altered": (lambda _, token: written(token, aud="another"), ALTERED),
    "issuer altered": (lambda _, token: written(token, iss="another"), FOREIGN),
    "signature altered": (lambda _, token: f"{token.rpartition('.')[0]}.{'A' * 86}", ALTERED),
    "signature of another key": (of_another_key, ALTERED),
    "signature left out": (lambda _, token: token.rpartition(".")[0] + ".", ALTERED),
    "algorithm none": (
        lambda _, token: written(token, {"alg": "none"}).rpartition(".")[0] + ".",
        OTHERWISE_SIGNED,
    ),
    "HS256 with the public key": (with_the_public_key, OTHERWISE_SIGNED),
    "something else that our key signed": (
        lambda ring, token: signed(ring, token, kind="JWT"),
        OTHERWISE_SIGNED,
    ),
    "unknown key": (
        lambda _, token: written(token, {"kid": "another"}),
        "the token names no key of this service",
    ),
    "revoked key": (of_a_revoked_key, "the key that signed the token was revoked: ask for a new token"),
    "expired": (
        lambda ring, token: signed(ring, token, exp=int(now().timestamp()) - 60),
        "the token has expired: ask for a new one",
    ),
    "not yet": (
        lambda ring, token: signed(ring, token, nbf=int(now().timestamp()) + 3600),
        "the token does not hold yet",
    ),
    "another audience": (
        lambda ring, token: signed(ring, token, aud="another"),
        "the token is for another service",
    ),
    "another issuer": (lambda ring, token: signed(ring, token, iss="another"), FOREIGN),
    "a member without an entity": (
        lambda ring, token: signed(ring, token, entity=None),
        "the token of a member names no entity",
    ),
    "no such role": (
        lambda ring, token: signed(ring, token, role="king"),
        "the token names no role of this service",
    ),
    "no id": (lambda ring, token: signed(ring, token, jti=None), "the token lacks a claim"),
}


def asked(api: httpx.Client, token: str) -> httpx.Response:
    return api.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("what", WRONG)
def test_a_token_that_does_not_hold_is_told_what_is_wrong_and_nothing_else(
    api: httpx.Client, graph: Database, ring: Keyring, token: str, what: str
) -> None:
    make, detail = WRONG[what]
    wrong = make(ring, token)
    refused = asked(api, wrong)
    assert refused.status_code == 401
    assert (refused.json()["code"], refused.json()["detail"]) == ("unauthenticated", detail)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    told = refused.text + str(refused.headers)
    for secret in (SUBJECT, ENTITY, *filter(None, wrong.split(".")), ring.signing().id):
        assert secret not in told


def test_a_revoked_token_is_told_so_from_the_next_request_on(
    api: httpx.Client, graph: Database, ring: Keyring
) -> None:
    made = issue(ring, Role.MEMBER, SUBJECT, ENTITY)
    assert asked(api, made.text).status_code != 401
    verifying.revoke(graph, made.id, now(), until=made.until)
    refused = asked(api, made.text)
    assert refused.status_code == 401
    assert refused.json()["detail"] == "the token was revoked: ask for a new one"
    assert made.id not in refused.text


def test_the_token_that_these_are_made_of_holds(
    api: httpx.Client, graph: Database, ring: Keyring, token: str
) -> None:
    """Else all of the above could be refused for one reason that they share."""
    assert asked(api, token).status_code != 401
    assert asked(api, signed(ring, token)).status_code != 401


ASKING = [
    "/v1/schemes/reliability/ratings/{}",
    "/v1/schemes/reliability/ratings/{}/explanation",
    "/v1/schemes/reliability/ratings/{}/granted?purpose=any",
]
"The routes that ask whether a token was revoked by the query that answers."


def test_every_route_that_asks_by_itself_whether_a_token_was_revoked_is_tried_here() -> None:
    found = [
        route.path_format
        for route in routes()
        if any(each.call is auth._asking for each in route.dependant.dependencies)
    ]
    tried = [path.partition("?")[0].format("{entity}").replace("reliability", "{scheme}") for path in ASKING]
    assert sorted(each.replace(":path", "") for each in found) == sorted(tried)


@pytest.mark.parametrize("path", ASKING)
@pytest.mark.parametrize("entity", [ENTITY, "somebody-else"])
def test_a_revoked_token_is_told_so_whatever_it_asks_for(
    api: httpx.Client, graph: Database, ring: Keyring, path: str, entity: str
) -> None:
    role = Role.CLIENT if "granted" in path else Role.MEMBER
    made = issue(ring, role, SUBJECT, ENTITY if role is Role.MEMBER else None)
    headers = {"Authorization": f"Bearer {made.text}"}
    assert api.get(path.format(entity), headers=headers).status_code == 404
    verifying.revoke(graph, made.id, now(), until=made.until)
    refused = api.get(path.format(entity), headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (401, "the token was revoked: ask for a new one")
