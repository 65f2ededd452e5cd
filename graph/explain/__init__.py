"""A published rating explained: opened level by level, down to single facts, and traced over all hops.

Everything is read from the ratings themselves and from the facts, at the instant of the rating's run and under
that run's policy; nothing is written. Each explanation adds up to its points, at every moment.
"""

from graph.explain.facts import FactLine, Given, Tie, facts_read, read_facts
from graph.explain.hops import Reach, Reached, ReachedFacts, reach
from graph.explain.levels import Explanation, Level, OpenFactor, explain, open_factors

__all__ = [
    "Explanation",
    "FactLine",
    "Given",
    "Level",
    "OpenFactor",
    "Reach",
    "Reached",
    "ReachedFacts",
    "Tie",
    "explain",
    "facts_read",
    "open_factors",
    "reach",
    "read_facts",
]
