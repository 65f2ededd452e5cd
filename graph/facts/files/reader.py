"""A file, whatever its form, as chunks of checked rows."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import ParameterError, RecordError
from graph.facts.files import hints
from graph.facts.files.adapt import sheets
from graph.facts.files.checks import Sheet, cells_of
from graph.facts.files.csv_source import CsvSource
from graph.facts.files.ids import Numbering
from graph.facts.files.mapping import Mapping, Output, resolve, sources
from graph.facts.files.parquet_source import BUFFER_BYTES, PLAIN, ParquetSource
from graph.facts.files.sources import Piece, Source
from graph.facts.kinds import KINDS
from graph.model import Chunk
from graph.policy.categories import Categories, shipped_categories
from graph.text.plain import visible

ENDINGS = (".csv", ".csv.gz", ".parquet")
PREFIX_WRITTEN = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}"
PREFIX_IS = "letters, digits, dots, colons, hyphens and underscores, at most 40, such as shop-"


def kind_of(path: Path) -> str:
    """The kind that a file's name begins with: contacts for contacts-2026-01.csv.gz.

    Raises RecordError naming the kinds.
    """
    name = path.name.lower()
    for kind in KINDS:
        if name.startswith(kind) and not name[len(kind) :][:1].isalnum():
            return kind
    missing = "" if path.exists() else "no such file, and "
    message = f"{missing}the name begins with no kind of rows: {', '.join(KINDS)}; say which with --kind"
    raise RecordError(message, file=str(path))


def read(
    path: str | Path,
    kind: str | None = None,
    mapping: str | Path | Mapping | None = None,
    *,
    chunk_rows: int = 10_000,
    categories: Categories | None = None,
    prefix: str | None = None,
) -> Iterator[Chunk]:
    """Every record of the file, checked, in chunks of one kind, in the order of the file.

    path:       a .csv, .csv.gz or .parquet file.
    kind:       of the rows; None: by the file's name. With a mapping, the only one of its kinds to read.
    mapping:    of a file that is not in our form: a shipped name, a path, or a Mapping. Each piece of
                the file then gives a chunk for each kind, in the order in which kinds depend on each other.
    chunk_rows: records of the file in one piece; memory grows with this, not with the file.
    categories: what products and sites may be; None: what ships.
    prefix:     put before the id of every fact, given or derived, so that those of two sources stay apart.

    A record is in a chunk's rows or in its rejects, with two exceptions: rows that the mapping filters
    out, and a row that repeats one of its chunk under the same id. A line that is no record at all is
    a reject of the first kind only. Rows without an id get one that depends on the file's content only.

    Raises, before the first chunk, RecordError (a file that cannot be opened, is empty, or whose columns
    do not fit), ParameterError, NotFound and SchemeInvalid (the mapping).
    """
    path = Path(path)
    if chunk_rows < 1:
        raise ParameterError(f"chunk_rows is {chunk_rows}; it must be at least 1")
    if kind is not None and kind not in KINDS:
        raise ParameterError(f"no such kind of rows: {kind!r}; it is one of {', '.join(KINDS)}")
    if prefix is not None and not re.fullmatch(PREFIX_WRITTEN, prefix):
        raise ParameterError(f"{prefix!r} is no prefix of ids: {PREFIX_IS}")
    pieces = _Pieces(chunk_rows, categories or shipped_categories(), prefix or "")
    if mapping is None:
        return _plain(path, kind or kind_of(path), pieces)
    return _mapped(path, kind, resolve(mapping), pieces)


def named_by_ids(
    path: str | Path, kind: str | None = None, mapping: str | Path | Mapping | None = None
) -> tuple[str, ...]:
    """The kinds of rows of the file that say their own ids, or what these are derived from without all the rest.

    Ids that are derived from all that a row says cannot be known with other content. Raises what read raises.
    """
    path = Path(path)
    if mapping is None:
        with opened(path) as source:
            given = {kind or kind_of(path): set(source.names)}
    else:
        made = resolve(mapping)
        given = {output.kind: set(output.cells) for output in made.outputs if kind in (None, output.kind)}
    return tuple(
        each for each in given if KINDS[each].key == ("id",) and ("id" in given[each] or KINDS[each].named_by)
    )


class _Pieces(NamedTuple):
    """How many records make a piece, and what is known while it is checked."""

    rows: int
    categories: Categories
    prefix: str


def _plain(path: Path, kind: str, pieces: _Pieces) -> Iterator[Chunk]:
    """The chunks of a file in our form."""
    with opened(path) as source:
        _fits(source, kind, str(path))

        def sheet(piece: Piece) -> Iterator[Sheet]:
            cells = {name: cells_of(values) for name, values in piece.columns.items()}
            yield Sheet(kind, str(path), piece.lines, cells)

        yield from _chunks(source, list(source.names), sheet, pieces)


def _mapped(path: Path, kind: str | None, mapping: Mapping, pieces: _Pieces) -> Iterator[Chunk]:
    """The chunks of a file that the mapping describes."""
    outputs = [output for output in mapping.outputs if kind in (None, output.kind)]
    if not outputs:
        raise ParameterError(f"the mapping takes no {kind} from a file")
    used = sources(outputs)
    with opened(path, header=mapping.header, separator=mapping.separator) as source:
        for name in used:
            if name not in source.names:
                message = "a column is missing" + _told(source.hint(used))
                raise RecordError(message, file=str(path), line=source.line, column=name)
            if source.types.get(name, "text") not in PLAIN:
                message = f"the type is {source.types[name]}; only text, numbers, dates and times are read"
                raise RecordError(message, file=str(path), column=name)
        _are_no_floats(source, outputs, str(path))
        _is_no_header(source, outputs, str(path))
        yield from _chunks(source, used, lambda piece: sheets(outputs, str(path), piece), pieces)


def _are_no_floats(source: Source, outputs: Sequence[Output], file: str) -> None:
    """Raises RecordError where texts would be made of numbers with a fraction: 1e+16 is nobody's id."""
    for output in outputs:
        formats = {column.name: column.format for column in KINDS[output.kind].columns}
        for name, cell in output.cells.items():
            if cell.counts or "whole number" not in formats[name].parquet or "number" in formats[name].parquet:
                continue
            for column in cell.sources:
                if source.types.get(column) == "number":
                    message = "the type is number; ids and texts are text or whole number: write the column as one"
                    raise RecordError(message, file=file, column=column)


