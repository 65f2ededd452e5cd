"""Tokens are verified by the issuer that they name: our own, or the one that is configured."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from graph.errors import SettingInvalid, StoreError, Unauthenticated
from graph.identity import tokens
from graph.identity.keys import Key, Keyring
from graph.identity.oidc import Provider
from graph.identity.principal import Principal
from graph.identity.tokens import Checked
from graph.settings import Settings
from graph.store import endings
from graph.store.client import Database, utc
from graph.store.transaction import Rows, Transaction

MOST_KEPT = 10_000
"Tokens of ours that need not be verified again; beyond, the one that came longest ago is."


class Verifier:
    """Checks tokens for one service. Safe to share between threads."""

    def __init__(self, settings: Settings):
        """Raises SettingInvalid where the settings name an issuer that cannot be one."""
        self.ring = Keyring.of(settings)
        self.issuer, self.audience = settings.issuer, settings.audience
        self._provider = Provider(settings.oidc_issuer, settings) if settings.oidc_issuer else None
        self._kept: OrderedDict[bytes, Checked] = OrderedDict()
        self._lock = Lock()
        if settings.oidc_issuer == settings.issuer:
            raise SettingInvalid("INNERCIRCLE_OIDC_ISSUER is INNERCIRCLE_ISSUER: two issuers need two names")

    def known(self, token: str) -> Principal | None:
        """The caller, if this token of ours was found to hold before, and still does: its key is looked at."""
        name = _digest(token)
        with self._lock:
            found = self._kept.get(name)
            if found is not None:
                self._kept.move_to_end(name)
        return found.principal if found is not None and found.holds(self.ring, time.time()) else None

    def _keep(self, token: str, found: Checked) -> None:
        with self._lock:
            self._kept[_digest(token)] = found
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def configured(self) -> bool:
        """Whether anybody can have a token that holds."""
        return self._provider is not None or self.ring.usable()

    def first_key(self, now: datetime) -> Key | None:
        """The key that was made because nobody could have had a token otherwise, ever; None: there is no need.

        Raises SettingInvalid where it cannot be written.
        """
        return None if self._provider else self.ring.create_first(now)

    def check_own(self, token: str, kind: str) -> Principal:
        """The caller, if this is a valid token of this service with this `typ`. Raises Unauthenticated."""
        return tokens.check(token, self.ring, issuer=self.issuer, audience=self.audience, kind=kind)

    def check(self, token: str) -> Principal:
        """The caller, if the token holds; `refuse_revoked` asks the database too.

        Raises Unauthenticated, and IssuerUnavailable where the issuer of the token cannot be asked for its keys.
        """
        if (principal := self.known(token)) is not None:
            return principal
        _, claims = tokens.unverified(token)
        issuer = claims.get("iss")
        if issuer == self.issuer:
            found = tokens.checked(token, self.ring, issuer=self.issuer, audience=self.audience)
            self._keep(token, found)
            return found.principal
        if self._provider and issuer == self._provider.issuer:
            return self._provider.check(token, _id_of(token, claims, self.issuer))
        raise Unauthenticated("the token is from another issuer")


def _digest(token: str) -> bytes:
    """What a token is kept under: whoever reads the memory of the service finds no token there."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _id_of(token: str, claims: dict[str, Any], local: str) -> str:
    """The id to revoke the token by: its `jti`; for another issuer, one that no token of ours can have."""
    named, issuer = claims.get("jti"), claims.get("iss")
    if issuer == local and isinstance(named, str):
        return named
    # nobody has looked at the signature yet: what is named may be no text at all
    said = f"{issuer}|{named}" if named else token
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def identified(text: str, settings: Settings) -> tuple[str, datetime | None]:
    """(id, when it expires) of a token, whether it holds or not. Raises Unauthenticated where it is none."""
    _, claims = tokens.unverified(text)
    until, expires = claims.get("exp"), None
    if isinstance(until, int):
        with suppress(OverflowError, ValueError, OSError):  # no year has such a number: nobody signed that
            expires = datetime.fromtimestamp(until, UTC)
    return _id_of(text, claims, settings.issuer), expires


def refuse_revoked(database: Database, principal: Principal) -> None:
    """Raises Unauthenticated if the token was revoked; puts on record that a member's subject acts for its entity.

    One read, and a write the first time that this subject acts for this entity.
    """
    _admit(database, principal, database.one("admitted", **_asked_of(principal)))


@contextmanager
def admitted(database: Database, principal: Principal, then: Callable[[], None]) -> Iterator[None]:
    """The same for what is done in the block, whose first read takes the question along.

    then: what else has to hold of a caller that is let in. Nothing is read in the block of a caller that is not.
    """

    def heed(rows: Rows) -> None:
        _admit(database, principal, rows[0])
        then()

    with database.first("admitted", heed, **_asked_of(principal)):
        yield


def _asked_of(principal: Principal) -> dict[str, Any]:
    return {"id": principal.token, "subject": principal.subject, "entity": principal.entity}


def _admit(database: Database, principal: Principal, known: Mapping[str, Any]) -> None:
    if known["revoked"]:
        raise Unauthenticated("the token was revoked: ask for a new one")
    if principal.entity is not None and not known["acts"]:
        with suppress(StoreError):  # where nothing can be written now, the next request does it
            act_for(database, principal.entity, principal.subject)


def act_for(database: Database, entity: str, subject: str) -> bool:
    """The record of the entity has this subject as one that acts for it; returns whether there is such an entity.

    It stays on record: a person who has acted for an entity decides on nothing that the entity has a part in.
    """
    return database.optional("act_for", entity=entity, subject=subject) is not None


def revoke(database: Database, token: str, now: datetime, *, until: datetime | None = None) -> datetime:
    """The token with this id no longer holds, from the next request on. Returns since when.

    until: when it expires anyway, if that is known.
    """

    def end(transaction: Transaction) -> datetime:
        [row] = transaction.run("revoke_token", id=token, until=until, now=now)
        endings.note(transaction, "token", token, at=now, until=until.isoformat() if until else None)
        return utc(row["at"])

    return database.write(end)
