"""How numbers are written for people."""

from graph.policy.scheme import HIGHEST_POINTS


def percent(share: float) -> str:
    """`20 %`, `58.3 %`."""
    return f"{round(100 * share, 1):g} %"


def number(value: float) -> str:
    """`0.45`, `20`, `1,000`: as many digits as it has, and never a power of ten."""
    return f"{value:,.12f}".rstrip("0").rstrip(".")


def points(start: float, end: float) -> str:
    """`350 to 549`: the whole points from `start` up to, but not with, `end`; 950 is the last."""
    last = _lowest(end) - 1 if end < HIGHEST_POINTS else int(HIGHEST_POINTS)
    return f"{_lowest(start)} to {last}"


def _lowest(points: float) -> int:
    """The lowest whole points at or above these."""
    return -int(-points // 1)
