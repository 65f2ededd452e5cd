"""The files that pages need: one sheet of styles, one module of script, and the library that draws circles.

Each is served under a name that has the hash of its content in it, so a browser keeps it for good and never keeps
an old one.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from api.prefix import at

FOLDER = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class File:
    """One file as it is served."""

    name: str
    "style.0123456789ab.css"
    kind: str
    "its media type"
    content: bytes

    @property
    def tag(self) -> str:
        return f'"{self.name}"'

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)


@cache
def files() -> dict[str, File]:
    """Every file by the name that it has in the folder."""
    return {path.name: _read(path) for path in sorted(FOLDER.rglob("*")) if path.suffix in KINDS}


@cache
def by_served_name() -> dict[str, File]:
    return {file.name: file for file in files().values()}


def address(name: str) -> str:
    """Where the file is served: /static/style.0123456789ab.css."""
    return at(f"/static/{files()[name].name}")


def _read(path: Path) -> File:
    content = path.read_bytes()
    stem, _, suffix = path.name.rpartition(".")
    return File(f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}", KINDS[path.suffix], content)
