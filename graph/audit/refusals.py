"""Refused requests: noted before the answer leaves, and put on record after it.

A client that is refused must not learn who takes part, nor may the time of the refusal tell it. But a record of a
member waits for the member's ledger, and a record of anybody else for another ledger. So the refused part of a
request is first noted by itself, under a lock that depends on the caller and on no entity that was asked for.
`put_on_record` moves it to the ledgers later: each member gets a record on its own ledger. All others share one
record on the scheme's ledger, with their number and a keyed hash of their ids.

Until then a refusal names the entities that were asked for. Erasure takes their names out (`forget`).
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any

from graph.audit import log
from graph.errors import PurposeMismatch
from graph.store.client import Database, utc
from graph.store.error_mapping import Gone
from graph.store.secrets import salt
from graph.store.transaction import Transaction

LANES = 8
"Locks for noting refusals: two clients wait for each other only if they share one."
RECORDING = -1
"The lock for putting refusals on record."
NOTHING = "nothing"
"What is on record where nothing is open."
PAGE = 200
"Refusals that are looked at together."
ANOTHER_PURPOSE = "none of the scheme's purposes"
"What is on record in place of a purpose that no policy lists: it can be any text, and a record is no letter box."
ENTITIES = 100
"Members on whose ledgers refusals are put in one transaction."


def note(
    database: Database,
    scheme: str,
    refused: Mapping[str, str],
    others: Iterable[str],
    *,
    who: str,
    role: str,
    purpose: str,
    outcome: str,
    now: datetime,
) -> None:
    """This refused request is noted, so it may be answered.

    refused: the known entities that were asked for, with the outcome for each.
    others:  all others that were asked for; outcome: the one for these.
    Raises NotRecorded.
    """
    ids = sorted(set(others))
    key = salt(database, "refusals")  # also where there are no others: that takes time
    hashed = hmac.new(key, json.dumps(ids, ensure_ascii=False).encode(), hashlib.sha256).hexdigest()
    kept = ANOTHER_PURPOSE if outcome == PurposeMismatch.code else purpose
    lane = int.from_bytes(hashlib.sha256(who.encode()).digest()[:4]) % LANES
    work = partial(
        _note,
        lane=lane,
        refused=[{"entity": entity, "outcome": each} for entity, each in sorted(refused.items())],
        others=len(ids),
        hash=hashed,
        outcome=outcome,
        said={"id": str(uuid.uuid4()), "scheme": scheme, "who": who, "role": role, "purpose": kept},
        now=now,
    )
    log.recorded(database, work)


def _note(transaction: Transaction, **given: Any) -> None:
    transaction.run("note_refusal", **given)


def forget(transaction: Transaction, entity: str) -> None:
    """No refusal that is noted names the entity, and none will until the transaction ends: take this lock last."""
    transaction.run("hold_lanes", lanes=LANES)
    transaction.run("forget_refusals", entity=entity)


def put_on_record(database: Database) -> None:
    """The refusals noted before this call are on record, except those of members whose ledgers are broken.

    Raises NotRecorded if a ledger stays locked for too long: the next call puts the rest on record.
    """
    stuck: list[str] = []
    if not database.one("refusals_wait")["waits"]:
        return
    while (found := log.recorded(database, partial(_put, stuck=stuck))) is not None:
        stuck += found


def _put(transaction: Transaction, stuck: Sequence[str]) -> list[str] | None:
    """The first refusals of one scheme are on record; returns those that cannot be. None: there are no more."""
    rows = transaction.run("noted_refusals", lane=RECORDING, stuck=list(stuck), limit=PAGE)
    if not rows:
        return None
    noted = [row["refusal"] for row in rows if row["refusal"]["scheme"] == rows[0]["refusal"]["scheme"]]
    named = dict.fromkeys(entity for each in noted for entity in each["entities"])
    held = log.hold(transaction, noted[0]["scheme"], ["", *list(named)[:ENTITIES]], known=True)
    kept = {entity: each for entity, each in held.items() if each.own or entity == ""}
    ends = log.ends(transaction, kept)
    whole = {entity: each for entity, each in kept.items() if ends[each.ledger] is not None}
    log.append(transaction, whole, _reads(noted, whole), ends)
    # an entity that is gone is not put on record either
    done = held.keys() - (kept.keys() - whole.keys())
    left = [_left(each, done) for each in noted]
    if transaction.run("drop_refusals", left=left)[0]["found"] < len(left):
        raise Gone("somebody else put one of these refusals on record at that moment")
    return [
        each["id"]
        for each in left
        if set(each["entities"]) <= held.keys() and (each["entities"] or each["others"])
    ]


def _reads(
    noted: Sequence[Mapping[str, Any]], ledgers: Mapping[str, log.Held]
) -> list[tuple[str, dict[str, Any]]]:
    """The records of these refusals: one for each request, and for each member one of those that are alike."""
    reads: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
    times: dict[tuple[str, ...], int] = {}
    for each in noted:
        said = {name: each[name] for name in ("who", "role", "purpose")} | {"at": utc(each["at"])}
        for entity, outcome in zip_longest(each["entities"], each["outcomes"]):
            if entity in ledgers:
                key = (entity, each["who"], each["role"], each["purpose"], outcome)
                times[key] = times.get(key, 0) + 1
                what = NOTHING if times[key] == 1 else f"{NOTHING}, {times[key]:,} times"
                reads[key] = entity, said | {"what": what, "outcome": outcome}
        if each["others"] and "" in ledgers:
            what = f"{NOTHING} of {each['others']:,} ids, {each['hash']}"
            reads["", each["id"]] = "", said | {"what": what, "outcome": each["outcome"]}
    return list(reads.values())


def _left(each: Mapping[str, Any], done: set[str]) -> dict[str, Any]:
    """What of a refusal is not on record yet."""
    pairs = [pair for pair in zip(each["entities"], each["outcomes"], strict=True) if pair[0] not in done]
    return {
        "id": each["id"],
        "entities": [entity for entity, _ in pairs],
        "outcomes": [outcome for _, outcome in pairs],
        "others": 0 if "" in done else each["others"],
    }
