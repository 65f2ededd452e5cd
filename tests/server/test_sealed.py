"""A backup's file: sealed, whole, and nothing in it but what its manifest tells."""

import io
import json
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from graph.errors import ParameterError, RecordError, Refused
from graph.server import backups, packing, sealed, seals
from graph.server.sealed import PIECE, PREFIX, PUBLIC, SALT, Opener, Opening, Passphrase, PublicKey, Seal, Sealing
from graph.settings import Settings

WORDS = "correct horse battery staple"
PRIVATE = X25519PrivateKey.generate()
PASSPHRASE: Seal = Passphrase(WORDS)
SEALS: dict[str, tuple[Seal, Opener]] = {
    "a passphrase": (PASSPHRASE, Opener(WORDS)),
    "a public key": (PublicKey(PRIVATE.public_key()), Opener(private=PRIVATE)),
}
OPENER = SEALS["a passphrase"][1]
LENGTHS = {"a passphrase": SALT, "a public key": PUBLIC}
sealed_with = pytest.mark.parametrize("how", SEALS)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing slow is left to the library; here it would make the tests slow."""
    monkeypatch.setattr(sealed, "COST", 2)


def sealed_bytes(content: bytes, how: str = "a passphrase") -> bytes:
    out = io.BytesIO()
    with Sealing(out, SEALS[how][0]) as sealing:
        for at in range(0, len(content), 700_001):
            sealing.write(content[at : at + 700_001])
    return out.getvalue()


def opened(text: bytes, opener: Opener = OPENER) -> bytes:
    return io.BufferedReader(Opening(io.BytesIO(text), opener, "a.backup")).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5])
@sealed_with
def test_what_was_sealed_is_opened_again_whatever_its_size(size: int, how: str) -> None:
    content = bytes(n % 251 for n in range(size))
    text = sealed_bytes(content, how)
    assert opened(text, SEALS[how][1]) == content
    assert len(text) == len(sealed.MAGIC) + LENGTHS[how] + PREFIX + size + 16 * max(1, -(-size // PIECE))


@sealed_with
def test_nothing_of_it_can_be_read_and_no_two_files_are_alike(how: str) -> None:
    content = b"p-1 was late" * 1_000
    first, second = sealed_bytes(content, how), sealed_bytes(content, how)
    assert b"p-1" not in first
    assert first[len(sealed.MAGIC) :][:64] != second[len(sealed.MAGIC) :][:64]


@pytest.mark.parametrize("touch", ["a bit", "cut off", "a piece less", "swapped", "longer", "another beginning"])
@sealed_with
def test_a_file_that_was_touched_is_not_opened(touch: str, how: str) -> None:
    text = sealed_bytes(bytes(2 * PIECE + 10), how)
    head = len(sealed.MAGIC) + LENGTHS[how] + PREFIX
    piece = PIECE + 16
    touched = {
        "a bit": text[:-5] + bytes([text[-5] ^ 1]) + text[-4:],
        "cut off": text[:-7],
        "a piece less": text[: head + 2 * piece],
        "swapped": text[:head]
        + text[head + piece : head + 2 * piece]
        + text[head : head + piece]
        + text[head + 2 * piece :],
        "longer": text + b"x",
        "another beginning": text[: len(sealed.MAGIC)] + bytes([9] * LENGTHS[how]) + text[head - PREFIX :],
    }[touch]
    with pytest.raises(RecordError, match=r"a\.backup cannot be opened from piece \d on"):
        opened(touched, SEALS[how][1])


def test_another_passphrase_and_another_file_are_told_apart() -> None:
    with pytest.raises(RecordError, match="another passphrase or key was meant"):
        opened(sealed_bytes(b"x"), Opener("correct horse battery stable"))
    with pytest.raises(RecordError, match="another passphrase or key was meant"):
        opened(sealed_bytes(b"x", "a public key"), Opener(private=X25519PrivateKey.generate()))
    for other in (b"", b"PK\x03\x04", sealed.MAGIC, sealed.MAGIC_TO_A_KEY, sealed.MAGIC + bytes(SALT)):
        with pytest.raises(RecordError, match="is no backup of this program"):
            opened(other)


def test_who_made_it_cannot_open_it_and_is_told_what_opens_it() -> None:
    with pytest.raises(Refused, match="sealed to a public key: set INNERCIRCLE_BACKUP_PRIVATE_KEY_FILE"):
        opened(sealed_bytes(b"x", "a public key"), Opener(WORDS))
    with pytest.raises(Refused, match="sealed with a passphrase: set INNERCIRCLE_BACKUP_PASSPHRASE_FILE"):
        opened(sealed_bytes(b"x"), Opener(private=PRIVATE))


def test_a_point_with_which_everybody_agrees_on_the_same_opens_nothing() -> None:
    text = sealed_bytes(b"x", "a public key")
    head = len(sealed.MAGIC_TO_A_KEY)
    with pytest.raises(RecordError, match="what it begins with is no public key"):
        opened(text[:head] + bytes(PUBLIC) + text[head + PUBLIC :], SEALS["a public key"][1])


# By the settings ---------------------------------------------------------------------------------------


def pem(key: Any, *, private: bool = False) -> bytes:
    if private:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[no-any-return]
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[no-any-return]


def written(tmp_path: Path, name: str, content: bytes, mode: int = 0o600) -> Path:
    file = tmp_path / name
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_backup_is_sealed_to_the_public_key_where_one_is_named_and_its_private_half_opens_it(
    tmp_path: Path,
) -> None:
    words = written(tmp_path, "words", WORDS.encode())
    public = written(tmp_path, "public.pem", pem(PRIVATE))
    private = written(tmp_path, "private.pem", pem(PRIVATE, private=True))
    with_words = Settings(backup_passphrase_file=words)
    to_a_key = Settings(backup_passphrase_file=words, backup_public_key_file=public)
    assert (seals.seal(with_words).says, seals.seal(to_a_key).says) == (
        "the passphrase",
        f"the public key {PRIVATE.public_key().public_bytes_raw().hex()}",
    )
    out = io.BytesIO()
    with Sealing(out, seals.seal(to_a_key)) as sealing:
        sealing.write(b"all of it")
    with pytest.raises(Refused):
        opened(out.getvalue(), seals.opener(to_a_key))
    there = Settings(backup_private_key_file=private)
    assert opened(out.getvalue(), seals.opener(there)) == b"all of it"
    both = Settings(backup_private_key_file=private, backup_passphrase_file=words)
    assert opened(sealed_bytes(b"an older one"), seals.opener(both)) == b"an older one"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pem(PRIVATE, private=True), "it has the private half, which must not be where backups are made"),
        (pem(Ed25519PrivateKey.generate()), "it has a key of another kind: `openssl genpkey -algorithm X25519`"),
        (b"ssh-ed25519 AAAA", "it has no key in PEM"),
        (b"", "it has no key in PEM"),
    ],
)
def test_what_is_no_public_key_is_refused_and_the_error_says_why(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = written(tmp_path, "public.pem", content)
    with pytest.raises(ParameterError, match=f"INNERCIRCLE_BACKUP_PUBLIC_KEY_FILE={file}: {words}"):
        seals.seal(Settings(backup_public_key_file=file))


ENCRYPTED = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"words"))


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (pem(PRIVATE, private=True), 0o644, "others can read it: `chmod 600` it"),
        (ENCRYPTED, 0o600, "it is encrypted itself"),
        (pem(PRIVATE), 0o600, "it has no key in PEM"),
        (pem(Ed25519PrivateKey.generate(), private=True), 0o600, "it has a key of another kind"),
    ],
)
def test_what_is_no_private_key_is_refused_and_the_error_says_why(
    tmp_path: Path, content: bytes, mode: int, words: str
) -> None:
    file = written(tmp_path, "private.pem", content, mode)
    with pytest.raises(ParameterError, match=f"INNERCIRCLE_BACKUP_PRIVATE_KEY_FILE={file}: {words}"):
        seals.opener(Settings(backup_private_key_file=file))


def test_without_any_of_them_nothing_is_sealed_or_opened_and_a_file_that_is_not_there_is_named(
    tmp_path: Path,
) -> None:
    with pytest.raises(Refused, match="set INNERCIRCLE_BACKUP_PASSPHRASE_FILE"):
        seals.seal(Settings())
    with pytest.raises(Refused, match="or INNERCIRCLE_BACKUP_PRIVATE_KEY_FILE"):
        seals.opener(Settings())
    gone = tmp_path / "gone"
    for settings in (Settings(backup_private_key_file=gone), Settings(backup_passphrase_file=gone)):
        with pytest.raises(ParameterError, match=f"{gone}: .*No such file"):
            seals.opener(settings)


# Packed ------------------------------------------------------------------------------------------------


def packed(tmp_path: Path, **told: Any) -> Path:
    (tmp_path / "dump").write_bytes(b"the store")
    (tmp_path / "key").write_text("secret")
    out = tmp_path / "x.backup"
    packing.pack(out, {"keys/a.jwk": tmp_path / "key", "neo4j.dump": tmp_path / "dump"}, told, PASSPHRASE)
    return out


def test_what_was_packed_is_unpacked_for_its_owner_alone(tmp_path: Path) -> None:
    out = packed(tmp_path, at="now")
    assert out.stat().st_mode & 0o077 == 0
    into = tmp_path / "into"
    into.mkdir()
    told = packing.unpack(out, into, OPENER)
    assert told == packing.manifest_of(out, OPENER)
    assert (told["at"], list(told["files"])) == ("now", ["keys/a.jwk", "neo4j.dump"])
    assert (into / "neo4j.dump").read_bytes() == b"the store"
    assert (into / "keys" / "a.jwk").read_text() == "secret"
    assert (into / "neo4j.dump").stat().st_mode & 0o077 == 0
    assert (into / "keys").stat().st_mode & 0o077 == 0


def _made_by_hand(tmp_path: Path, manifest: Any, **parts: bytes) -> Path:
    """By somebody who knows the passphrase."""
    out = tmp_path / "hand.backup"
    with (
        out.open("wb") as file,
        Sealing(file, PASSPHRASE) as sealing,
        tarfile.open(fileobj=sealing, mode="w|") as tar,
    ):
        for name, content in {packing.MANIFEST: json.dumps(manifest).encode(), **parts}.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    return out


@pytest.mark.parametrize(
    ("files", "parts", "words"),
    [
        ({}, {"neo4j.dump": b"x"}, "does not tell of"),
        ({"../x": {"sha256": ""}}, {"../x": b"x"}, "does not tell of"),
        ({"/etc/x": {"sha256": ""}}, {"/etc/x": b"x"}, "does not tell of"),
        ({"a": {"sha256": "00"}}, {"a": b"x"}, "a is not what its manifest says"),
        ({"a": {"sha256": "00"}}, {}, "lacks a"),
    ],
)
def test_only_what_the_manifest_tells_is_taken_and_nothing_beside_the_folder(
    tmp_path: Path, files: dict[str, Any], parts: dict[str, bytes], words: str
) -> None:
    out = _made_by_hand(tmp_path, {"format": 1, "files": files}, **parts)
    into = tmp_path / "in" / "to"
    into.mkdir(parents=True)
    with pytest.raises(RecordError, match=words):
        packing.unpack(out, into, OPENER)
    assert not (tmp_path / "in" / "x").exists()


@pytest.mark.parametrize("manifest", [{}, {"format": 2}, [], "x", None])
def test_a_manifest_of_another_version_is_refused(tmp_path: Path, manifest: Any) -> None:
    with pytest.raises(RecordError, match=r"hand\.backup"):
        packing.manifest_of(_made_by_hand(tmp_path, manifest), OPENER)


# Kept --------------------------------------------------------------------------------------------------


def test_of_each_day_week_and_month_the_newest_is_kept_and_what_is_not_ours_stays() -> None:
    end = datetime(2026, 6, 30, 3, tzinfo=UTC)
    names = [backups.name_at(end - timedelta(hours=12 * n)) for n in range(400)]
    foreign = ["innercircle-20261399T000000Z.backup", "mine.backup", "notes.txt"]
    gone = backups.superfluous([*names, *foreign], days=7, weeks=4, months=6)
    kept = [name for name in names if name not in gone]
    assert not set(gone) & set(foreign)
    assert names[0] in kept
    made = [at for name in kept if (at := backups.made_at(name))]
    days = {at.date() for at in made}
    assert {end.date() - timedelta(days=n) for n in range(7)} <= days
    assert {at.date().isocalendar()[1] for at in made} >= {27, 26, 25, 24}
    assert {at.month for at in made} == {1, 2, 3, 4, 5, 6}
    assert len(kept) <= 7 + 4 + 6
    assert gone == sorted(gone)
    assert backups.superfluous(names, days=0, weeks=0, months=0) == sorted(names[1:])


def test_the_time_of_ours_is_in_the_name_so_that_a_copy_is_no_newer(tmp_path: Path) -> None:
    made = datetime(2026, 6, 1, 3, tzinfo=UTC)
    (tmp_path / backups.name_at(made)).write_text("x")
    assert backups.newest(tmp_path) == made
