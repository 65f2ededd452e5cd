"""What is kept about an entity: its facts, its memberships and decisions, its ratings, and the reads of them.

Ratings and their history are as they are shown (graph/disclosure): the scores of others are not kept about this
entity. Others are named by id, where the entity knows them: contacts, debtors, creditors.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from graph.audit import log
from graph.disclosure import ShownRating, history, losses, side_by_side
from graph.errors import NotFound
from graph.facts.kinds import FACTORS, KINDS
from graph.rights import answers, contests, dispute_records, founders, grants, membership
from graph.rights.membership import TakingPart
from graph.store.client import Database, utc

Rows = list[dict[str, Any]]
READS_AT_ONCE = 1_000
FACTS = sorted((kind for kind in KINDS if KINDS[kind].in_archive), key=lambda kind: kind not in FACTORS)
"The kinds of facts that have a table: first those that factors rate."


@dataclass(frozen=True)
class Archive:
    """Everything about one entity.

    tables: rows by kind, in the order in which they are shown; each row has the same columns as the first.
    """

    made: datetime
    entity: dict[str, Any]
    objects: bool
    "whether it objects to being listed as a contact"
    tables: dict[str, Rows]


MEANING = {
    "memberships": "what you take part in: when you joined, which notice you agreed to, and who said so",
    "pauses": "ties that you paused",
    "foundings": "each time that you were named as a founder of a scheme, and what became of it",
    "left": "schemes that you left and have not joined again",
    "ratings": "your ratings as they are shown",
    "rating_parts": "the lines of each rating; they sum to its points",
    "history": "what your ratings were before, as they were shown",
    **{kind: KINDS[kind].in_archive for kind in FACTS},
    "grants": "whom you allowed to read a rating",
    "accesses": "who read your ratings, with the hashes that chain the records",
    "disputes": "facts that you disputed, and what became of that",
    "disputed": "facts of which you are the other side, that others disputed, and what you answered",
    "dispute_readers": "clients who read a rating of yours while it was made with a fact that you disputed",
    "contests": "ratings that you contested as a whole",
    "loads": "where the facts come from",
    "taken_back": "loads that were taken back, and how many facts of yours went with each",
}
"Every kind of table, in order, as it is explained to the entity."


def gather(database: Database, entity: str, *, now: datetime) -> Archive:
    """All that is kept about the entity. Raises NotFound (there is no such entity), StoreConflict."""
    known = database.optional("own_entity", entity=entity)
    if known is None:
        raise NotFound(f"there is no entity {entity!r}")
    part = database.write(lambda transaction: membership.taking_part(transaction, entity))
    facts = {kind: _rows(database.run(f"own_{kind}", entity=entity)) for kind in FACTS}
    ratings = side_by_side(database, entity)
    others = ("entity", "statement", "says")  # what somebody else wrote is in its own archive
    found = {
        **_taking_part(part),
        "foundings": _rows(map(asdict, founders.foundings_of(database, entity))),
        "left": _rows(known["left"]),
        **_ratings(ratings),
        "history": _history(database, entity, ratings),
        **facts,
        "grants": _rows(map(asdict, grants.given(database, entity, now=now))),
        "accesses": _rows(map(asdict, _accesses(database, entity))),
        **_disputes(database, entity, now),
        "disputed": _rows(_without(asdict(each), *others) for each in answers.told(database, entity)),
        "contests": _rows(_without(asdict(each), "entity") for each in contests.of_entity(database, entity)),
        "loads": _loads(database, facts),
        "taken_back": _rows(map(asdict, losses(database, entity))),
    }
    return Archive(now, _row(_without(known, "left")), part.objects, {kind: found[kind] for kind in MEANING})


def _taking_part(part: TakingPart) -> dict[str, Rows]:
    return {
        "memberships": [_without(asdict(each), "pauses", "founding") for each in part.memberships],
        "pauses": [{"scheme": each.scheme, **asdict(pause)} for each in part.memberships for pause in each.pauses],
    }


def _ratings(ratings: list[ShownRating]) -> dict[str, Rows]:
    columns = ("scheme", "whole_points", "band", "within_points", "contested", "stale", "run", "as_of", "rerated")
    return {
        "ratings": [
            {name: getattr(each, name) for name in columns}
            | {f"set_aside_{who}": count for who, count in asdict(each.set_aside).items()}
            | {"policy_version": each.version, "policy_hash": each.hash, "conduct": each.conduct}
            for each in ratings
        ],
        "rating_parts": [{"scheme": each.scheme, **asdict(part)} for each in ratings for part in each.parts],
    }


def _history(database: Database, entity: str, ratings: list[ShownRating]) -> Rows:
    return [
        {"scheme": rating.scheme, **asdict(state)}
        for rating in ratings
        for state in history(database, entity, rating.scheme).states
    ]


def _accesses(database: Database, entity: str) -> list[log.Access]:
    """Every read, the newest first."""
    found: list[log.Access] = []
    before = None
    while page := log.accesses(database, entity, before=before, limit=READS_AT_ONCE):
        found += page
        before = page[-1].at, page[-1].id
    return found


def _disputes(database: Database, entity: str, now: datetime) -> dict[str, Rows]:
    opened = dispute_records.of_entity(database, entity, now=now)
    left_out = ("entity", "says", "readers")  # what a fact says is in its own table
    return {
        "disputes": [_without(asdict(each), *left_out) for each in opened],
        "dispute_readers": [{"dispute": each.id, **asdict(reader)} for each in opened for reader in each.readers],
    }


def _loads(database: Database, facts: dict[str, Rows]) -> Rows:
    ids = {row["load"] for rows in facts.values() for row in rows}
    return _rows(database.run("loads", ids=sorted(filter(None, ids))))


def _rows(rows: Iterable[dict[str, Any]]) -> Rows:
    return list(map(_row, rows))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """The row with instants and days as Python has them."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if hasattr(value, "hour_minute_second"):
        return utc(value)
    return value.to_native() if hasattr(value, "to_native") else value


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
