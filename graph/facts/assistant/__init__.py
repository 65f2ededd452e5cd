"""A mapping to begin with: what somebody else's file looks like, as TOML with questions. Nothing is loaded.

sampled.py reads the beginning of a file, known.py says which shipped mapping it fits, totals.py finds rows that
sum up the others, looks.py says what the cells of a column look like, roles.py which of our columns it may be,
lists.py where the ids of names stand, and draft.py writes the mapping. Where something is not known the mapping
has a `?`, or lacks a line, and is refused until a person has answered.
"""

from graph.facts.assistant.draft import Suggestion, suggest

__all__ = ["Suggestion", "suggest"]
