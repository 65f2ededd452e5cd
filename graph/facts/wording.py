"""A fact in words, as its own ends know it: the other end, when and how much, and never by its id alone."""

from collections.abc import Mapping
from typing import Any

from graph.facts.kinds import STORED, WORDS
from graph.policy.numbers import number
from graph.text.counts import counted
from graph.text.days import day, zone_time

GONE = "a fact that is not there any more: no copy of it is kept"


def in_words(kind: str, says: Mapping[str, Any] | None) -> str:
    """`debt of ann to bank: 10 CNY, due 2026-05-01, settled 2026-06-20`.

    says: what the fact says, as `cypher/rights/disputes.cypher` has it; None: it is gone.
    """
    if says is None:
        return GONE
    return _told(kind, WORDS[kind].said, says, says.get("target"), source=says.get("source"))


def ends(kind: str, says: Mapping[str, Any] | None) -> set[str]:
    """The ids of the entities that a fact speaks of; none where it is gone."""
    if says is None:
        return set()
    return {says["source"], says["target"]} if STORED[kind].of_two else {says["source"]}


def to_member(kind: str, says: Mapping[str, Any], names: Mapping[str, str], member: str) -> str:
    """The same for the member that owns the fact, without its id: `debt to The bank (bank): due 2026-05-01`.

    says: what the fact says; it is still there. names: by id, of entities that are called by name and id.
    """
    source, target, stored = says["source"], says["target"], STORED[kind]
    other = source if stored.touches_both and target == member else target
    if stored.of_two and other in names:
        other = f"{names[other]} ({other})"
    began = "you began it" if source == member else "the other side began it"
    return _told(kind, WORDS[kind].said_to_member, says, other, began=began)


def _told(kind: str, phrase: str, says: Mapping[str, Any], to: str | None, **words: object) -> str:
    """The phrase in full: with category and channel; then the amount, and when it was due and settled."""
    category = f" ({says['category']})" if says.get("category") else ""
    channel = f" by {says['channel']}" if says.get("channel") else ""
    other = f"{to}{category}{channel}"
    told = phrase.format(target=other, other=other, day=day(says[STORED[kind].time]), **words)
    details = ", ".join([*_amount(says), *_settling(says)])
    before = (", " if "{day}" in phrase else ": ") if details else ""
    return f"{told}{before}{details}"


def _amount(says: Mapping[str, Any]) -> list[str]:
    if says.get("amount") is None:
        return []
    return [f"{number(says['amount'])} {says.get('currency') or ''}".strip()]


def _settling(says: Mapping[str, Any]) -> list[str]:
    if says.get("due") is None:
        return []
    zone, settled = says.get("zone"), says.get("settled")
    if says.get("outcome") is not None:
        how, settled = f"ended with {says['outcome']:.2g} of 1", None
    else:
        parts = f" in {counted(says['parts'], 'payments')}" if says.get("parts") else ""
        how = f"settled {day(settled, zone)}{parts}" if settled else "open"
    return [f"due {day(says['due'], zone)}", how + zone_time(zone, says["due"], settled)]
