"""Grants: a member lets a client read its rating in a scheme, for one purpose, for a time, and ends it at will."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from graph.errors import NotFound, ParameterError
from graph.policy.publishing import check_purpose, policy_of
from graph.rights.entity_locks import hold
from graph.store import endings
from graph.store.client import Database, utc
from graph.store.transaction import Transaction
from graph.text.instants import in_utc

What = Literal["band", "points", "reasons"]
WHATS: tuple[What, ...] = get_args(What)
"Each opens all that the one before it opens, and more."
State = Literal["live", "revoked", "over"]
LONGEST_DAYS = 366
LONGEST_NAME = 200
"Characters of a client's name."
MEMBER = "member"
"In place of the operator's name, in a grant that the member gave itself."


@dataclass(frozen=True)
class Grant:
    """What one client may read of one member's rating in one scheme."""

    id: str
    scheme: str
    client: str
    "the subject of the client's token"
    purpose: str
    "literally one of the scheme's"
    what: What
    until: datetime
    at: datetime
    "when it was given"
    by: str
    "member, or the operator's name"
    revoked: datetime | None
    "when it was ended: by the member, by a newer grant or by leaving the scheme"


@dataclass(frozen=True)
class OwnGrant(Grant):
    """A grant as its giver sees it."""

    state: State


def grant(
    transaction: Transaction,
    entity: str,
    *,
    scheme: str,
    client: str,
    purpose: str,
    what: What,
    until: datetime,
    now: datetime,
    by: str = MEMBER,
) -> Grant:
    """The client may read what the grant says. An earlier grant to it for the same purpose ends with that.

    until: an aware instant after now, at most 366 days later.
    Raises NotFound (no such scheme, or no member of it), PurposeMismatch, ParameterError.
    """
    if what not in WHATS:
        raise ParameterError(f"what: one of {', '.join(WHATS)}, and not {what!r}")
    if not (client.strip() and client.isprintable() and len(client) <= LONGEST_NAME):
        raise ParameterError(f"client: the subject of a client's token, of at most {LONGEST_NAME} characters")
    if until.tzinfo is None or not now < until <= now + timedelta(days=LONGEST_DAYS):
        raise ParameterError(f"until: a time in the future, at most {LONGEST_DAYS} days ahead")
    until = in_utc(until, "until")
    check_purpose(policy_of(transaction, scheme), purpose)
    hold(transaction, entity)
    row = transaction.optional(
        "give_grant",
        entity=entity,
        scheme=scheme,
        id=str(uuid.uuid4()),
        client=client,
        purpose=purpose,
        what=what,
        until=until,
        by=by,
        now=now,
    )
    if row is None:
        raise NotFound(f"{entity!r} is not a member of {scheme!r}: only a member gives a grant")
    for ended in row["ended"]:
        endings.note(transaction, "grant", ended, at=now)
    return _grant(row["grant"])


def revoke(transaction: Transaction, id_: str, *, entity: str | None = None, now: datetime) -> Grant:
    """The grant holds no longer: every read that found it in force has been recorded before this returns.

    entity: the only giver whose grants may be ended; None: any. Ending it again changes nothing. Raises NotFound.
    """
    if entity is None and (given := transaction.optional("given_by", id=id_)) is not None:
        entity = given["entity"]
    row = None
    if entity is not None:
        hold(transaction, entity)
        row = transaction.optional("revoke_grant", id=id_, entity=entity, now=now)
        if row is not None:
            endings.note(transaction, "grant", id_, at=now)
    if row is None:
        raise NotFound(f"there is no grant {id_!r}")
    return _grant(row["grant"])


def holds(transaction: Transaction, entity: str, *, client: str, scheme: str, purpose: str, now: datetime) -> bool:
    """Whether the client may read under a grant; nobody gives or ends one until the transaction ends."""
    hold(transaction, entity)
    asked = {"client": client, "scheme": scheme, "purpose": purpose, "now": now}
    return bool(transaction.run("live_grants", entities=[entity], **asked))


def given(database: Database, entity: str, *, now: datetime) -> list[OwnGrant]:
    """Every grant that the entity gave, the newest first."""
    return [
        OwnGrant(**vars(found), state=_state(found, now))
        for row in database.run("grants", entity=entity)
        for found in [_grant(row["grant"])]
    ]


def live(
    transaction: Transaction, entity: str, *, client: str, scheme: str | None, purpose: str, now: datetime
) -> Grant | None:
    """The grant under which the client may read this entity for this purpose; scheme None: of any scheme.

    It cannot be revoked until the transaction ends: record the read in the same one (graph/audit/log.py).
    """
    return live_all(transaction, [entity], client=client, scheme=scheme, purpose=purpose, now=now).get(entity)


def live_all(
    transaction: Transaction,
    entities: Sequence[str],
    *,
    client: str,
    scheme: str | None,
    purpose: str,
    now: datetime,
) -> dict[str, Grant]:
    """The same for several entities, by entity. The newest, where there are several."""
    asked = sorted(set(entities))
    transaction.run("hold_grants", entities=asked, client=client)
    rows = transaction.run("live_grants", entities=asked, client=client, scheme=scheme, purpose=purpose, now=now)
    return {row["entity"]: _grant(row["grant"]) for row in reversed(rows)}


def _grant(found: Mapping[str, Any]) -> Grant:
    revoked = found.get("revoked")
    times = {"until": utc(found["until"]), "at": utc(found["at"]), "revoked": revoked and utc(revoked)}
    return Grant(**{name: found.get(name) for name in Grant.__dataclass_fields__} | times)


def _state(found: Grant, now: datetime) -> State:
    if found.revoked is not None:
        return "revoked"
    return "over" if found.until <= now else "live"
