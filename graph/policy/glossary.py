"""The words that the pages about schemes use, each explained in one or two plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.policy.scheme import HIGHEST_POINTS, LOWEST_POINTS


@dataclass(frozen=True)
class Word:
    """A word, and what it means here."""

    word: str
    means: str


_WORDS = {
    "scheme": "One way of rating, with one policy. Schemes never mix.",
    "policy": "The rules of a scheme. All of its numbers are on its page.",
    "version": "A policy that changes gets a new version. An old one stays as it was.",
    "hash": "A short code that is made from all that the policy says. If the policy changes, the code does too.",
    "member": "A person or a firm that has joined the scheme. Nobody else is rated in it.",
    "client": "Someone who looks a rating up, before a deal for instance.",
    "conduct": "What a member's own facts say, from 0 to 1.",
    "voice": "What the reports of a member count: nothing, a quarter, half, three quarters, or in full.",
    "contact": "One time that someone got in touch with someone else.",
    "circle": "The members with whom a member is most in touch.",
    "share": "How much of a score can come from the circle, at most.",
    "tie": "What joins two members of whom one is in the circle of the other.",
    "score": "Conduct and circle in one number, from 0 to 1.",
    "points": f"The score on a scale from {LOWEST_POINTS:g} to {HIGHEST_POINTS:g}. This is the rating.",
    "band": "A part of that scale with a name.",
    "half-life": "The age at which a fact counts half as much as a new one.",
    "weight": "How much something counts next to the rest.",
    "founder": "A member whose word the scheme starts with: what a founder reports counts in full.",
    "run": "One rating of all members of a scheme, for the end of one day.",
    "sweep": "One pass over all members in a run. Each pass brings the scores closer to the exact ones.",
    "error": "How far a score can be from the exact one.",
    "engine": "What works the scores out: the database itself, or a program beside it. They come out the same.",
    "re-rating": "New facts are passed on to the ratings that they touch, without a whole run.",
    "drift": "How far the ratings have moved from one run to the next, as a whole.",
    "load": "New facts that are read in from files.",
    "reject": "A row of a file that was not read in, as something in it is wrong.",
    "dispute": "A member says that a fact is not so. Until someone decides, the fact does not count.",
    "contest": "A member says that a rating is not right as a whole.",
    "migration": "A step that brings the database up to date.",
}

KNOWN = frozenset(_WORDS)


def words(*wanted: str) -> Iterator[Word]:
    """These words in this order, with what they mean."""
    for word in wanted:
        yield Word(word, _WORDS[word])
