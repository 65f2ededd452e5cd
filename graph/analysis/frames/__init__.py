"""Frames of pandas of one scheme: its members, their facts, circles and ratings; and the circles as a graph.

A frame is of one scheme and its members only, and in order of id. Before a frame about persons is handed out, the
read is on record for each of them, with the reader and the purpose.
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
