"""A graph that files are loaded into and taken back from, and what it says whichever loads said it first."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.facts import load_records, unload
from graph.facts.load import load
from graph.rating import apply
from graph.store.client import Database
from tests.facts.looking import written

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
AT, LATER = "2026-05-01T09:30:00Z", "2026-06-28T09:30:00Z"
HEADERS = {
    "entities": "id,kind,name,born,uscc,lei",
    "products": "id,category",
    "sites": "id,category",
    "contacts": "id,source,target,at,channel",
    "obligations": "id,debtor,creditor,kind,amount,currency,due,settled,outcome",
    "payments": "id,obligation,at,amount,currency",
    "purchases": "id,entity,product,at,amount,currency",
    "visits": "id,entity,site,at",
    "judgments": "id,entity,court,case_number,amount,currency,issued,due,settled",
    "memberships": "entity,scheme,at,notice",
}
PEOPLE = {
    "entities": ["ann,person,,,,", "bob,person,,,,", "cat,person,,,,"],
    "memberships": [f"{who},made-up,2026-01-01T00:00:00Z,1" for who in ("ann", "bob", "cat")],
}
LEFT = """
MATCH (n) WHERE NOT n:Migration|Load|Secret|Scheme|Run|Past
RETURN labels(n) AS labels,
       CASE WHEN n:Membership THEN n {.id, .rid, .scheme}
            ELSE n {.*, changed: null, load: null, brought: n.brought IS NOT NULL, also: null} END AS properties,
       COLLECT {
         MATCH (n)-[r:!LOST&!INNER&!WAS]->(o)
         RETURN [type(r), coalesce(o.id, ''), r {.*, load: null, also: null}]
       } AS relationships
"""


def whole(database: Database) -> list[str]:
    """All that the graph says, whichever loads said it first; no record of loads, and no rating."""
    rows = database.statement(LEFT)
    return sorted(
        f"{_names(row['labels'])} {_text(row['properties'])} {sorted(map(_text, row['relationships']))}"
        for row in rows
    )


def _names(labels: list[str]) -> list[str]:
    return sorted(label for label in labels if not label.startswith("Band"))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return str(sorted((name, _text(each)) for name, each in value.items() if each is not None))
    if isinstance(value, list):
        return str([_text(each) for each in value])
    return f"{value:.9f}" if isinstance(value, float) else str(value)


class World:
    """A graph that files are loaded into, one after the other."""

    def __init__(self, database: Database, directory: Path):
        self.database, self.directory, self.number = database, directory, 0

    def files(self, rows: dict[str, list[str]]) -> Path:
        """A directory of them; rows of a kind may begin with a header of their own."""
        self.number += 1
        directory = self.directory / f"files-{self.number}"
        directory.mkdir()
        for kind, lines in rows.items():
            named = [] if lines[0].startswith("id,") else [HEADERS[kind]]
            written(directory, f"{kind}.csv", *named, *lines)
        return directory

    def load(self, rows: dict[str, list[str]], *, by: str = "olga", **more: Any) -> str:
        """The rows are loaded; returns the id of the load."""
        before = {each.id for each in load_records.recorded(self.database)}
        loaded = load(self.database, [self.files(rows)], by=by, **more)
        assert not sum(each.rejected for each in loaded)
        new = [each.id for each in load_records.recorded(self.database) if each.id not in before]
        return new[0] if new else ""

    def unload(self, id_: str, why: str | None = None) -> unload.Unloaded:
        return apply.take_back(self.database, id_, by="olga", why=why)[0]

    def anew(self, *loaded: dict[str, list[str]]) -> list[str]:
        """A graph that never had anything but these loads; returns their ids."""
        self.database.statement(
            "MATCH (n) WHERE NOT n:Migration AND NOT n:Scheme AND NOT n:Secret DETACH DELETE n"
        )
        self.database.statement("MATCH (s:Scheme) REMOVE s.next_rid, s.run")
        return [self.load(rows) for rows in loaded]
