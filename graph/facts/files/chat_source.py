"""An export of a chat of two, as WhatsApp writes it, as pieces: who wrote to whom, and when. No text is kept.

    [15/01/2026, 09:30:12] Ann: good morning              an iPhone
    15/01/2026, 09:30 - Ann: good morning                 Android
    and a second line of the same message
    15/01/2026, 09:31 - Messages are encrypted            the system: nobody wrote it

Columns: `at` is `15/01/2026, 09:30`, without its second, so that the exports of both phones say the same; `from`
and `to` are the names of the two. Lines are those of the file.

Nothing in such a file tells a message from a text that looks like one. So a chat is refused as a whole where its
times are not in order, or more than two write in it: the file does not say who of a group has read what. A line of
an iPhone whose text begins with an invisible mark is the system's; so is, there, a picture that was left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from io import BufferedReader
from typing import NamedTuple

from graph.errors import RecordError
from graph.facts.files.sources import Fault, Gathering, Opening, Piece
from graph.facts.files.steps.written import Moment, reader
from graph.text.counts import counted
from graph.text.plain import visible

COLUMNS = ("at", "from", "to")
_LINE = 1 << 17
"Bytes that are read at once: what is behind them in a line is text."
_NAME = 100
_MARKS = "\u200e\u200f\u202a\u202b\u202c\ufeff"
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))
_DAY = r"[0-9]{1,4}(?P<mark>[./-])[0-9]{1,2}(?P=mark)[0-9]{1,4}"
_CLOCK = r"(?P<clock>[0-9]{1,2}[:.][0-9]{2})(?:[:.][0-9]{2})?(?: ?(?P<half>[AaPp]\.?[Mm]\.?))?"
_STARTS = (
    re.compile(rf"\[(?P<day>{_DAY}),? {_CLOCK}\] (?P<rest>.*)", re.DOTALL),
    re.compile(rf"(?P<day>{_DAY}),? {_CLOCK} [-\u2013] (?P<rest>.*)", re.DOTALL),
)
_BACK = timedelta(hours=26)
"So far back a time may lie behind the one before it: clocks change, phones travel."


class _Message(NamedTuple):
    line: int
    at: str
    name: str


class ChatSource:
    """An open export of a chat. All of it was looked at once, so that no row is taken of one that is refused."""

    def __init__(self, stream: BufferedReader, file: str, opening: Opening):
        self._stream, self.file = stream, file
        self.types: Mapping[str, str] = {}
        self.line: int | None = None
        self.first: Sequence[str] = ()
        self.names: Sequence[str] = COLUMNS
        self._others = self._look(opening)

    def hint(self, wanted: Sequence[str]) -> str:
        unknown = ", ".join(visible(name) for name in wanted if name not in COLUMNS)
        return f"a chat has the columns {', '.join(COLUMNS)}, and not {unknown}"

    def pieces(self, rows: int, columns: Sequence[str]) -> Iterator[Piece]:
        gathering = Gathering(self.file, columns, rows, {})
        for message in self._messages():
            cells: dict[str, str | Fault | None] = {
                "at": message.at,
                "from": message.name,
                "to": self._others.get(message.name),
            }
            gathering.add(message.line, cells)
            if gathering.full:
                yield gathering.piece()
                gathering = Gathering(self.file, columns, rows, {})
        if gathering.has_any:
            yield gathering.piece()

    def _look(self, opening: Opening) -> dict[str, str]:
        """By name, the name of the other one. Raises RecordError for what is no chat of two in its order."""
        readers = [reader(pattern) for pattern in opening.formats]
        names: dict[str, int] = {}
        before: datetime | None = None
        for message in self._messages():
            names.setdefault(message.name, message.line)
            if len(names) > 2:
                self._refuse_group(names)
            at = _read(readers, message.at)
            if at and before and at < before - _BACK:
                raise RecordError(
                    f"{message.at} is long before the message above it, and a chat is in the order of its times: "
                    "day and month may be the other way round than the mapping says, or somebody edited the file",
                    file=self.file,
                    line=message.line,
                )
            before = at or before
        if len(names) < 2:
            reason = (
                f"no chat of two: {counted(len(names), 'names')} wrote in it, in lines that begin as in "
                "[15/01/2026, 09:30:12] Ann: ... or 15/01/2026, 09:30 - Ann: ..."
            )
            raise RecordError(reason, file=self.file)
        one, other = names
        return {one: other, other: one}

    def _refuse_group(self, names: Mapping[str, int]) -> None:
        raise RecordError(
            "more than two write in this chat: the file does not say who of a group has read what, so it tells of "
            "no contact",
            file=self.file,
            line=list(names.values())[-1],
        )

    def _messages(self) -> Iterator[_Message]:
        """Each line with which somebody begins a message. Raises RecordError for what is not UTF-8."""
        self._stream.seek(0)
        number, begins = 0, True
        while part := self._stream.readline(_LINE):
            number += begins
            if begins and (found := _message(self._text(part, number))):
                yield _Message(number, *found)
            begins = part.endswith(b"\n")

    def _text(self, part: bytes, number: int) -> str:
        try:
            # A long line may be cut within a letter.
            return part.decode("utf-8", errors="ignore" if len(part) == _LINE else "strict")
        except UnicodeDecodeError as error:
            raise RecordError("not UTF-8: export the chat anew", file=self.file, line=number) from error


def _message(line: str) -> tuple[str, str] | None:
    """When and by whom, of a line that begins a message; None of every other."""
    text = line.lstrip(_MARKS).translate(_BLANKS).rstrip("\r\n")
    found = next((match for start in _STARTS if (match := start.fullmatch(text))), None)
    if not found:
        return None
    name, colon, said = found["rest"].partition(":")
    name = name.strip(_MARKS + " ")
    is_message = colon and (not said or said.startswith(" ")) and name and len(name) <= _NAME
    if not is_message or (said.startswith(" \u200e") and not said.startswith(" \u200e<")):
        return None
    half = f" {found['half'].replace('.', '').upper()}" if found["half"] else ""
    return f"{found['day']}, {found['clock'].replace('.', ':')}{half}", name


def _read(readers: Sequence[Callable[[str], Moment | None]], text: str) -> datetime | None:
    """The local time that a text says; None where no format reads it, which is refused row by row."""
    for read in readers:
        try:
            moment = read(text)
        except ValueError:
            continue
        if moment:
            return datetime.combine(moment.day, moment.at or time())
    return None
