"""What a report holds: a rating as it is shown, all that it is made of, its audience, and until when it holds.

The scores of others stay under their veil, and contacts are one line without names. Even contacts who show their
part are not named: they show it to members that have them in the circle, and not to the readers of a report.
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.disclosure import ShownRating, shown
from graph.disclosure.set_aside import caption
from graph.errors import ParameterError
from graph.explain import read_facts
from graph.model import SetAside
from graph.policy.publishing import check_purpose, policy_of
from graph.policy.scheme import NEW, POINTS_RANGE, CategoryFactor, Factor, ObligationsFactor, Scheme
from graph.rating.runs import policy_of_run
from graph.store.client import Database

VALID_DAYS = 30
LONGEST_NAME = 200
"Characters of an audience."
CONTESTED = (
    "Its subject contests this rating. Until that is decided nobody may rely on it, and it is not given here."
)


@dataclass(frozen=True)
class ReportedFactor:
    """One factor: what the policy makes of it, and what it gave. The points of all parts sum to the rating's."""

    name: str
    weight: float
    "in conduct; the weights of all factors sum to 1"
    prior: float
    "the rate without any facts"
    prior_weight: float
    half_life_days: float | None
    "None: nothing ages"
    late_days: int | None
    "of obligations: how late is as bad as never"
    values: dict[str, float] | None
    "where facts are rated by their category: what one of each is worth"
    rate: float | None
    points: int | None
    "both None where the rating is contested or new"
    partner_month: float | None = None
    "of obligations: what all of one partner in one month weigh at most; None: no limit, or an older report"
    partner_year: float | None = None
    "the same of a year"


@dataclass(frozen=True)
class ReportedCircle:
    """What contacts together supply."""

    share: float
    "what they can supply of a score at most"
    size: int
    "how many contacts a circle has at most"
    half_life_days: float | None
    contacts: int | None
    points: int | None


@dataclass(frozen=True)
class NotUsed:
    """Facts that do not count, and why."""

    kind: str
    why: str
    count: int


@dataclass(frozen=True)
class ReportedRating:
    """The rating itself. Of a new member only the band is told, and nothing that could be added up to points."""

    points: int | None
    band: str
    base: int | None
    "points where every rating starts"
    conduct: float | None
    "the rates as the policy weighs them, in [0, 1]"
    caption: str | None = None
    "in one line: `682 sound, 7 facts in dispute`; None: an older report, which has none"


@dataclass(frozen=True)
class Report:
    """Everything that is signed."""

    id: str
    issuer: str
    subject: str
    "Entity.id of the member"
    audience: str
    purpose: str
    issued: datetime
    until: datetime
    scheme: str
    title: str
    operator: str
    contested: str | None
    "why nobody may rely on it; None: it is not contested"
    rating: ReportedRating | None
    "None: it is contested"
    within_points: float
    "how far the points can be from those that the operator sees, since the scores of others are veiled"
    bound_points: float
    "how far those can be from the exact ones"
    stale: bool
    "facts are newer than the rating"
    run: str
    as_of: datetime
    rerated: datetime | None
    factors: tuple[ReportedFactor, ...]
    circle: ReportedCircle
    not_used: tuple[NotUsed, ...]
    policy_version: str
    policy_hash: str
    policy: str
    "the whole text"
    set_aside: SetAside | None = None
    "facts that the rating lacks, since they are in dispute; None: an older report, which does not say"
    voices: bool = False
    "whether the policy weighs reports by who makes them"


def make(
    database: Database, entity: str, scheme_id: str, *, audience: str, purpose: str, issuer: str, now: datetime
) -> Report:
    """A report on the member's rating, for this audience and purpose, valid for 30 days from now.

    Raises NotFound (no such scheme, no member, or not rated yet), PurposeMismatch, ParameterError (audience),
    StoreConflict (the rating changes faster than it can be read).
    """
    audience = audience.strip()
    if not (audience and audience.isprintable() and len(audience) <= LONGEST_NAME):
        raise ParameterError(f"audience: whom the report is for, in at most {LONGEST_NAME} characters")
    check_purpose(policy_of(database, scheme_id), purpose)
    rated = shown(database, entity, scheme_id)
    policy = policy_of_run(database, rated.run)
    run = database.one("run", id=rated.run)["run"]
    issued = now.replace(microsecond=0)
    return Report(
        id=str(uuid.uuid4()),
        issuer=issuer,
        subject=entity,
        audience=audience,
        purpose=purpose,
        issued=issued,
        until=issued + timedelta(days=VALID_DAYS),
        scheme=scheme_id,
        title=policy.title,
        operator=policy.operator,
        contested=CONTESTED if rated.contested else None,
        rating=None if rated.contested else _reported(rated),
        within_points=rated.within_points,
        bound_points=POINTS_RANGE * run.get("slack", run["bound"]),
        stale=rated.stale,
        run=rated.run,
        as_of=rated.as_of,
        rerated=rated.rerated,
        factors=tuple(_factor(name, factor, rated) for name, factor in policy.factors.named().items()),
        circle=_circle(policy, rated),
        not_used=_not_used(database, rated),
        policy_version=rated.version,
        policy_hash=rated.hash,
        policy=policy.text,
        set_aside=rated.set_aside,
        voices=policy.voice is not None,
    )


def _is_told(rated: ShownRating) -> bool:
    """Whether the points are told, and what they are made of."""
    return not rated.contested and rated.band != NEW.name


def _reported(rated: ShownRating) -> ReportedRating:
    if not _is_told(rated):
        return ReportedRating(None, rated.band, None, None, caption(rated.band, rated.set_aside))
    (base,) = (part.whole for part in rated.parts if part.source == "base")
    line = caption(rated.band, rated.set_aside, points=rated.whole_points)
    return ReportedRating(rated.whole_points, rated.band, base, rated.conduct, line)


def _factor(name: str, factor: Factor, rated: ShownRating) -> ReportedFactor:
    owed = factor if isinstance(factor, ObligationsFactor) else None
    (points,) = (part.whole for part in rated.parts if (part.source, part.name) == ("factor", name))
    return ReportedFactor(
        name=name,
        weight=factor.weight,
        prior=factor.prior,
        prior_weight=factor.prior_weight,
        half_life_days=factor.half_life_days,
        late_days=owed.late_days if owed else None,
        partner_month=owed.partner_month if owed else None,
        partner_year=owed.partner_year if owed else None,
        values=dict(factor.values) if isinstance(factor, CategoryFactor) else None,
        rate=rated.rates[name] if _is_told(rated) else None,
        points=points if _is_told(rated) else None,
    )


def _circle(policy: Scheme, rated: ShownRating) -> ReportedCircle:
    lines = [part for part in rated.parts if part.source in ("contact", "contacts")]
    return ReportedCircle(
        share=policy.circle.share,
        size=policy.circle.size,
        half_life_days=policy.circle.half_life_days,
        contacts=sum(part.contacts for part in lines) if _is_told(rated) else None,
        points=sum(part.whole for part in lines) if _is_told(rated) else None,
    )


def _not_used(database: Database, rated: ShownRating) -> tuple[NotUsed, ...]:
    """Own facts that do not count, by kind and reason. Contacts are left out: they would tell who has joined."""
    given = read_facts(database, rated.scheme, [rated.entity], run=rated.run, as_of=rated.as_of)[rated.entity]
    counts = Counter((fact.factor, fact.why) for fact in given if fact.why is not None)
    return tuple(NotUsed(kind, why, count) for (kind, why), count in sorted(counts.items()))
