"""A first fill: checked rows into an empty store, through Neo4j's own bulk importer in place of queries."""

from graph.facts.first_fill.elsewhere import write_files
from graph.facts.first_fill.filling import Filled, fill

__all__ = ["Filled", "fill", "write_files"]
