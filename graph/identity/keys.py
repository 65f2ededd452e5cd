"""The keys that sign tokens and reports: Ed25519, one JWK (RFC 7517) to a file that only its owner reads.

The name of a key is the thumbprint of its public half (RFC 7638), so it cannot be another key's. A revoked key
loses its private half. The public half stays, with the time of revocation, so a check of an old signature can say
why it no longer holds. Nothing that a revoked key signed holds, whatever its date: a thief can write any date.
"""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from graph.errors import NotFound, SettingInvalid
from graph.settings import Settings

ALGORITHM = "EdDSA"


@dataclass(frozen=True)
class Key:
    """One key; `private` is None once it is revoked."""

    id: str
    created: datetime
    revoked: datetime | None
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None

    @classmethod
    def of(cls, private: Ed25519PrivateKey, created: datetime) -> Self:
        public = private.public_key()
        return cls(thumbprint(public), created, None, public, private)

    @classmethod
    def drawn(cls, created: datetime) -> Self:
        """A fresh key whose id can be typed: a command takes what begins with a hyphen for an option."""
        while (key := cls.of(Ed25519PrivateKey.generate(), created)).id.startswith("-"):
            continue
        return key

    def jwk(self) -> dict[str, Any]:
        """The public half, as everybody may have it."""
        described = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": _encode(self.public.public_bytes_raw()),
            "kid": self.id,
            "alg": ALGORITHM,
            "use": "sig",
            "created": self.created.isoformat(),
        }
        return described | ({"revoked": self.revoked.isoformat()} if self.revoked else {})


class Keyring:
    """The keys in one directory. What another process adds or revokes there holds from the next request on."""

    def __init__(self, directory: Path):
        self.directory = directory
        self._lock = Lock()
        self._seen: tuple[Any, ...] = ()
        self._keys: dict[str, Key] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.home / "keys")

    def all(self) -> list[Key]:
        """Every key, the oldest first. Raises SettingInvalid for a file that is no key, or open to others."""
        return sorted(self._read().values(), key=lambda key: (key.created, key.id))

    def find(self, key_id: str) -> Key | None:
        return self._read().get(key_id)

    def usable(self) -> bool:
        """Whether there is a key that is not revoked."""
        return any(key.private for key in self._read().values())

    def signing(self) -> Key:
        """The newest key that is not revoked. Raises SettingInvalid where there is none."""
        for key in reversed(self.all()):
            if key.private:
                return key
        raise SettingInvalid(f"{self.directory} holds no key that signs: `innercircle key create` makes one")

    def create(self, now: datetime) -> Key:
        """A new key, which signs from now on; the older ones still hold."""
        key = Key.drawn(now)
        with self._alone():
            self._write(key)
        return key

    def create_first(self, now: datetime) -> Key | None:
        """The first key, if none was ever here, also none that is revoked; else None, and nothing has changed.

        Of several processes at once, also in several containers with one directory, one makes it.
        """
        if self.all():
            return None
        with self._alone(needed=True):
            if self.all():
                return None
            key = Key.drawn(now)
            self._write(key)
            return key

    def revoke(self, key_id: str, now: datetime) -> Key:
        """Nothing that the key signed holds any longer, and it signs nothing more. Raises NotFound."""
        key = self.find(key_id)
        if key is None:
            raise NotFound(f"{self.directory} holds no key {key_id!r}: `innercircle key list` shows them")
        if key.revoked is None:
            key = Key(key.id, key.created, now, key.public, None)
            with self._alone():
                self._write(key)
        return key

    def public(self) -> dict[str, Any]:
        """The JWK set (RFC 7517) of the public halves, the oldest first."""
        return {"keys": [key.jwk() for key in self.all()]}

    @contextmanager
    def _alone(self, *, needed: bool = False) -> Iterator[None]:
        """Nobody else writes here, and what a killed writer has left is gone: it was no key yet.

        needed: it is an error where the file system has no locks. Raises SettingInvalid.
        """
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                try:
                    fcntl.flock(directory, fcntl.LOCK_EX)  # which ends with the process, however that ends
                except OSError:
                    if needed:
                        raise
                else:
                    for left in self.directory.glob("*.new"):
                        left.unlink()
                yield
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise SettingInvalid(
                f"{self.directory} cannot be written: {error.strerror}; set INNERCIRCLE_HOME right"
            ) from error

    def _write(self, key: Key) -> None:
        jwk = key.jwk() | ({"d": _encode(key.private.private_bytes_raw())} if key.private else {})
        file = self.directory / f"{key.id}.jwk"
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(jwk, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)

    def _read(self) -> dict[str, Key]:
        """The keys by id; read again only when a file is another one than before."""
        seen = _state(self.directory)
        with self._lock:
            if seen != self._seen:
                self._keys = {key.id: key for key in map(_load, sorted(self.directory.glob("*.jwk")))}
                self._seen = seen
            return self._keys


def _state(directory: Path) -> tuple[Any, ...]:
    """What changes when a key is added, revoked or removed."""
    try:
        with os.scandir(directory) as entries:
            found = [(each.name, each.stat()) for each in entries if each.name.endswith(".jwk")]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SettingInvalid(
            f"{directory} cannot be read: {error.strerror}; set INNERCIRCLE_HOME right"
        ) from error
    return tuple(sorted((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in found))


def _load(file: Path) -> Key:
    try:
        jwk = json.loads(file.read_text(encoding="utf-8"))
        public = Ed25519PublicKey.from_public_bytes(_decode(jwk["x"]))
        private = Ed25519PrivateKey.from_private_bytes(_decode(jwk["d"])) if "d" in jwk else None
        created, revoked = datetime.fromisoformat(jwk["created"]), jwk.get("revoked")
        holds = file.stem == thumbprint(public) and (private is None or private.public_key() == public)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingInvalid(f"{file} is no key of ours: restore or remove it") from error
    if not holds:
        raise SettingInvalid(f"{file} is no key of ours: its halves and its name do not belong together")
    if private and os.name == "posix" and file.stat().st_mode & 0o077:
        raise SettingInvalid(f"{file} can be read by others: chmod 600 {file}")
    return Key(file.stem, created, datetime.fromisoformat(revoked) if revoked else None, public, private)


def thumbprint(public: Ed25519PublicKey) -> str:
    """The name of a key (RFC 7638)."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _encode(public.public_bytes_raw())}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return _encode(hashlib.sha256(text.encode()).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
