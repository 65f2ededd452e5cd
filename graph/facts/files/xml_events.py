"""The beginnings, ends and texts of an XML file, one after the other; nothing of it is kept.

A file that could make much of little is refused: a document type, with which entities come, a depth that no
document has, thousands of different names, a tag without end.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from xml.parsers import expat

from graph.errors import RecordError

MOST_DEPTH = 200
MOST_NAMES = 5_000
TAG_BYTES = 1 << 20
_READ = 1 << 16

Start: TypeAlias = Callable[[str, Mapping[str, str]], None]
End: TypeAlias = Callable[[str], None]
Text: TypeAlias = Callable[[str], None]


class _Locals(dict[str, str]):
    """Names without the namespace before them."""

    def __init__(self, file: str):
        self._file = file

    def __missing__(self, name: str) -> str:
        if len(self) >= MOST_NAMES:
            raise RecordError(
                f"more than {MOST_NAMES:,} different names of elements and attributes", file=self._file
            )
        self[name] = name.rpartition(" ")[2]
        return self[name]


def parse(stream: io.BufferedReader, file: str, start: Start, end: End, text: Text) -> Iterator[int]:
    """The three are called for all of the stream; yields the line now and then, for what was found to be taken.

    start: with the name of an element without its namespace, and its attributes by names without theirs.
    end:   with the same name.
    text:  with a part of the text between.
    Raises RecordError, with the line.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names, depth = _Locals(file), 0

    def refuse_type(*_: object) -> None:
        message = "a document type (<!DOCTYPE>), with which entities come: no invoice, statement or sheet has one"
        raise RecordError(message, file=file, line=parser.CurrentLineNumber)

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise RecordError("nested too deeply", file=file, line=parser.CurrentLineNumber)
        start(
            names[name], {names[each]: value for each, value in attributes.items()} if attributes else attributes
        )

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(names[name])

    parser.StartDoctypeDeclHandler = refuse_type
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, text
    read = 0
    while True:
        data = stream.read(_READ)
        read += len(data)
        try:
            parser.Parse(data, not data)
        except expat.ExpatError as error:
            message = f"no XML: {expat.ErrorString(error.code)}"
            raise RecordError(message, file=file, line=error.lineno) from error
        if not data:
            return
        if read - max(0, parser.CurrentByteIndex) > TAG_BYTES:
            message = f"a tag or a comment of more than {TAG_BYTES >> 20} MB"
            raise RecordError(message, file=file, line=parser.CurrentLineNumber)
        yield parser.CurrentLineNumber
