"""A database that does not open because a full disk tore its last write: how to recognise it, and how to open it.

Half of the last write is in the newest file of transactions. It was never acknowledged. Neo4j may take its bytes
for a length and ask for more memory than it has, or refuse the file.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from graph.errors import LocalServerFailed

HEAP_MEGABYTES = 6000
"This is enough: no length that Neo4j reads is above 2 GB."
FULL = "No space left on device", "ErrorCode=28"
IGNORE_TORN = "internal.dbms.tx_log.fail_on_corrupted_log_files"
READY = re.compile(r"\[neo4j\]\} is ready")
POSITION = re.compile(r"logVersion=(\d+), byteOffset=(\d+)")


@dataclass(frozen=True)
class Repair:
    """How the database is opened once, to be closed in good order."""

    heap_megabytes: int
    configuration: dict[str, str]
    why: str


def since_opened(home: Path) -> list[str]:
    """The lines of debug.log after the database was last opened: a torn write, and what came of it."""
    files = sorted((home / "logs").glob("debug.log*"), key=lambda file: file.stat().st_mtime)
    lines = [
        line for file in files[-2:] for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    opened = max((number for number, line in enumerate(lines) if READY.search(line)), default=-1)
    return lines[opened + 1 :]


def why_closed(home: Path) -> str:
    """The innermost cause in debug.log that the database did not open."""
    causes = [line for line in since_opened(home) if line.startswith("Caused by: ")]
    return causes[-1].removeprefix("Caused by: ")[:500] if causes else "its log does not say why"


def repair(home: Path, heap_megabytes: int) -> Repair | None:
    """What opens a database that a full disk has torn; None where it was something else.

    Where the newest file of transactions has to be cut, a copy of it is in HOME/torn before.
    """
    lines = since_opened(home)
    last = _last_attempt(lines)
    heap = max(heap_megabytes, min(HEAP_MEGABYTES, _physical_megabytes() * 3 // 4))
    if IGNORE_TORN in " ".join(last):
        # Only what nobody was told of may be cut: the disk was full, and it is the end of the newest file.
        places = [int(match[1]) for line in last for match in [POSITION.search(line)] if match]
        newest = max(_files(home), default=-1)
        if not any(sign in line for line in lines for sign in FULL) or set(places) - {newest} or newest < 0:
            return None
        _keep_copy(home, newest)
        why = "a full disk has torn its last write, which nobody was told of: it is cut off (a copy is in torn/)"
        return Repair(heap, {IGNORE_TORN: "false"}, why)
    if any("OutOfMemoryError" in line for line in last) and heap > heap_megabytes:
        return Repair(heap, {}, f"it needs more memory once, {heap} MB, to read a write that was torn")
    return None


def _last_attempt(lines: list[str]) -> list[str]:
    """The lines about the last time that the database was to be opened."""
    begun = [number for number, line in enumerate(lines) if "Failed to start DatabaseId" in line]
    before = [number for number, line in enumerate(lines) if "Exception occurred while starting" in line]
    return lines[min(begun[-1], before[-1] if before else begun[-1]) :] if begun else []


def _files(home: Path) -> dict[int, Path]:
    """The files of transactions, by number."""
    found = (home / "data" / "transactions" / "neo4j").glob("neostore.transaction.db.*")
    return {int(file.suffix[1:]): file for file in found if file.suffix[1:].isdigit()}


def _keep_copy(home: Path, newest: int) -> None:
    file, folder = _files(home)[newest], home / "torn"
    if shutil.disk_usage(home).free < 2 * file.stat().st_size:
        raise LocalServerFailed(f"{file} has to be copied before it is repaired: free some room on its disk")
    folder.mkdir(exist_ok=True, mode=0o700)
    shutil.copy2(file, folder / f"{file.name}-{int(file.stat().st_mtime)}")


def _physical_megabytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
