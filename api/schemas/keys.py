"""Public keys."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Model


class PublicKey(Model):
    """The public half of a key, as RFC 8037 has it."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str = Field(description="the key, in base64url")
    kid: str = Field(description="its thumbprint (RFC 7638); tokens and reports name it")
    alg: Literal["EdDSA"]
    use: Literal["sig"]
    created: datetime
    revoked: datetime | None = Field(default=None, description="since when nothing that it signed holds")


class KeySet(Model):
    """Every key of the service, the oldest first."""

    keys: list[PublicKey]
