"""A fact in words, as whoever it is about knows it: with whom, when and how much, and never by its id alone."""

from collections.abc import Mapping
from typing import Any

from graph.policy.numbers import number
from graph.text.days import day

GONE = "a fact that is not there any more: no copy of it is kept"
BETWEEN = ("obligations", "contacts")
"Facts of two entities. Those of the other kinds have one, and a product or a site."


def in_words(kind: str, says: Mapping[str, Any] | None) -> str:
    """`debt of ann to bank: 10 CNY, due 2026-05-01, settled 2026-06-20`.

    says: what the fact says, as `cypher/rights/disputes.cypher` has it; None: it is gone.
    """
    if says is None:
        return GONE
    source, target = says.get("source"), says.get("target")
    category = f" ({says['category']})" if says.get("category") else ""
    if kind == "obligations":
        return f"debt of {source} to {target}: {', '.join([*_amount(says), *_settling(says)])}"
    if kind == "purchases":
        return ", ".join([f"purchase of {target}{category} by {source} on {day(says['at'])}", *_amount(says)])
    if kind == "visits":
        return f"visit of {source} to {target}{category} on {day(says['at'])}"
    channel = f" by {says['channel']}" if says.get("channel") else ""
    return f"contact of {source} with {target}{channel} on {day(says['at'])}"


def ends(kind: str, says: Mapping[str, Any] | None) -> set[str]:
    """The ids of the entities that a fact speaks of; none where it is gone."""
    if says is None:
        return set()
    return {says["source"], says["target"]} if kind in BETWEEN else {says["source"]}


def to_member(kind: str, says: Mapping[str, Any], names: Mapping[str, str], member: str) -> str:
    """The same for the member whose fact it is, without its own id: `debt to The bank (bank): due 2026-05-01`.

    says: what a fact says that is still there. names: of those who go by a name, with the id behind it, by id.
    """
    source, target = says["source"], says["target"]
    other = source if kind == "contacts" and target == member else target
    if kind in BETWEEN and other in names:
        other = f"{names[other]} ({other})"
    category = f" ({says['category']})" if says.get("category") else ""
    if kind == "obligations":
        return f"debt to {other}: {', '.join([*_amount(says), *_settling(says)])}"
    if kind == "purchases":
        return ", ".join([f"purchase of {other}{category} on {day(says['at'])}", *_amount(says)])
    if kind == "visits":
        return f"visit to {other}{category} on {day(says['at'])}"
    channel = f" by {says['channel']}" if says.get("channel") else ""
    began = "you began it" if source == member else "the other side began it"
    return f"contact with {other}{channel} on {day(says['at'])}: {began}"


def _amount(says: Mapping[str, Any]) -> list[str]:
    if says.get("amount") is None:
        return []
    return [f"{number(says['amount'])} {says.get('currency') or ''}".strip()]


def _settling(says: Mapping[str, Any]) -> list[str]:
    if says.get("outcome") is not None:
        how = f"ended with {says['outcome']:.2g} of 1"
    else:
        how = f"settled {day(says['settled'])}" if says.get("settled") else "open"
    return [f"due {day(says['due'])}", how]
