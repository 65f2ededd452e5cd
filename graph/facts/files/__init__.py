"""Files -> checked rows: `read` streams CSV and Parquet files, and `write_rejects` keeps what was refused.

open_file.py opens files, csv_source.py and parquet_source.py take them apart, and header_checks.py looks at their
columns. mapping.py, adapt.py and steps/ bring other people's files into our form. checks.py applies the rules for
a row (graph/facts/kinds.py) and for a cell (graph/facts/formats.py). ids.py derives ids, earlier.py keeps what
files said before, and reader.py puts all of them together. None of them knows the database.
"""

from graph.facts.files.open_file import ENDINGS
from graph.facts.files.reader import kind_of, read
from graph.facts.files.rejects import is_rejects, write_rejects

__all__ = ["ENDINGS", "is_rejects", "kind_of", "read", "write_rejects"]
