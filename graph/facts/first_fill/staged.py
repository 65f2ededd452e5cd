"""The rows of one kind on disk, in the form that the importer reads; each can be found again and changed."""

import csv
import os
from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import Any

from graph.facts.files.ids import private_database
from graph.facts.first_fill.places import NOWHERE, Places
from graph.model import Row

BUFFER = 1 << 20
LINES = 10_000
"That many are copied between two looks at the disk."
_FROM_TEXT = {"double": float, "long": int}


class _Lines(list[str]):
    """Lines as the csv module writes them."""

    write = list.append


class Staged:
    """A file for the importer, for its owner's eyes only; twenty-four bytes a row are in memory.

    columns: by name, the importer's word for the type; one of them is `id`. No cell has a line break.
    """

    def __init__(self, file: Path, columns: dict[str, str]):
        self.file = file
        self._names = tuple(columns)
        self._read = [(name, _FROM_TEXT[type_]) for name, type_ in columns.items() if type_ in _FROM_TEXT]
        file.touch(mode=0o600, exist_ok=False)
        self._stream = file.open("r+b", buffering=BUFFER)
        self._places, self._starts, self._end = Places(), array("Q"), 0
        self._flushed = True
        self._changed = private_database("changed (number INTEGER PRIMARY KEY, line TEXT NOT NULL)")
        self._changes = 0

    def __len__(self) -> int:
        return self._places.size

    def add(self, rows: Sequence[Row]) -> None:
        """The rows are kept; each has every column, and none of their ids is there yet."""
        if not rows:
            return
        lines = self._written(rows)
        text = "".join(lines)
        content = text.encode()
        lengths = map(len, lines) if len(content) == len(text) else (len(line.encode()) for line in lines)
        starts, end = self._starts, self._end
        for length in lengths:
            starts.append(end)
            end += length
        self._end = end
        self._stream.write(content)
        self._flushed = False
        self._places.add([row["id"] for row in rows])

    def there(self, ids: Sequence[str]) -> list[bool]:
        """Whether there is a row of each id."""
        return [number != NOWHERE for number in self._places.find(ids)]

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, Row]]:
        """By id, the number and the content of those rows that are there."""
        found = {id_: number for id_, number in zip(ids, self._places.find(ids), strict=True) if number != NOWHERE}
        if found and not self._flushed:
            self._stream.flush()
            self._flushed = True
        rows = {id_: (number, self._row(number)) for id_, number in found.items()}
        return {id_: each for id_, each in rows.items() if each[1]["id"] == id_}

    def change(self, number: int, row: Row) -> None:
        """The row of this number says this from now on."""
        [line] = self._written([row])
        self._changed.execute("REPLACE INTO changed VALUES (?, ?)", (number, line))
        self._changes += 1

    def finish(self, room: Callable[[], None] = lambda: None) -> None:
        """The file is whole, with every change in it; nothing more is added.

        room: asked now and then while the file is copied; raises where the disk has none.
        """
        self._stream.flush()
        if self._changes:
            fresh = self.file.with_name(f"{self.file.name}.new")
            fresh.touch(mode=0o600)
            self._stream.seek(0)
            changes = iter(self._changed.execute("SELECT number, line FROM changed ORDER BY number"))
            number, line = next(changes, (NOWHERE, ""))
            with fresh.open("wb", buffering=BUFFER) as out:
                for at, old in enumerate(self._stream):
                    if at % LINES == 0:
                        room()
                    if at == number:
                        out.write(line.encode())
                        number, line = next(changes, (NOWHERE, ""))
                    else:
                        out.write(old)
            fresh.replace(self.file)
        self.close()

    def close(self) -> None:
        """The file is left as it is."""
        with suppress(OSError):  # a full disk was told of when it was written to; what is left is not wanted
            self._stream.close()
        self._changed.close()

    def _written(self, rows: Iterable[Row]) -> list[str]:
        lines = _Lines()
        csv.writer(lines, lineterminator="\n").writerows(map(itemgetter(*self._names), rows))
        return lines

    def _row(self, number: int) -> Row:
        line = (
            self._changes
            and self._changed.execute("SELECT line FROM changed WHERE number = ?", (number,)).fetchone()
        )
        return self._parsed(line[0] if line else self._line(number))

    def _line(self, number: int) -> str:
        end = self._starts[number + 1] if number + 1 < len(self._starts) else self._end
        start = self._starts[number]
        return os.pread(self._stream.fileno(), end - start, start).decode()

    def _parsed(self, line: str) -> Row:
        row: dict[str, Any] = {
            name: cell or None for name, cell in zip(self._names, next(csv.reader([line])), strict=True)
        }
        for name, read in self._read:
            if row[name] is not None:
                row[name] = read(row[name])
        return row
