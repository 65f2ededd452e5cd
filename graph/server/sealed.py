"""A file that only who is meant to can read, and that nobody can alter, reorder or cut off unnoticed.

Its beginning, and 7 bytes of a nonce; then pieces of at most 1 MiB, each sealed with AES-256-GCM under a nonce
that counts them and says which is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway, Vizar, 2015).

What is sealed with a passphrase begins with 16 bytes of salt. The key is made from both by scrypt (RFC 7914) with
n = 2^17, r = 8 and p = 1: 128 MB, half a second. What is sealed to a public key (X25519, RFC 7748) begins with
another public key, drawn for this file alone. What the two agree on gives the key, by HKDF with SHA-256
(RFC 5869), as age has it: whoever sealed it cannot open it again.
"""

import io
import secrets
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from graph.errors import RecordError, Refused

MAGIC = b"innercircle backup 1\n"
"Of what is sealed with a passphrase."
MAGIC_TO_A_KEY = b"innercircle backup 2\n"
PIECE, TAG, SALT, PREFIX, PUBLIC = 2**20, 16, 16, 7, 32
COST = 2**17


class Seal(Protocol):
    """What a file is sealed with."""

    @property
    def says(self) -> str:
        """Its name for people, as in "sealed with ..."."""

    def draw(self) -> tuple[bytes, bytes]:
        """The beginning of a file, and the key of what follows: other ones each time."""


@dataclass(frozen=True)
class Passphrase:
    """Who seals with it can open as well."""

    text: str = field(repr=False)
    says = "the passphrase"

    def draw(self) -> tuple[bytes, bytes]:
        salt = secrets.token_bytes(SALT)
        return MAGIC + salt, _stretched(self.text, salt)


@dataclass(frozen=True)
class PublicKey:
    """Whoever has its private half can open, and nobody else."""

    key: X25519PublicKey

    @property
    def says(self) -> str:
        return f"the public key {self.key.public_bytes_raw().hex()}"

    def draw(self) -> tuple[bytes, bytes]:
        drawn = X25519PrivateKey.generate()
        theirs, own = self.key.public_bytes_raw(), drawn.public_key().public_bytes_raw()
        return MAGIC_TO_A_KEY + own, _agreed(drawn.exchange(self.key), own, theirs)


@dataclass(frozen=True)
class Opener:
    """What there is to open files with."""

    passphrase: str | None = field(default=None, repr=False)
    private: X25519PrivateKey | None = field(default=None, repr=False)

    def begin(self, file: BinaryIO, name: str) -> tuple[bytes, bytes]:
        """The beginning of the file, which is read, and the key of what follows. Raises RecordError, Refused."""
        magic = file.read(len(MAGIC))
        if magic not in (MAGIC, MAGIC_TO_A_KEY):
            raise RecordError(f"{name} is no backup of this program: it begins otherwise")
        length, key = (SALT, self._unlocked) if magic == MAGIC else (PUBLIC, self._opened)
        more = file.read(length)
        if len(more) < length:
            raise RecordError(f"{name} is no backup of this program: it ends where it begins")
        return magic + more, key(more, name)

    def _unlocked(self, salt: bytes, name: str) -> bytes:
        if self.passphrase is None:
            raise Refused(
                f"{name} is sealed with a passphrase: set INNERCIRCLE_BACKUP_PASSPHRASE_FILE to its file"
            )
        return _stretched(self.passphrase, salt)

    def _opened(self, drawn: bytes, name: str) -> bytes:
        if self.private is None:
            raise Refused(
                f"{name} is sealed to a public key: set INNERCIRCLE_BACKUP_PRIVATE_KEY_FILE to the file that has "
                "its private half"
            )
        try:
            shared = self.private.exchange(X25519PublicKey.from_public_bytes(drawn))
        except ValueError:  # a point that gives the same secret to everybody
            raise RecordError(f"{name} was altered: what it begins with is no public key") from None
        return _agreed(shared, drawn, self.private.public_key().public_bytes_raw())


class Sealing(io.RawIOBase):
    """What is written here is sealed into `out`; `close` writes the last piece, without which none can open it."""

    def __init__(self, out: BinaryIO, seal: Seal):
        self._out, self._left, self._number = out, bytearray(), 0
        self._prefix = secrets.token_bytes(PREFIX)
        beginning, key = seal.draw()
        self._head, self._cipher = beginning + self._prefix, AESGCM(key)
        out.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]  # any buffer, as io has it
        self._left += given
        while len(self._left) > PIECE:  # the last one, which may be whole, waits for `close`
            self._seal(bytes(self._left[:PIECE]), last=False)
            del self._left[:PIECE]
        return len(given)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._left), last=True)
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, self._head))
        self._number += 1


class Opening(io.RawIOBase):
    """What was sealed, as it was written.

    Raises RecordError for another passphrase, another key or an altered file, Refused where the opener lacks what
    it takes.
    """

    def __init__(self, file: BinaryIO, opener: Opener, name: str):
        """name: of the file, for messages."""
        self._file, self._name, self._number = file, name, 0
        beginning, key = opener.begin(file, name)
        self._prefix = file.read(PREFIX)
        if len(self._prefix) < PREFIX:
            raise RecordError(f"{name} is no backup of this program: it ends where it begins")
        self._head, self._cipher = beginning + self._prefix, AESGCM(key)
        self._piece, self._next, self._ended = b"", file.read(PIECE + TAG), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        while not self._piece and not self._ended:
            self._piece = self._opened()
        view = memoryview(buffer)  # type: ignore[arg-type]  # any buffer, as io has it
        taken = min(len(view), len(self._piece))
        view[:taken] = self._piece[:taken]
        self._piece = self._piece[taken:]
        return taken

    def _opened(self) -> bytes:
        sealed, self._next = self._next, self._file.read(PIECE + TAG)
        self._ended = not self._next
        try:
            piece = self._cipher.decrypt(_nonce(self._prefix, self._number, self._ended), sealed, self._head)
        except InvalidTag:
            raise RecordError(
                f"{self._name} cannot be opened from piece {self._number + 1} on: "
                + (
                    "another passphrase or key was meant, or it was altered"
                    if self._number == 0
                    else "it was altered or cut off"
                )
            ) from None
        self._number += 1
        return piece


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())


def _agreed(shared: bytes, drawn: bytes, theirs: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=drawn + theirs, info=MAGIC_TO_A_KEY).derive(shared)
