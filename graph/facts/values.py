"""Facts as plain values: what a rating may look at, without a graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


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


@dataclass(frozen=True)
class Facts:
    """Everything that a rating may look at. Instants are aware; facts may name non-members.

    products, sites: the category of each id.
    members:         (entity id, rid) by ascending rid; rids may have gaps.
    """

    obligations: Sequence[Obligation] = ()
    contacts: Sequence[Contact] = ()
    purchases: Sequence[Purchase] = ()
    visits: Sequence[Visit] = ()
    products: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    members: Sequence[tuple[str, int]] = ()
