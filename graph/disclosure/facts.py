"""What a member is shown of its own facts, each with its points and its source, and of its contacts.

A contact is shown with the days of contact, and no more: not whether it has joined, and none of its facts.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from graph.explain import OpenFactor
from graph.facts.kinds import FACTORS
from graph.store.client import Database, utc


@dataclass(frozen=True)
class Source:
    """Where a fact comes from."""

    by: str | None
    "the person who loaded it, where that is known"
    at: datetime
    files: tuple[str, ...]
    "their names, without the directories that they were in where the service runs"


@dataclass(frozen=True)
class OwnFact:
    """One fact, what it adds to the rating or takes from it, and where it comes from."""

    kind: str
    fact: str
    at: datetime
    "when; of an obligation, when it is due"
    other: str
    "the creditor, the product or the site"
    category: str | None
    settled: datetime | None
    parts: int | None
    "payments that settled it; None where none did"
    zone: str | None
    "in which the days of an obligation are meant; None: UTC"
    outcome: float | None
    late: int | None
    whole: int
    "points"
    weighs: str | None
    "why it weighs less than its age alone would have it; None: it does not"
    why: str | None
    "why it does not count; None: it does"
    source: Source | None


@dataclass(frozen=True)
class OwnContact:
    """One time that the member was in touch with somebody."""

    fact: str
    at: datetime
    began: bool
    "whether the member began it"
    channel: str | None
    disputed: bool
    source: Source | None


@dataclass(frozen=True)
class Met:
    """Somebody with whom the member was in touch; the newest contact first."""

    entity: str
    days: int
    "UTC days, without contacts in dispute"
    last: date
    contacts: tuple[OwnContact, ...]


def own_facts(database: Database, entity: str, factors: Sequence[OpenFactor]) -> list[OwnFact]:
    """Every fact of the opened factors, the newest first, with its source."""
    lines = [fact for factor in factors for fact in factor.facts]
    loads: dict[tuple[str, str], str | None] = {}
    for kind in sorted({line.factor for line in lines} & set(FACTORS)):
        loads |= {(kind, row["id"]): row["load"] for row in database.run(f"own_{kind}", entity=entity)}
    found = sources(database, loads.values())
    facts = [
        OwnFact(
            kind=line.factor,
            fact=line.fact,
            at=line.at,
            other=line.other,
            category=line.category,
            settled=line.settled,
            parts=line.parts,
            zone=line.zone,
            outcome=line.outcome,
            late=line.late,
            whole=line.whole,
            weighs=line.weighs,
            why=line.why,
            source=found.get(loads.get((line.factor, line.fact)) or ""),
        )
        for line in lines
    ]
    return sorted(facts, key=lambda each: (each.at, each.kind, each.fact), reverse=True)


def met(database: Database, entity: str) -> list[Met]:
    """Everybody with whom the entity was in touch: those with most days of contact come first."""
    rows = database.run("own_contacts", entity=entity)
    found = sources(database, (row["load"] for row in rows))
    by_other: dict[str, list[OwnContact]] = {}
    for row in rows:
        contact = OwnContact(
            fact=row["id"],
            at=utc(row["at"]),
            began=row["began"],
            channel=row["channel"],
            disputed=row["disputed"],
            source=found.get(row["load"] or ""),
        )
        by_other.setdefault(row["other"], []).append(contact)
    everybody = [_met(other, contacts) for other, contacts in by_other.items()]
    return sorted(everybody, key=lambda each: (-each.days, -each.last.toordinal(), each.entity))


def _met(other: str, contacts: list[OwnContact]) -> Met:
    newest = sorted(contacts, key=lambda each: (each.at, each.fact), reverse=True)
    days = {each.at.date() for each in contacts if not each.disputed}
    return Met(other, len(days), newest[0].at.date(), tuple(newest))


def sources(database: Database, loads: Iterable[str | None]) -> dict[str, Source]:
    """The loads with these ids, by id; one that is not known is left out."""
    ids = sorted(set(filter(None, loads)))
    rows = database.run("loads", ids=ids) if ids else []
    return {row["id"]: Source(row["by"], utc(row["at"]), tuple(map(file_name, row["files"]))) for row in rows}


def names(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """The names of those of the entities that are organisations and have one, by id: persons go by their ids."""
    wanted = sorted(set(ids))
    rows = database.run("organisation_names", ids=wanted) if wanted else []
    return {row["id"]: row["name"] for row in rows}


def file_name(file: str) -> str:
    """`contacts.csv`, of a path of any system."""
    return re.split(r"[/\\]", file)[-1]
