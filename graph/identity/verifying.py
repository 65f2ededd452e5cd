"""Whose token it is, by the issuer that it names: our own, or the one that is configured."""

from datetime import datetime

from graph.database import Database, utc
from graph.errors import Unauthenticated
from graph.identity import tokens
from graph.identity.keys import Keyring
from graph.identity.principal import Principal
from graph.settings import Settings


class Verifier:
    """Checks tokens for one service. Safe to share between threads."""

    def __init__(self, settings: Settings):
        self.ring = Keyring.of(settings)
        self._issuer, self._audience = settings.issuer, settings.audience

    def configured(self) -> bool:
        """Whether anybody can have a token that holds."""
        return self.ring.usable()

    def check(self, token: str) -> Principal:
        """Who asks, if the token holds; `refuse_revoked` asks the database too. Raises Unauthenticated."""
        _, claims = tokens.unverified(token)
        if claims.get("iss") != self._issuer:
            raise Unauthenticated("the token is from another issuer")
        return tokens.check(token, self.ring, issuer=self._issuer, audience=self._audience)


def refuse_revoked(database: Database, principal: Principal) -> None:
    """Raises Unauthenticated if the token was revoked."""
    if database.optional("revoked", id=principal.token) is not None:
        raise Unauthenticated("the token was revoked: ask for a new one")


def revoke(database: Database, token: str, now: datetime, *, until: datetime | None = None) -> datetime:
    """The token with this id no longer holds, from the next request on. Returns since when.

    until: when it expires anyway, if that is known.
    """
    return utc(database.one("revoke_token", id=token, until=until, now=now)["at"])
