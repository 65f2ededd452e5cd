"""The records of a JSON file: entries of a list, one after the other, or one on each line.

Numbers stay as they are written: none is computed with here, however many digits it has.
"""

import codecs
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from graph.errors import RecordError
from graph.facts.files.nested.paths import Step
from graph.facts.files.sources import Fault, Number, clipped, first_twice

# A record is in memory as a whole, and takes up to thirty times its bytes there.
RECORD_CHARACTERS = 4 << 20
_READ = 1 << 16
_BLANKS = re.compile(r"[ \t\r\n]*")
_TOO_LONG = f"a record of more than {RECORD_CHARACTERS >> 20} million characters"
_DEEP = "nested too deeply"


class _Twice(ValueError):
    """A key is there twice in one object, so it can be read in two ways."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = first_twice(name for name, _ in pairs)
        raise _Twice(f"the key {clipped(twice or '')!r} is there twice in one object")
    return made


def _no_number(written: str) -> Fault:
    """NaN and infinities, which some programs write where there is nothing; JSON has none, and no id is one."""
    return Fault(written, "no number: where there is nothing, JSON has null")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_no_number
)


def on_lines(stream: io.BufferedReader, file: str) -> Iterator[Any]:
    """The record of each line; None for an empty line, and a Fault for one that is no JSON."""
    stream.seek(0)
    number = 0
    while line := stream.readline(RECORD_CHARACTERS + 1):
        number += 1
        if len(line) > RECORD_CHARACTERS:
            raise RecordError(_TOO_LONG, file=file, line=number)
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip(" \t\r\n")
        except UnicodeDecodeError as error:
            yield Fault(line.decode(errors="backslashreplace"), f"not UTF-8 at byte {error.start + 1} of the line")
            continue
        try:
            yield _DECODER.decode(text) if text else None
        except _Twice as error:
            yield Fault(text, str(error))
        except json.JSONDecodeError as error:
            yield Fault(text, f"no JSON: {error.msg} at character {error.colno}")
        except RecursionError:
            yield Fault(text, _DEEP)


def in_lists(stream: io.BufferedReader, file: str, rows: Sequence[Step]) -> Iterator[Any]:
    """Each entry of the list that the file is, or that `rows` leads to; the file itself where it is an object.

    Raises RecordError, with the line, for a file that is not JSON to its end.
    """
    text = _Text(stream, file)
    try:
        for step in rows:
            if not isinstance(step, str):
                raise RecordError("the path of `rows` has names only", file=file)
            _enter(text, step)
        if text.peek() == "[":
            yield from _entries(text)
        elif rows:
            raise RecordError("no list, where `rows` leads to", file=file, line=text.line)
        else:
            yield text.value()
        for step in reversed(rows):
            _leave(text, str(step))
        if text.peek():
            message = "more follows behind the end of the list or object"
            hint = ": where each line is a record, name the file .jsonl"
            raise RecordError(message + hint, file=file, line=text.line)
    except _Twice as error:
        raise RecordError(str(error), file=file, line=text.line) from error
    except RecursionError as error:
        raise RecordError(_DEEP, file=file, line=text.line) from error


def _entries(text: "_Text") -> Iterator[Any]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.peek() != ",":
            break
        text.take(",")
    text.take("]")


def _enter(text: "_Text", key: str) -> None:
    """What comes next is the value of this key of the object that comes next. Raises RecordError."""
    text.take("{")
    while text.peek() == '"':
        name = text.value()
        text.take(":")
        if name == key:
            return
        text.value()
        if text.peek() != ",":
            break
        text.take(",")
    raise RecordError(f"no key {key!r}, where `rows` leads through it", file=text.file, line=text.line)


def _leave(text: "_Text", key: str) -> None:
    """What comes next is behind the object that the value of this key is in. Raises RecordError and _Twice."""
    while text.peek() == ",":
        text.take(",")
        if text.value() == key:
            raise _Twice(f"the key {clipped(key)!r} is there twice in one object")
        text.take(":")
        text.value()
    text.take("}")


class _Text:
    """A text of JSON, read step by step; a value is in memory as a whole, and the rest is not."""

    def __init__(self, stream: io.BufferedReader, file: str):
        stream.seek(0)
        self.file, self._stream = file, stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._held, self._at, self._lines, self._ended = "", 0, 1, False

    @property
    def line(self) -> int:
        return self._lines + self._held.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            blanks = _BLANKS.match(self._held, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """The sign comes next, and is behind us. Raises RecordError."""
        if self.peek() != sign:
            found = repr(self.peek()) if self.peek() else "the end of the file"
            raise RecordError(f"no JSON: {found}, where {sign!r} is due", file=self.file, line=self.line)
        self._at += 1

    def value(self) -> Any:
        """The value that comes next. Raises RecordError, _Twice and RecursionError."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                problem: json.JSONDecodeError | None = error
            else:
                problem = None
                # A number that ends where the text that is held ends may go on.
                if end < len(self._held) or self._ended:
                    self._at = end
                    return value
            if len(self._held) - self._at > RECORD_CHARACTERS:
                raise RecordError(_TOO_LONG, file=self.file, line=self.line)
            if not self._more(len(self._held) - self._at) and problem is not None:
                line = self._lines + problem.lineno - 1
                message = f"no JSON: {problem.msg} at character {problem.colno} of the line"
                raise RecordError(message, file=self.file, line=line) from problem

    def _more(self, least: int = _READ) -> bool:
        """More of the text is held, if there is more; what is behind us is not held any longer."""
        self._lines = self.line
        self._held, self._at = self._held[self._at :], 0
        while not self._ended:
            try:
                data = self._stream.read(max(least, _READ))
                more = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                line = self._lines + self._held.count("\n")
                raise RecordError(
                    f"not UTF-8, on this line or below: {error.reason}", file=self.file, line=line
                ) from error
            self._held += more
            self._ended = not data
            if more:
                return True
        return False
