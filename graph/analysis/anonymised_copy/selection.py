"""The entities and things of an inspection copy, as they are in the graph that is copied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graph.errors import Refused
from graph.facts.kinds import FACTS, STORED
from graph.store.client import Database
from graph.text.counts import counted

ENTITIES = 2_000
"Entities whose facts are read at once."
BY_TYPE = {STORED[kind].type: STORED[kind] for kind in FACTS}
"The kinds of facts, by the types of their relationships."

Row = dict[str, Any]
Key = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Everyone:
    """The entities and things of a copy, by ids that do not come into it; memberships by scheme and entity."""

    schemes: Mapping[str, Row]
    people: Mapping[str, Row]
    things: Mapping[Key, Row]
    memberships: Mapping[Key, Row]

    def facts(self, source: Database, entities: Sequence[str]) -> list[Row]:
        """The facts that leave these entities: one end has joined, and both ends are in the copy."""
        rows = source.run("copied_facts", ids=entities, types=list(BY_TYPE))
        return [row for row in rows if self._is_shown(row)]

    def _is_shown(self, fact: Row) -> bool:
        """False also where an end has come since everyone was read."""
        joined = self.people[fact["source"]]["joined"]
        stored = BY_TYPE[fact["type"]]
        if not stored.of_two:
            return joined and (stored.other, fact["target"]) in self.things
        other = self.people.get(fact["target"])
        return other is not None and (joined or other["joined"])


def read(source: Database, fewest: int) -> Everyone:
    schemes = {row["id"]: row for row in source.run("copied_schemes", fewest=fewest)}
    if not schemes:
        raise Refused(
            f"no scheme has {counted(fewest, 'members')}: a copy of fewer would be of persons, not of a structure"
        )
    names = list(schemes)
    people = {row["id"]: row for row in source.run("copied_entities", schemes=names)}
    labels = {stored.type: stored.other for stored in BY_TYPE.values() if not stored.of_two}
    found = source.run("copied_things", schemes=names, labels=labels)
    things: dict[Key, Row] = {(row["label"], row["id"]): row for row in found}
    members = [id_ for id_, row in people.items() if row["joined"]]
    memberships: dict[Key, Row] = {
        (row["scheme"], row["entity"]): row
        for ids in parts(members, ENTITIES)
        for row in source.run("copied_memberships", ids=ids, schemes=names)
    }
    return Everyone(schemes, people, things, memberships)


def parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows, so many at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
