"""Everything that is kept about an entity, in one file: content.py reads it, zip.py makes the file."""

from graph.disclosure.archive.content import Archive, gather
from graph.disclosure.archive.zip import cell, write

__all__ = ["Archive", "cell", "gather", "write"]
