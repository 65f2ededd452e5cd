"""A backup's file: sealed, whole, and nothing in it but what its manifest tells."""

import io
import json
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.errors import RecordError
from graph.server import backups, packing, sealed
from graph.server.sealed import PIECE, Opening, Sealing

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing slow is left to the library; here it would make the tests slow."""
    monkeypatch.setattr(sealed, "COST", 2)


def sealed_bytes(content: bytes) -> bytes:
    out = io.BytesIO()
    with Sealing(out, PASSPHRASE) as sealing:
        for at in range(0, len(content), 700_001):
            sealing.write(content[at : at + 700_001])
    return out.getvalue()


def opened(text: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return io.BufferedReader(Opening(io.BytesIO(text), passphrase, "a.backup")).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5])
def test_what_was_sealed_is_opened_again_whatever_its_size(size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    text = sealed_bytes(content)
    assert opened(text) == content
    assert len(text) == len(sealed.MAGIC) + 23 + size + 16 * max(1, -(-size // PIECE))


def test_nothing_of_it_can_be_read_and_no_two_files_are_alike() -> None:
    content = b"p-1 was late" * 1_000
    first, second = sealed_bytes(content), sealed_bytes(content)
    assert b"p-1" not in first
    assert first[len(sealed.MAGIC) :][:64] != second[len(sealed.MAGIC) :][:64]


@pytest.mark.parametrize("how", ["a bit", "cut off", "a piece less", "swapped", "longer", "another salt"])
def test_a_file_that_was_touched_is_not_opened(how: str) -> None:
    text = sealed_bytes(bytes(2 * PIECE + 10))
    head = len(sealed.MAGIC) + 23
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
        "another salt": text[: head - 23] + bytes(16) + text[head - 7 :],
    }[how]
    with pytest.raises(RecordError, match=r"a\.backup cannot be opened from piece \d on"):
        opened(touched)


def test_another_passphrase_and_another_file_are_told_apart() -> None:
    with pytest.raises(RecordError, match="another passphrase was meant"):
        opened(sealed_bytes(b"x"), "correct horse battery stable")
    for other in (b"", b"PK\x03\x04", sealed.MAGIC):
        with pytest.raises(RecordError, match="is no backup of this program"):
            opened(other)


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
    told = packing.unpack(out, into, PASSPHRASE)
    assert told == packing.manifest_of(out, PASSPHRASE)
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
        packing.unpack(out, into, PASSPHRASE)
    assert not (tmp_path / "in" / "x").exists()


@pytest.mark.parametrize("manifest", [{}, {"format": 2}, [], "x", None])
def test_a_manifest_of_another_version_is_refused(tmp_path: Path, manifest: Any) -> None:
    with pytest.raises(RecordError, match=r"hand\.backup"):
        packing.manifest_of(_made_by_hand(tmp_path, manifest), PASSPHRASE)


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
