"""What those move today whose reports weigh most: no names, and no figures of fewer than twenty members."""

import math
from collections import defaultdict
from dataclasses import dataclass

from graph.analysis.cheating.evidence import Evidence
from graph.disclosure.band_counts import SMALLEST

LARGEST = 5
DIGITS = 2
"Of the share of one partner, who may report of a single member: with more of them its weight could be worked out."


@dataclass(frozen=True)
class Partner:
    """One who reports, by its place and not by name."""

    supplies: float
    "the share of all weight of reports in the scheme that is its own, in whole percent"
    members: int | None
    "of whom it reports; None: fewer than twenty"
    moves: float | None
    "points that its reports move them by on average, up or down; None: fewer than twenty members"


def largest(found: Evidence) -> list[Partner]:
    """The five whose reports weigh most together, the largest first. Fewer, where fewer report."""
    weights: defaultdict[str, float] = defaultdict(float)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for member, said in found.said.items():
        for partner, each in said.items():
            weights[partner] += each.weight
            members[partner].append(member)
    every = math.fsum(weights.values())
    heard = sorted((each for each in weights if weights[each] > 0), key=lambda each: (-weights[each], each))
    return [_partner(found, each, weights[each] / every, members[each]) for each in heard[:LARGEST]]


def _partner(found: Evidence, partner: str, supplies: float, members: list[str]) -> Partner:
    told = round(supplies, DIGITS)
    if len(members) < SMALLEST:
        return Partner(told, None, None)
    moved = math.fsum(abs(found.moved(member, {partner})) for member in members)
    return Partner(told, len(members), moved / len(members))
