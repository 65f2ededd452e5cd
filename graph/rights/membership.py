"""Taking part: an entity joins and leaves schemes, pauses ties, shows its part, or objects to being listed at all.

Each is one use case on a transaction. What has to be re-rated comes back as Changes, which the caller passes on
after the commit. docs/consent.md says what each of them promises.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from graph.errors import NotFound, ParameterError, Refused
from graph.facts import objections
from graph.facts.store import store
from graph.model import Changes
from graph.policy.publishing import row_of
from graph.rights.entity_locks import hold
from graph.rights.founders import Founding, founding_of
from graph.store import endings
from graph.store.client import Database, utc
from graph.store.transaction import Transaction

MOST_PAUSES = 1_000
"Ties that one membership can have paused."
How = Literal["member", "operator", "file"]


@dataclass(frozen=True)
class Pause:
    """A tie that the member has paused."""

    contact: str
    at: datetime


@dataclass(frozen=True)
class Membership:
    """What an entity agreed to on joining a scheme, and what it decided since."""

    scheme: str
    at: datetime
    notice: str
    "version and hash of the text"
    how: How
    shares: bool
    "whether members with it in their circle may see its part"
    pauses: tuple[Pause, ...]
    founding: Founding | None = None
    "whether the operator asks it to be a founder, or it is one; None: neither"


@dataclass(frozen=True)
class TakingPart:
    """What there is of an entity's own decisions."""

    entity: str
    kind: str | None
    "person, organisation or sole-trader; None: the graph does not know it"
    memberships: tuple[Membership, ...]
    "by scheme"
    objects: bool
    "whether it objects to being listed as a contact"


def taking_part(store: Database | Transaction, entity: str) -> TakingPart:
    """What the entity takes part in and decided, whether the graph knows it or not."""
    known = store.optional("entity", id=entity)
    salt, some = objections.glanced_at(store)
    return TakingPart(
        entity=entity,
        kind=known["kind"] if known else None,
        memberships=tuple(_memberships(store, entity)),
        objects=some and bool(objections.objecting(store, salt, [entity])),
    )


def join(
    transaction: Transaction, entity: str, scheme: str, *, notice: str, how: How, now: datetime
) -> tuple[Membership, Changes]:
    """The entity is a member of the scheme, and has agreed to its present notice. A member already stays as it is.

    notice: what it agreed to: the notice's version, or version and hash.
    Raises NotFound (no such entity or scheme), ParameterError (another notice than the present one), Refused (too
    young, of unknown age, or it objects to being listed).
    """
    # of two requests to join as one entity, or to join and to object, the second sees what the first did
    objections.lock_objections(transaction)
    hold(transaction, entity)
    if (before := _membership(transaction, entity, scheme)) is not None:
        return before, Changes()
    published = row_of(transaction, scheme)
    present = published["notices"][-1]
    if notice not in (present, present.split(" ")[0]):
        raise ParameterError(
            f"the notice of {scheme!r} is {present!r} now, and not {notice!r}: read it, then agree to it"
        )
    row = {"line": 1, "entity": entity, "scheme": scheme, "at": _iso(now), "notice": notice}
    outcome = store(transaction, "memberships", [row], how=how)
    for reject in outcome["rejects"]:
        if transaction.optional("entity", id=entity) is None:
            raise NotFound(f"there is no entity {entity!r}")
        raise Refused(f"{entity!r} cannot join {scheme!r}: {reject['reason']}")
    changes = Changes()
    changes.add("memberships", outcome["touched"])
    return Membership(scheme, now, present, how, shares=False, pauses=()), changes


def leave(transaction: Transaction, entity: str, scheme: str, *, now: datetime, noted: bool = True) -> Changes:
    """The entity is no member: its rating, history, circle ties and pauses are gone, its grants are revoked.

    It is no founder of the scheme any more, nor asked to be one.
    noted: False where the caller has noted an ending that this is a part of.
    Raises NotFound where it was none.
    """
    hold(transaction, entity)
    transaction.run("hold_leaving", id=f"{scheme}|{entity}")
    left = transaction.optional("leave", id=f"{scheme}|{entity}", now=now)
    if left is None:
        raise _no_member(entity, scheme)
    if noted:
        endings.note(transaction, "left", f"{scheme}|{entity}", at=now)
    changes = Changes()
    changes.add_leaver(left["scheme"], [*left["followers"], *left["debtors"]], left["mark"])
    return changes


