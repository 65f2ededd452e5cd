"""Erasure: an entity is gone, with all that was kept about it; docs/erasure.md says what that is.

A debt to the erased entity remains a fact of its debtor, owed to an entity without a name. All is one transaction,
so a reader meets the entity as it was or not at all.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph.audit import refusals
from graph.audit.log import START
from graph.errors import NotFound
from graph.facts import objections
from graph.facts.kinds import STORED
from graph.model import Changes
from graph.rights import membership, outbox
from graph.rights.entity_locks import hold
from graph.store import endings
from graph.store.transaction import Transaction

SHORTEST = 4
"Characters of an id or name that is looked for in what others wrote: shorter ones are part of any text."
TAKEN_OUT = "(erased)"


@dataclass(frozen=True)
class Erased:
    """What is gone, how many of each; and `kept`, the obligations of others that stay with them."""

    gone: dict[str, int]
    kept: int
    changes: Changes = field(repr=False)
    "the entities that it touches, and what the removed requests had left: to be passed on after the commit"


def erase(transaction: Transaction, entity: str, *, now: datetime) -> Erased:
    """The entity and everything that was kept about it are gone; `changes` has the members with it in the circle.

    Raises NotFound (there is no such entity, or it is erased already).
    """
    salt, _ = objections.lock_objections(transaction)
    transaction.run("hold_erased", id=entity, head=START)
    hold(transaction, entity)
    known = transaction.optional("erase_begin", id=entity)
    if known is None:
        raise NotFound(f"there is no entity {entity!r}")
    endings.note(transaction, "erased", entity, at=now)
    changes = Changes()
    for joined in known["memberships"]:
        transaction.run("erase_from_circles", **joined)
        transaction.run("erase_from_runs", **joined)
        changes.include(membership.leave(transaction, entity, joined["scheme"], now=now, noted=False))
    transaction.run("hide_pauses", entity=entity, hash=objections.hashed(salt, entity))
    kept = transaction.optional("erase_as_creditor", id=entity, anonymous=f"anonymous-{uuid.uuid4()}")
    gone = {"memberships": len(known["memberships"])} | _facts(transaction, entity)
    records = transaction.run("erase_records", id=entity)[0]
    left = records.pop("changes")
    gone |= records
    gone["requests"] += _take_out(transaction, [entity, known["name"]], left)
    refusals.forget(transaction, entity)
    for each in left:
        changes.include(outbox.read(each))
    changes.forget(entity)
    return Erased(gone, kept["obligations"] if kept else 0, changes)


def _facts(transaction: Transaction, entity: str) -> dict[str, int]:
    """The facts of the entity are gone: how many of each kind."""
    rows = transaction.run("erase_facts", id=entity, kinds={stored.type: kind for kind, stored in STORED.items()})
    return dict.fromkeys(STORED, 0) | {row["kind"]: row["gone"] for row in rows}


def _take_out(transaction: Transaction, names: list[str | None], left: list[str]) -> int:
    """No text of others mentions these names; returns how many kept answers are gone because they did.

    left: gets the changes of those answers that had still to be passed on.
    """
    forgotten = 0
    for name in filter(None, names):
        whole_word = len(name) >= SHORTEST
        pattern = _pattern(name) if whole_word else "(?!)"
        quoted = json.dumps(name, ensure_ascii=False)
        found = transaction.run("forget_answers", quoted=quoted, pattern=pattern)[0]
        forgotten += found["requests"]
        left += found["changes"]
        for row in transaction.run("mentions", pattern=pattern) if whole_word else ():
            texts = {key: _without(name, text) for key, text in row["texts"].items() if text is not None}
            transaction.run("reword", label=row["label"], id=row["id"], texts=texts)
    return forgotten


def _pattern(name: str) -> str:
    """The name as a word of its own anywhere in a text, for Java's regular expressions."""
    literal = "".join(char if char.isalnum() else f"\\x{{{ord(char):x}}}" for char in name)
    return rf"(?siu).*(?<![\p{{L}}\p{{N}}]){literal}(?![\p{{L}}\p{{N}}]).*"


def _without(name: str, text: Any) -> Any:
    if isinstance(text, list):
        return [_without(name, each) for each in text]
    return re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", TAKEN_OUT, text, flags=re.IGNORECASE)
