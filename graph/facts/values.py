"""Facts as plain values: what a rating may look at, without a graph."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from graph.facts.kinds import FactorKind
from graph.text.days import local_day

LEAST = timedelta(microseconds=1)
"Instants are kept to this: `as_of - LEAST` is the last one that a rating knows of."


class Contact(NamedTuple):
    source: str
    target: str
    at: datetime
    id: str = ""


class Obligation(NamedTuple):
    debtor: str
    creditor: str
    due: datetime
    settled: datetime | None = None
    outcome: float | None = None
    id: str = ""
    zone: str | None = None
    "in which its days are meant; None: UTC"

    def days_late(self, until: datetime) -> int:
        """Days from the one that it is due on to the one of `until`, by the calendar of its zone; below 0: early.

        Up to the instant `due` it is not late, also where clocks that are put back show a day twice.
        """
        late = (local_day(until, self.zone) - local_day(self.due, self.zone)).days
        return min(late, 0) if until <= self.due else late


class Purchase(NamedTuple):
    entity: str
    product: str
    at: datetime
    id: str = ""


class Visit(NamedTuple):
    entity: str
    site: str
    at: datetime
    id: str = ""


Fact = Obligation | Purchase | Visit
MADE: dict[FactorKind, Callable[[str, str, Mapping[str, Any]], Fact]] = {
    "obligations": lambda entity, other, said: Obligation(
        entity, other, said["due"], said["settled"], said["outcome"], said["id"], said["zone"]
    ),
    "purchases": lambda entity, other, said: Purchase(entity, other, said["at"], said["id"]),
    "visits": lambda entity, other, said: Visit(entity, other, said["at"], said["id"]),
}
"By kind: a fact of an entity, with the other end and what a query says of it."


@dataclass(frozen=True)
class Facts:
    """Everything that a rating may look at. Instants are aware; facts may name non-members.

    products, sites: the category of each id.
    members:         (entity id, rid) by ascending rid; rids may have gaps.
    voices:          by entity id, of members as the last run made them; None: no run has made any.
    """

    obligations: Sequence[Obligation] = ()
    contacts: Sequence[Contact] = ()
    purchases: Sequence[Purchase] = ()
    visits: Sequence[Visit] = ()
    products: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    members: Sequence[tuple[str, int]] = ()
    voices: Mapping[str, float] | None = None

    @classmethod
    def of(
        cls,
        own: Mapping[FactorKind, Sequence[Any]],
        categories: Mapping[FactorKind, Mapping[str, str]],
        contacts: Sequence[Contact],
        members: Sequence[tuple[str, int]],
        voices: Mapping[str, float],
    ) -> Self:
        """These facts. own: by kind; categories: by kind, of the things at their other ends; voices: if any."""
        return cls(
            obligations=own["obligations"],
            contacts=contacts,
            purchases=own["purchases"],
            visits=own["visits"],
            products=categories["purchases"],
            sites=categories["visits"],
            members=members,
            voices=voices or None,
        )
