"""A file that only who knows its passphrase can read, and that nobody can alter, reorder or cut off unnoticed.

MAGIC, 16 bytes of salt and 7 of a nonce, then pieces of at most 1 MiB, each sealed with AES-256-GCM under a nonce
that counts them and says which is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway, Vizar, 2015).
The key is made from the passphrase by scrypt (RFC 7914) with n = 2^17, r = 8 and p = 1: 128 MB, half a second.
"""

import io
import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from graph.errors import RecordError

MAGIC = b"innercircle backup 1\n"
PIECE, TAG, SALT, PREFIX = 2**20, 16, 16, 7
COST = 2**17


class Sealing(io.RawIOBase):
    """What is written here is sealed into `out`; `close` writes the last piece, without which none can open it."""

    def __init__(self, out: BinaryIO, passphrase: str):
        self._out, self._left, self._number = out, bytearray(), 0
        salt, self._prefix = secrets.token_bytes(SALT), secrets.token_bytes(PREFIX)
        self._head = MAGIC + salt + self._prefix
        self._cipher = AESGCM(_key(passphrase, salt))
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
    """What was sealed, as it was written. Raises RecordError for another passphrase, or an altered file."""

    def __init__(self, file: BinaryIO, passphrase: str, name: str):
        """name: of the file, for messages."""
        self._file, self._name, self._number = file, name, 0
        self._head = file.read(len(MAGIC) + SALT + PREFIX)
        if not self._head.startswith(MAGIC) or len(self._head) < len(MAGIC) + SALT + PREFIX:
            raise RecordError(f"{name} is no backup of this program: it begins otherwise")
        salt, self._prefix = self._head[len(MAGIC) : -PREFIX], self._head[-PREFIX:]
        self._cipher = AESGCM(_key(passphrase, salt))
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
                    "another passphrase was meant, or it was altered"
                    if self._number == 0
                    else "it was altered or cut off"
                )
            ) from None
        self._number += 1
        return piece


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())
