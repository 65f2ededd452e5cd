"""Everything that is kept about an entity, in one file: gathering.py reads it, writing.py makes the file."""

from graph.archiving.gathering import Archive, gather
from graph.archiving.writing import cell, write

__all__ = ["Archive", "cell", "gather", "write"]