def _is_no_header(source: Source, outputs: Sequence[Output], file: str) -> None:
    """Raises RecordError where the first record of a file, whose header the mapping gives, seems to be one.

    It repeats a name at its place, or holds no number and no time where the mapping reads them.
    """
    cells = dict(zip(source.names, source.first, strict=False))
    read = {name for output in outputs for cell in output.cells.values() if cell.counts for name in cell.sources}
    read |= {name for output in outputs for each in output.where if each.is_of_numbers for name in [each.column]}
    written = [cells[name].strip() for name in read if cells.get(name, "").strip()]
    repeated = [name for name, cell in cells.items() if cell.strip().lower() == name.lower()]
    if repeated or (written and not any(any("0" <= each <= "9" for each in cell) for cell in written)):
        message = (
            f"the first line seems to be a header ({', '.join(map(visible, source.first))}), "
            "and the mapping gives one: remove that line, "
            "or use a copy of the mapping without `header` that names the file's columns"
        )
        raise RecordError(message, file=file, line=1)


@contextmanager
def opened(path: Path, *, header: Sequence[str] = (), separator: str = ",") -> Iterator[Source]:
    """The file, open until the block ends. `header` names the columns of a CSV file that does not.

    Raises RecordError for a file that is missing, empty, of another format, or names a column twice.
    """
    name = path.name.lower()
    if not name.endswith(ENDINGS):
        hint = hints.of_name(path) if path.exists() else "no such file"
        raise RecordError("neither .csv, .csv.gz nor .parquet by its name" + _told(hint), file=str(path))
    _is_there(path)
    with ExitStack() as open_files:
        try:
            if path.stat().st_size == 0:
                raise RecordError("an empty file", file=str(path))
            if name.endswith(".parquet"):
                parquet = pq.ParquetFile(path, buffer_size=BUFFER_BYTES, pre_buffer=False)
                source: Source = ParquetSource(open_files.enter_context(parquet), str(path))
            else:
                opening = gzip.open if name.endswith(".gz") else open
                stream = cast(BinaryIO, open_files.enter_context(opening(path, "rb")))
                if hint := hints.of_content(stream.read(16)):
                    raise RecordError(f"this is no CSV in UTF-8 but {hint}", file=str(path))
                stream.seek(0)
                source = CsvSource(stream, str(path), header, separator)
        except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
            raise RecordError(f"cannot be read: {error}", file=str(path)) from error
        yield source


def _told(hint: str) -> str:
    return f"; {hint}" if hint else ""


def _is_there(path: Path) -> None:
    """Raises RecordError where the path leads to no file."""
    try:
        is_file = path.is_file()
        is_there = is_file or path.exists()
    except OSError as error:  # such as a link that leads back to itself, on Python before 3.13
        raise RecordError(f"cannot be read: {error.strerror}", file=str(path)) from error
    if not is_file:
        raise RecordError("not a file" if is_there else "no such file", file=str(path))


def _fits(source: Source, kind: str, file: str) -> None:
    """Raises RecordError for the first column that is unknown, missing, or of the wrong Parquet type."""
    columns = {column.name: column for column in KINDS[kind].columns}
    known = f"{kind} have {', '.join(columns)}"
    for name in source.names:
        if name not in columns:
            required = [column.name for column in KINDS[kind].columns if column.required]
            message = f"an unknown column {visible(name)!r}; {known}" + _told(source.hint(required))
            raise RecordError(message, file=file, line=source.line, column=name)
    for name, column in columns.items():
        if name not in source.names:
            if column.required:
                raise RecordError(f"a column is missing; {known}", file=file, line=source.line, column=name)
            continue
        found, wanted = source.types.get(name, "empty"), column.format.parquet
        if found != "empty" and found not in wanted:
            message = f"the type is {found}; it must be {' or '.join(sorted(wanted))}"
            raise RecordError(message, file=file, column=name)


def _chunks(
    source: Source, columns: list[str], sheets_of: Callable[[Piece], Iterator[Sheet]], pieces: _Pieces
) -> Iterator[Chunk]:
    with closing(Numbering()) as numbering:
        for piece in source.pieces(pieces.rows, columns):
            broken = piece.rejects
            for sheet in sheets_of(piece):
                rows, lines, refused = sheet.check(numbering, pieces.categories, pieces.prefix)
                rejects = sorted([*broken, *refused], key=lambda reject: reject.line)
                read = len(piece.lines) + len(broken)
                names = {column: origin.names[0] for column, origin in sheet.origins.items()}
                yield Chunk(sheet.kind, sheet.file, rows, lines, rejects, read, names)
                broken = []
