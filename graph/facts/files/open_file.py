"""A file on the disk, opened as the source of its records, whatever its form."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import RecordError
from graph.facts.files import hints
from graph.facts.files.csv_source import CsvSource
from graph.facts.files.parquet_source import BUFFER_BYTES, ParquetSource
from graph.facts.files.sources import Source
from graph.facts.files.steps.lines import PLAIN, Layout

ENDINGS = (".csv", ".csv.gz", ".parquet")


@contextmanager
def opened(
    path: Path, *, header: Sequence[str] = (), separator: str = ",", layout: Layout = PLAIN
) -> Iterator[Source]:
    """The file, open until the block ends. `header` names the columns of a CSV file that does not.

    layout: which lines of a CSV file are no rows.
    Raises RecordError for a file that is missing, empty, of another format, or names a column twice.
    """
    name = path.name.lower()
    if not name.endswith(ENDINGS):
        hint = hints.of_name(path) if path.exists() else "no such file"
        raise RecordError("neither .csv, .csv.gz nor .parquet by its name" + hints.appended(hint), file=str(path))
    _is_there(path)
    with ExitStack() as open_files:
        try:
            if path.stat().st_size == 0:
                raise RecordError("an empty file", file=str(path))
            if name.endswith(".parquet"):
                if layout != PLAIN:
                    message = "skip_lines and comments of the mapping speak of lines, and this file has none"
                    raise RecordError(message, file=str(path))
                parquet = pq.ParquetFile(path, buffer_size=BUFFER_BYTES, pre_buffer=False)
                source: Source = ParquetSource(open_files.enter_context(parquet), str(path))
            else:
                opening = gzip.open if name.endswith(".gz") else open
                stream = cast(BinaryIO, open_files.enter_context(opening(path, "rb")))
                if hint := hints.of_content(stream.read(16)):
                    raise RecordError(f"this is no CSV in UTF-8 but {hint}", file=str(path))
                stream.seek(0)
                source = CsvSource(stream, str(path), header, separator, layout)
        except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
            raise RecordError(f"cannot be read: {error}", file=str(path)) from error
        yield source


def _is_there(path: Path) -> None:
    """Raises RecordError where the path leads to no file."""
    try:
        is_file = path.is_file()
        is_there = is_file or path.exists()
    except OSError as error:  # such as a link that leads back to itself, on Python before 3.13
        raise RecordError(f"cannot be read: {error.strerror}", file=str(path)) from error
    if not is_file:
        raise RecordError("not a file" if is_there else "no such file", file=str(path))
