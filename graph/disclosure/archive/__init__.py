"""Everything that is kept about an entity, in one file: gathering.py reads it, writing.py makes the file."""

from graph.disclosure.archive.content import Archive, gather
from graph.disclosure.archive.zip import cell, write

__all__ = ["Archive", "cell", "gather", "write"]
