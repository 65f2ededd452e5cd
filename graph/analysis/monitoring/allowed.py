"""How old things may be until health says that they are late, as the settings have it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from graph.settings import Settings


@dataclass(frozen=True)
class Allowed:
    """How many days ago the last of each may be. All are at least 1."""

    ratings_days: int = 31
    "the last rated day of a scheme, and the last load"
    disputes_days: int = 30
    "the opening of a dispute that waits"
    backups_days: int = 2
    "the newest backup"
    backups: Path | None = None
    "the folder that backups are put into; None: nobody is told about backups"

    @classmethod
    def by(cls, settings: Settings) -> Self:
        """What these settings allow."""
        return cls(
            ratings_days=settings.late_after_days,
            disputes_days=settings.dispute_late_after_days,
            backups_days=settings.backup_late_after_days,
            backups=settings.backups,
        )
