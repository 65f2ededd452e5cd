"""Frames for people: each read of a person is on record before the frame is theirs (docs/access.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from graph.analysis.frames import circle_graph
from graph.analysis.frames.read import read, read_facts, read_members
from graph.audit import log
from graph.store.client import Database
from graph.text.plain import LONGEST_NAME, plain

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

ROLE = "operator"


@dataclass(frozen=True)
class Reader:
    """The reader and the purpose: both are on record with every member that is read, and the member sees them."""

    who: str
    purpose: str

    def __post_init__(self) -> None:
        """Raises ParameterError where one of them is blank or no plain text."""
        plain(self.who, "who", longest=LONGEST_NAME)
        plain(self.purpose, "purpose")


def members(database: Database, scheme_id: str) -> "pd.DataFrame":
    """The members of the scheme: entity, rid, kind, joined, contacts. Not recorded, as with `innercircle members`.

    Raises NotFound (no such scheme), as all of these do.
    """
    return read_members(database, scheme_id)


def facts(database: Database, scheme_id: str, *, by: Reader) -> "pd.DataFrame":
    """The facts of the members that a run would read now; raises NotRecorded.

    One row each: entity, kind (of `FACTS` in graph/facts/kinds.py), id, other, category, at, settled, outcome,
    zone.
    `other` is nothing for a creditor that has not joined. Disputed facts and those of paused ties count for
    nothing, and are left out.
    """
    found = read_facts(database, scheme_id)
    record(database, scheme_id, found["entity"], by=by, what="frame of facts")
    return found


def circles(database: Database, scheme_id: str, *, by: Reader) -> "pd.DataFrame":
    """The circles that the ratings were made with; raises NotRecorded, StoreConflict.

    One row a tie: entity, contact, weight, used (the contact's score that was used), strength, days, last.
    Strength, days and last are those of the tie as it is now, and missing where it is gone.
    """
    found = read(database, scheme_id).circles
    record(database, scheme_id, {*found["entity"], *found["contact"]}, by=by, what="frame of circles")
    return found


def ratings(database: Database, scheme_id: str, *, by: Reader) -> "pd.DataFrame":
    """The published ratings, to the last digit; raises NotRecorded, StoreConflict.

    One row each: entity, score, points, band, conduct, the rates of the factors, evidence, run, as_of, rerated,
    bound, stale, contested, set_aside_member and set_aside_other: facts in dispute that it lacks. In order of id:
    nothing here sorts people by what they are worth.
    """
    found = read(database, scheme_id).ratings
    record(database, scheme_id, found["entity"], by=by, what="frame of ratings")
    return found


def to_networkx(database: Database, scheme_id: str, *, by: Reader) -> "nx.DiGraph[str]":
    """The circles as a graph of networkx; raises NotRecorded, StoreConflict.

    Nodes: the rated members, in order of id, with kind, conduct, score, points, band and contested.
    Edges: from a member to each contact in its circle, with weight, used, strength, days and last.
    """
    community = read(database, scheme_id)
    record(database, scheme_id, community.ratings["entity"], by=by, what="graph of circles")
    return circle_graph.circle_graph(community)


def record(database: Database, scheme_id: str, entities: Iterable[str], *, by: Reader, what: str) -> None:
    """The reads of these are on record, so the frames may be handed out. Raises NotRecorded."""
    log.record_reads(
        database,
        scheme_id,
        entities,
        who=by.who,
        role=ROLE,
        purpose=by.purpose,
        what=what,
        now=datetime.now(UTC),
    )
