"""values, values_from: a word of the file -> what it means to us.

    outcome = { column = "paid", values = { late = 0.0, "on time" = 1.0 } }
    debtor = { column = "customer", values_from = "members.csv" }

    source = { column = "author", values_from = "members.csv", others = "left out" }

`values_from` is a CSV file of two columns beside the mapping: the word, and what it means. A word that is not
there refuses its row; nobody guesses. With `others`, its row is left out instead, so that somebody who is no
member is named nowhere, not even among the rejects; a word that looks like a known one still refuses its row.
Words are compared after trim and case, in Unicode's normal form.
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from graph.facts.files.cell import Cell, Value
from graph.facts.files.steps.look_alikes import looks, odd_one
from graph.facts.files.steps.step import Step, each
from graph.facts.files.steps.texts import cased, trimmed
from graph.facts.formats import Cells, Mask
from graph.text.plain import normal, unseen

LARGEST = 16_000_000
"Bytes of a file of words."
SHOWN = 8
"Words that a reject names, of those that there are."


def of(cell: Cell, *, trim: bool) -> Step:
    """The step from words to meanings. Raises ValueError where the words contradict each other."""
    known = _table(cell, trim=trim)
    like = {looks(word): word for word in known}
    name = str(cell.values_from) if isinstance(cell.values_from, str) else "`values`"

    def meaning(text: str) -> str:
        word = normal(text)
        if word in known:
            return known[word]
        if (other := like.get(looks(word))) is not None:
            raise ValueError(f"not in {name}; it looks like {other!r} there, but has {odd_one(word, other)}")
        shown = ", ".join(list(known)[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
        raise ValueError(f"not in {name}" if cell.values_from else f"none of the words of {name}: {shown}")

    return each(meaning)


def strangers(cell: Cell, *, trim: bool) -> Callable[[Cells], Mask] | None:
    """Where a word is none of the table, and looks like none either; None where such a row is not left out."""
    if cell.others != "left out":
        return None
    known = _table(cell, trim=trim)
    like = {looks(word) for word in known}

    def found(cells: Cells) -> Mask:
        words = {text: normal(text) for text in cells.dropna().unique()}
        return cells.isin([text for text, word in words.items() if word not in known and looks(word) not in like])

    return found


def _table(cell: Cell, *, trim: bool) -> dict[str, str]:
    """Meanings by word. Raises ValueError for two words that are one, or look it, and mean different things."""
    known: dict[str, str] = {}
    seen: dict[str, str] = {}
    for written, value in (cell.values or {}).items():
        word = cased(normal(trimmed(written) if trim else written), cell.case)
        if reason := unseen(word):
            raise ValueError(f"the word {written!r} {reason}")
        if known.setdefault(word, str(value)) != str(value):
            raise ValueError(f"the word {word!r} is there twice, and means different things")
        other = seen.setdefault(looks(word), word)
        if known[other] != known[word]:
            raise ValueError(
                f"the words {other!r} and {word!r} look alike and mean different things: {_odd(word, other)}"
            )
    return known


def _odd(word: str, other: str) -> str:
    return f"one has {odd_one(word, other)}, the other {odd_one(other, word)}"


def filled(cell: Cell, folder: Path) -> Cell:
    """The cell with the words of its file. Raises ValueError saying what is wrong with the file."""
    if not isinstance(cell.values_from, str):
        return cell
    return msgspec.structs.replace(cell, values=_read(folder / cell.values_from))


def _read(path: Path) -> Mapping[str, Value]:
    """The rows of a file of two columns, below its header."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8: {error.reason} at byte {error.start + 1}") from error
    if len(content) > LARGEST:
        raise ValueError(f"{path} has more than {LARGEST:,} bytes")
    return _rows(path, text)


def _rows(path: Path, text: str) -> dict[str, Value]:
    known: dict[str, Value] = {}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, row in enumerate(row for row in reader if row):
            if len(row) != 2 or "" in row:
                raise ValueError(f"{path}:{reader.line_num}: two cells are needed, a word and what it means")
            if number and known.setdefault(row[0], row[1]) != row[1]:
                raise ValueError(
                    f"{path}:{reader.line_num}: {row[0]!r} is there twice, and means different things"
                )
    except csv.Error as error:
        raise ValueError(f"{path}:{reader.line_num}: {error}") from error
    if not known:
        raise ValueError(f"{path} has no row below its header")
    return known
