"""Loads as they are on record: which there are, what each brought, and which one goes on.

The same files, read in the same way by the same person, are one load, however often it is run: a load that was
broken off goes on, and one that is repeated leaves no trace. Other files that say the same are another load, and
what both say knows both. docs/decisions/0046-a-load-is-taken-back.md says why.
"""

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graph.facts.kinds import KINDS, STORED
from graph.facts.store import Load
from graph.store.client import Database, utc

# How long it is waited for what is left of a killed process; the server ends it as soon as the connection drops.
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Recorded:
    """One load."""

    id: str
    by: str | None
    "the person who loaded; None: not known"
    at: datetime
    files: tuple[str, ...]
    "without their directories"
    brought: dict[str, int]
    "by kind: rows that were new; empty of a load from before this was counted"
    there: dict[str, int]
    "by kind: what the graph has of this load now; memberships are not told apart by their loads"
    taken_back: datetime | None
    "when it was; None: it holds"
    taken_back_by: str | None
    why: str | None
    broken_off: bool
    "whether it is being taken back, and that has not ended"


def recorded(database: Database) -> list[Recorded]:
    """All loads, the newest first. It reads every fact."""
    there: dict[str, dict[str, int]] = {}
    for kind, stored in STORED.items():
        for row in database.run("facts_by_load", type=stored.type):
            there.setdefault(row["load"], {})[kind] = row["rows"]
    for row in database.run("things_by_load"):
        there.setdefault(row["load"], {})[row["kind"]] = row["rows"]
    return [_recorded(row["load"], there.get(row["load"]["id"], {})) for row in database.run("all_loads")]


def _recorded(load: dict[str, Any], there: dict[str, int]) -> Recorded:
    return Recorded(
        id=load["id"],
        by=load.get("by"),
        at=utc(load["at"]),
        files=tuple(re.split(r"[/\\]", file)[-1] for file in load["files"]),
        brought={kind: load[kind] for kind in KINDS if load.get(kind)},
        there={kind: there[kind] for kind in KINDS if there.get(kind)},
        taken_back=utc(load["unloading"]) if load.get("unloading") else None,
        taken_back_by=load.get("unloaded_by"),
        why=load.get("why"),
        broken_off=bool(load.get("unloading")) and not load.get("unloaded"),
    )


def digest_of(files: Sequence[Path], kinds: Sequence[str], *how: object) -> str:
    """What tells a load from others: a hash of its files, of their kinds, and of how and by whom they are read."""
    content = sorted(zip(kinds, map(_hashed, files), strict=True))
    return hashlib.sha256(repr((content, how)).encode(errors="surrogatepass")).hexdigest()


def _hashed(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def under_way(database: Database, load: Load) -> Iterator[Load]:
    """The load shows that it is under way while the block runs; it has the id of the one that it goes on with."""
    digest = load.digest or load.id
    with database.run_lock({"load": digest}):
        known = database.optional("load_of_files", digest=digest)
        yield load.again(known["id"]) if known else load


def is_under_way(database: Database, digest: str) -> bool:
    """Whether a load of these files is under way; what is left of one that was killed is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while database.run("loads_under_way", digest=digest, database=database.called):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.2)
    return False
