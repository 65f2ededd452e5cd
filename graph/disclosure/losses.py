"""What a member has lost as loads were taken back: it is told so, with the person, the day and the reason."""

from dataclasses import dataclass
from datetime import datetime

from graph.disclosure.facts import file_name
from graph.store.client import Database, utc


@dataclass(frozen=True)
class TakenBack:
    """A load that was taken back, and how many facts of the member went with it."""

    load: str
    at: datetime
    by: str | None
    "the person who took it back; None: not known"
    why: str | None
    files: tuple[str, ...]
    "without their directories"
    facts: int
    "that are gone, or lack a part"


def losses(database: Database, entity: str) -> tuple[TakenBack, ...]:
    """The oldest first; none of an entity that nobody knows."""
    return tuple(
        TakenBack(
            load=row["load"],
            at=utc(row["at"]),
            by=row["by"],
            why=row["why"],
            files=tuple(map(file_name, row["files"])),
            facts=row["facts"],
        )
        for row in database.run("own_losses", entity=entity)
    )
