"""Replacements for ids (random), for words that few entities have (merged) and for amounts (rounded)."""

import math
import secrets
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")
Word = TypeVar("Word", bound=Hashable)

OTHER = "other"
"The word in place of all those that too few entities have."


def shuffled(rows: Iterable[T]) -> list[T]:
    """The same in an order that tells nothing of the one before."""
    found = list(rows)
    secrets.SystemRandom().shuffle(found)
    return found


def drawn(ids: Collection[str]) -> dict[str, str]:
    """A random id for each, unlike any of them: not made from it, and kept nowhere but here."""
    taken, found = set(ids), dict[str, str]()
    for each in ids:
        while (fresh := secrets.token_hex(8)) in taken:
            pass
        taken.add(fresh)
        found[each] = fresh
    return found


def kept(held: Mapping[Word, int], fewest: int) -> frozenset[Word]:
    """The words that stay: each has at least `fewest` holders, and so have all others together, if there are any.

    held: the number of holders of each word.
    """
    by_holders = sorted(held, key=lambda word: held[word])
    merged = 0
    for place, word in enumerate(by_holders):
        # A holder of two merged words would be counted twice: so only the largest of these words counts.
        if held[word] >= fewest and (place == 0 or merged >= fewest):
            return frozenset(by_holders[place:])
        merged = held[word]
    return frozenset()


def about(amount: float | None) -> float | None:
    """The amount to one significant digit: 1234.50 is about 1000."""
    return rounded(amount, 1)


def rounded(value: float | None, digits: int) -> float | None:
    """The value to so many significant digits."""
    if not value:
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
