"""What of members is open to a client, and the reads of it on record: before anything of them is told.

Of an entity of which nothing is open this takes no lock, and asks the same queries whatever the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from graph.audit import found, log, refusals
from graph.errors import NOTHING_OPEN, NotFound, PurposeMismatch
from graph.policy.publishing import parsed
from graph.policy.scheme import Scheme
from graph.rating.seen import read_of
from graph.rights.grants import WHATS, What
from graph.store.client import Database
from graph.store.transaction import Rows, Transaction

CLIENT = "client"
OPEN: What = "points"
"What of an organisation is open to every client, where the policy says so."
NO_MEMBER = "not-a-member"
CONTESTED = "contested"


@dataclass(frozen=True)
class Request:
    """What a client asks, without the entities that it asks about."""

    policy: Scheme
    scheme: str
    client: str
    purpose: str
    now: datetime


class Asked(msgspec.Struct, frozen=True):
    """One entity that was asked for: how much of it is open, and what comes of it."""

    entity: str
    member: bool
    what: What | None
    outcome: str
    grant: str | None
    "Grant.id of its newest grant to the client for the purpose"
    ledger: bool
    "whether its ledger is there, of a member of whom something may be open"
    end: tuple[int, str] | None
    "(number, hash) of the last record there, as it was read without a lock; None where that did not add up"

    @property
    def opens(self) -> bool:
        """Whether the client is told anything."""
        return self.what is not None and self.outcome in (log.ANSWERED, CONTESTED)


def look(
    database: Database, scheme: str, entities: Sequence[str], *, client: str, purpose: str, now: datetime
) -> tuple[Request, dict[str, Asked]]:
    """What was asked, and what of it is open: without a lock, by one query for any entity. Raises NotFound."""
    named = {"scheme": scheme, "client": client, "purpose": purpose, "now": now, "ends": True}
    published, rows = database.together(
        ("scheme", {"id": scheme}), ("asked", {**named, "entities": list(entities)})
    )
    if not published:
        raise NotFound(NOTHING_OPEN)
    request = Request(parsed(published[0]["policy"], scheme), scheme, client, purpose, now)
    return request, {row["entity"]: _asked(row, request) for row in rows}


def put_on_record(
    database: Database, request: Request, opening: Sequence[Asked]
) -> tuple[dict[str, Asked], Rows | None]:
    """What is open of these, and the reads of it are on record: no grant has ended before they were.

    With them come the ratings as `seen.read_of` reads them; None where they have to be read after that. Raises
    NotRecorded.
    """
    ends = {each.entity: each.end for each in opening}
    if new := [each.entity for each in opening if not each.ledger]:
        ends |= log.recorded(database, partial(_begin, scheme=request.scheme, entities=new))
    reads = [
        found.Read(f"{request.scheme}|{each.entity}", *end, each.grant, str(each.what), each.outcome)
        for each in opening
        if (end := ends[each.entity]) is not None
    ]
    rows = None
    if len(reads) == len(opening):
        answered = [each.entity for each in opening if each.outcome == log.ANSWERED]
        said: dict[str, Any] = {"who": request.client, "role": CLIENT, "purpose": request.purpose}
        rows = found.append(database, reads, read_of(answered, request.scheme), **said, now=request.now)
    if rows is not None:
        return {each.entity: each for each in opening}, rows
    entities = [each.entity for each in opening]
    return log.recorded(database, partial(_hold_and_record, request=request, entities=entities)), None


def _begin(transaction: Transaction, scheme: str, entities: Sequence[str]) -> dict[str, tuple[int, str] | None]:
    """These members have ledgers, which may be empty; returns how each ends."""
    held = log.hold(transaction, scheme, entities)
    ends = log.ends(transaction, held)
    return {entity: ends[each.ledger] for entity, each in held.items()}


def _hold_and_record(transaction: Transaction, request: Request, entities: Sequence[str]) -> dict[str, Asked]:
    """What is open of these, looked at once all of it is held, and on record."""
    held = log.hold(transaction, request.scheme, entities)
    ends = log.ends(transaction, held)  # before the grants: decisions about an entity hold it before them
    transaction.run("hold_grants", entities=list(entities), client=request.client)
    rows = transaction.many(
        "asked",
        scheme=request.scheme,
        entities=list(entities),
        client=request.client,
        purpose=request.purpose,
        now=request.now,
        ends=False,
    )
    asked = [_asked(row, request) for row in rows]
    said = {"at": request.now, "who": request.client, "role": CLIENT, "purpose": request.purpose}
    log.append(
        transaction,
        held,
        [(each.entity, said | {"what": each.what, "outcome": each.outcome}) for each in asked if each.opens],
        ends,
    )
    return {each.entity: each for each in asked}


def note_refused(database: Database, request: Request, refused: Sequence[Asked]) -> None:
    """What was refused is noted, so it may be answered. Raises NotRecorded."""
    if refused:
        mismatch = request.purpose not in request.policy.purpose
        refusals.note(
            database,
            request.scheme,
            {each.entity: each.outcome for each in refused if each.member},
            [each.entity for each in refused if not each.member],
            who=request.client,
            role=CLIENT,
            purpose=request.purpose,
            outcome=PurposeMismatch.code if mismatch else NO_MEMBER,
            now=request.now,
        )


def _asked(row: Mapping[str, Any], request: Request) -> Asked:
    policy = request.policy
    whats: list[What] = [row["what"]] if row["what"] else []
    if row["organisation"] and policy.access.open_organisations:
        whats.append(OPEN)
    what = max(whats, key=WHATS.index, default=None)
    if request.purpose not in policy.purpose:
        outcome = PurposeMismatch.code
    elif not row["member"]:
        outcome = NO_MEMBER
    elif what is None:
        outcome = "no-grant"
    elif not row["rated"]:
        outcome = "not-rated"
    else:
        outcome = CONTESTED if row["contested"] else log.ANSWERED
    ledger = row["count"] is not None or row["head"] is not None
    return Asked(
        row["entity"], row["member"], what, outcome, row["grant"], ledger, log.end_of(row) if ledger else None
    )
