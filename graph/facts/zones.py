"""The names of zones: a place of the time zone database, as in Europe/Berlin, or UTC.

Only names with a place are taken, as they are written there. `CET` and `EST` say an offset, and which clocks
follow it is read differently by different programs: Neo4j does not know `EST` at all, and `Etc/GMT+1` is an hour
behind. The server counts days in these zones, so a name that it does not have is refused as well: server_zones.py.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

WRITE = "write the place whose clocks show the days that are meant, as in Europe/Berlin, or UTC"
LONGEST = 60
"Of a name that is looked for."


def is_zone(name: str) -> bool:
    """Whether a load, a mapping or a fact may name this zone."""
    return name == "UTC" or ("/" in name and not name.startswith("Etc/") and name in available())


def why_no_zone(name: str, *, named: bool = False) -> str:
    """What is wrong with this name, and what to write. named: the sentence says the name, too."""
    meant = sorted(_by_place().get(_folded(name[:LONGEST]).rpartition("/")[2], ()))
    advice = f"is it {' or '.join(meant)}?" if meant else WRITE
    return f"no such zone: {name!r}; {advice}" if named else f"no such zone; {advice}"


@cache
def available() -> frozenset[str]:
    """The names that Python's database has."""
    return frozenset(available_timezones())


@cache
def _by_place() -> Mapping[str, tuple[str, ...]]:
    """The zones by the last part of their names, in small letters: `berlin`."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for name in available():
        area, _, place = name.rpartition("/")
        if area and area != "Etc":
            found[_folded(place)] += (name,)
    return dict(found)


def _folded(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")
