"""Parties to a decision, who may not take it: people are compared, and not texts.

A reviewer is known by the subject of a token, and by the entities that it acts for or belongs to. An entity is
known by its id, its name, and the subjects of all tokens that ever acted for it: one subject is one person.
"""

import unicodedata
from collections.abc import Collection, Iterable

import regex

from graph.text.plain import UNSEEN

_UNSEEN_OR_BLANK = regex.compile(rf"{UNSEEN}|\p{{Z}}")


def have_a_part(names: Iterable[str | None], parties: Iterable[str | None]) -> bool:
    """Whether one of the names is that of a party, however it is written."""
    mine = {_key(each) for each in names if each}
    return any(_key(each) in mine for each in parties if each)


def names_of(reviewer: str, acts_for: Collection[str]) -> list[str]:
    """Everything by which a reviewer is known: its own name, and the entities that it acts for or belongs to."""
    return [reviewer, *acts_for]


def _key(name: str) -> str:
    """What two names that look alike have in common: no capitals, no blanks, nothing that is not seen."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _UNSEEN_OR_BLANK.sub("", folded) or name
