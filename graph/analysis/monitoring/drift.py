"""Drift: how far the spread of ratings has changed from one run to the next."""

import math
from collections.abc import Sequence

SMALL, LARGE = 0.1, 0.25
"Below the first, hardly anything has moved; from the second on, find out why. The usual marks for this index."
HALF = 0.5
"Added to the members of each bin, so that an empty one has a share too."


def stability(before: Sequence[int], after: Sequence[int]) -> float:
    """The population stability index (PSI) of two histograms with the same bins: 0 where they have equal shares.

    before, after: members in each bin. PSI = sum of (q - p) ln(q / p), where p = (n + 0.5) / (N + bins / 2) is a
    bin's share before, and q after. Both ways round it is the same.
    Source: Kullback's divergence J; the half is the usual one for empty cells (Jeffreys' prior).
    """
    shares = [[(n + HALF) / (sum(counts) + HALF * len(counts)) for n in counts] for counts in (before, after)]
    return math.fsum((q - p) * math.log(q / p) for p, q in zip(*shares, strict=True))


def verdict(psi: float) -> str:
    """small, medium or large."""
    return "small" if psi < SMALL else "medium" if psi < LARGE else "large"
