"""Frames of pandas of one scheme: its members, their facts, circles and ratings; and the circles as a graph.

One scheme at a time, only who has joined it, and always in order of id. What says something about persons is on
record for each of them before it is handed out: who read it, and what for.
"""

from graph.analysis.frames.read import Community, read
from graph.analysis.frames.recorded import Reader, circles, facts, members, ratings, record, to_networkx

__all__ = [
    "Community",
    "Reader",
    "circles",
    "facts",
    "members",
    "ratings",
    "read",
    "record",
    "to_networkx",
]
