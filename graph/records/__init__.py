"""Files -> checked rows: `read` streams CSV and Parquet files, and `write_rejects` keeps what was refused.

The parts: reading.py is what callers use, csv_source.py and parquet_source.py take files apart, adapting.py
follows mapping files (mapping.py), columns.py is the table of what holds for a row and formats.py of what holds
for a cell, checking.py applies both, numbering.py derives ids. None of them knows the database.
"""

from graph.records.reading import kind_of, read, write_rejects

__all__ = ["kind_of", "read", "write_rejects"]
