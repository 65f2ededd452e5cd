"""Files -> checked rows: `read` streams files of many forms, and `write_rejects` keeps what was refused.

open_file.py opens files (unpacking.py and zip_archive.py unpack them, text_encodings.py makes UTF-8 of them);
csv_source.py, parquet_source.py, chat_source.py, workbooks/ and nested/ take them apart; header_checks.py looks at
their columns, and day_order.py at the order of day and month. mapping.py, answers.py, word_tables.py, adapt.py
and steps/ bring other people's files into our form. checks.py applies the rules for a row (graph/facts/kinds.py)
and for a cell (graph/facts/formats.py). ids.py derives ids, earlier.py keeps what files said before, and reader.py
puts all of them together. None of them knows the database.
"""

from graph.facts.files.open_file import ENDINGS, is_lock
from graph.facts.files.prefix import Prefix
from graph.facts.files.reader import kind_of, read
from graph.facts.files.rejects import is_rejects, write_rejects

__all__ = ["ENDINGS", "Prefix", "is_lock", "is_rejects", "kind_of", "read", "write_rejects"]
