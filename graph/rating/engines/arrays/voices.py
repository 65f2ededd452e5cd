"""Voices in arrays: graph/rating/reference_voices.py is the law, and rounds here as there."""

import numpy as np
from scipy import sparse

from graph.policy.scheme import Voice
from graph.rating.engines.arrays.conduct import Reports
from graph.rating.engines.arrays.groups import Floats, grouped
from graph.rating.reference_voices import DIGITS, PASSES, quarter

NEAR = 1e-6
"Of a share: more than sums of floats can be off."


def made(reports: Reports, founders: tuple[int, ...], policy: Voice, count: int) -> Floats:
    """The voice of every rid below `count`, from what was kept of promises to each reporter.

    founders: rids, ascending. Only members are reporters here: nothing passes through anybody else.
    """
    known = np.flatnonzero((reports.kept > 0) & (reports.reporter >= 0) & (reports.reporter < count))
    member, reporter, kept = reports.debtor[known], reports.reporter[known], reports.kept[known]
    spread = grouped((reporter,), (member,))
    praised = np.zeros(count)
    praised[spread.shared(reporter)] = spread.sums(kept)
    order = np.lexsort((reporter, member))
    passing = sparse.csr_array(
        ((kept / praised[reporter])[order], (member[order], reporter[order])), shape=(count, count)
    )
    word = np.zeros(count)
    word[list(founders)] = 1 / max(1, len(founders))
    reach = np.zeros(count)
    for _ in range(PASSES):
        word = policy.passed_on * (passing @ word)
        reach = reach + word
    level = full_level(reach, policy.full)
    voices = np.zeros(count)
    for rid in np.flatnonzero(reach):
        voices[rid] = quarter(float(reach[rid]), level)
    voices[list(founders)] = 1.0
    return voices


def full_level(reach: Floats, full: float) -> float:
    """The smallest reach among the largest ones that together hold `full` of all; 0 where there is none."""
    ordered = -np.sort(-reach[reach > 0])
    if not len(ordered):
        return 0.0
    held = np.cumsum(ordered)  # one after the other
    share = held / held[-1]
    for number in range(int(np.searchsorted(share, full - NEAR)), len(ordered)):
        if round(float(share[number]), DIGITS) >= full:
            return float(ordered[number])
    return 0.0
