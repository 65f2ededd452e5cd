"""A list that says the id of each name: a sheet or a file in which the names of another file stand.

Two columns of it are looked for: the one with the names, and one that tells the rows apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.errors import RecordError
from graph.facts.assistant.sampled import Sample, filled, sampled, sheets
from graph.facts.assistant.totals import left_out
from graph.facts.files.steps.texts import trimmed

MOST = 5_000
"Rows of a file that are looked at, for names and for totals."
FOUND, DIFFERENT = 0.5, 0.9
"Shares: of the names that have to be in the list, and of the names in it that are different ones."


@dataclass(frozen=True)
class NameList:
    """Where names and ids stand; `top` has the lines of a mapping that say how that file is laid out."""

    path: Path
    top: Mapping[str, object]
    word: str
    means: str
    words: frozenset[str]

    def lacks(self, cells: Sequence[str | None]) -> list[str]:
        """The names among these that the list does not have, each once."""
        return [name for name in _names(cells) if name not in self.words]

    def has_most(self, cells: Sequence[str | None]) -> bool:
        names = _names(cells)
        return bool(names) and len(names) - len(self.lacks(cells)) >= FOUND * len(names)


def look_up(path: Path, sheet: str | None, columns: Mapping[str, Sequence[str | None]]) -> NameList | None:
    """The list in this file that has most of the names of these columns; None where none has half of them.

    sheet: the one that the names were found in, which is no list of them.
    Raises RecordError where the file cannot be read at all.
    """
    names = [name for cells in columns.values() for name in _names(cells)]
    best: tuple[int, NameList | None] = (0, None)
    places: list[str | None] = [*sheets(path)]
    for where in places or [None]:
        if where is None or where != sheet:
            for found in _lists(path, _table(path, where)):
                had = sum(name in found.words for name in names)
                if had > best[0] and any(found.has_most(cells) for cells in columns.values()):
                    best = had, found
    return best[1]


def _table(path: Path, sheet: str | None) -> Sample:
    sample = sampled(path, sheet, MOST)
    if endings := left_out(sample.columns):
        sample.top["totals"] = list(endings)
    return sample


def _lists(path: Path, sample: Sample) -> Iterator[NameList]:
    """Each column of the file as one of names, with the first other column that could be of ids."""
    if sample.top.get("rows"):
        raise RecordError("a list of names is a table: a workbook or a CSV file", file=str(path))
    for word, cells in sample.columns.items():
        names = filled(cells)
        if len(set(names)) < DIFFERENT * len(names):
            continue
        for means, ids in sample.columns.items():
            if means != word and are_ids([one for one, name in zip(ids, cells, strict=True) if name]):
                yield NameList(path, sample.top, word, means, frozenset(map(trimmed, names)))
                break


def are_ids(cells: Sequence[str | None]) -> bool:
    """Whether these tell rows apart; a heading among the rows may have none."""
    said = filled(cells)
    if len(said) < DIFFERENT * len(cells) or any(set(cell) & set(" .,:") for cell in said):
        return False
    return len(set(said)) == len(said) > 1


def _names(cells: Sequence[str | None]) -> list[str]:
    return list(dict.fromkeys(map(trimmed, filled(cells))))
