"""How a rating is traced over all hops: how much of it is each member's own conduct.

A score is a share of own conduct and a share of contacts' scores, which are made in the same way. At first the
whole rating lies with its member. When a member is opened, the part of its own conduct stays with it, and the rest
moves on to its circle. Each moved part counts with the score that was used for it. So the sum holds however many
members have been opened, and the members that were not opened are one exact remainder.

Source: forward push for personalised PageRank (Andersen, Chung, Lang 2006); docs/formulas.md.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from graph.errors import NotFound, StoreConflict
from graph.rating.published import NOISE, READINGS, of_one_run
from graph.rating.runs import policy_of_run
from graph.store.client import Database, utc


class Node(NamedTuple):
    """One member as its rating has it."""

    rid: int
    entity: str
    conduct: float
    score: float
    points: float
    share: float
    "what its circle supplies of the score; 0 without one"
    circle: list[int]
    weights: list[float]
    used: list[float]
    run: str
    as_of: datetime


@dataclass
class Trace:
    """How far the root's rating has been traced. Amounts are in score, and sum to the root's.

    nodes:   the members that were read, by rid.
    reached: rid -> the share of the root's score that is this member's own conduct.
    waiting: rid -> (the share that lies at this member, the sum of it times the score that was used).
    behind:  what scores have changed since they were used.
    left:    the part of members that have left since; unrated: the part of members that are not rated yet.
    """

    root: Node
    nodes: dict[int, Node]
    waiting: dict[int, tuple[float, float]]
    reached: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    behind: float = 0.0
    left: float = 0.0
    unrated: float = 0.0

    def open(self, rid: int) -> None:
        """What lies at this member is split between its own conduct and its contacts."""
        mass, supplied = self.waiting.pop(rid)
        node = self.nodes[rid]
        self.behind += supplied - mass * node.score
        self.reached[rid] += mass * (1 - node.share)
        moved = mass * node.share
        if moved:
            for contact, weight, used in zip(node.circle, node.weights, node.used, strict=True):
                there, its = self.waiting.get(contact, (0.0, 0.0))
                self.waiting[contact] = there + moved * weight, its + moved * weight * used


def trace(database: Database, entity: str, scheme_id: str, *, smallest: float) -> Trace:
    """The member's rating, traced until no unopened member has more than `smallest` of it; one query a hop.

    Raises NotFound (no such rating), StoreConflict (it changes faster than it can be read).
    """
    root = _read_root(database, entity, scheme_id)
    traced = Trace(root, {root.rid: root}, {root.rid: (1.0, root.score)})
    while chosen := [rid for rid, (mass, _) in traced.waiting.items() if mass > smallest]:
        unread = [rid for rid in chosen if rid not in traced.nodes]
        rows = {row["rid"]: row for row in _read_whole(database, scheme_id, "", unread)} if unread else {}
        traced.nodes |= {rid: _node(database, row) for rid, row in rows.items() if row["score"] is not None}
        for rid in chosen:
            if rid in traced.nodes:
                traced.open(rid)
            elif rid in rows:
                traced.unrated += traced.waiting.pop(rid)[1]
            else:
                traced.left += traced.waiting.pop(rid)[1]
    return traced


def _read_root(database: Database, entity: str, scheme_id: str) -> Node:
    rows = _read_whole(database, scheme_id, f"{scheme_id}|{entity}", ())
    if not rows:
        raise NotFound(f"{entity!r} is not a member of {scheme_id!r}")
    if rows[0]["score"] is None:
        raise NotFound(f"{entity!r} is not rated yet: the next run of {scheme_id!r} will rate it")
    return _node(database, rows[0])


def _read_whole(database: Database, scheme_id: str, id_: str, rids: Sequence[int]) -> list[dict[str, Any]]:
    """These memberships, each as one run published it; one that was met half-way is read again."""
    found: list[dict[str, Any]] = []
    for _ in range(READINGS):
        rows = database.run("reached", id=id_, scheme=scheme_id, rids=list(rids))
        found += [row for row in rows if _adds_up(database, row)]
        good = {row["rid"] for row in found}
        again = [row for row in rows if row["rid"] not in good]
        if not again:
            return found
        id_, rids = "", [row["rid"] for row in again]
    raise StoreConflict(f"ratings in {scheme_id!r} are being published: ask again")


def _adds_up(database: Database, row: dict[str, Any]) -> bool:
    if not of_one_run(row):
        return False
    if row["score"] is None:
        return True
    if len({len(row[name]) for name in ("circle", "weights", "used")}) > 1:
        return False
    node = _node(database, row)
    company = math.fsum(weight * used for weight, used in zip(node.weights, node.used, strict=True))
    return abs((1 - node.share) * node.conduct + node.share * company - node.score) <= NOISE


def _node(database: Database, row: dict[str, Any]) -> Node:
    return Node(
        row["rid"],
        row["id"].partition("|")[2],
        row["conduct"],
        row["score"],
        row["points"],
        policy_of_run(database, row["run"]).circle.share if row["circle"] else 0.0,
        row["circle"],
        row["weights"],
        row["used"],
        row["run"],
        utc(row["as_of"]),
    )
