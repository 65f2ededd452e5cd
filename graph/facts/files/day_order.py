"""Whether a file writes day and month the other way round than its mapping says.

Most days of a year can be read both ways, so a row that cannot is a sign for all the others: `13/02/2026` where
the month is said to come first. Where more of a column's days fit the other way only than fit the mapping only,
the file is refused as a whole; a few are mistakes of their rows.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from graph.errors import RecordError
from graph.facts.files.open_file import opened
from graph.facts.files.outputs import Output
from graph.facts.files.sources import Opening, Source
from graph.facts.files.steps import times
from graph.facts.files.steps.written import Moment, reader
from graph.text.counts import counted
from graph.text.plain import visible

_ROWS = 10_000
_PATTERNS = 8
Readers = Sequence[Callable[[str], Moment | None]]


class _Column(NamedTuple):
    """How a column is said to be written, and how it would be with day and month the other way round."""

    said: str
    other: str
    readers: Readers
    turned: Readers
    others: Readers
    "of formats without such an order"


def forbid_the_other(path: Path, opening: Opening, outputs: Sequence[Output], source: Source) -> None:
    """Raises RecordError for a file most of whose doubtful days are written the other way round.

    source: the same file, open; a column that has days and no text is not looked at.
    """
    columns = {name: found for name, found in _columns(outputs).items() if name in source.names}
    columns = {name: found for name, found in columns.items() if source.types.get(name, "text") == "text"}
    if not columns:
        return
    for_it, against = Counter[str](), Counter[str]()
    first: dict[str, tuple[int, str]] = {}
    with opened(path, opening) as file:
        for piece in file.pieces(_ROWS, list(columns)):
            for name, column in columns.items():
                cells = piece.columns[name]
                for text, number in Counter(each.strip() for each in cells if each).items():
                    if _fits(column.others, text):
                        continue
                    says, would = _fits(column.readers, text), _fits(column.turned, text)
                    for_it[name] += number * (says and not would)
                    against[name] += number * (would and not says)
                    if would and not says and name not in first:
                        at = next(at for at, each in enumerate(cells) if each and each.strip() == text)
                        first[name] = piece.lines[at], text
    for name, (line, text) in first.items():
        if against[name] > for_it[name]:
            _refuse(path, name, columns[name], against[name], for_it[name], line, text)


def _refuse(path: Path, name: str, column: _Column, against: int, for_it: int, line: int, text: str) -> None:
    raise RecordError(
        f"{visible(text)} is no day by {column.said}, and one by {column.other}. {counted(against, 'cells')} can "
        f"be read only so, and {for_it:,} only as the mapping says: day and month seem to be swapped, and then no "
        "day of the file is right. Say in the mapping how they are written",
        file=str(path),
        line=line,
        column=name,
    )


def _columns(outputs: Iterable[Output]) -> dict[str, _Column]:
    """By column of the file, those whose day and month are both numbers."""
    found = {}
    for output in outputs:
        for cell in output.cells.values():
            patterns = times.patterns(cell)[:_PATTERNS]
            swapped = {each: _swapped(each) for each in patterns if {"%d", "%m"} <= _letters(each)}
            if not swapped or set(swapped.values()) & set(patterns):
                continue
            said, other = next(iter(swapped.items()))
            rest = [each for each in patterns if each not in swapped]
            ways = ([reader(each) for each in those] for those in (swapped, swapped.values(), rest))
            found[cell.sources[0]] = _Column(said, other, *ways)
    return found


def _letters(pattern: str) -> set[str]:
    plain = pattern.replace("%%", "")
    return {plain[at : at + 2] for at, sign in enumerate(plain) if sign == "%"}


def _swapped(pattern: str) -> str:
    parts = pattern.replace("%%", "\0")
    return parts.replace("%d", "\1").replace("%m", "%d").replace("\1", "%m").replace("\0", "%%")


def _fits(readers: Readers, text: str) -> bool:
    for read in readers:
        try:
            if read(text) is not None:
                return True
        except ValueError:
            continue
    return False
