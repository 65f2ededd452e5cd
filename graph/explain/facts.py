"""The facts and contacts behind ratings: each with its part in a rate, or with the reason why it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from graph.explain.weighing import heard, in_words
from graph.model import OpenRating
from graph.policy import parameters
from graph.policy.scheme import Scheme
from graph.rating.runs import policy_of_run
from graph.store.client import Database, utc
from graph.store.transaction import Rows

# Two sums of the same events in another order differ by less, in [0, 1].
NOISE = 1e-13


@dataclass(frozen=True)
class Given:
    """One fact as a rating has it. `weight`, `value` and `part` are 0 where it does not count."""

    entity: str
    "the owner of the fact, such as the debtor"
    factor: str
    fact: str
    at: datetime
    "when; of an obligation, when it is due"
    other: str
    "the creditor, the product or the site"
    category: str | None
    settled: datetime | None
    parts: int | None
    "payments that settled the obligation; None where none did"
    zone: str | None
    "in which the days of an obligation are meant; None: UTC"
    outcome: float | None
    late: int | None
    "whole days of that zone, of an obligation"
    age: int
    "whole days; below 0 where it lies after as_of"
    weight: float
    value: float
    part: float
    "weight * (value - prior) / (prior_weight + sum of weight)"
    month: float
    "the share of its weight that the cap of its partner's month leaves; 1: all"
    in_month: int
    "facts of that partner in that month that count"
    year: float
    "the share that the cap of its partner's year leaves then"
    in_year: int
    "facts of that partner in that year that count"
    capped: float
    "the weight without the voice; 0 where it does not count whoever reports it"
    voice: float
    "of who reports it, the creditor of an obligation: 0, 0.25, 0.5, 0.75 or 1"
    why: str | None
    "it does not count; None: it does"

    @property
    def weighs(self) -> str | None:
        """Why it weighs less than its age alone would have it, in words; None: it does not."""
        said = (
            () if self.why else (in_words(self.month, self.in_month, self.year, self.in_year), heard(self.voice))
        )
        return "; ".join(filter(None, said)) or None


@dataclass(frozen=True)
class FactLine(Given):
    """One fact, and what it adds to the explained rating or takes from it, against the prior."""

    points: float
    whole: int


@dataclass(frozen=True)
class Tie:
    """Someone that a member had contact with."""

    entity: str
    strength: float | None
    "None where there is no tie"
    days: int
    last: date | None
    given: float
    "the weight of the days on which the member began it"
    taken: float
    "the same of the contact"
    why: str | None
    "not in the circle; None: in it"


def facts_read(
    scheme_id: str, entities: Sequence[str], policy: Scheme, as_of: datetime
) -> tuple[str, dict[str, Any]]:
    """The read, by name and parameters, whose rows `read_facts` takes: for whoever asks it along with another."""
    ids = [f"{scheme_id}|{entity}" for entity in entities]
    return "facts", {"ids": ids, "as_of": as_of, **parameters.factors(policy)}


def read_facts(
    database: Database,
    scheme_id: str,
    entities: Sequence[str],
    *,
    run: str,
    as_of: datetime,
    rows: Rows | None = None,
) -> dict[str, list[Given]]:
    """Every fact of these members by entity, as the policy of this run values it at `as_of`; one query.

    rows: of `facts_read`, where they are here already.
    """
    if rows is None:
        name, params = facts_read(scheme_id, entities, policy_of_run(database, run), as_of)
        rows = database.run(name, **params)
    found: dict[str, list[Given]] = {entity: [] for entity in entities}
    for row in rows:
        entity = row.pop("id").partition("|")[2]
        found[entity].append(_given(entity, row))
    return found


def _given(entity: str, row: dict[str, Any]) -> Given:
    for name in ("at", "settled"):
        row[name] = row[name] and utc(row[name])
    for name in ("weight", "value", "part", "capped"):
        row[name] = row[name] or 0.0
    return Given(entity=entity, **row)


def drift(published: float, now: float) -> float:
    """How far facts have moved a rate or conduct since it was published; 0 for a mere noise of sums."""
    return published - now if abs(published - now) > NOISE else 0.0


def read_ties(database: Database, rating: OpenRating) -> tuple[Tie, ...]:
    """Everyone that the rated member had contact with, the strongest tie first; one query."""
    policy = policy_of_run(database, rating.run)
    rows = database.run(
        "contacts",
        id=f"{rating.scheme}|{rating.entity}",
        as_of=rating.as_of,
        **parameters.voice(policy),
        **parameters.circle(policy),
    )
    return tuple(Tie(**row | {"last": row["last"] and row["last"].to_native()}) for row in rows)
