"""The last loads: the person who loaded, the files, and how many rows were rejected. No content of a row."""

import re
from dataclasses import dataclass
from datetime import datetime

from graph.store.client import Database, utc

LATEST = 10


@dataclass(frozen=True)
class LastLoad:
    """One load that brought a fact or had rows rejected."""

    by: str | None
    at: datetime
    finished: datetime | None
    "None: it broke off, or is from before this was kept"
    files: tuple[str, ...]
    "without their directories"
    rows: int | None
    rejected: int | None
    rejects: str | None
    "the name of the file that has the rejected rows"


def last_loads(database: Database, limit: int = LATEST) -> list[LastLoad]:
    """The newest first."""
    return [
        LastLoad(
            by=row["by"],
            at=utc(row["at"]),
            finished=row["finished"] and utc(row["finished"]),
            files=tuple(re.split(r"[/\\]", file)[-1] for file in row["files"]),
            rows=row["rows"],
            rejected=row["rejected"],
            rejects=row["rejects"],
        )
        for row in database.run("last_loads", limit=limit)
    ]
