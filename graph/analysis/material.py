"""A whole scheme as plain values, to be rated apart from the graph: nothing that is done with it is written.

graph/rating/reference.py rates it: at any day, and under any policy, also one that is not published.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from graph.errors import Refused
from graph.facts.extract import all_facts
from graph.facts.values import Facts
from graph.policy.publishing import published
from graph.policy.scheme import Scheme
from graph.rating import reference, voices
from graph.rating.reference import Ratings
from graph.store.client import Database


@dataclass(frozen=True)
class Material:
    """What ratings of a scheme are made from, as the graph has it now, and the policy that is published."""

    policy: Scheme
    facts: Facts
    as_of: datetime | None
    "the instant of the last run; None: there was none"
    founders: tuple[str, ...] = ()
    "the entities with whom voices begin"


def read(database: Database, scheme_id: str, *, tried: Scheme | None = None) -> Material:
    """All that a run of the scheme would read now.

    tried: a policy under which it will be rated as well, beside the published one.
    Takes time and memory in proportion to the facts, as `all_facts` says.
    Raises NotFound (no such scheme), Refused (too few founders for a policy with voices, as a run would).
    """
    found = published(database, scheme_id)
    founders: list[str] = []
    for policy in (found.scheme, tried):
        if policy is not None and policy.voice is not None:
            founders = voices.in_force(database, policy)
    return Material(found.scheme, all_facts(database, scheme_id), found.as_of, tuple(founders))


def rate(material: Material, policy: Scheme, as_of: datetime) -> Ratings:
    """Every member's rating under this policy at `as_of`, with voices made anew from the founders.

    Raises ParameterError, NotConverged.
    """
    facts = replace(material.facts, voices=None)
    return reference.rate(facts, policy, as_of, founders=material.founders)


def heard(ratings: Ratings) -> dict[str, float]:
    """The voice of each member, by id; 1 for all under a policy without voices."""
    return ratings.voices or dict.fromkeys(ratings.members, 1.0)


def last_rated(material: Material) -> datetime:
    """The instant of the last run. Raises Refused where there was none."""
    if material.as_of is None:
        raise Refused(
            f"{material.policy.id} was never rated: `innercircle rate {material.policy.id}` does, then ask again"
        )
    return material.as_of
