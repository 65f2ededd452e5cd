"""The beginnings, ends and texts of an XML file, one after the other; nothing of it is kept.

A file that could make much of little is refused. defusedxml refuses a document type, and with it all entities.
Here are the limits that it does not know: a depth that no document has, thousands of different names, a
tag without end.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from graph.errors import RecordError

MOST_DEPTH = 200
MOST_NAMES = 5_000
TAG_BYTES = 1 << 20
_READ = 1 << 16

Start: TypeAlias = Callable[[str, Mapping[str, str]], None]
End: TypeAlias = Callable[[str], None]
Text: TypeAlias = Callable[[str], None]


class _TooMuch(ValueError):
    """The document has more of something than any document needs."""


class _Target:
    """What the parser calls: it hands on names without the namespace before them."""

    def __init__(self, start: Start, end: End, text: Text):
        self._start, self._end, self.data = start, end, text
        self._names: dict[str, str] = {}
        self._depth = 0

    @property
    def has_begun(self) -> bool:
        return bool(self._names)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _TooMuch("nested too deeply")
        local = self._local
        self._start(local(name), {local(each): value for each, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self._end(self._names[name])

    def _local(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            if len(self._names) >= MOST_NAMES:
                raise _TooMuch(f"more than {MOST_NAMES:,} different names of elements and attributes")
            known = self._names[name] = name.rpartition("}")[2]
        return known


def parse(stream: io.BufferedReader, file: str, start: Start, end: End, text: Text) -> Iterator[int]:
    """The three are called for all of the stream; yields the line now and then, for what was found to be taken.

    start: with the name of an element without its namespace, and its attributes by names without theirs.
    end:   with the same name.
    text:  with a part of the text between.
    Raises RecordError, with the line.
    """
    target = _Target(start, end, text)
    parser = XMLParser(target=target, forbid_dtd=True)
    place, read = parser.parser, 0
    while data := stream.read(_READ):
        read += len(data)
        with _told(file, place, target):
            parser.feed(data)
        if read - max(0, place.CurrentByteIndex) > TAG_BYTES:
            message = f"a tag or a comment of more than {TAG_BYTES >> 20} MB"
            raise RecordError(message, file=file, line=place.CurrentLineNumber)
        yield place.CurrentLineNumber
    with _told(file, place, target):
        parser.close()


@contextmanager
def _told(file: str, place: expat.XMLParserType, target: _Target) -> Iterator[None]:
    """What is wrong with the document becomes a RecordError."""
    try:
        yield
    except ParseError as error:
        raise RecordError(f"no XML: {expat.ErrorString(error.code)}", file=file, line=error.position[0]) from error
    except DefusedXmlException as error:
        message = "a document type (<!DOCTYPE>), with which entities come: no invoice, statement or sheet has one"
        raise RecordError(message, file=file, line=place.CurrentLineNumber) from error
    except _TooMuch as error:
        raise RecordError(str(error), file=file, line=place.CurrentLineNumber) from error
    except (LookupError, ValueError) as error:
        if target.has_begun:
            raise
        message = "no XML: its first line names an encoding that is not read; save it in UTF-8"
        raise RecordError(message, file=file, line=1) from error
