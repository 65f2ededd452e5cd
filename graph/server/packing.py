"""A backup as one sealed file: a manifest, and files that it tells the sizes and hashes of.

It is a tar inside `sealed`, so whatever reads it has the manifest first, and knows what has to follow.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph.errors import RecordError
from graph.output_files import replaced
from graph.server.sealed import Opener, Opening, Seal, Sealing

MANIFEST = "manifest.json"
FORMAT = 1
MOST_MANIFEST = 10_000_000


def pack(out: Path, files: Mapping[str, Path], told: Mapping[str, Any], seal: Seal) -> None:
    """The backup is at `out`, whole, or nothing is there. files: by their names in it; told: for the manifest."""
    sizes = {name: path.stat().st_size for name, path in files.items()}
    listed = {name: {"bytes": sizes[name], "sha256": _sha256(path)} for name, path in files.items()}
    manifest = json.dumps({"format": FORMAT, **told, "files": listed}, indent=1).encode()
    with (
        replaced(out) as file,
        Sealing(file, seal) as sealing,
        tarfile.open(fileobj=sealing, mode="w|") as tar,
    ):
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(manifest)
        tar.addfile(head, io.BytesIO(manifest))
        for name, path in files.items():
            head = tarfile.TarInfo(name)
            head.size = sizes[name]
            with path.open("rb") as content:
                tar.addfile(head, content)


def unpack(backup: Path, folder: Path, opener: Opener) -> dict[str, Any]:
    """The files of the backup are in the folder, as its manifest says, which is returned; `/` makes folders.

    Raises RecordError for a file that is none, was altered, or is opened with another passphrase or key.
    """
    with _read(backup, opener) as (tar, manifest):
        wanted = dict(manifest["files"])
        while (member := tar.next()) is not None:  # what `in tar` would begin with is the manifest again
            said = wanted.pop(member.name, None)
            content = tar.extractfile(member)
            parts = Path(member.name).parts
            if said is None or content is None or not parts or ".." in parts or parts[0] == "/":
                raise RecordError(f"{backup} has a part {member.name!r} that its manifest does not tell of")
            place = folder.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest = hashlib.sha256()
            with place.open("xb") as out:
                place.chmod(0o600)
                while piece := content.read(2**20):
                    digest.update(piece)
                    out.write(piece)
            if digest.hexdigest() != said["sha256"]:
                raise RecordError(f"{backup}: {member.name} is not what its manifest says")
        if wanted:
            raise RecordError(f"{backup} lacks {', '.join(wanted)}")
    return manifest


def manifest_of(backup: Path, opener: Opener) -> dict[str, Any]:
    """What the backup says of itself; nothing else of it is read. Raises RecordError."""
    with _read(backup, opener) as (_, manifest):
        return manifest


@contextmanager
def _read(backup: Path, opener: Opener) -> Iterator[tuple[tarfile.TarFile, dict[str, Any]]]:
    try:
        with backup.open("rb") as file:
            opening = io.BufferedReader(Opening(file, opener, str(backup)), 2**20)
            with tarfile.open(fileobj=opening, mode="r|") as tar:
                head = tar.next()
                content = tar.extractfile(head) if head and head.name == MANIFEST else None
                manifest = json.loads(content.read(MOST_MANIFEST)) if content else {}
                if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                    raise RecordError(f"{backup} has no manifest that this version knows: a newer one made it")
                yield tar, manifest
    except OSError as error:
        raise RecordError(f"{backup} cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{backup} is no backup of this program: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
