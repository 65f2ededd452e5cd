"""Paths into nested records: `obligations[*].dueDate` is the due day of each of a record's obligations.

client.id             a value inside an object, or an element inside an element
obligations[*].due    of each entry of a list in turn; the record gives as many rows
tags[0]               the first entry of a list
Amount.@currency      an attribute of an element in XML
"due.date"            a key with a dot in it
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from graph.errors import RecordError
from graph.facts.files.sources import CELL_CHARACTERS, TOO_LONG, Fault, Number

EACH = None
"In place of a key or a place: each entry of the list."
Step: TypeAlias = str | int | None
Cell: TypeAlias = str | Fault | None

_STEP = re.compile(r'\[(\*|[0-9]{1,4})\]|(?:\.|\A)(?:"((?:[^"\\]|\\.)+)"|([^.\[\]"]+))')
_DIGITS = re.compile(r"[0-9]{1,9}")


class Element:
    """An element of an XML file, as far as paths lead into it."""

    __slots__ = ("children", "has_others", "parts", "size")

    def __init__(self) -> None:
        self.children: dict[str, list[Element | str]] = {}
        "by name without the namespace, in their order; attributes by `@` and their name"
        self.has_others = False
        "whether there are elements in it that no path names"
        self.parts: list[str] = []
        "its text, as much of it as a cell may have, and one character more"
        self.size = 0

    @property
    def text(self) -> str:
        return "".join(self.parts).strip()


class Missing:
    """What a path leads to in a record that has nothing there, and not even null."""


MISSING = Missing()


class _Unfit(Exception):
    """The record is not of the shape that the path says; `value` is what is there instead."""

    def __init__(self, value: Any, reason: str):
        super().__init__(reason)
        self.fault = Fault(_shown(value), reason)


def _shown(value: Any) -> str:
    if isinstance(value, Element):
        return value.text
    if isinstance(value, list):
        return "[…]"
    return str(value) if isinstance(value, str) else "{…}"


class Row(NamedTuple):
    """The cells of one row, by column; those of its record that were found at all."""

    cells: Mapping[str, Cell]
    found: frozenset[str]


def steps(path: str, file: str) -> tuple[Step, ...]:
    """The steps of a path. Raises RecordError for a text that is none."""
    at = 0
    found: list[Step] = []
    while at < len(path) and (step := _STEP.match(path, at)):
        place, quoted, key = step.groups()
        if place is not None:
            found.append(EACH if place == "*" else int(place))
        else:
            found.append(key if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        at = step.end()
    if at < len(path) or not path or path.startswith("."):
        message = 'no path: write it as in loan.obligations[*].due, and a key with a dot in it as in "due.date"'
        raise RecordError(message, file=file, column=path)
    return tuple(found)


class Paths:
    """Columns that are paths, as rows of a record. A record gives one row, or one for each entry of one list.

    The list may lie in another one: then each entry of that gives rows. Of two lists side by side, nobody could
    say which entries belong together.
    """

    def __init__(self, columns: Mapping[str, Sequence[Step]], file: str):
        self._names = list(columns)
        lists = {name: _lists(path) for name, path in columns.items()}
        deepest = max(lists.values(), key=len, default=())
        for name, own in lists.items():
            if own != deepest[: len(own)]:
                other = next(each for each in columns if lists[each] == deepest)
                message = f"another list than in {other}: one mapping reads one list, so write two"
                raise RecordError(message, file=file, column=name)
        self._lists = deepest
        self._columns: list[list[tuple[str, tuple[Step, ...]]]] = [[] for _ in range(len(deepest) + 1)]
        for name, path in columns.items():
            own = lists[name]
            self._columns[len(own)].append((name, tuple(path[sum(map(len, own)) + len(own) :])))
        self.innermost = frozenset(name for name, _ in self._columns[-1]) if deepest else frozenset(columns)

    def rows(self, record: Any) -> Iterator[Row]:
        yield from self._rows(0, record, {}, set())

    def _rows(self, level: int, context: Any, cells: dict[str, Cell], found: set[str]) -> Iterator[Row]:
        cells, found = dict(cells), set(found)
        for name, path in self._columns[level]:
            cell = _cell(context, path)
            if not isinstance(cell, Missing):
                found.add(name)
            cells[name] = None if isinstance(cell, Missing) else cell
        if level == len(self._lists):
            yield Row(cells, frozenset(found))
            return
        try:
            entries = _entries(context, self._lists[level])
        except _Unfit as error:
            yield Row({name: cells.get(name, error.fault) for name in self._names}, frozenset(self._names))
            return
        for entry in entries:
            yield from self._rows(level + 1, entry, cells, found)


def _lists(path: Sequence[Step]) -> tuple[tuple[Step, ...], ...]:
    """The ways from one list to the next, as far as the path goes through lists."""
    ways: list[tuple[Step, ...]] = []
    way: list[Step] = []
    for step in path:
        if step is EACH:
            ways.append(tuple(way))
            way = []
        else:
            way.append(step)
    return tuple(ways)


def _cell(context: Any, path: Sequence[Step]) -> Cell | Missing:
    try:
        return _leaf(_follow(context, path))
    except _Unfit as error:
        return error.fault


def _entries(context: Any, path: Sequence[Step]) -> Sequence[Any]:
    found = _follow(context, path, to_list=True)
    if found is None or isinstance(found, Missing):
        return ()
    if not isinstance(found, list):
        raise _Unfit(found, "no list, and the path asks for its entries: leave [*] out")
    return found


def _follow(value: Any, path: Sequence[Step], *, to_list: bool = False) -> Any:
    """What the path leads to from here; MISSING where there is nothing. Raises _Unfit."""
    for at, step in enumerate(path):
        if value is None or value is MISSING:
            return MISSING
        if isinstance(step, int):
            if not isinstance(value, list):
                raise _Unfit(value, f"no list, and the path asks for [{step}] of it")
            value = value[step] if step < len(value) else MISSING
        elif isinstance(value, Element):
            following = path[at + 1] if at + 1 < len(path) else None
            to_all = isinstance(following, int) or (to_list and at + 1 == len(path))
            value = _child(value, str(step), to_all=to_all)
        elif isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list):
            raise _Unfit(value, f"a list, and the path asks for {step} in it: name its entries with [*]")
        else:
            raise _Unfit(value, f"a single value, and the path asks for {step} in it")
    return value


def _child(element: Element, name: str, *, to_all: bool) -> Any:
    """The elements of this name as a list, or the only one."""
    children = element.children.get(name, [])
    if to_all:
        return children or MISSING
    if len(children) > 1:
        reason = (
            f"{len(children)} times {name}, where the path names one: name each with [*], or the first with [0]"
        )
        raise _Unfit(children[0], reason)
    return children[0] if children else MISSING


def _leaf(value: Any) -> Cell | Missing:
    """A single value as text."""
    if value is None or isinstance(value, Missing | Fault):
        return value
    if isinstance(value, Element):
        if value.has_others or any(not name.startswith("@") for name in value.children):
            raise _Unfit(value, "an element with others in it, where a value is meant: name one of them")
        value = value.text
    elif value is True or value is False:
        return "true" if value else "false"
    elif isinstance(value, list):
        return _day(value)
    elif not isinstance(value, str):
        raise _Unfit(value, "an object, where a value is meant: name a key in it")
    if len(value) > CELL_CHARACTERS:
        return Fault(value, TOO_LONG)
    # JSON can write half of a character that takes two numbers, and no text has one.
    if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        return Fault(ascii(value), "half of a character: the other half is missing")
    return value or None


def _day(values: Sequence[Any]) -> str:
    """`2026-01-15` of [2026, 1, 15], `2026-01-15 09:30:00` of [2026, 1, 15, 9, 30]: Java writes dates so."""
    whole = [isinstance(value, Number) and _DIGITS.fullmatch(value) is not None for value in values]
    if not (len(values) in (3, 5, 6, 7) and all(whole)):
        raise _Unfit(
            list(values), "a list, where a value is meant: name its entries with [*], or one of them with [0]"
        )
    year, month, day, *clock = map(int, values)
    if not clock:
        return f"{year:04}-{month:02}-{day:02}"
    hour, minute, second, part = [*clock, 0, 0][:4]
    fraction = f".{part:09}" if part else ""
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}"
