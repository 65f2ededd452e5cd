"""Which lines of a CSV file are one record: a quoted field may hold line breaks.

The text between two quotes is one cell, whatever it says. So there must be no doubt where quotes open and close.
Otherwise the author of a text in a cell could write rows of the file. A file that can be read in two ways is
refused.
"""

import re
from typing import NamedTuple

# A longer record is none of ours but, say, a binary file; it is refused before it is in memory. This is also the
# longest field that the csv module takes, so that every record has one answer.
RECORD_BYTES = 131_072

UNCLOSED = (
    "a quote is opened on this line and closed nowhere below; close it, and write a quote inside a field twice"
)
_BEHIND = (
    "a quote is opened on this line, and text follows where it closes; write a quote inside a field twice, "
    "not behind a backslash"
)
_BACKSLASH = (
    "a quote is opened on this line and closed behind a backslash, which may mean that it does not close there; "
    "write a quote inside a field twice, and no backslash before the last one"
)
_LATE = "a quote behind a blank or a carriage return: whether it opens a field cannot be told; put it first"

# Blanks, also wide ones and the byte order mark, before a quote: where a field begins, or behind a CR.
_BLANK = rb"(?:[\0-\x20\x7f]|\xc2[\x80-\xa0]|\xe2\x80[\x80-\xaf]|\xe3\x80\x80|\xef\xbb\xbf)"
_BLANK_OF_A_LINE = rb"(?!\n)" + _BLANK
_LATE_QUOTE = re.compile(rb"(?:\A|\r)" + _BLANK + rb'*"')
_BLANK_SO_FAR = re.compile(rb"(?:\A|\r)" + _BLANK + rb"*\Z")


def doubtful(separator: str) -> re.Pattern[bytes]:
    """Finds texts that need the slow and certain way: those with a single quote behind a blank or a backslash."""
    no_separator = rb"(?!" + re.escape(separator.encode()) + rb")"
    return re.compile(no_separator + rb"(?:" + _BLANK_OF_A_LINE + rb'|\\)"(?:"")*+(?!")')


_START, _PLAIN, _QUOTED, _CLOSING, _CLOSED = range(5)


class Misquoted(ValueError):
    """Quotes do not say where fields end; `line` is where the quote was opened."""

    def __init__(self, line: int, reason: str):
        super().__init__(reason)
        self.line, self.reason = line, reason


class Record(NamedTuple):
    """line: of its beginning. text: with its line breaks, or the first RECORD_BYTES of it where it is too long."""

    line: int
    text: bytes


class Records:
    """Lines in their order -> records. `line` is the number of the line that comes next."""

    def __init__(self, separator: str, line: int = 1):
        self._separator = separator.encode()
        self._field = re.compile(re.escape(self._separator) + rb"|\n")
        self.line = line
        self._state, self._blank, self._slashes = _START, True, 0
        self._opened = self._from = line
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def between(self) -> bool:
        """Whether the next line begins a record."""
        return not self._parts

    def take(self, piece: bytes) -> Record | None:
        """The record that ends with this line, if one does. A piece without a line break goes on in the next.

        Raises Misquoted.
        """
        if not self._parts:
            self._from = self.line
        if self._size <= RECORD_BYTES:
            self._parts.append(piece)
        self._size += len(piece)
        if self._state in (_START, _PLAIN) and b'"' not in piece and piece.endswith(b"\n"):
            self._state, self._blank = _START, True
        else:
            self._read(piece)
        if piece.endswith(b"\n"):
            self.line += 1
            if self._state == _START:
                return self._done()
        return None

    def last(self) -> Record | None:
        """The record that ends where the file does, without a line break. Raises Misquoted for an open quote."""
        if self._state == _QUOTED:
            raise Misquoted(self._opened, UNCLOSED)
        if self._state == _CLOSING and self._slashes % 2:
            raise Misquoted(self._opened, _BACKSLASH)
        return self._done() if self._parts else None

    def _done(self) -> Record:
        record = Record(self._from, b"".join(self._parts)[:RECORD_BYTES])
        self._parts, self._size, self._state, self._blank = [], 0, _START, True
        return record

    def _read(self, piece: bytes) -> None:
        """The state behind this piece."""
        at = 0
        while at < len(piece):
            if self._state == _QUOTED:
                at = self._inside(piece, at)
            elif self._state in (_CLOSING, _CLOSED):
                at = self._behind(piece, at)
            elif self._state == _START and piece.startswith(b'"', at):
                self._state, self._opened, self._slashes, at = _QUOTED, self.line, 0, at + 1
            else:
                at = self._outside(piece, at)

    def _inside(self, piece: bytes, at: int) -> int:
        found = piece.find(b'"', at)
        text = piece[at : found if found >= 0 else len(piece)]
        slashes = len(text) - len(text.rstrip(b"\\"))
        self._slashes = slashes + (self._slashes if slashes == len(text) else 0)
        if found < 0:
            return len(piece)
        self._state = _CLOSING
        return found + 1

    def _behind(self, piece: bytes, at: int) -> int:
        """Behind a quote that closes a field, or is the first of two that are one."""
        if self._state == _CLOSING and piece.startswith(b'"', at):
            self._state, self._slashes = _QUOTED, 0
            return at + 1
        if piece.startswith(b"\r", at) and self._state == _CLOSING:
            self._state = _CLOSED
            return at + 1
        ends = (b"\n",) if self._state == _CLOSED else (b"\n", self._separator)
        if not piece.startswith(ends, at):
            raise Misquoted(self._opened, _BEHIND)
        if self._slashes % 2:
            raise Misquoted(self._opened, _BACKSLASH)
        self._state, self._blank = _START, True
        return at + 1

    def _outside(self, piece: bytes, at: int) -> int:
        """Behind the unquoted field that begins here, or goes on."""
        found = self._field.search(piece, at)
        text = piece[at : found.start() if found else len(piece)]
        before = b"" if self._blank else b"x"
        if b'"' in text and _LATE_QUOTE.search(before + text):
            raise Misquoted(self.line, _LATE)
        if found:
            self._state, self._blank = _START, True
            return found.end()
        self._state, self._blank = _PLAIN, bool(_BLANK_SO_FAR.search(before + text))
        return len(piece)
