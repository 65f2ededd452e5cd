"""What everybody is told of a scheme: its policy in words, its versions, and how many members are in each band."""

from graph.telling.counting import SMALLEST, Cell, Counts, counts
from graph.telling.policy import Figure, Section, Value, figures, ranges, sections, values
from graph.telling.versions import Change, Version, versions

__all__ = [
    "SMALLEST",
    "Cell",
    "Change",
    "Counts",
    "Figure",
    "Section",
    "Value",
    "Version",
    "counts",
    "figures",
    "ranges",
    "sections",
    "values",
    "versions",
]
