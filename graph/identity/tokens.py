"""Tokens of our own: JWTs (RFC 9068) signed with a key of the keyring, issued and checked.

The accepted algorithms are listed here, and never taken from the token. `typ` keeps apart what the same keys sign:
a report is no token, and a token that signs in on the pages (sessions.py) does not work for the API.
"""

import base64
import binascii
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from graph.errors import ParameterError, SettingInvalid, Unauthenticated
from graph.identity.keys import ALGORITHM, Key, Keyring
from graph.identity.principal import Principal, Role
from graph.text.plain import identifier

TYPE = "at+jwt"
LONGEST_DAYS = 366
LONGEST_NAME = 200
"Characters of a subject or an entity's id."
LONGEST_TOKEN = 8_192
CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "role")


@dataclass(frozen=True)
class Issued:
    """A token and what it says. `text` is the token: anyone who has it is taken for the subject."""

    id: str
    text: str
    key: str
    subject: str
    role: Role
    entity: str | None
    until: datetime


def issue(
    ring: Keyring,
    role: Role,
    subject: str,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    entity: str | None = None,
    acts_for: Collection[str] = (),
    days: float = 30,
    kind: str = TYPE,
) -> Issued:
    """A token for the subject, signed with the newest key.

    entity: Entity.id; a member needs one. acts_for: Entity.ids that a reviewer acts for or belongs to.
    days: how long it holds, at most 366. kind: its `typ`.
    Raises ParameterError for a subject or a time that no token can have, SettingInvalid where no key signs.
    """
    role = Role(role)
    subject = identifier(subject, "subject")
    entity = None if entity is None else identifier(entity, "entity")
    acts_for = sorted({identifier(each, "acts-for") for each in acts_for})
    if acts_for and role is not Role.REVIEWER:
        raise ParameterError("acts-for: this is asked of a reviewer, so that nobody decides on their own")
    if "://" in subject:
        raise ParameterError("subject: only a subject of another issuer has `://` in its name")
    if (entity is None) == (role is Role.MEMBER):
        raise ParameterError("entity: a member is one of the entities, and nobody else is")
    if not 0 < days <= LONGEST_DAYS:
        raise ParameterError(f"days: a token holds for up to {LONGEST_DAYS} days")
    key = ring.signing()
    if key.private is None:
        raise SettingInvalid(f"the key {key.id} is revoked")
    start, until = int(now.timestamp()), now + timedelta(days=days)
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "exp": int(until.timestamp()),
        "iat": start,
        "nbf": start,
        "jti": uuid.uuid4().hex,
        "role": role.value,
    }
    if entity is not None:
        claims["entity"] = entity
    if acts_for:
        claims["acts_for"] = acts_for
    text = jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.id, "typ": kind})
    return Issued(claims["jti"], text, key.id, subject, role, entity, until)


