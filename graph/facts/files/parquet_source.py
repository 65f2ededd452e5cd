"""Parquet files as pieces; their lines are row numbers, from 1."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as pq

from graph.errors import RecordError
from graph.facts.files.hints import of_header
from graph.facts.files.sources import Piece, clipped, no_twins
from graph.model import Reject

# A column of a row group is read in buffers of this size; otherwise all of it would be in memory.
BUFFER_BYTES = 1 << 20
# More than any text of ours takes, also in other people's columns, and what a file has beside its cells.
CELL_BYTES, SPARE_BYTES = 1_024, 1_000_000
# Whole numbers up to here a double tells from every other.
EXACT = 2**53


class ParquetSource:
    """An open Parquet file."""

    def __init__(self, parquet: pq.ParquetFile, file: str):
        self.file, self._parquet = file, parquet
        schema = parquet.schema_arrow
        self.names: Sequence[str] = schema.names
        self.types: Mapping[str, str] = {column.name: _word(column.type) for column in schema}
        self.line: int | None = None
        self.first: Sequence[str] = ()
        no_twins(self.names, file, None)

    def hint(self, wanted: Sequence[str]) -> str:
        return of_header(self.names, wanted)

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        self._bound(columns)
        number = 0
        try:
            for batch in self._parquet.iter_batches(batch_size=rows, columns=list(columns), use_threads=False):
                if not batch.num_rows:
                    continue
                first, number = number + 1, number + batch.num_rows
                yield self._piece(batch, first, columns)
        except (pa.ArrowException, OSError) as error:
            reason = f"the file is damaged here, nothing below was read: {error}"
            yield Piece({name: [] for name in columns}, [], [Reject(self.file, number + 1, "", "", reason)], True)

    def _bound(self, columns: Sequence[str]) -> None:
        """No column is longer than our cells can be, which is known before any is read. Raises RecordError."""
        metadata = self._parquet.metadata
        for group in range(metadata.num_row_groups):
            for position in range(metadata.num_columns):
                column = metadata.row_group(group).column(position)
                most = SPARE_BYTES + CELL_BYTES * column.num_values
                if column.path_in_schema in columns and column.total_uncompressed_size > most:
                    message = (
                        f"{column.total_uncompressed_size:,} bytes for {column.num_values:,} cells: "
                        "a cell is far too long; no text has more than 200 characters"
                    )
                    raise RecordError(message, file=self.file, column=column.path_in_schema)

    def _piece(self, batch: pa.RecordBatch, first: int, columns: Sequence[str]) -> Piece:
        lines = range(first, first + batch.num_rows)
        texts = {name: _as_text(batch.column(name)) for name in columns}
        try:
            return Piece({name: text.to_pylist() for name, text in texts.items()}, lines)
        except UnicodeDecodeError:
            return self._carefully(texts, lines)

    def _carefully(self, texts: dict[str, Any], lines: Sequence[int]) -> Piece:
        """The piece without the rows whose text is not UTF-8: a writer may have put anything there."""
        raw = {name: text.cast(pa.binary()).to_pylist() for name, text in texts.items()}
        bad: dict[int, Reject] = {}
        for name, values in raw.items():
            for position, value in enumerate(values):
                try:
                    values[position] = None if value is None else value.decode()
                except UnicodeDecodeError:
                    shown = clipped(value.decode("utf-8", errors="backslashreplace"))
                    reject = Reject(self.file, lines[position], name, shown, "not UTF-8")
                    bad.setdefault(position, reject)
        good = [position for position in range(len(lines)) if position not in bad]
        columns: dict[str, Sequence[str | None]]
        columns = {name: [values[position] for position in good] for name, values in raw.items()}
        return Piece(columns, [lines[position] for position in good], [bad[position] for position in sorted(bad)])


_WORDS = (
    (pa.types.is_null, "empty"),
    (pa.types.is_integer, "whole number"),
    (pa.types.is_floating, "number"),
    (pa.types.is_decimal, "number"),
    (pa.types.is_boolean, "truth"),
    (pa.types.is_date, "date"),
    (pa.types.is_string, "text"),
    (pa.types.is_large_string, "text"),
    (pa.types.is_string_view, "text"),
)


PLAIN = frozenset({*(word for _, word in _WORDS), "time", "time without a zone"})


def _word(kind: pa.DataType) -> str:
    """A Parquet type in the words of Format.parquet, or as pyarrow names it: then it is not PLAIN."""
    if pa.types.is_dictionary(kind):
        return _word(kind.value_type)
    if pa.types.is_timestamp(kind):
        return "time" if kind.tz else "time without a zone"
    return next((word for fits, word in _WORDS if fits(kind)), str(kind))


def _as_text(column: pa.Array) -> pa.Array:
    """The column as text: times in ISO 8601, in UTC where they have a zone; numbers in full."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return _numbers_as_text(column)
    return column.cast(pa.string())


def _numbers_as_text(column: pa.Array) -> pa.Array:
    """Whole numbers with all of their digits and no exponent, as long as a double has every one of them."""
    whole = compute.and_(compute.equal(column, compute.floor(column)), compute.less(compute.abs(column), EXACT))
    digits = compute.if_else(whole, column, 0).cast(pa.int64()).cast(pa.string())
    return compute.if_else(whole, digits, column.cast(pa.string()))
