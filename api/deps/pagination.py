"""Cursors of lists that come in pages: opaque, and signed, so that nobody makes one up or takes another's.

The key is a secret of the database (graph/store/secrets.py), so a cursor holds after a restart and on every
server.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graph.errors import ParameterError
from graph.store.client import Database
from graph.store.secrets import salt

BYTES = 16
"Of a signature."
NONCE = 12
"Bytes of it before what is hidden."


def cursor(database: Database, whose: str, values: Sequence[str]) -> str:
    """A cursor to the next page. whose: the list and its reader."""
    said = json.dumps(list(values)).encode()
    return _encoded(_signature(database, whose, said) + said)


def read(database: Database, whose: str, text: str) -> list[str]:
    """The values of a cursor that was made for this list and reader. Raises ParameterError for any other."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    signature, said = raw[:BYTES], raw[BYTES:]
    if _encoded(raw) != text or not hmac.compare_digest(signature, _signature(database, whose, said)):
        raise ParameterError("query.after: this is no cursor of this list: begin without one")
    values: list[str] = json.loads(said)
    return values


def hidden(database: Database, whose: str, values: Sequence[str]) -> str:
    """A cursor with values that its holder cannot read."""
    nonce = secrets.token_bytes(NONCE)
    return _encoded(nonce + _cipher(database).encrypt(nonce, json.dumps(list(values)).encode(), whose.encode()))


def revealed(database: Database, whose: str, text: str) -> list[str]:
    """The values of a hidden cursor. Raises ParameterError as `read` does."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        said = _cipher(database).decrypt(raw[:NONCE], raw[NONCE:], whose.encode())
    except (binascii.Error, ValueError, InvalidTag):
        raise ParameterError("query.after: this is no cursor of this list: begin without one") from None
    values: list[str] = json.loads(said)
    return values


def _cipher(database: Database) -> AESGCM:
    return AESGCM(hmac.digest(salt(database, "cursors"), b"hidden", hashlib.sha256))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _signature(database: Database, whose: str, said: bytes) -> bytes:
    return hmac.digest(salt(database, "cursors"), whose.encode() + b"\0" + said, hashlib.sha256)[:BYTES]
