"""What the pages of a member are made from: its membership, its rating as it is shown, and what is around it."""

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query

from graph import disclosure
from graph.disclosure import Met, OwnFact, ShownExplanation, ShownPart, ShownRating
from graph.errors import NOTHING_OPEN, NotFound
from graph.policy.publishing import policy_of
from graph.policy.scheme import Scheme
from graph.rights import membership
from graph.rights.membership import Membership
from graph.store.client import Database

T = TypeVar("T")
Contact = Annotated[str, Query(alias="with", max_length=200)]
"The contact that a page is about."
SHORT = 10
"Rows of a list on the page of a rating; a page of its own has the rest."
FULL = 50
"Rows of a page that is nothing but a list."
LARGEST_PICTURE = 500
"Contacts in the picture: those with most days of contact."


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One page of a list."""

    rows: list[T]
    total: int
    number: int
    "of the page, from 1"
    last: int


def listed(rows: list[T], number: int, size: int = FULL) -> Listed[T]:
    """The page with this number; the last one where there are not so many."""
    last = max(1, -(-len(rows) // size))
    number = min(number, last)
    return Listed(rows[(number - 1) * size : number * size], len(rows), number, last)


def member_of(database: Database, entity: str, scheme: str) -> tuple[Membership, Scheme]:
    """The membership, and the policy of its scheme. Raises NotFound in the words of every other reason."""
    for each in membership.taking_part(database, entity).memberships:
        if each.scheme == scheme:
            return each, policy_of(database, scheme)
    raise NotFound(NOTHING_OPEN)


@dataclass(frozen=True)
class Opened:
    """A rating as its member is shown it, with its own facts, the newest first."""

    explained: ShownExplanation
    facts: list[OwnFact]

    @property
    def rating(self) -> ShownRating:
        return self.explained.rating

    def unpaid(self) -> list[OwnFact]:
        """The debts that are open."""
        end = self.rating.as_of
        return [
            each
            for each in self.facts
            if each.kind == "obligations"
            and each.outcome is None
            and (each.settled is None or each.settled >= end)
            and each.why != "disputed"
        ]

    def named(self) -> dict[str, ShownPart]:
        """The contacts that have a line of their own, by id."""
        return {part.name: part for part in self.rating.parts if part.source == "contact"}

    def together(self) -> ShownPart | None:
        """The line of the contacts without a line of their own."""
        return next((part for part in self.rating.parts if part.source == "contacts"), None)


def opened(database: Database, entity: str, scheme: str) -> Opened | None:
    """The rating, opened; None where no run has rated the member yet. Raises StoreConflict."""
    try:
        explained = disclosure.explain(database, entity, scheme, facts=True)
    except NotFound:
        return None
    return Opened(explained, disclosure.own_facts(database, entity, explained.factors or ()))


def rated(database: Database, entity: str, scheme: str) -> Opened:
    """The same, of a member who is rated. Raises NotFound where no run has rated the member yet."""
    found = opened(database, entity, scheme)
    if found is None:
        raise NotFound(NOTHING_OPEN)
    return found


def names_of(database: Database, found: Opened | None, met: list[Met], *others: str) -> dict[str, str]:
    """The names of the organisations that a page speaks of, by id."""
    ids = {each.entity for each in met}.union(others)
    if found:
        ids |= found.named().keys() | {each.other for each in found.facts if each.kind == "obligations"}
    return disclosure.names(database, ids)


def picture(rating: Opened | None, met: list[Met], entity: str, names: dict[str, str]) -> dict[str, Any]:
    """The member's contacts as nodes and edges: no more of anybody than the page says in words."""
    named, together = (rating.named(), rating.together()) if rating else ({}, None)
    nodes: list[dict[str, Any]] = [{"id": "me", "label": names.get(entity, entity), "kind": "me"}]
    edges: list[dict[str, Any]] = []
    for number, each in enumerate(sorted(met, key=lambda each: each.entity not in named)[:LARGEST_PICTURE]):
        line = named.get(each.entity)
        node: dict[str, Any] = {
            "id": f"c{number}",
            "entity": each.entity,
            "label": names.get(each.entity, each.entity),
        }
        node |= {"kind": "named" if line else "met", "days": each.days}
        nodes.append(node | ({"points": line.whole} if line else {}))
        edges.append({"source": "me", "target": node["id"], "days": each.days})
    if together:
        label = f"{together.contacts} together"
        nodes.append({"id": "together", "label": label, "kind": "together", "points": together.whole})
        edges.append({"source": "me", "target": "together", "days": 0})
    return {"nodes": nodes, "edges": edges}
