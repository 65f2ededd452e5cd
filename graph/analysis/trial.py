"""A policy that is not published is tried on a whole scheme, beside the one that is. Nothing is written.

Both are rated by the reference from the same facts at the same instant, so whatever differs is of the policy.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from graph.analysis import material
from graph.analysis.cheating import price
from graph.analysis.cheating.price import Price
from graph.analysis.lookback import backtest
from graph.analysis.lookback.backtest import Backtest
from graph.analysis.material import Material
from graph.disclosure.band_counts import SMALLEST, Cell, merged
from graph.errors import Refused
from graph.policy.scheme import Scheme
from graph.rating.reference import Ratings
from graph.store.client import Database


@dataclass(frozen=True)
class Move:
    """Members that would be in another band, of one band and into one: twenty at least."""

    before: str
    after: str
    members: int


@dataclass(frozen=True)
class Side:
    """What there is under one of the two policies."""

    version: str
    hash: str
    bands: tuple[Cell, ...]
    "members in each band, the lowest first, of twenty at least; none: fewer than twenty would be in another"
    price: Price | None
    "None: nobody reports of anybody under this policy"
    backtest: Backtest | None
    "None: it was not asked for"


@dataclass(frozen=True)
class Trial:
    """The published policy and the one that is tried, side by side."""

    scheme: str
    as_of: datetime
    members: int
    moved: int | None
    "members that would be in another band; None: fewer than twenty, and then nothing more of them is told"
    moves: tuple[Move, ...]
    "from which band into which, the largest first; what fewer than twenty do is left out"
    before: Side
    after: Side


def trial(
    database: Database,
    policy: Scheme,
    *,
    accomplices: int,
    at: datetime | None = None,
    days: int = 90,
    now: datetime,
) -> Trial:
    """The scheme of this policy, rated as it was last and under the policy.

    at, days: of a look back under each of them; None: there is none.
    Raises NotFound (no such scheme is published), Refused (not rated yet, fewer than twenty members, too few
    that owed anything, or too few founders), ParameterError, NotConverged.
    """
    price.check(accomplices)
    if at is not None:
        backtest.check(at, days, now)
    read = material.read(database, policy.id, tried=policy)
    as_of = material.last_rated(read)
    if len(read.facts.members) < SMALLEST:
        raise Refused(f"fewer than {SMALLEST} members are in {policy.id}: figures of so few would be of persons")
    first, second = (material.rate(read, each, as_of) for each in (read.policy, policy))
    moves = Counter(
        (first.members[entity].band.name, second.members[entity].band.name) for entity in first.members
    )
    moved = sum(count for (before, after), count in moves.items() if before != after)
    told = moved >= SMALLEST

    def side(used: Scheme, ratings: Ratings, *, bands: bool) -> Side:
        return Side(
            version=used.version,
            hash=used.hash,
            bands=_bands(used, ratings) if bands else (),
            price=price.of(read, used, ratings, as_of=as_of, accomplices=accomplices)
            if used.factors.obligations
            else None,
            backtest=_looked_back(read, used, at, days),
        )

    return Trial(
        scheme=policy.id,
        as_of=as_of,
        members=len(first.members),
        moved=moved if told else None,
        moves=_told(moves) if told else (),
        before=side(read.policy, first, bands=True),
        after=side(policy, second, bands=told),
    )


def _looked_back(read: Material, policy: Scheme, at: datetime | None, days: int) -> Backtest | None:
    return None if at is None else backtest.judged(read, policy, at=at, days=days)


def _bands(policy: Scheme, ratings: Ratings) -> tuple[Cell, ...]:
    """Members in each band, by the rule of docs/decisions/0026; what does not go by points is lowest."""
    counts = Counter(member.band for member in ratings.members.values())
    bands = sorted({*policy.bands, *counts}, key=lambda band: band.from_points)
    return merged(bands, [counts[band] for band in bands])


def _told(moves: Counter[tuple[str, str]]) -> tuple[Move, ...]:
    found = [
        Move(before, after, count)
        for (before, after), count in moves.items()
        if before != after and count >= SMALLEST
    ]
    return tuple(sorted(found, key=lambda move: (-move.members, move.before, move.after)))
