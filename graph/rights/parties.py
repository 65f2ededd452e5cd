"""Parties to a decision, who may not take it: people are compared, and not texts.

A reviewer is known by the subject of a token, and by the entities that it acts for or belongs to. An entity is
known by its id, its name, and the subjects of all tokens that ever acted for it: one subject is one person.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import regex

from graph.errors import Refused
from graph.text.plain import UNSEEN

_UNSEEN_OR_BLANK = regex.compile(rf"{UNSEEN}|\p{{Z}}")


def have_a_part(names: Iterable[str | None], parties: Iterable[str | None]) -> bool:
    """Whether one of the names is that of a party, however it is written."""
    mine = {_key(each) for each in names if each}
    return any(_key(each) in mine for each in parties if each)


def names_of(reviewer: str, acts_for: Collection[str]) -> list[str]:
    """Everything by which a reviewer is known: its own name, and the entities that it acts for or belongs to."""
    return [reviewer, *acts_for]


def check_reviewer(dispute: Mapping[str, Any], reviewer: str, acts_for: Collection[str]) -> None:
    """The reviewer has no part in the dispute, as the query `disputes` gives it. Raises Refused."""
    says = dispute["says"] or {}
    parties = (
        *(dispute["entity"], dispute["by"], dispute["told"], dispute["answered_by"]),
        *(says.get("source"), says.get("target")),
        *dispute["subjects"],
        *dispute["names"],
    )
    names = names_of(reviewer, acts_for)
    if have_a_part(names, parties):
        raise Refused(f"{reviewer!r} is a party of this dispute, and cannot decide it")
    if have_a_part(names, dispute["loaders"]):
        raise Refused(f"{reviewer!r} loaded the disputed fact, and cannot decide on it")


def are_alike(one: str, other: str) -> bool:
    """Whether two texts say the same, but for capitals, blanks and what is not seen."""
    return _key(one) == _key(other)


def _key(name: str) -> str:
    """What two names that look alike have in common: no capitals, no blanks, nothing that is not seen."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _UNSEEN_OR_BLANK.sub("", folded) or name
