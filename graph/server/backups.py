"""The folder that backups are put into: how new the newest is, what ours are called, and which are kept."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from stat import S_ISREG

UNFINISHED = (".part", ".tmp", ".partial")
"How names of files end that are being written."
SCRATCH = "backing-up"
"In a home, while a backup of it is made."
OURS = re.compile(r"innercircle-(\d{8}T\d{6}Z)\.backup")


def newest(folder: Path) -> datetime | None:
    """When the newest file right in the folder was written; None: there is none, or nobody can look.

    Hidden files, empty ones and those that are being written are no backups. Of ours the name says when.
    """
    try:
        found = [(each.name, each.stat()) for each in folder.iterdir() if _is_one(each.name)]
    except OSError:
        return None
    times = [
        made_at(name) or datetime.fromtimestamp(stat.st_mtime, UTC)
        for name, stat in found
        if S_ISREG(stat.st_mode) and stat.st_size > 0
    ]
    return max(times, default=None)


def newest_of_ours(folder: Path) -> datetime | None:
    """When the newest backup of ours in the folder was made, by its name; None: there is none, or no folder."""
    try:
        made = [made_at(each.name) for each in folder.iterdir()]
    except OSError:
        return None
    return max((each for each in made if each is not None), default=None)


def name_at(now: datetime) -> str:
    """What a backup that is made now is called."""
    return f"innercircle-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"


def made_at(name: str) -> datetime | None:
    """When the backup of this name was made; None: it is none of ours."""
    found = OURS.fullmatch(name)
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None
    except ValueError:  # the thirteenth month
        return None


def superfluous(names: Iterable[str], *, days: int, weeks: int, months: int) -> list[str]:
    """Those of the names that are of ours and not kept, the oldest first.

    Kept is the newest of each of the last so many days, weeks (of ISO 8601) and months (in UTC) that have one, and
    the newest of all. What is not called like ours is nobody's to remove.
    """
    ours = sorted(((made, name) for name in names if (made := made_at(name)) is not None), reverse=True)
    kept = {name for _, name in ours[:1]}
    for most, part in ((days, _day), (weeks, _week), (months, _month)):
        newest_of: dict[object, str] = {}
        for made, name in ours:
            newest_of.setdefault(part(made.date()), name)
        kept |= set(list(newest_of.values())[:most])
    return [name for _, name in reversed(ours) if name not in kept]


def _day(day: date) -> object:
    return day


def _week(day: date) -> object:
    return day.isocalendar()[:2]


def _month(day: date) -> object:
    return day.year, day.month


def _is_one(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(UNFINISHED)
