"""values, values_from: a word of the file -> what it means to us.

    outcome = { column = "paid", values = { late = 0.0, "on time" = 1.0 } }
    debtor = { column = "customer", values_from = "members.csv" }

    source = { column = "author", values_from = "members.csv", others = "left out" }

`values_from` names a file, or a table of the mapping (../word_tables.py). A word that is not there refuses its
row, and so does one that two have; nobody guesses. With `others`, its row is left out instead, so that somebody
who is no member is named nowhere, not even among the rejects; a word that looks like a known one still refuses its
row. Words are compared after trim and case, in Unicode's normal form.
"""

from collections.abc import Callable
from difflib import get_close_matches

from graph.facts.files.cell import Cell, Value
from graph.facts.files.steps.look_alikes import looks, odd_one
from graph.facts.files.steps.step import Step, each
from graph.facts.files.steps.texts import cased, trimmed
from graph.facts.formats import Cells, Mask
from graph.text.plain import normal, unseen

SHOWN = 8
"Words that a reject names, of those that there are."
ASKED, AMONG, NEAR = 100, 5_000, 0.75
"For so many unknown words, and in a table of so many, the nearest word is looked for; and how near it has to be."


class Unclear(str):
    """What a word means that cannot be taken: why not, behind `it`."""

    __slots__ = ()


def both(one: Value, other: Value) -> Value:
    """What a word means that is there with each of these."""
    if str(one) == str(other):
        return one
    if isinstance(one, Unclear) or isinstance(other, Unclear):
        return one if isinstance(one, Unclear) else other
    return Unclear(f"means {one} and {other} there: tell them apart there, and here")


def of(cell: Cell, *, trim: bool) -> Step:
    """The step from words to meanings. Raises ValueError where the words contradict each other."""
    known = _table(cell, trim=trim)
    like = {looks(word): word for word in known}
    name = str(cell.values_from) if isinstance(cell.values_from, str) else "`values`"
    nearest = _Nearest(known)

    def meaning(text: str) -> str:
        word = normal(text)
        if word in known:
            if isinstance(known[word], Unclear):
                raise ValueError(f"in {name}, it {known[word]}")
            return str(known[word])
        if (other := like.get(looks(word))) is not None:
            raise ValueError(f"not in {name}; it looks like {other!r} there, but has {odd_one(word, other)}")
        if cell.values_from and (reason := unseen(word)):
            raise ValueError(f"not in {name}; it {reason}")
        if cell.values_from:
            near = nearest(word)
            raise ValueError(f"not in {name}" + (f"; the nearest there is {near!r}" if near else ""))
        shown = ", ".join(list(known)[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
        raise ValueError(f"none of the words of {name}: {shown}")

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


class _Nearest:
    """The word of a table that an unknown one is nearest to; only for the first ones, since it takes long."""

    def __init__(self, known: dict[str, Value]):
        self._known = list(known) if len(known) <= AMONG else []
        self._found: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        if word not in self._found and len(self._found) < ASKED:
            self._found[word] = next(iter(get_close_matches(word, self._known, 1, NEAR)), "")
        return self._found.get(word, "")


def _table(cell: Cell, *, trim: bool) -> dict[str, Value]:
    """Meanings by word. Raises ValueError for two words that are one, or look it, and mean different things.

    One word with two meanings in a file means nothing, and stops nothing: two members may have one name.
    """
    known: dict[str, Value] = {}
    seen: dict[str, str] = {}
    for written, value in (cell.values or {}).items():
        word = cased(normal(trimmed(written) if trim else written), cell.case)
        if reason := unseen(word):
            raise ValueError(f"the word {written!r} {reason}")
        meaning = value if isinstance(value, Unclear) else str(value)
        if cell.values_from:
            known[word] = both(known.get(word, meaning), meaning)
        elif known.setdefault(word, meaning) != meaning:
            raise ValueError(f"the word {word!r} is there twice, and means different things")
        other = seen.setdefault(looks(word), word)
        if other != word and known[other] != known[word]:
            raise ValueError(
                f"the words {other!r} and {word!r} look alike and mean different things: {_odd(word, other)}"
            )
    return known


def _odd(word: str, other: str) -> str:
    return f"one has {odd_one(word, other)}, the other {odd_one(other, word)}"
