"""What a rating would be as it is shown, if one thing had been otherwise; and which payments would lift it.

An answer is made from what is shown already: own facts as the change has them, and the veiled scores of the circle
as they are. A new contact in the circle counts with the circle's average, and a full voice. So no number of
questions tells more of others than one look at the rating. The answer leaves out how the ratings of others would
change in turn. It is the same whether the other end of a tie has paused it or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graph.disclosure.masking import with_circle, within
from graph.disclosure.rating import Opened, ShownPart, open_veiled, show_parts
from graph.errors import ParameterError
from graph.explain.what_if import (
    Change,
    NewContactDay,
    Payment,
    UnderPolicy,
    changed,
    fewest_payments,
    in_words,
    other_end,
    own_conduct,
)
from graph.facts.extract import facts_of, own_ties
from graph.facts.values import Facts
from graph.model import Contact, OpenRating
from graph.policy.scheme import Scheme
from graph.rating import reference
from graph.store.client import Database

ASSUMED = "the ratings of others stay as they are, and someone new in the circle counts as its average does"
HEARD = ", with a full voice"
"What is assumed of someone new besides, where the policy has voices."


@dataclass(frozen=True)
class ShownPointsAndBand:
    """Points as they are or would be shown."""

    whole_points: int
    band: str


@dataclass(frozen=True)
class ShownMove:
    """A line of the rating that would be another; 0 where there is none."""

    source: str
    name: str
    before: int
    after: int


@dataclass(frozen=True)
class ShownWhatIf:
    """A rating as it is shown, and as it would be shown after the change, all else the same."""

    entity: str
    scheme: str
    run: str
    as_of: datetime
    asked: str
    before: ShownPointsAndBand
    after: ShownPointsAndBand
    parts: tuple[ShownMove, ...]
    "the lines that would change; what they gain and lose sums to what the points do"
    within_points: float
    assumed: str
    stale: bool


@dataclass(frozen=True)
class ShownLift:
    """The fewest payments that lift a rating, as it is shown, one band; or why there are none."""

    entity: str
    scheme: str
    run: str
    as_of: datetime
    before: ShownPointsAndBand
    aim: str | None
    payments: tuple[Payment, ...]
    after: ShownPointsAndBand
    reason: str | None
    stale: bool


def what_if(database: Database, entity: str, scheme_id: str, change: Change) -> ShownWhatIf:
    """The rating as it would be shown under the change.

    Raises NotFound (no such member, not rated yet), ParameterError (a change that makes no sense), StoreConflict.
    """
    opened = open_veiled(database, entity, scheme_id)
    rating = opened.rating
    facts, paused = _own_facts(database, scheme_id, entity)
    if isinstance(change, UnderPolicy):
        policy, circle = change.policy, _company(opened, facts, change.policy)
        if policy.id != scheme_id:
            raise ParameterError(f"this is a policy of {policy.id!r}, and not of {scheme_id!r}: schemes never mix")
        if policy.voice and not opened.policy.voice:
            raise ParameterError(
                f"nobody has a voice in {scheme_id!r} before the first run under a policy that has voices: "
                "ask after that run, or about another policy"
            )
    else:
        policy = opened.policy
        if isinstance(change, NewContactDay):
            if change.contact in paused:
                raise ParameterError(
                    f"{entity!r} has paused its tie with {change.contact!r}: no contact of theirs counts"
                )
            facts = _as_member(facts, entity, change.contact)
        touches_circle = other_end(facts, entity, change) is not None
        facts = changed(facts, entity, change, rating.as_of)
        heard = _heard(facts, change, rating.circle)
        circle = _company(opened, heard, policy) if touches_circle else rating.circle
    return _compared(opened, _after(opened, facts, policy, circle), policy, in_words(change))


def lift(database: Database, entity: str, scheme_id: str) -> ShownLift:
    """The fewest payments, made on the last day that counts, that lift the rating as it is shown by one band.

    Raises NotFound (no such member, not rated yet), StoreConflict.
    """
    opened = open_veiled(database, entity, scheme_id)
    rating, policy = opened.rating, opened.policy
    facts = facts_of(database, scheme_id, [entity])
    found = fewest_payments(rating, policy, facts, lambda paid: (_after(opened, paid, policy, rating.circle), 0.0))
    return ShownLift(
        entity=rating.entity,
        scheme=rating.scheme,
        run=rating.run,
        as_of=rating.as_of,
        before=_points_and_band(rating),
        aim=found.aim,
        payments=found.payments,
        after=_points_and_band(found.after or rating),
        reason=found.reason,
        stale=rating.stale,
    )


def _own_facts(database: Database, scheme_id: str, entity: str) -> tuple[Facts, set[str]]:
    """The entity's facts with all contacts that it may know of, and the ids that it has paused.

    A contact that has paused the tie is no member in them, so that the tie counts as it does now: not at all.
    """
    facts = facts_of(database, scheme_id, [entity])
    contacts, paused = own_ties(database, scheme_id, entity)
    return replace(facts, contacts=contacts), paused


def _as_member(facts: Facts, entity: str, contact: str) -> Facts:
    """The facts with this contact among the members: whether it has joined is not told.

    Raises ParameterError for an id with which the entity had no contact, whether it is known or not.
    """
    if not any({fact.source, fact.target} == {entity, contact} for fact in facts.contacts):
        raise ParameterError(f"{entity!r} has had no contact with {contact!r}")
    rids = dict(facts.members)
    if contact in rids:
        return facts
    return replace(facts, members=[*facts.members, (contact, max(rids.values()) + 1)])


def _heard(facts: Facts, change: Change, circle: Sequence[Contact]) -> Facts:
    """The facts for finding the circle, in which somebody new is heard in full.

    A voice above 0 would tell that the contact has joined.
    """
    if not isinstance(change, NewContactDay) or change.contact in {each.entity for each in circle}:
        return facts
    return replace(facts, voices={**(facts.voices or {}), change.contact: 1.0})


def _company(opened: Opened, facts: Facts, policy: Scheme) -> tuple[Contact, ...]:
    """The circle that the facts give under this policy, with the veiled scores that are shown already."""
    rating = opened.rating
    known = {each.rid: each.used for each in rating.circle}
    average = sum(each.weight * each.used for each in rating.circle) if rating.circle else rating.conduct
    ties = reference.choose_circles(facts, policy, rating.as_of)[rating.entity]
    return tuple(Contact(tie.contact, tie.rid, tie.weight, known.get(tie.rid, average)) for tie in ties)


def _after(opened: Opened, facts: Facts, policy: Scheme, circle: tuple[Contact, ...]) -> OpenRating:
    rating = opened.rating
    rates, evidence = own_conduct(facts, policy, rating.as_of, rating.entity)
    own = replace(rating, rates=rates, evidence=evidence, conduct=policy.factors.conduct(rates))
    return with_circle(own, circle, policy)


def _compared(opened: Opened, after: OpenRating, policy: Scheme, asked: str) -> ShownWhatIf:
    rating, veil = opened.rating, opened.veil
    return ShownWhatIf(
        entity=rating.entity,
        scheme=rating.scheme,
        run=rating.run,
        as_of=rating.as_of,
        asked=asked,
        before=_points_and_band(rating),
        after=_points_and_band(after),
        parts=_moves(show_parts(rating, veil), show_parts(after, veil)),
        within_points=within(len(after.circle), veil.width, policy),
        assumed=ASSUMED + (HEARD if policy.voice else ""),
        stale=rating.stale,
    )


def _moves(before: tuple[ShownPart, ...], after: tuple[ShownPart, ...]) -> tuple[ShownMove, ...]:
    """The lines that differ, in the order of before; those that are new come last."""
    old = {(part.source, part.name): part.whole for part in before}
    new = {(part.source, part.name): part.whole for part in after}
    return tuple(
        ShownMove(*key, old.get(key, 0), new.get(key, 0))
        for key in dict.fromkeys([*old, *new])
        if old.get(key, 0) != new.get(key, 0)
    )


def _points_and_band(rating: OpenRating) -> ShownPointsAndBand:
    return ShownPointsAndBand(rating.whole_points, rating.band)
