"""A file on the disk, opened as the source of its records, whatever its form."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from io import BufferedReader
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import RecordError
from graph.facts.files import hints
from graph.facts.files.chat_source import ChatSource
from graph.facts.files.csv_source import CsvSource
from graph.facts.files.nested import json_records, xml_records
from graph.facts.files.nested.nested_source import NestedSource
from graph.facts.files.nested.paths import steps
from graph.facts.files.parquet_source import BUFFER_BYTES, ParquetSource
from graph.facts.files.sources import Opening, Source
from graph.facts.files.steps.lines import PLAIN
from graph.facts.files.text_encodings import in_utf_8
from graph.facts.files.unpacking import gunzipped
from graph.facts.files.workbooks.ods import Ods
from graph.facts.files.workbooks.workbook_source import WorkbookSource
from graph.facts.files.workbooks.xlsx import Xlsx
from graph.facts.files.zip_archive import opened_archive, unpacked
from graph.text.plain import visible

Read = Callable[[BufferedReader, str, Opening], Source]


def _csv(stream: BufferedReader, file: str, opening: Opening) -> Source:
    beginning = stream.read(16)
    if opening.encoding == "utf-8" and (hint := hints.of_content(beginning)):
        raise RecordError(f"this is no CSV in UTF-8 but {hint}", file=file)
    stream.seek(0)
    text = in_utf_8(stream, opening.encoding, file)
    read = opening.columns
    return CsvSource(text, file, opening.header, opening.separator, opening.layout, opening.encoding, read)


def _json(stream: BufferedReader, file: str, opening: Opening) -> Source:
    text = in_utf_8(stream, opening.encoding, file)
    rows = steps(opening.rows.removesuffix("[*]"), file) if opening.rows else ()
    return NestedSource(partial(json_records.in_lists, text, file, rows), file, opening)


def _json_lines(stream: BufferedReader, file: str, opening: Opening) -> Source:
    if opening.rows:
        raise RecordError(
            "each line of this file is a record, and the mapping says `rows`: leave it out", file=file
        )
    text = in_utf_8(stream, opening.encoding, file)
    return NestedSource(partial(json_records.on_lines, text, file), file, opening)


def _xml(stream: BufferedReader, file: str, opening: Opening) -> Source:
    if opening.columns is None:
        raise RecordError("XML is read through a mapping only, which names its elements: --mapping", file=file)
    rows = steps(opening.rows.removesuffix("[*]"), file) if opening.rows else ()
    columns = [steps(column, file) for column in opening.columns]
    return NestedSource(partial(xml_records.elements, stream, file, rows, columns), file, opening)


_STREAMS: dict[str, Read] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".xml": _xml,
}
"By the end of a file's name: how what is in it is read, one piece after the other."
_WORKBOOKS: dict[str, Callable[[zipfile.ZipFile, str], Xlsx | Ods]] = {".xlsx": Xlsx, ".ods": Ods}
_PACKED, _ZIP, _PARQUET, _CHAT = ".gz", ".zip", ".parquet", ".txt"
ENDINGS = (
    *_STREAMS,
    *(ending + _PACKED for ending in _STREAMS),
    _ZIP,
    *_WORKBOOKS,
    _PARQUET,
)
FORMS = "CSV, JSON, XML (each also as .gz or .zip), XLSX, ODS or Parquet"


@contextmanager
def opened(path: Path, opening: Opening | None = None) -> Iterator[Source]:
    """The file, open until the block ends.

    Raises RecordError for a file that is missing, empty, damaged, of another format, or that names a column twice.
    """
    name, opening = path.name.lower(), opening or Opening()
    if opening.form == "chat" and path.exists() and not name.endswith((_CHAT, _ZIP)):
        raise RecordError("the mapping reads exports of chats, which end in .txt or .zip", file=str(path))
    if opening.form != "chat":
        _has_form(path)
    _is_there(path)
    with ExitStack() as open_files:
        try:
            if path.stat().st_size == 0:
                raise RecordError("an empty file", file=str(path))
            source = _opened(path, name, opening, open_files)
        except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
            raise RecordError(f"cannot be read: {error}", file=str(path)) from error
        yield source


@contextmanager
def opened_stream(path: Path) -> Iterator[tuple[str, BufferedReader]]:
    """What is in a file of text, unpacked, with the ending that says its form. Raises RecordError."""
    name = path.name.lower()
    _has_form(path)
    _is_there(path)
    with ExitStack() as open_files:
        try:
            name, stream = _unpacked(path, name, open_files)
            yield next(ending for ending in _STREAMS if name.endswith(ending)), stream
        except (OSError, EOFError, zlib.error) as error:
            raise RecordError(f"cannot be read: {error}", file=str(path)) from error


@contextmanager
def opened_archive_of_sheets(path: Path) -> Iterator[Xlsx | Ods]:
    """The workbook, open until the block ends. Raises RecordError."""
    name = path.name.lower()
    _has_form(path)
    _is_there(path)
    with ExitStack() as open_files:
        yield _book(path, name, open_files)


def is_lock(path: Path) -> bool:
    """Whether the file only says that a spreadsheet program has another one open, as `~$members.xlsx` does."""
    return path.name.startswith(("~$", ".~lock."))


def _has_form(path: Path) -> None:
    """Raises RecordError where the name of the file is none of a table."""
    if is_lock(path):
        message = (
            "no table, but the sign that a program has the workbook open: close it there, and load the workbook"
        )
        raise RecordError(message, file=str(path))
    if not path.name.lower().endswith(ENDINGS):
        hint = hints.of_name(path) if path.exists() else "no such file"
        raise RecordError(f"not {FORMS} by the end of its name" + hints.appended(hint), file=str(path))


def _opened(path: Path, name: str, opening: Opening, open_files: ExitStack) -> Source:
    _has_lines(name, opening, path)
    if name.endswith(_PARQUET):
        parquet = pq.ParquetFile(path, buffer_size=BUFFER_BYTES, pre_buffer=False)
        return ParquetSource(open_files.enter_context(parquet), str(path))
    if name.endswith(tuple(_WORKBOOKS)):
        return WorkbookSource(_book(path, name, open_files), str(path), opening)
    if opening.form == "chat":
        _, stream = _unpacked(path, name, open_files, (_CHAT,))
        return ChatSource(stream, str(path), opening)
    name, stream = _unpacked(path, name, open_files)
    read = next(read for ending, read in _STREAMS.items() if name.endswith(ending))
    return read(stream, str(path), opening)


def _book(path: Path, name: str, open_files: ExitStack) -> Xlsx | Ods:
    form = name[-4:].strip(".").upper()
    with path.open("rb") as beginning:
        if hint := hints.of_no_workbook(beginning.read(16)):
            raise RecordError(f"this is no workbook in {form} but {hint}", file=str(path))
    archive = open_files.enter_context(opened_archive(path))
    if hint := hints.of_archive(archive.namelist(), form):
        raise RecordError(f"this is no workbook in {form} but {hint}", file=str(path))
    read_book = next(read for ending, read in _WORKBOOKS.items() if name.endswith(ending))
    return read_book(archive, str(path))


def _unpacked(
    path: Path, name: str, open_files: ExitStack, endings: tuple[str, ...] = tuple(_STREAMS)
) -> tuple[str, BufferedReader]:
    """The name of what is in a file, by whose end its form is known, and its content.

    endings: of what may be in an archive.
    """
    if name.endswith(_ZIP):
        name, stream = _only_file(path, open_files, endings)
    elif name.endswith(_PACKED):
        name, stream = name.removesuffix(_PACKED), gunzipped(path)
    else:
        stream = path.open("rb")
    return name, open_files.enter_context(closing(stream))


def _has_lines(name: str, opening: Opening, path: Path) -> None:
    """Raises RecordError where the mapping speaks of lines, and the file has none."""
    layout = opening.layout
    if name.endswith((*_WORKBOOKS,)) and layout.comments:
        raise RecordError("comments of the mapping speak of lines, and a sheet has none", file=str(path))
    if layout != PLAIN and not name.endswith((*_WORKBOOKS, ".csv", ".csv.gz", _ZIP)):
        message = "skip_lines and comments of the mapping speak of lines, and this file has none"
        raise RecordError(message, file=str(path))


def _only_file(path: Path, open_files: ExitStack, endings: tuple[str, ...]) -> tuple[str, BufferedReader]:
    """The name and the content of the one file in an archive. Raises RecordError where it holds another number."""
    archive = open_files.enter_context(opened_archive(path))
    # What a Mac adds to every archive is no file of its user.
    inside = [
        each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")
    ]
    if len(inside) != 1:
        message = f"an archive of {len(inside)} files; it must hold one: unpack it, and load the files in it"
        raise RecordError(message, file=str(path))
    name = inside[0].filename.lower()
    if not name.endswith(endings):
        wanted = "a text" if endings == (_CHAT,) else "CSV, JSON or XML"
        message = f"the file in it, {visible(name)}, is not {wanted} by the end of its name: unpack it"
        raise RecordError(message, file=str(path))
    return name, unpacked(archive, inside[0], str(path))


def _is_there(path: Path) -> None:
    """Raises RecordError where the path leads to no file."""
    try:
        is_file = path.is_file()
        is_there = is_file or path.exists()
    except OSError as error:  # such as a link that leads back to itself, on Python before 3.13
        raise RecordError(f"cannot be read: {error.strerror}", file=str(path)) from error
    if not is_file:
        raise RecordError("not a file" if is_there else "no such file", file=str(path))
