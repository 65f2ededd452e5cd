"""skip_lines, comments, and `sep=;`: lines of a text file that are no rows.

They are read as empty lines, which are skipped everywhere, so that the numbers of the others stay. Inside a quoted
field there are no such lines: a text with a line break that begins like a comment is text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import BinaryIO

from graph.facts.files.quoting import RECORD_BYTES, Misquoted, Records

MARK = b"\xef\xbb\xbf"  # the byte order mark that spreadsheets put before UTF-8


@dataclass(frozen=True)
class Layout:
    """skip_lines: above the header. comments: what a line begins with that is a comment; empty: there are none."""

    skip_lines: int = 0
    comments: str = ""


PLAIN = Layout()
"Every line below the header is a row, or part of one."


def lines_of(stream: BinaryIO, separator: str, layout: Layout) -> Iterator[bytes]:
    """Each line with its line break, without the mark before the first; a very long one comes in parts."""
    if layout == PLAIN:
        # No step of Python's for each line: files have millions of them.
        return chain(_first(stream, for_sheets(separator)), _rest(stream))
    return _laid_out(stream, separator, layout)


def _laid_out(stream: BinaryIO, separator: str, layout: Layout) -> Iterator[bytes]:
    """The lines of a file that has others than rows."""
    comment, records = layout.comments.encode(), Records(separator)
    number, begins, left_out = 1, True, False
    for part in _parts(stream):
        if begins:
            left_out = number <= layout.skip_lines or (number == 1 and _stripped(part) == for_sheets(separator))
            left_out = left_out or bool(comment and records.between and part.startswith(comment))
        begins = part.endswith(b"\n")
        number += begins
        if not left_out:
            if comment:
                comment = _followed(records, part, comment)
            yield part
        elif begins:
            yield b"\n"


def for_sheets(separator: str) -> bytes:
    """The line that says to a spreadsheet what separates the fields."""
    return f"sep={separator}".encode()


def _stripped(line: bytes) -> bytes:
    return line.rstrip(b"\r\n").lower()


def _first(stream: BinaryIO, for_sheets: bytes) -> Iterator[bytes]:
    """The first line of a file where no other one may be no row."""
    if first := stream.readline(RECORD_BYTES).removeprefix(MARK):
        yield b"\n" if _stripped(first) == for_sheets else first


def _rest(stream: BinaryIO) -> Iterator[bytes]:
    return iter(partial(stream.readline, RECORD_BYTES), b"")


def _followed(records: Records, part: bytes, comment: bytes) -> bytes:
    """The mark of comments, as long as quotes say where fields end; who reads the lines finds the quote."""
    try:
        records.take(part)
    except Misquoted:
        return b""
    return comment


def _parts(stream: BinaryIO) -> Iterator[bytes]:
    first = stream.readline(RECORD_BYTES).removeprefix(MARK)
    if first:
        yield first
    yield from _rest(stream)