def pause(transaction: Transaction, entity: str, scheme: str, contact: str, *, now: datetime) -> Changes:
    """The member's tie with the contact does not count, for either of them, until it is resumed.

    The contact need not be a member, nor be known to the graph: then the pause waits for it.
    Raises NotFound (the entity is no member), ParameterError (with itself), Refused (too many pauses).
    """
    if contact == entity:
        raise ParameterError("nobody has a tie with themselves")
    hold(transaction, entity)
    transaction.run("hold_absent", id=contact)
    row = transaction.optional("pause", id=f"{scheme}|{entity}", contact=contact, most=MOST_PAUSES, now=now)
    if row is None:
        raise _no_member(entity, scheme)
    if not row["paused"]:
        raise Refused(f"at most {MOST_PAUSES:,} ties can be paused: resume some, or leave the scheme")
    return _between(row["touched"])


def resume(transaction: Transaction, entity: str, scheme: str, contact: str) -> Changes:
    """The member's pause of the tie is taken back; the tie counts unless the other end has paused it too.

    Raises NotFound (the entity is no member).
    """
    hold(transaction, entity)
    transaction.run("hold_absent", id=contact)
    salt, _ = objections.glanced_at(transaction)
    transaction.run("resume_nameless", id=f"{scheme}|{entity}", hash=objections.hashed(salt, contact))
    row = transaction.optional("resume", id=f"{scheme}|{entity}", contact=contact)
    if row is None:
        raise _no_member(entity, scheme)
    return _between(row["touched"])


def share(transaction: Transaction, entity: str, scheme: str, *, shares: bool) -> None:
    """Members with this one in their circle see its part, or do not. Raises NotFound (no member)."""
    hold(transaction, entity)
    if transaction.optional("share", id=f"{scheme}|{entity}", shares=shares) is None:
        raise _no_member(entity, scheme)


def object_to_listing(transaction: Transaction, entity: str, *, now: datetime) -> int:
    """No contact with the entity is kept, or taken from now on; returns how many are gone.

    A tie that a member has paused with it stays paused, should it join again; the member no longer sees its id.
    No rating changes: only members count in ratings.
    Raises Refused where it takes part in a scheme.
    """
    salt, _ = objections.lock_objections(transaction)
    hold(transaction, entity)
    transaction.run("hold_absent", id=entity)
    transaction.run("hide_pauses", entity=entity, hash=objections.hashed(salt, entity))
    [row] = transaction.run("object", entity=entity, hash=objections.hashed(salt, entity), now=now)
    if row["member"]:
        raise Refused(f"{entity!r} takes part in a scheme: it can pause ties, or leave and then object")
    endings.note(transaction, "objected", entity, at=now, objection=objections.hashed(salt, entity))
    return int(row["contacts"])


def withdraw_objection(transaction: Transaction, entity: str, *, now: datetime) -> bool:
    """Contacts with the entity are taken again, and it may join; returns whether it objected."""
    salt, _ = objections.lock_objections(transaction)
    hash_ = objections.hashed(salt, entity)
    [row] = transaction.run("withdraw_objection", hash=hash_)
    if row["withdrawn"]:
        endings.note(transaction, "objects-no-more", entity, at=now, objection=hash_)
    return bool(row["withdrawn"])


def _memberships(store: Database | Transaction, entity: str) -> list[Membership]:
    return [
        Membership(
            scheme=row["scheme"],
            at=utc(row["at"]),
            notice=row["notice"],
            how=row["how"],
            shares=row["shares"],
            pauses=tuple(Pause(each["contact"], utc(each["at"])) for each in row["pauses"]),
            founding=founding_of(row["founding"]) if row["founding"] else None,
        )
        for row in store.run("taking_part", entity=entity)
    ]


def _membership(transaction: Transaction, entity: str, scheme: str) -> Membership | None:
    return next((each for each in _memberships(transaction, entity) if each.scheme == scheme), None)


def _no_member(entity: str, scheme: str) -> NotFound:
    return NotFound(f"{entity!r} is not a member of {scheme!r}")


def _between(touched: list[str]) -> Changes:
    changes = Changes()
    changes.add("contacts", touched)
    return changes


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
