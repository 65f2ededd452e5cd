"""What backups are sealed with and opened with, by the settings: a passphrase, or a key of two halves."""

from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from graph.errors import ParameterError, Refused
from graph.server.sealed import Opener, Passphrase, PublicKey, Seal
from graph.settings import Settings

SHORTEST = 12
"Characters of a passphrase."
WORDS = "INNERCIRCLE_BACKUP_PASSPHRASE_FILE"
PUBLIC = "INNERCIRCLE_BACKUP_PUBLIC_KEY_FILE"
PRIVATE = "INNERCIRCLE_BACKUP_PRIVATE_KEY_FILE"
PRIVATE_HALF = b"PRIVATE KEY"
"What the first line of a private key in PEM has."


def seal(settings: Settings) -> Seal:
    """What a backup is sealed with: the public key where one is named, else the passphrase.

    Raises Refused where no file is named, ParameterError for one that has no such thing.
    """
    if settings.backup_public_key_file is not None:
        return PublicKey(_public(settings.backup_public_key_file))
    if settings.backup_passphrase_file is None:
        raise Refused(
            f"a backup holds everything about everybody, so it is sealed: set {WORDS} to a file that holds a long "
            f"passphrase, and keep a copy of that elsewhere; or set {PUBLIC} to one that has a public key, whose "
            "private half is kept elsewhere"
        )
    return Passphrase(_passphrase(settings.backup_passphrase_file))


def opener(settings: Settings) -> Opener:
    """What there is to open a backup with. Raises Refused where no file is named, ParameterError as above."""
    phrase, private = settings.backup_passphrase_file, settings.backup_private_key_file
    if phrase is None and private is None:
        raise Refused(
            f"a backup is sealed: set {WORDS} to the file that holds its passphrase, or {PRIVATE} to the one "
            "that has the private half of its key"
        )
    return Opener(
        None if phrase is None else _passphrase(phrase),
        None if private is None else _private(private),
    )


def _passphrase(file: Path) -> str:
    try:
        text = _read(file, WORDS).decode().strip()
    except ValueError as error:
        raise ParameterError(f"{WORDS}={file}: {error}") from error
    if len(text) < SHORTEST:
        raise ParameterError(f"{WORDS}={file}: it holds less than {SHORTEST} characters")
    return text


def _public(file: Path) -> X25519PublicKey:
    text = _read(file, PUBLIC)
    if PRIVATE_HALF in text:
        raise ParameterError(
            f"{PUBLIC}={file}: it has the private half, which must not be where backups are made: "
            "`openssl pkey -in FILE -pubout` writes the public one"
        )
    key = _loaded(load_pem_public_key, text, file, PUBLIC)
    if not isinstance(key, X25519PublicKey):
        raise ParameterError(_other_kind(file, PUBLIC))
    return key


def _private(file: Path) -> X25519PrivateKey:
    text = _read(file, PRIVATE)
    if file.expanduser().stat().st_mode & 0o077:
        raise ParameterError(f"{PRIVATE}={file}: others can read it: `chmod 600` it")
    key = _loaded(lambda pem: load_pem_private_key(pem, None), text, file, PRIVATE)
    if not isinstance(key, X25519PrivateKey):
        raise ParameterError(_other_kind(file, PRIVATE))
    return key


def _loaded(load: Any, text: bytes, file: Path, name: str) -> Any:
    try:
        return load(text)
    except TypeError:  # it is encrypted, and no password was given
        raise ParameterError(
            f"{name}={file}: it is encrypted itself: `openssl pkey -in FILE` writes it as it is needed here"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ParameterError(f"{name}={file}: it has no key in PEM") from None


def _other_kind(file: Path, name: str) -> str:
    return f"{name}={file}: it has a key of another kind: `openssl genpkey -algorithm X25519` makes one"


def _read(file: Path, name: str) -> bytes:
    try:
        return file.expanduser().read_bytes()
    except OSError as error:
        raise ParameterError(f"{name}={file}: {error}") from error
