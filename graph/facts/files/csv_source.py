"""CSV files, plain or gzipped, as pieces.

A quoted field may hold separators, doubled quotes and line breaks; a record is as many lines as its fields need.
If the quotes of a file leave open where its fields end, the file is refused before its first record: quoting.py
says why.
"""

import csv
import io
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO

from graph.errors import RecordError
from graph.facts.files.hints import appended, of_header
from graph.facts.files.quoting import RECORD_BYTES, Misquoted, Record, Records, doubtful
from graph.facts.files.sources import Piece, clipped, no_twins
from graph.facts.files.steps.lines import PLAIN, Layout, lines_of
from graph.facts.files.text_encodings import to_name
from graph.model import Reject

# A piece ends early where its lines are long, so that memory stays bounded whatever they hold.
PIECE_BYTES = 16_000_000
PIECE_LINES = 10_000
STEP_LINES = 64
"Read at once, before it is asked how long they are: at most 8 MB."

# What ends the reading of a gzip file that was cut off or damaged.
BREAKS = (EOFError, OSError, zlib.error)


class CsvSource:
    """A CSV file, open behind its header."""

    def __init__(
        self,
        stream: BinaryIO,
        file: str,
        header: Sequence[str],
        separator: str,
        layout: Layout = PLAIN,
        encoding: str = "utf-8",
        read: Sequence[str] | None = None,
    ):
        self.file, self._separator, self._encoding = file, separator, encoding
        self.types: Mapping[str, str] = {}
        self._doubtful = doubtful(separator)
        self._records, self._lines = Records(separator), lines_of(stream, separator, layout)
        self._prove()
        stream.seek(0)
        self._records, self._lines = Records(separator), lines_of(stream, separator, layout)
        self.line: int | None = None
        self.names: Sequence[str] = header
        self.first: Sequence[str] = ()
        if header:
            self._skip_empty()
        else:
            first = self._first()
            self.line = first.line
            try:
                self.names = self._fields(first.text)
            except ValueError as error:
                raise RecordError(f"the header cannot be read: {error}", file=file, line=first.line) from error
        no_twins(self.names, file, self.line, read)

    def hint(self, wanted: Sequence[str]) -> str:
        """What to do about a header without these columns; reads on, so it is asked last."""
        if self._separator != "," and len(self.names) == 1 and "," in self.names[0]:
            return "commas separate the fields: leave `separator` out of the mapping"
        following: list[list[str]] = []
        with suppress(*BREAKS, Misquoted, ValueError):
            for line in islice(self._lines, 20):
                if record := self._records.take(line):
                    following.append(self._fields(record.text))
        return of_header(self.names, wanted, following)

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        for lines, broken in self._batches(rows):
            piece = self._piece(lines, columns)
            if broken:
                reason = f"the file breaks off here, nothing below was read: {broken}"
                piece.rejects.append(Reject(self.file, self._records.line, "", "", reason))
                piece = replace(piece, broken=True)
            if piece.lines or piece.rejects:
                yield piece
        if last := self._last():
            found = _Found(self)
            found.add(last)
            if found.lines or found.rejects:
                yield found.piece(columns)

    def _prove(self) -> None:
        """The quotes say where every field ends, to the end of the file. Raises RecordError."""
        records = self._records
        try:
            for batch, broken in self._batches(PIECE_LINES):
                whole = b"".join(batch)
                if records.between and self._is_certain(whole):
                    records.line += whole.count(b"\n")
                else:
                    for line in batch:
                        records.take(line)
                if broken:
                    return
            records.last()
        except Misquoted as error:
            raise RecordError(error.reason, file=self.file, line=error.line) from error

    def _is_certain(self, whole: bytes) -> bool:
        """Whether these lines are whole records beyond doubt; a few fast passes tell."""
        if not whole.endswith(b"\n"):
            return False
        if b'"' not in whole:
            return True
        if self._doubtful.search(whole):
            return False
        with suppress(csv.Error):
            deque(self._reader(whole.decode("latin-1")), maxlen=0)
            return True
        return False

    def _reader(self, text: str) -> Any:
        return csv.reader(io.StringIO(text, newline="\n"), delimiter=self._separator, strict=True)

    def _first(self) -> Record:
        """The first record that is not empty."""
        try:
            for line in self._lines:
                if (record := self._records.take(line)) and not _is_empty(record.text):
                    return record
        except BREAKS as error:
            raise RecordError(f"cannot be read: {error}", file=self.file) from error
        if (last := self._last()) and not _is_empty(last.text):
            return last
        raise RecordError("an empty file", file=self.file)

    def _skip_empty(self) -> None:
        """The next line is not empty. Raises RecordError where there is none."""
        try:
            for line in self._lines:
                if not _is_empty(line):
                    with suppress(ValueError, StopIteration, csv.Error):
                        self.first = self._fields(line)
                    self._lines = chain([line], self._lines)
                    return
                self._records.line += 1
        except BREAKS as error:
            raise RecordError(f"cannot be read: {error}", file=self.file) from error
        raise RecordError("an empty file", file=self.file)

    def _last(self) -> Record | None:
        """The record that no line break ends, if there is one and the file did not break off in it."""
        try:
            return self._records.last()
        except Misquoted:  # what was proved ended well, so it breaks off
            return None

    def _batches(self, rows: int) -> Iterator[tuple[list[bytes], str]]:
        """Lines, at most `rows` of them, and what broke the reading after them, if anything did.

        A gzip file that was cut off still gives every whole line before the cut.
        """
        batch: list[bytes] = []
        size = 0
        try:
            while True:
                before = len(batch)
                batch.extend(islice(self._lines, min(STEP_LINES, rows - before)))  # those before a break are kept
                if len(batch) == before:
                    break
                size += sum(map(len, islice(batch, before, None)))
                if len(batch) >= rows or size > PIECE_BYTES:
                    yield batch, ""
                    batch, size = [], 0
        except BREAKS as error:
            yield batch, str(error)
        else:
            yield batch, ""

    def _piece(self, lines: list[bytes], columns: Sequence[str]) -> Piece:
        """The records that end in these lines."""
        found, whole = _Found(self), b"".join(lines)
        if self._records.between and b"\0" not in whole and max(map(len, lines), default=0) < RECORD_BYTES:
            with suppress(UnicodeDecodeError):
                text = whole.decode()
                first = self._records.line
                if b'"' not in whole:
                    by_name = self._split(text, len(lines))
                    if by_name is not None:
                        self._records.line += len(lines)
                        return Piece({name: by_name[name] for name in columns}, range(first, self._records.line))
                elif not self._doubtful.search(whole):
                    lines = lines[self._parse(text, lines, found) :]
        for line in lines:
            try:
                record = self._records.take(line)
            except Misquoted as error:  # the file has changed since it was proved
                raise RecordError(error.reason, file=self.file, line=error.line) from error
            if record:
                found.add(record)
        return found.piece(columns)

    def _parse(self, text: str, lines: list[bytes], found: "_Found") -> int:
        """How many of the lines are in records that the csv module found; those are in `found`."""
        first = self._records.line
        reader = self._reader(text)
        with suppress(csv.Error):
            records = list(reader)
            if reader.line_num == len(records) and set(map(len, records)) == {len(self.names)}:
                found.records, found.lines = records, range(first, first + len(records))
                self._records.line += len(lines)
                return len(lines)
        reader, before = self._reader(text), 0
        with suppress(csv.Error):
            for fields in reader:
                end = reader.line_num
                if end - before > 1 or len(fields) != len(self.names):
                    found.add(Record(first + before, b"".join(lines[before:end])))
                else:
                    found.keep(fields, first + before)
                before = end
        self._records.line += before
        return before

    def _split(self, text: str, lines: int) -> dict[str, list[str]] | None:
        """The columns of a text without quotes, unless a line is empty or has too many or too few fields.

        Line breaks become fields of their own. Then each must follow as many fields as there are columns.
        Three times as fast as the csv module.
        """
        text = text.replace("\r\n", "\n")
        if "\r" in text or "\n\n" in text or text.startswith("\n"):
            return None
        separator, width = self._separator, len(self.names)
        cells = text.removesuffix("\n").replace("\n", f"{separator}\n{separator}").split(separator)
        if len(cells) != lines * (width + 1) - 1 or cells[width :: width + 1] != ["\n"] * (lines - 1):
            return None
        return {name: cells[position :: width + 1] for position, name in enumerate(self.names)}

    def _not_in_encoding(self, line: bytes, error: UnicodeDecodeError) -> str:
        if self._encoding == "utf-8":
            return f"not UTF-8 at byte {error.start + 1} of the line" + appended(to_name(line))
        # What is before the first such byte was one byte for each character.
        return f"not {self._encoding} at byte {len(line[: error.start].decode()) + 1} of the line"

    def _by_name(self, records: list[list[str]]) -> dict[str, list[str]]:
        cells, width = list(chain.from_iterable(records)), len(self.names)
        return {name: cells[position::width] for position, name in enumerate(self.names)}

    def _fields(self, line: bytes, width: int | None = None) -> list[str]:
        """The fields of one record. Raises ValueError saying why it is none of this width."""
        if len(line) >= RECORD_BYTES:
            raise ValueError(f"longer than {RECORD_BYTES:,} bytes, line break included")
        if b"\0" in line:
            raise ValueError("contains a NUL byte")
        try:
            fields: list[str] = next(self._reader(line.decode()))
        except UnicodeDecodeError as error:
            raise ValueError(self._not_in_encoding(line, error)) from error
        except csv.Error as error:
            raise ValueError(_QUOTING.get(str(error), str(error))) from error
        if width not in (None, len(fields)):
            raise ValueError(f"the number of fields is {len(fields)} and not {width}")
        return fields


