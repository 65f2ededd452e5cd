"""Tokens of an OpenID Connect issuer. They name the caller, and in two of their claims its role and its entity.

The issuer's discovery document says where its keys are; both are fetched when first needed, and kept for a while.
Nothing else is fetched: no address is taken from a token. The accepted algorithms are listed here.
"""

import json
import time
import urllib.request
from collections.abc import Mapping
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any
from urllib.error import HTTPError, URLError

import jwt

from graph import addresses
from graph.errors import IssuerUnavailable, Unauthenticated
from graph.identity import tokens
from graph.identity.principal import Principal, Role
from graph.settings import Settings

ALGORITHMS = ("EdDSA", "RS256", "ES256")
TIMEOUT_SECONDS = 5
"For both documents together, however slowly they come."
KEPT_SECONDS = 300
"How long the discovery document and the keys are used before they are fetched again."
AGAIN_SECONDS = 30
"An unknown key makes us fetch them again, but not sooner than this: anybody can name one."
REST_SECONDS = 5
"After a failure nothing is fetched for so long: every request would wait for the timeout."
LEEWAY_SECONDS = 30
"How far the issuer's clock may be off."
LARGEST_DOCUMENT = 1_000_000
FETCHING = "keys of the issuer"
"The name of the thread that fetches; nobody waits for its end."


class Provider:
    """The issuer that the settings name. Safe to share between threads."""

    def __init__(self, issuer: str, settings: Settings):
        """Nothing is fetched yet. issuer: an https address, as the settings have checked it."""
        self.issuer = issuer
        self._audience = settings.oidc_audience
        self._role_claim, self._entity_claim = settings.oidc_role_claim, settings.oidc_entity_claim
        self._lock = Lock()
        self._kept: tuple[float, dict[str, jwt.PyJWK]] = (-float("inf"), {})
        self._failed = -float("inf")

    def check(self, text: str, token_id: str) -> Principal:
        """The caller, as a token of the issuer names it.

        Raises Unauthenticated, saying why the token does not hold, and IssuerUnavailable.
        """
        header, _ = tokens.unverified(text)
        key = self._key(header.get("kid"))
        if key.algorithm_name not in ALGORITHMS or header.get("alg") != key.algorithm_name:
            raise Unauthenticated("the token is not signed as this service wants it")
        claims = tokens.verified(
            text,
            key,
            algorithms=[key.algorithm_name],
            issuer=self.issuer,
            audience=self._audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"], "enforce_minimum_key_length": True},
        )
        entity = _claim(claims, self._entity_claim)
        return tokens.principal(
            # With its issuer in front, so that it is no subject of our own tokens.
            subject=f"{self.issuer}|{claims['sub']}",
            role=_role(_claim(claims, self._role_claim)),
            entity=entity,
            token=token_id,
            acts_for=entity,  # a reviewer's are those that it may not decide about
        )

    def _key(self, key_id: object) -> jwt.PyJWK:
        key = self._known(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise Unauthenticated("the token names no key of its issuer")
        return key

    def _known(self, key_id: str) -> jwt.PyJWK | None:
        """The issuer's key of this name. Raises IssuerUnavailable, after TIMEOUT_SECONDS at most."""
        if key := self._remembered(key_id):
            return key
        with self._lock:  # one fetches; the others wait and find the keys, or that they could not be had
            if key := self._remembered(key_id):
                return key
            if time.monotonic() - self._kept[0] < AGAIN_SECONDS:
                return None
            if time.monotonic() - self._failed < REST_SECONDS:
                raise IssuerUnavailable("the OpenID Connect issuer did not answer a moment ago")
            try:
                keys = self._fetched()
            except Exception as error:  # what it is depends on what the other side sends
                raise self._failure(error) from error
            self._kept = (time.monotonic(), keys)
            return keys.get(key_id)

    def _remembered(self, key_id: str) -> jwt.PyJWK | None:
        fetched, keys = self._kept
        return keys.get(key_id) if time.monotonic() - fetched < KEPT_SECONDS else None

    def _fetched(self) -> dict[str, jwt.PyJWK]:
        """The keys by name, in time or not at all: urllib has a timeout for each piece, and pieces may be many."""
        found: Future[dict[str, jwt.PyJWK]] = Future()
        until = time.monotonic() + TIMEOUT_SECONDS

        def fetch() -> None:
            try:
                found.set_result(_usable(_fetch(self._discover(until), until)))
            except Exception as error:  # it is raised where it is waited for
                if isinstance(error, HTTPError):
                    error.close()  # it is an answer too, with its connection
                found.set_exception(error)

        Thread(target=fetch, name=FETCHING, daemon=True).start()
        try:
            return found.result(TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise TimeoutError(f"no whole answer in {TIMEOUT_SECONDS} seconds") from error

    def _discover(self, until: float) -> str:
        document = _fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", until)
        if document.get("issuer") != self.issuer:
            raise ValueError("its discovery document is that of another issuer")
        address = document.get("jwks_uri")
        if not isinstance(address, str) or not addresses.is_safe(address):
            raise ValueError("its keys are not at an https:// address")
        return address

    def _failure(self, error: Exception) -> IssuerUnavailable:
        self._failed = time.monotonic()
        reason = error.reason if isinstance(error, URLError) else str(error) or type(error).__name__
        return IssuerUnavailable(f"the OpenID Connect issuer {self.issuer} cannot be asked for its keys: {reason}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the new address is not the configured one."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _fetch(address: str, until: float) -> dict[str, Any]:
    """The JSON object at the address. Raises whatever reading it can, and TimeoutError after `until`."""
    read = bytearray()
    with urllib.request.build_opener(_NoRedirect).open(address, timeout=TIMEOUT_SECONDS) as answer:
        while piece := answer.read1(LARGEST_DOCUMENT):
            read += piece
            if len(read) > LARGEST_DOCUMENT:
                raise ValueError("its answer is too large")
            if time.monotonic() > until:
                raise TimeoutError("timed out")
    found = json.loads(read)
    if not isinstance(found, dict):
        raise ValueError("no JSON object was answered")  # noqa: TRY004  # what it is depends on the other side
    return found


def _usable(document: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """The keys of a JWK set that sign, by name; of two with one name the first."""
    keys = jwt.PyJWKSet.from_dict(document).keys
    return {
        key.key_id: key
        for key in reversed(keys)
        if isinstance(key.key_id, str) and key.public_key_use in ("sig", None)
    }


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """What the claim says; `realm_access.roles` is `roles` in `realm_access`, unless it is the name of a claim."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _role(named: Any) -> Any:
    """The one role of ours among those that the issuer gives; it may give others, for other services."""
    if not isinstance(named, list):
        return named
    ours = sorted({each for each in named if isinstance(each, str)} & {role.value for role in Role})
    if len(ours) > 1:
        raise Unauthenticated("the token names more than one role of this service: it needs one")
    return ours[0] if ours else None
