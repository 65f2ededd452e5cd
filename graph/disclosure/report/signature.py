"""Reports are signed here, and checked with the public keys: JWS in its compact form (RFC 7515), Ed25519.

A report is one text of three parts. Every bit of it counts: a second spelling of the same bytes is an alteration
too.
"""

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from graph.disclosure.report.content import Report
from graph.errors import ParameterError, SettingInvalid
from graph.identity.keys import ALGORITHM, Key, thumbprint

TYPE = "innercircle-report+jwt"
CLAIMS = {"id": "jti", "issuer": "iss", "subject": "sub", "audience": "aud", "issued": "iat", "until": "exp"}
"Fields of a report that have a name of their own in a JWT."
SKEW = timedelta(minutes=5)
"How far the signer's clock may be ahead of the reader's."

_EMBEDDED = re.compile(r"data:application/jose;base64,([A-Za-z0-9+/=]+)")

Why = Literal[
    "not-a-report", "unknown-key", "altered", "revoked-key", "not-yet-valid", "expired", "other-audience"
]
MEANING: dict[Why, str] = {
    "not-a-report": "this is no report of innercircle",
    "unknown-key": "it names a key that is not among those given: ask the operator for the present ones",
    "altered": "it was altered: the signature does not fit what is written",
    "revoked-key": "the key that signed it was revoked: it says nothing any more, whenever it was signed",
    "not-yet-valid": "it is dated in the future",
    "expired": "it has expired: ask for a new one",
    "other-audience": "it is for somebody else",
}


@dataclass(frozen=True)
class Checked:
    """What became of checking a report."""

    holds: bool
    why: Why | None
    "why it does not hold"
    message: str
    report: Report | None
    "None unless the signature holds: what is not signed is not shown"


@dataclass(frozen=True)
class PublicKey:
    """What a reader has of a key."""

    public: Ed25519PublicKey
    revoked: bool


def sign(report: Report, key: Key) -> str:
    """The report as one text, signed with the key. Raises SettingInvalid for a key that is revoked."""
    if key.private is None:
        raise SettingInvalid(f"the key {key.id} is revoked: `innercircle key create` makes one that signs")
    said: dict[str, Any] = msgspec.to_builtins(asdict(report))
    claims = {CLAIMS.get(name, name): value for name, value in said.items()}
    claims |= {CLAIMS[name]: int(getattr(report, name).timestamp()) for name in ("issued", "until")}
    return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.id, "typ": TYPE})


def read_keys(path: Path) -> dict[str, PublicKey]:
    """The keys of a file, by thumbprint: one JWK, or a set of them, as `GET /v1/keys` gives it.

    A key with a `revoked` that is not false is revoked. Raises ParameterError for a file that holds anything else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        keys = {}
        for jwk in found.get("keys", [found]):
            if (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519"):
                public = Ed25519PublicKey.from_public_bytes(_decoded(jwk["x"]))
                keys[thumbprint(public)] = PublicKey(public, jwk.get("revoked") not in (None, False))
    except OSError as error:
        raise ParameterError(f"the key file {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ParameterError(f"{path} is no JWK and no set of JWKs: {error}") from error
    if not keys:
        raise ParameterError(f"{path} holds no Ed25519 key: `GET /v1/keys` of the operator's service gives them")
    return keys


def documents(page: str) -> list[str]:
    """The signed documents that a page holds, each once: a report's page has one to save."""
    found: dict[str, None] = {}
    for encoded in _EMBEDDED.findall(page):
        with suppress(ValueError):
            found[base64.b64decode(encoded, validate=True).decode("ascii", errors="replace").strip()] = None
    return list(found)


def check(text: str, keys: Mapping[str, PublicKey], *, now: datetime, audience: str | None = None) -> Checked:
    """Whether the text is a report that holds now, for this audience; None: for the one that it names."""
    parts = text.strip().split(".")
    if len(parts) != 3 or not all(parts) or not all(_in_alphabet(part) for part in parts):
        return _refused("not-a-report")
    header = _header(parts[0])
    if header is None:
        return _refused("altered")
    if set(header) != {"alg", "kid", "typ"}:
        return _refused("altered" if header.get("typ") == TYPE else "not-a-report")
    key_id = header["kid"]
    key = keys.get(key_id) if isinstance(key_id, str) else None
    if key is None:
        return _refused("unknown-key")
    payload = _signed(parts, key.public)
    if payload is None:
        return _refused("altered")
    if key.revoked:
        return _refused("revoked-key")
    report = _report(payload) if header["typ"] == TYPE else None
    if report is None:
        return _refused("not-a-report")
    if now < report.issued - SKEW:
        return _refused("not-yet-valid", report)
    if now >= report.until:
        return _refused("expired", report)
    if audience is not None and audience.strip() != report.audience:
        return _refused("other-audience", report)
    return Checked(True, None, "it holds", report)


def _signed(parts: list[str], public: Ed25519PublicKey) -> bytes | None:
    """What the key has signed; None where it has not, or the parts are another spelling of the same bytes."""
    try:
        payload: bytes = jwt.PyJWS().decode(".".join(parts), public, algorithms=[ALGORITHM])
        # some versions of the library do not look at the last bits of a part
        spelled = all(_encoded(_decoded(part)) == part for part in parts)
    except (jwt.InvalidTokenError, ValueError):
        return None
    return payload if spelled else None


def _refused(why: Why, report: Report | None = None) -> Checked:
    return Checked(False, why, MEANING[why], report)


def _report(payload: bytes) -> Report | None:
    """What was signed; None where it is no report."""
    names = {claim: name for name, claim in CLAIMS.items()}
    try:
        said = {names.get(claim, claim): value for claim, value in json.loads(payload).items()}
        for name in ("issued", "until"):
            said[name] = datetime.fromtimestamp(said[name], UTC)
        return msgspec.convert(said, Report)
    except (
        *(ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError),
        *(RecursionError, msgspec.ValidationError),
    ):
        return None


def _header(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _in_alphabet(part: str) -> bool:
    return part.isascii() and all(char.isalnum() or char in "-_" for char in part)


def _decoded(part: str) -> bytes:
    """The bytes of base64url without padding. Raises ValueError."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
