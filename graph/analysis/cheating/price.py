"""The price of cheating in a scheme: what could be moved at most, and what is moved today. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from graph.analysis import material
from graph.analysis.cheating.bound import MOST, Bound, bounds
from graph.analysis.cheating.evidence import evidence
from graph.analysis.cheating.groups import Groups, closed
from graph.analysis.cheating.partners import Partner, largest
from graph.analysis.material import Material
from graph.disclosure.band_counts import SMALLEST
from graph.errors import ParameterError, Refused
from graph.policy.scheme import Scheme
from graph.rating.reference import Ratings
from graph.store.client import Database


@dataclass(frozen=True)
class Price:
    """What cheating could move under a policy, and what partners and groups move as things are."""

    scheme: str
    version: str
    as_of: datetime
    voice: bool
    "whether what a report is worth depends on who reports; where not, everybody is heard in full"
    accomplices: int
    bounds: tuple[Bound, ...]
    partners: tuple[Partner, ...]
    "whose reports weigh most"
    groups: Groups


def price(database: Database, scheme_id: str, *, accomplices: int) -> Price:
    """The price of cheating in the scheme as it was last rated.

    Raises NotFound (no such scheme), Refused (not rated yet, fewer than twenty members, a policy without
    obligations, or too few founders), ParameterError (`accomplices`), NotConverged.
    """
    check(accomplices)
    read = material.read(database, scheme_id)
    as_of = material.last_rated(read)
    return of(read, read.policy, material.rate(read, read.policy, as_of), as_of=as_of, accomplices=accomplices)


def check(accomplices: int) -> None:
    """So many can be asked about. Raises ParameterError."""
    if not 1 <= accomplices <= MOST:
        raise ParameterError(f"--accomplices is from 1 to {MOST:,}, and not {accomplices:,}")


def of(read: Material, policy: Scheme, ratings: Ratings, *, as_of: datetime, accomplices: int) -> Price:
    """The same of these ratings, which this policy gave from what was read before."""
    factor = policy.factors.obligations
    if factor is None:
        raise Refused(
            f"the policy {policy.id} {policy.version} rates no obligations: nobody reports of anybody in it"
        )
    if len(ratings.members) < SMALLEST:
        raise Refused(f"fewer than {SMALLEST} members are in {policy.id}: figures of so few would be of persons")
    found = evidence(ratings, read.facts, policy, factor, as_of)
    return Price(
        scheme=policy.id,
        version=policy.version,
        as_of=as_of,
        voice=policy.voice is not None,
        accomplices=accomplices,
        bounds=tuple(bounds(list(material.heard(ratings).values()), policy, accomplices)),
        partners=tuple(largest(found)),
        groups=closed(found),
    )