def unverified(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(header, claims) as the token has them: good for finding its issuer, and for nothing else.

    Raises Unauthenticated if it is no token, or not in the one spelling that a token can have.
    """
    parts = text.split(".")
    try:
        if len(text) > LONGEST_TOKEN or len(parts) != 3 or any(part != _rewritten(part) for part in parts):
            raise Unauthenticated("the token is none: three parts of base64url were expected")
        found = jwt.decode_complete(text, options={"verify_signature": False})
    except (jwt.InvalidTokenError, binascii.Error, ValueError, RecursionError) as error:
        raise Unauthenticated("the token is none, or was altered: it cannot be read") from error
    return found["header"], found["payload"]


@dataclass(frozen=True)
class Checked:
    """A token of ours that was found to hold, and for how long nothing but its key can change that."""

    principal: Principal
    key: Key
    "that signed it, as the keyring had it"
    until: float
    "seconds of the epoch"

    def holds(self, ring: Keyring, now: float) -> bool:
        """Whether it still does: it has not expired, and its key is the very same."""
        return now < self.until and ring.find(self.key.id) is self.key


def check(text: str, ring: Keyring, *, issuer: str, audience: str, kind: str = TYPE) -> Principal:
    """The caller, as a token of ours with this `typ` names it.

    The database knows whether the token was revoked; it is not asked here.
    Raises Unauthenticated, saying why the token does not hold.
    """
    return checked(text, ring, issuer=issuer, audience=audience, kind=kind).principal


def checked(text: str, ring: Keyring, *, issuer: str, audience: str, kind: str = TYPE) -> Checked:
    """The same, with what can be kept of it. Raises as `check` does."""
    header, _ = unverified(text)
    key_id = header.get("kid")
    key = ring.find(key_id) if isinstance(key_id, str) else None
    if key is None:
        raise Unauthenticated("the token names no key of this service")
    if key.revoked:
        raise Unauthenticated("the key that signed the token was revoked: ask for a new token")
    if header.get("alg") != ALGORITHM or header.get("typ") != kind:
        raise Unauthenticated("the token is not signed as tokens of this service are")
    with_faults_named = {"require": list(CLAIMS), "strict_aud": True}
    claims = verified(
        text, key.public, algorithms=[ALGORITHM], issuer=issuer, audience=audience, options=with_faults_named
    )
    found = principal(
        subject=claims["sub"],
        role=claims["role"],
        entity=claims.get("entity"),
        token=claims["jti"],
        acts_for=claims.get("acts_for"),
    )
    return Checked(found, key, float(claims["exp"]))


def verified(text: str, key: Any, **rules: Any) -> dict[str, Any]:
    """The claims of a token that is valid here and now, with its signature. Raises Unauthenticated."""
    try:
        claims: dict[str, Any] = jwt.decode(text, key, **rules)
    except jwt.InvalidTokenError as error:
        for kind, reason in _REASONS:
            if isinstance(error, kind):
                raise Unauthenticated(reason) from error
        raise Unauthenticated("the token does not hold") from error
    return claims


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "the token has expired: ask for a new one"),
    (jwt.ImmatureSignatureError, "the token does not hold yet"),
    (jwt.InvalidAudienceError, "the token is for another service"),
    (jwt.InvalidIssuerError, "the token is from another issuer"),
    (jwt.InvalidAlgorithmError, "the token is not signed as tokens of this service are"),
    (jwt.InvalidSignatureError, "the token was altered: its signature does not fit"),
    (jwt.MissingRequiredClaimError, "the token lacks a claim"),
)


def principal(*, subject: Any, role: Any, entity: Any, token: Any, acts_for: Any = None) -> Principal:
    """The caller, if the claims have the right form; names in the form in which they are kept.

    acts_for: one Entity.id or several, of a reviewer. Raises Unauthenticated.
    """
    subject, token = _name(subject), _name(token)
    several = [] if acts_for is None else acts_for if isinstance(acts_for, list) else [acts_for]
    represented = tuple(map(_name, several))
    try:
        known = Role(role)
    except ValueError:
        raise Unauthenticated("the token names no role of this service") from None
    if known is not Role.MEMBER:
        return Principal(subject, known, None, token, represented if known is Role.REVIEWER else ())
    if entity is None:
        raise Unauthenticated("the token of a member names no entity")
    return Principal(subject, known, _name(entity), token)


def _name(value: Any) -> str:
    """A subject, an id or a token's id as it is kept. Raises Unauthenticated where it is none."""
    try:
        if isinstance(value, str):
            return identifier(value, "claim", longest=2 * LONGEST_NAME)
    except ParameterError as error:
        raise Unauthenticated(f"the token has a claim that does not hold: {error}") from None
    raise Unauthenticated("the token has a claim that does not hold")


def _rewritten(part: str) -> str:
    """The part as base64url has it: another spelling of the same bytes is no token of anybody's."""
    padded = part + "=" * (-len(part) % 4)
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(padded)).rstrip(b"=").decode()
