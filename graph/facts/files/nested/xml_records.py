"""The records of an XML file: all elements at one path, or the whole document."""

import io
from collections.abc import Iterator, Mapping, Sequence

from graph.errors import RecordError
from graph.facts.files.nested.paths import Element, Step
from graph.facts.files.sources import CELL_CHARACTERS
from graph.facts.files.xml_events import parse

# A record is in memory, as far as paths lead into it.
MOST_ELEMENTS = 200_000


class _Wanted(dict[str, "_Wanted"]):
    """The elements that paths lead through, by name."""

    @classmethod
    def of(cls, paths: Sequence[Sequence[Step]]) -> "_Wanted":
        made = cls()
        for path in paths:
            at = made
            for step in path:
                if isinstance(step, str):
                    at = at.setdefault(step, cls())
        return made


class _Everything(_Wanted):
    """All elements and attributes."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> "_Wanted":
        return self


def everything(stream: io.BufferedReader, file: str) -> Iterator[Element]:
    """An element that holds the root, with all that is in it. Raises RecordError."""
    stream.seek(0)
    return _built(stream, _Building(file, [], _Everything()), file)


def elements(
    stream: io.BufferedReader, file: str, rows: Sequence[Step], columns: Sequence[Sequence[Step]]
) -> Iterator[Element]:
    """Each element at the path `rows`, from the root on; where that is empty, one that holds the root.

    Each has what the paths of the columns lead to, and nothing else. Raises RecordError.
    """
    stream.seek(0)
    names = [step for step in rows if isinstance(step, str)]
    yield from _built(stream, _Building(file, names, _Wanted.of(columns)), file)


def _built(stream: io.BufferedReader, building: "_Building", file: str) -> Iterator[Element]:
    for _ in parse(stream, file, building.start, building.end, building.text):
        yield from building.taken()
    yield from building.taken()
    if not building.any:
        raise RecordError(f"no element at {'.'.join(building.rows)}, where `rows` leads", file=file)


class _Building:
    """Records in the making."""

    def __init__(self, file: str, rows: Sequence[str], wanted: _Wanted):
        self._file, self.rows, self._wanted = file, rows, wanted
        self._way: list[str] = []
        "the open elements above a record, and the record"
        self._open: list[tuple[Element, _Wanted]] = [] if rows else [(Element(), wanted)]
        "the open elements of the record, the record first; what holds the root is open from the beginning"
        self._ignored = 0
        "the number of open elements that no path leads to"
        self._elements = 0
        self._done: list[Element] = []
        self.any = False

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._ignored:
            self._ignored += 1
        elif self._open:
            self._inside(name, attributes)
        else:
            self._way.append(name)
            if self._way == self.rows:
                self._elements = 0
                self._enter(Element(), self._wanted, attributes)

    def end(self, _: str) -> None:
        if self._ignored:
            self._ignored -= 1
        elif not self._open:
            self._way.pop()
        else:
            ended = self._open.pop()[0]
            if not self._open:
                self._way.pop()
                self._finish(ended)
        if not self.rows and len(self._open) == 1 and not self._ignored:
            self._finish(self._open[0][0])

    def text(self, data: str) -> None:
        if self._open and not self._ignored:
            element = self._open[-1][0]
            # One character more than a cell may have is enough to see that it has too many.
            if element.size <= CELL_CHARACTERS and (element.size or not data.isspace()):
                kept = data[: CELL_CHARACTERS + 1 - element.size]
                element.parts.append(kept)
                element.size += len(kept)

    def _inside(self, name: str, attributes: Mapping[str, str]) -> None:
        parent, wanted = self._open[-1]
        if name not in wanted:
            parent.has_others = True
            self._ignored = 1
            return
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            message = (
                f"a record of more than {MOST_ELEMENTS:,} elements; a mapping can name smaller ones with `rows`"
            )
            raise RecordError(message, file=self._file)
        element = Element()
        parent.children.setdefault(name, []).append(element)
        self._enter(element, wanted[name], attributes)

    def _enter(self, element: Element, wanted: _Wanted, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if f"@{name}" in wanted:
                element.children[f"@{name}"] = [value[: CELL_CHARACTERS + 1]]
        self._open.append((element, wanted))

    def _finish(self, record: Element) -> None:
        self.any = True
        self._done.append(record)
