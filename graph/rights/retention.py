"""How long facts are kept, as the published policies say, and the removal of facts that none wants any longer.

Facts belong to no scheme, so the policy that keeps a kind of fact longest decides. A published policy that uses
the kind and names no time for it keeps it for good. Facts that no policy uses are kept as well: nothing is removed
without a decision.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from graph.facts.kinds import FACTS, STORED
from graph.model import Changes
from graph.policy.scheme import Scheme, parse
from graph.store.client import Database

REQUESTS_ARE_REPEATED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """How long one kind of fact is kept."""

    kind: str
    days: float | None
    "None: for good"
    before: datetime | None
    "facts whose last instant is before this are removed"
    schemes: tuple[str, ...]
    "the schemes whose policies decide: those that want it kept longest"


@dataclass(frozen=True)
class Retained:
    """What was removed, or would be."""

    kept: tuple[Kept, ...]
    facts: dict[str, int]
    "how many of each kind"
    requests: int
    "answers to requests that nobody repeats any more"
    revocations: int
    "of tokens that have expired by themselves"
    changes: Changes = field(repr=False)
    "the entities that it touches, to be passed on"


def times(schemes: Iterable[Scheme], now: datetime) -> tuple[Kept, ...]:
    """How long each kind is kept, as these policies say together. Days are whole UTC days before today."""
    today = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    wanted: dict[str, dict[str, float | None]] = {kind: {} for kind in FACTS}
    for each in schemes:
        for kind in each.uses():
            wanted[kind][each.id] = each.retention.days(kind)
    found = []
    for kind, by_scheme in wanted.items():
        given = [days for days in by_scheme.values() if days is not None]
        longest = max(given) if given and len(given) == len(by_scheme) else None
        before = None if longest is None else today - timedelta(days=longest)
        deciding = tuple(sorted(id_ for id_, days in by_scheme.items() if days == longest))
        found.append(Kept(kind, longest, before, deciding))
    return tuple(found)


def retain(database: Database, *, now: datetime, dry_run: bool = False) -> Retained:
    """Facts that no policy wants kept are removed, and so are old answers and revocations.

    dry_run: nothing is removed, and facts are counted. Raises any StoreError: what is removed by then stays
    removed, and another call does the rest. Another call after all is done removes nothing more.
    """
    kept = times((parse(row["policy"], row["id"]) for row in database.run("policies")), now)
    facts: dict[str, int] = dict.fromkeys(FACTS, 0)
    changes, tidied = Changes(), {"requests": 0, "revocations": 0}
    for each in kept:
        if each.before is None:
            continue
        stored = STORED[each.kind]
        old = {"type": stored.type, "time": stored.time, "before": each.before}
        if dry_run:
            facts[each.kind] = database.one("expired", **old)["facts"]
            continue
        gone = database.one("remove_expired", both=stored.touches_both, **old)
        facts[each.kind] = gone["removed"]
        changes.add(each.kind, gone["touched"])
    if dry_run:
        return Retained(kept, facts, **tidied, changes=changes)
    tidied = database.one("tidy", requests=now - REQUESTS_ARE_REPEATED_FOR, now=now)
    return Retained(kept, facts, **tidied, changes=changes)
