"""CSV files, plain or gzipped, as pieces.

One line is one record. A quoted field may hold separators and doubled quotes but no line break: so a
stray quote costs its own line, not the rest of the file, and line numbers are exact.
"""

import csv
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO

from graph.errors import RecordError
from graph.model import Reject
from graph.records.sources import Piece, clipped, no_twins

# A longer line is no row of ours but, say, a binary file; it is refused without being held. This is also
# the longest field that the csv module takes, so that every line has one answer.
LINE_BYTES = 131_072
# A piece ends early where its lines are long, so that memory stays bounded whatever they hold.
PIECE_BYTES = 16_000_000
MARK = b"\xef\xbb\xbf"  # the byte order mark that spreadsheets put before UTF-8

# What ends the reading of a gzip file that was cut off or damaged.
BREAKS = (EOFError, OSError, zlib.error)


class CsvSource:
    """A CSV file, open behind its header."""

    def __init__(self, stream: BinaryIO, file: str, header: Sequence[str], separator: str):
        self.file, self._separator = file, separator
        self.types: Mapping[str, str] = {}
        self._lines = _lines(stream)
        number, first = self._first()
        self.line: int | None = None
        self.names: Sequence[str] = header
        if header:
            self._number, self._lines = number - 1, chain([first], self._lines)
        else:
            self._number = self.line = number
            try:
                self.names = self._fields(first)
            except ValueError as error:
                raise RecordError(f"the header cannot be read: {error}", file=file, line=number) from error
        no_twins(self.names, file, self.line)

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        for lines, broken in self._batches(rows):
            first, self._number = self._number + 1, self._number + len(lines)
            piece = self._quickly(lines, first, columns) or self._carefully(lines, first, columns)
            if broken:
                reason = f"the file breaks off here, nothing below was read: {broken}"
                piece.rejects.append(Reject(self.file, self._number + 1, "", "", reason))
            if piece.lines or piece.rejects:
                yield piece

    def _first(self) -> tuple[int, bytes]:
        """The number of the first line that is not empty, and the line."""
        try:
            for number, line in enumerate(self._lines, start=1):
                text = line.removeprefix(MARK) if number == 1 else line
                if not _is_empty(text):
                    return number, text
        except BREAKS as error:
            raise RecordError(f"cannot be read: {error}", file=self.file) from error
        raise RecordError("an empty file", file=self.file)

    def _batches(self, rows: int) -> Iterator[tuple[list[bytes], str]]:
        """Lines, at most `rows` of them, and what broke the reading after them, if anything did.

        A gzip file that was cut off still gives every whole line before the cut.
        """
        batch: list[bytes] = []
        size = 0
        try:
            for line in self._lines:
                if len(batch) >= rows or size > PIECE_BYTES:
                    yield batch, ""
                    batch, size = [], 0
                batch.append(line)
                size += len(line)
        except BREAKS as error:
            yield batch, str(error)
        else:
            yield batch, ""

    def _quickly(self, lines: list[bytes], first: int, columns: Sequence[str]) -> Piece | None:
        """The piece if every line is a record, which a few passes can tell; else None."""
        whole = b"".join(lines)
        if b"\0" in whole or max(map(len, lines), default=0) >= LINE_BYTES:
            return None
        try:
            text = whole.decode()
            by_name = self._parsed(text, len(lines)) if '"' in text else self._split(text, len(lines))
        except (UnicodeDecodeError, csv.Error):
            return None
        if by_name is None:
            return None
        return Piece({name: by_name[name] for name in columns}, range(first, first + len(lines)))

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

    def _parsed(self, text: str, lines: int) -> dict[str, list[str]] | None:
        """The columns of a text with quotes, unless a line is no record."""
        records = list(csv.reader(text.removesuffix("\n").split("\n"), delimiter=self._separator, strict=True))
        # A field that swallows a line break makes two lines one record.
        if len(records) != lines or set(map(len, records)) != {len(self.names)}:
            return None
        return self._by_name(records)

    def _carefully(self, lines: list[bytes], first: int, columns: Sequence[str]) -> Piece:
        """The piece, line by line: each line is a record, a reject, or empty."""
        records, numbers, rejects = [], [], []
        for number, line in enumerate(lines, start=first):
            if _is_empty(line):
                continue
            try:
                records.append(self._fields(line, len(self.names)))
                numbers.append(number)
            except ValueError as error:
                value = clipped(line.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace"))
                rejects.append(Reject(self.file, number, "", value, str(error)))
        by_name = self._by_name(records)
        return Piece({name: by_name[name] for name in columns}, numbers, rejects)

    def _by_name(self, records: list[list[str]]) -> dict[str, list[str]]:
        cells, width = list(chain.from_iterable(records)), len(self.names)
        return {name: cells[position::width] for position, name in enumerate(self.names)}

    def _fields(self, line: bytes, width: int | None = None) -> list[str]:
        """The fields of one line. Raises ValueError saying why it is no record of this width."""
        if len(line) >= LINE_BYTES:
            raise ValueError(f"longer than {LINE_BYTES:,} bytes, line break included")
        if b"\0" in line:
            raise ValueError("contains a NUL byte")
        try:
            fields = next(csv.reader([line.decode()], delimiter=self._separator, strict=True))
        except UnicodeDecodeError as error:
            raise ValueError(f"not UTF-8 at byte {error.start + 1} of the line") from error
        except csv.Error as error:
            raise ValueError(_QUOTING.get(str(error), str(error))) from error
        if width not in (None, len(fields)):
            raise ValueError(f"the number of fields is {len(fields)} and not {width}")
        return fields


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Each line with its line break; a line of more than LINE_BYTES is cut there and the rest dropped."""
    while line := stream.readline(LINE_BYTES):
        yield line
        while len(line) == LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(LINE_BYTES)


def _is_empty(line: bytes) -> bool:
    return not line.strip(b"\r\n")


# The csv module's words for what a reader of a rejects file would look for in the line.
_QUOTING = {
    "unexpected end of data": "a quote is opened and not closed on this line",
    "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?": (
        "a carriage return inside the line; lines end with LF or CR LF"
    ),
}
