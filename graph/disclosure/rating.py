"""A rating as anybody but the operator is shown it: whole points, and a contact's part where the contact shows it.

Contacts who do not show their part are one line together. It holds at least three contacts where there are as
many: contacts who show their part, the lightest first, join it until it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from graph.disclosure.masking import Veil, veil_width, veiled, within
from graph.explain import Given, OpenFactor, facts_read, leaning, open_factors, read_facts, reasons
from graph.explain.leaning import Leaning
from graph.explain.reasons import Reasons
from graph.model import Contact, OpenRating, SetAside
from graph.policy.scheme import Scheme
from graph.rating import published
from graph.rating.runs import policy_of_run
from graph.store.client import Database
from graph.store.transaction import Rows

TOGETHER = 3
"The fewest contacts in the line of those who do not show their part, if the circle has as many."


@dataclass(frozen=True)
class ShownPart:
    """One line of a rating as it is shown. The lines sum to its points."""

    source: str
    "base, factor, contact or contacts"
    name: str
    "of the factor, the contact's entity, or that these are contacts together"
    whole: int
    contacts: int
    "how many contacts the line is of"


@dataclass(frozen=True)
class ShownRating:
    """One membership's rating as it is shown."""

    entity: str
    scheme: str
    whole_points: int
    band: str
    within_points: float
    "how far the points can be from those that the operator sees"
    contested: bool
    "nobody may rely on it until a reviewer has closed the contest"
    set_aside: SetAside
    "facts that it lacks, since they are in dispute"
    run: str
    as_of: datetime
    rerated: datetime | None
    stale: bool
    version: str
    "of the policy that the run used"
    hash: str
    conduct: float
    "of its own facts alone, in [0, 1]"
    rates: dict[str, float]
    "of each factor of the policy, in [0, 1]"
    parts: tuple[ShownPart, ...]


@dataclass(frozen=True)
class ShownExplanation:
    """A rating as it is shown, with its own facts and why it is not higher."""

    rating: ShownRating
    factors: tuple[OpenFactor, ...] | None
    "every own fact with its points; None where they were not asked for"
    reasons: Reasons
    leaning: tuple[Leaning, ...]
    "what most of it comes from, where that is one thing"


@dataclass(frozen=True)
class Opened:
    """What everything that is shown is made from: the veiled rating, its veil and its policy."""

    rating: OpenRating
    veil: Veil
    policy: Scheme


def open_veiled(database: Database, entity: str, scheme_id: str, rows: Rows | None = None) -> Opened:
    """The rating with the veil over its circle, as it was published. Raises NotFound, StoreConflict.

    rows: of `published.read_of`, where they are here already.
    """
    rating, seen = published.open_with_seen(database, entity, scheme_id, rows)
    policy = policy_of_run(database, rating.run)
    return Opened(veiled(rating, seen, policy), Veil(seen.shows, veil_width(database, rating.run)), policy)


def shown(database: Database, entity: str, scheme_id: str) -> ShownRating:
    """A member's rating as it is shown to any reader.

    Raises NotFound (no such member, or not rated yet), StoreConflict (it changes faster than it can be read).
    """
    return show(open_veiled(database, entity, scheme_id))


def side_by_side(database: Database, entity: str) -> list[ShownRating]:
    """An entity's ratings as they are shown, by scheme; nothing combines them. Raises NotFound, StoreConflict."""
    return [shown(database, entity, each.scheme) for each in published.side_by_side(database, entity)]


def explain(database: Database, entity: str, scheme_id: str, *, facts: bool = False) -> ShownExplanation:
    """A member's rating as it is shown, and why it is not higher; facts: also each own fact.

    Raises NotFound (no such member, or not rated yet), StoreConflict (it changes faster than it can be read).
    """
    opened, given = open_with_facts(database, entity, scheme_id)
    rating = opened.rating
    nameless = replace(rating, circle=named(rating.circle, opened.veil))
    return ShownExplanation(
        rating=show(opened),
        factors=open_factors(rating, opened.policy, given, parts=rating.parts) if facts else None,
        reasons=reasons.find(nameless, opened.policy, given),
        leaning=leaning.find(given, rating.as_of),
    )


def open_with_facts(database: Database, entity: str, scheme_id: str) -> tuple[Opened, list[Given]]:
    """The veiled rating, and its facts as its run valued them. Raises as `open_veiled` does.

    One query, where the rating is of the run that the last one here was of; else the facts are asked for after it.
    """
    guess = _last_run(database, scheme_id).get("run")
    fact_rows: Rows | None = None
    if guess is None:
        opened = open_veiled(database, entity, scheme_id)
    else:
        _, as_of, policy = guess
        rating_rows, fact_rows = database.together(
            published.read_of(entity, scheme_id), facts_read(scheme_id, [entity], policy, as_of)
        )
        opened = open_veiled(database, entity, scheme_id, rating_rows)
    rating = opened.rating
    if guess is None or (rating.run, rating.as_of) != guess[:2]:
        fact_rows = None
        _last_run(database, scheme_id)["run"] = rating.run, rating.as_of, opened.policy
    given = read_facts(database, scheme_id, [entity], run=rating.run, as_of=rating.as_of, rows=fact_rows)
    return opened, given[entity]


@lru_cache(maxsize=256)
def _last_run(_database: Database, _scheme_id: str) -> dict[str, tuple[str, datetime, Scheme]]:
    """`run`: that of the rating which was explained last here, its instant and its policy: a guess at the next."""
    return {}


def show(opened: Opened) -> ShownRating:
    """What is shown of a veiled rating."""
    rating = opened.rating
    return ShownRating(
        entity=rating.entity,
        scheme=rating.scheme,
        whole_points=rating.whole_points,
        band=rating.band,
        within_points=within(len(rating.circle), opened.veil.width, opened.policy),
        contested=rating.contested,
        set_aside=rating.set_aside,
        run=rating.run,
        as_of=rating.as_of,
        rerated=rating.rerated,
        stale=rating.stale,
        version=rating.version,
        hash=rating.hash,
        conduct=rating.conduct,
        rates=rating.rates,
        parts=show_parts(rating, opened.veil),
    )


def named(circle: Sequence[Contact], veil: Veil) -> tuple[Contact, ...]:
    """The circle, where only contacts with a line of their own have their names."""
    single = _single(circle, veil)
    return tuple(each if each.rid in single else replace(each, entity="") for each in circle)


def show_parts(rating: OpenRating, veil: Veil) -> tuple[ShownPart, ...]:
    """The lines of a veiled rating: one for each contact that shows its part, one for all others together."""
    rids = _single(rating.circle, veil)
    single = {each.entity for each in rating.circle if each.rid in rids}
    own = [ShownPart(part.source, part.name, part.whole, 0) for part in rating.parts if part.source != "contact"]
    company = [part for part in rating.parts if part.source == "contact"]
    alone = [ShownPart("contact", part.name, part.whole, 1) for part in company if part.name in single]
    others = [part for part in company if part.name not in single]
    together = [ShownPart("contacts", "contacts together", sum(part.whole for part in others), len(others))]
    return (*own, *alone, *(together if others else ()))


def _single(circle: Sequence[Contact], veil: Veil) -> set[int]:
    """The rids of the contacts that have a line of their own."""
    showing = [each for each in circle if each.rid in veil.shows and each.entity]
    showing.sort(key=lambda each: (-each.weight, each.rid))
    hidden = len(circle) - len(showing)
    joining = max(0, TOGETHER - hidden) if hidden else 0
    return {each.rid for each in showing[: max(0, len(showing) - joining)]}
