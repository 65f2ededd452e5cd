"""An open file, as other modules see it: pieces of text columns, whatever the columns mean.

csv_source.py and parquet_source.py read it. Neither ever has a whole file in memory, and both check everything
that can be known about a file before its first record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph.errors import RecordError
from graph.model import Reject

VALUE_LENGTH = 200


@dataclass(frozen=True)
class Piece:
    """Consecutive records: text by column (None where Parquet has null), and the line of each record.

    rejects: the lines between them that are no records.
    broken:  whether the file breaks off behind it.
    """

    columns: Mapping[str, Sequence[str | None]]
    lines: Sequence[int]
    rejects: list[Reject] = field(default_factory=list)
    broken: bool = False


class Source(Protocol):
    """An open file; closed by its opener.

    names: the columns, all different.
    types: by column, in the words of parquet_source.py; empty for CSV, where all is text.
    line:  of the header, where there is one.
    first: the first record of a CSV file whose header is given, as far as it is one line.
    """

    names: Sequence[str]
    types: Mapping[str, str]
    line: int | None
    first: Sequence[str]

    def hint(self, wanted: Sequence[str]) -> str:
        """What to do about a file that lacks these columns; empty where nothing can be said."""

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        """The records in pieces of at most `rows`, with these columns of theirs."""


def clipped(value: str) -> str:
    """The value as a rejects file shows it: its first VALUE_LENGTH characters."""
    return value if len(value) <= VALUE_LENGTH else value[:VALUE_LENGTH] + "…"


def no_twins(names: Sequence[str], file: str, line: int | None) -> None:
    for name in names:
        if names.count(name) > 1:
            message = (
                "a column that is there twice"
                if name
                else ("columns without a name; where something stands above the header, remove it")
            )
            raise RecordError(message, file=file, line=line, column=name)
