"""Villages in which facts are disputed: each test has one of its own, all in one graph that is rated once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from graph.facts.extract import facts_of
from graph.facts.load import load
from graph.facts.values import Facts
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.rating import reference
from graph.rating.rerate import passed_on
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.facts.looking import written
from tests.kept import kept
from tests.strategies import AS_OF

SCHEMES = ("reliability", "own-conduct")
NOW = AS_OF - timedelta(hours=9)
# Of one village; ann, bob and cat have joined, dan has not.
FILES = {
    "entities": ("id,kind", "ann,person", "bob,person", "cat,person", "dan,person", "bank,organisation"),
    "contacts": (
        "id,source,target,at",
        "c1,ann,bob,2026-06-01T09:00:00Z",
        "c2,bob,ann,2026-06-02T09:00:00Z",
        "c3,bob,cat,2026-06-02T09:00:00Z",
        "c4,cat,bob,2026-06-03T09:00:00Z",
        "c5,dan,ann,2026-06-03T09:00:00Z",
    ),
    "obligations": (
        "id,debtor,creditor,amount,currency,due,settled",
        "o1,ann,bank,10,CNY,2026-05-01T09:00:00Z,2026-05-01T09:00:00Z",
        "o2,bob,bank,10,CNY,2026-05-01T09:00:00Z,2026-06-20T09:00:00Z",
        "o3,cat,bank,10,CNY,2026-05-01T09:00:00Z,",
        "o4,dan,bank,10,CNY,2026-05-01T09:00:00Z,",
    ),
    "purchases": ("id,entity,product,at", "p1,ann,bread,2026-06-28T18:00:00Z"),
    "visits": ("id,entity,site,at", "v1,cat,library,2026-06-28T18:00:00Z"),
    "memberships": (
        "entity,scheme,at,notice",
        "ann,reliability,2026-01-01T00:00:00Z,1",
        "bob,reliability,2026-01-01T00:00:00Z,1",
        "cat,reliability,2026-01-01T00:00:00Z,1",
        "ann,own-conduct,2026-01-01T00:00:00Z,1",
    ),
}
SHARED = {"products": ("id,category", "bread,groceries"), "sites": ("id,category", "library,education")}
NAMES = {line.split(",")[0] for lines in FILES.values() for line in lines[1:]}
SCORES = """
UNWIND $entities AS id
MATCH (:Entity {id: id})-[:JOINED]->(m:Membership)
MATCH (r:Run {id: m.run})
RETURN m.scheme AS scheme, id AS entity, m.score AS score, coalesce(r.slack, r.bound) AS bound
"""
HELD = "MATCH ()-[f:CONTACTED|OWED|BOUGHT|VISITED {id: $id}]->() RETURN properties(f) AS p"


def build(database: Database, folder: Path, villages: int) -> "Iterator[Village]":
    """Nothing but the villages is in the database, rated in both schemes."""
    database.statement(WIPE)

    def make() -> None:
        for name in SCHEMES:
            publishing.publish(database, scheme.read(name))
        folder.mkdir(exist_ok=True)
        for kind, (header, *lines) in FILES.items():
            rows = (of_village(line, n) for n in range(villages) for line in lines)
            written(folder, f"{kind}.csv", header, *rows)
        for kind, shared in SHARED.items():
            written(folder, f"{kind}.csv", *shared)
        assert not any(each.rejected for each in load(database, [folder]))
        for name in SCHEMES:
            rate(database, name, as_of=AS_OF)

    kept(database, make, of=villages)
    return (Village(database, number) for number in range(villages))


def of_village(line: str, number: int) -> str:
    """The line of a file with the ids of this village."""
    return ",".join(f"{number}-{cell}" if cell in NAMES else cell for cell in line.split(","))


@dataclass
class Village:
    """One village: the ids of its people and facts, and what there is to ask about them."""

    database: Database
    number: int

    def __call__(self, name: str) -> str:
        """`7-ann` of `ann`; what is of no village stays as it is."""
        return of_village(name, self.number)

    def files(self, folder: Path) -> Path:
        """The files of this village, once more."""
        folder.mkdir(exist_ok=True)
        for kind, (header, *lines) in FILES.items():
            written(folder, f"{kind}.csv", header, *map(self, lines))
        return folder

    def row(self, folder: Path, kind: str, line: str) -> Path:
        """A file of one row."""
        return written(folder, f"{kind}.csv", FILES[kind][0], self(line))

    def fact(self, name: str) -> dict[str, Any] | None:
        """The properties of a contact, obligation, purchase or visit; None where there is none of that id."""
        found = self.database.statement(HELD, id=self(name))
        assert len(found) <= 1
        return dict(found[0]["p"]) if found else None

    def everything(self) -> dict[str, Facts]:
        """The facts that each scheme has of this village now; a disputed one is not among them."""
        people = [self(each) for each in ("ann", "bob", "cat")]
        return {name: facts_of(self.database, name, people) for name in SCHEMES}

    def follows(self, facts: dict[str, Facts], *without: str) -> bool:
        """Whether each rating is, within the bound it states, what these facts give without these."""
        gone = [self(each) for each in without]
        fresh = {name: reference.rate(less(facts[name], gone), scheme.read(name), AS_OF) for name in SCHEMES}
        rows = self.database.statement(SCORES, entities=[self(each) for each in ("ann", "bob", "cat", "dan")])
        assert sorted((row["scheme"], row["entity"]) for row in rows) == sorted(
            (name, entity) for name in SCHEMES for entity in fresh[name].members
        )
        assert all(row["bound"] <= 0.05 / 600 + 4e-9 for row in rows)
        return all(
            abs(row["score"] - fresh[row["scheme"]].members[row["entity"]].score) <= row["bound"] + 1e-15
            for row in rows
        )

    def pass_on(self, changes: Changes) -> None:
        assert passed_on(self.database, changes)

    def loaded_by(self, name: str, who: str | None, at: datetime) -> None:
        """The fact came in with a load of this operator; None: nobody knows which load it was."""
        if who is None:
            self.database.statement(
                "MATCH ()-[f:CONTACTED|OWED|BOUGHT|VISITED {id: $fact}]->() REMOVE f.load", fact=self(name)
            )
            return
        self.database.statement(
            "CREATE (l:Load {id: randomUUID(), by: $who, at: $at, files: []}) "
            "WITH l MATCH ()-[f:CONTACTED|OWED|BOUGHT|VISITED {id: $fact}]->() SET f.load = l.id",
            who=who,
            at=at,
            fact=self(name),
        )


def less(facts: Facts, ids: Collection[str]) -> Facts:
    return replace(
        facts,
        contacts=[each for each in facts.contacts if each.id not in ids],
        obligations=[each for each in facts.obligations if each.id not in ids],
        purchases=[each for each in facts.purchases if each.id not in ids],
        visits=[each for each in facts.visits if each.id not in ids],
    )
