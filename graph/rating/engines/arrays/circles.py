"""Circles in arrays: the strongest ties of each member; docs/formulas.md and cypher/rating/circle.cypher."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graph.policy.scheme import Circle
from graph.rating.engines.arrays.columns import Contacts, Ties
from graph.rating.engines.arrays.conduct import age_weights
from graph.rating.engines.arrays.groups import Floats, Ints, grouped


class Pairs(NamedTuple):
    """Two members that both began contacts with each other, and how close they are, apart from any voice."""

    one: Ints
    other: Ints
    "the larger rid"
    strength: Floats
    days: Ints
    last: Ints


class InDispute(NamedTuple):
    """A contact in dispute between two members, by rid."""

    source: int
    target: int
    day: int
    by_source: bool
    by_target: bool


@dataclass(frozen=True)
class Finding:
    """What finding circles takes, apart from contacts."""

    circle: Circle
    today: int
    "the last day that counts"
    count: int
    "a larger rid is in no circle"
    voice: Floats | None
    "by rid; nan: speaks from outside; None: all speak in full"
    outside: float
    paused: tuple[Ints, Ints]
    "the two ends of ties that do not count"

    def pairs(self, contacts: Contacts) -> Pairs:
        """Days and not contacts count: a burst is one day."""
        age = self.today - contacts.day
        counts = age >= 0
        source, target, age = contacts.source[counts], contacts.target[counts], age[counts]
        pair, began = _pair(source, target, self.count), (source < target).astype(np.float64)
        of_day = grouped((pair, age))
        gave, took = of_day.largest(began), of_day.largest(1 - began)
        pair, age = of_day.shared(pair), of_day.shared(age)
        weight = age_weights(self.circle.half_life_days, self.today)[age]
        days = grouped((pair,), (age,))  # newest first, so that equal days make equal sums
        every, given, taken = (days.sums(weight * each) for each in (np.ones_like(weight), gave, took))
        strength = every * 2 * (np.minimum(given, taken) + 1) / (given + taken + 2)
        both = np.flatnonzero((given > 0) & (taken > 0) & ~np.isin(days.shared(pair), self._paused()))
        pair = days.shared(pair)[both]
        number = np.bincount(days.number, minlength=len(days.first))[both]
        last = self.today - days.shared(age)[both]  # the first of each is the newest
        return Pairs(pair // self.count, pair % self.count, strength[both], number, last)

    def _paused(self) -> Ints:
        one, other = self.paused
        inside = (one < self.count) & (other < self.count)
        return _pair(one[inside], other[inside], self.count)

    def choose(self, pairs: Pairs) -> Ties:
        """Of each member the strongest ties, equal ones by the contact's rid; by member and contact."""
        member = np.concatenate([pairs.one, pairs.other])
        contact = np.concatenate([pairs.other, pairs.one])
        strength, days, last = (np.concatenate([each, each]) for each in pairs[2:])
        if self.voice is not None:
            voice = self.voice[contact]
            strength = strength * np.where(np.isnan(voice), self.outside, voice)
        found = np.flatnonzero(strength > 0)
        order = found[np.lexsort((contact[found], -strength[found], member[found]))]
        by_member = grouped((member[order],), (np.arange(len(order)),))
        place = np.arange(len(order)) - by_member.first[by_member.number]
        chosen = order[place < self.circle.size]
        chosen = chosen[np.lexsort((contact[chosen], member[chosen]))]
        member, contact, strength = member[chosen], contact[chosen], strength[chosen]
        total = np.bincount(member, weights=strength, minlength=self.count)
        return Ties(member, contact, strength / total[member], strength, days[chosen], last[chosen])

    def lacking(self, contacts: Contacts, disputed: Iterable[InDispute]) -> dict[int, tuple[int, int]]:
        """Contacts in dispute that circles lack, by rid: of the member, of others.

        Only those that would count, if all were put back. Contacts of one day that the same side began are one;
        where another of them counts, nothing is lacking.
        """
        back = [each for each in disputed if each.source < self.count and each.target < self.count]
        ends = np.array(sorted({end for each in back for end in each[:2]}), dtype=np.int64)
        near = np.isin(contacts.source, ends) | np.isin(contacts.target, ends)
        kept = Contacts(*(each[near] for each in contacts))
        put = (np.array([each[column] for each in back], dtype=np.int64) for column in range(3))
        ties = self.choose(self.pairs(Contacts(*(np.concatenate(both) for both in zip(kept, put, strict=True)))))
        circles = set(zip(ties.member.tolist(), ties.contact.tolist(), strict=True))
        there = set(zip(*(each.tolist() for each in kept), strict=True))
        openers: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
        for each in back:
            openers[each[:3]] |= {end for end, opened in zip(each[:2], each[3:], strict=True) if opened}
        own: Counter[int] = Counter()
        others: Counter[int] = Counter()
        for (source, target, day), opened in openers.items():
            for member, contact in ((source, target), (target, source)):
                if source != target and (member, contact) in circles and (source, target, day) not in there:
                    (own if member in opened else others)[member] += 1
        return {rid: (own[rid], others[rid]) for rid in own.keys() | others.keys()}


def _pair(one: Ints, other: Ints, count: int) -> Ints:
    """One number for two rids, in whatever order they are given."""
    return np.minimum(one, other) * count + np.maximum(one, other)
