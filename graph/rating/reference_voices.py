"""Voices: what a report is worth, by who makes it. docs/formulas.md, "Voice"; graph/rating/reference.py uses them.

A voice begins with the founders and goes on to those who kept their promises to them, and from these to those who
kept their promises to these, six times. So a group that no founder's word leads to has none, whatever its size and
whatever it reports.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from graph.policy.scheme import Voice

PASSES = 6
"A finite sum: there is no convergence to prove. The seventh would add at most pass^7, 3 % of a founder's word."
SILENT = 0.02
"Up to this share of the level there is no voice."
DIGITS = 9
"Digits of a ratio beyond these are noise of the sum, and decide nothing."

Kept = Mapping[tuple[str, str], float]
"By (reporter, member): the weight of what the member kept of its promises to the reporter, above the prior."


def voices(kept: Kept, members: Collection[str], founders: Collection[str], policy: Voice) -> dict[str, float]:
    """The voice of every member: 0, 0.25, 0.5, 0.75 or 1. Founders, as far as they are members, speak in full.

    The order of anything that is given changes no bit.
    """
    begun = sorted(set(founders) & set(members))
    reached = reach(kept, begun, policy.passed_on)
    level = full_level(reached.values(), policy.full)
    return {member: 1.0 if member in begun else quarter(reached.get(member, 0.0), level) for member in members}


def reach(kept: Kept, founders: Collection[str], passed_on: float) -> dict[str, float]:
    """How far the founders' word comes to each member that it reaches, beyond what a founder begins with.

    A reporter spreads what reached it over those who kept their promises to it, by how much they kept.
    """
    spread: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (reporter, member), amount in kept.items():
        spread[reporter][member] = amount
    praised = {reporter: math.fsum(amounts.values()) for reporter, amounts in spread.items()}
    passing = {founder: 1 / len(founders) for founder in founders}
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(PASSES):
        arriving: defaultdict[str, list[float]] = defaultdict(list)
        for reporter, amount in passing.items():
            for member, its in spread.get(reporter, {}).items():
                arriving[member].append(its / praised[reporter] * amount)
        passing = {member: passed_on * math.fsum(amounts) for member, amounts in arriving.items()}
        for member, amount in passing.items():
            found[member].append(amount)
    return {member: math.fsum(amounts) for member, amounts in found.items()}


def full_level(reached: Iterable[float], full: float) -> float:
    """The smallest reach among the largest ones that together hold `full` of all; 0 where there is none."""
    ordered = sorted((each for each in reached if each > 0), reverse=True)
    total, held = math.fsum(ordered), 0.0
    for each in ordered:
        held += each
        if round(held / total, DIGITS) >= full:
            return each
    return 0.0


def quarter(reached: float, level: float) -> float:
    """The voice of this reach: 0 up to 0.02 of the level, else the next quarter at or above its share of it."""
    ratio = round(reached / level, DIGITS) if level > 0 else 0.0
    if ratio <= SILENT:
        return 0.0
    return min(1.0, math.ceil(4 * ratio) / 4)
