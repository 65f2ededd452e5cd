"""Pictures of ratings, each in two steps: what is drawn, as a frozen value, and the drawing of it.

Everything in a picture of a whole scheme stands for at least twenty members, and no name is in it. Pictures of one
member show it as it is: first, the reads of the member and of all others in the picture are put on record.
"""

from graph.analysis.plots.circle import Circle, circle, draw_circle
from graph.analysis.plots.conduct import Conduct, conduct, draw_conduct
from graph.analysis.plots.distribution import Distribution, distribution, draw_distribution
from graph.analysis.plots.history import Past, draw_past, past
from graph.analysis.plots.paper import check, save
from graph.analysis.plots.share import Share, draw_share, share
from graph.analysis.plots.source import Source

__all__ = [
    "Circle",
    "Conduct",
    "Distribution",
    "Past",
    "Share",
    "Source",
    "check",
    "circle",
    "conduct",
    "distribution",
    "draw_circle",
    "draw_conduct",
    "draw_distribution",
    "draw_past",
    "draw_share",
    "past",
    "save",
    "share",
]