class _Found:
    """What the lines of a piece hold so far: records of one width, the line of each, and rejects."""

    def __init__(self, source: CsvSource):
        self._source = source
        self.records: list[list[str]] = []
        self.lines: Sequence[int] = []
        self.rejects: list[Reject] = []

    def keep(self, fields: list[str], line: int) -> None:
        self.records.append(fields)
        self.lines = self.lines if isinstance(self.lines, list) else list(self.lines)
        self.lines.append(line)

    def add(self, record: Record) -> None:
        """The record is among the records or the rejects; an empty line is in neither."""
        if _is_empty(record.text):
            return
        try:
            self.keep(self._source._fields(record.text, len(self._source.names)), record.line)
        except ValueError as error:
            value = clipped(record.text.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace"))
            self.rejects.append(Reject(self._source.file, record.line, "", value, str(error)))

    def piece(self, columns: Sequence[str]) -> Piece:
        by_name = self._source._by_name(self.records)
        return Piece({name: by_name[name] for name in columns}, self.lines, self.rejects)


def _is_empty(line: bytes) -> bool:
    return not line.strip(b"\r\n")


# The csv module's words for what a reader of a rejects file would look for in the line.
_QUOTING = {
    "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?": (
        "a carriage return inside the line; lines end with LF or CR LF"
    ),
}
