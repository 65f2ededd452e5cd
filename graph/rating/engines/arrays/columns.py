"""Members, facts and ties as columns of arrays. Days are whole days since 1970, members go by rid."""

from datetime import date
from typing import NamedTuple

from graph.rating.engines.arrays.groups import Floats, Ints

EPOCH = date(1970, 1, 1)


class Members(NamedTuple):
    """Who takes part, by rid."""

    rids: Ints
    offsets: Floats
    captions: list[tuple[str, str]]
    "whole points and band before the run, exact and as shown"


class Obligations(NamedTuple):
    """What members owe, one row each."""

    debtor: Ints
    partner: Ints
    "equal where debtor and creditor are the same; no more than that"
    reporter: Ints
    "the creditor's rid; -1: it has not joined"
    due: Ints
    settled: Ints
    "-1: open"
    late: Ints
    "days, of its zone; of what is open at the last instant that counts, as if it were settled then"
    outcome: Floats
    "-1: not given"
    aside: Ints
    "1: the debtor disputes it; 2: somebody else does; 0: nobody"


class Things(NamedTuple):
    """Facts of one kind that have a value by their category, one row each."""

    member: Ints
    day: Ints
    value: Floats
    aside: Ints


class Contacts(NamedTuple):
    """Contacts between members, one row each, by rid."""

    source: Ints
    target: Ints
    day: Ints


class Ties(NamedTuple):
    """The ties of circles, one row each, by member and then by contact."""

    member: Ints
    contact: Ints
    weight: Floats
    strength: Floats
    days: Ints
    last: Ints


class Drawn(NamedTuple):
    """Ties as they stand in the graph for eyes, one row each, by member and then by contact."""

    member: Ints
    contact: Ints
    place: Ints
    "where it stands in the member's circle, from 0"
    weight: Floats
    "in hundredths"
    strength: Floats
    "in tenths"
    days: Ints
    last: Ints
