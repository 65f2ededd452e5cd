"""Who may join which scheme, as cypher/facts/load_memberships.cypher decides it where nobody has left yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph.model import Row

Why = tuple[str, str]
"The column to look at, and the reason."


@dataclass(frozen=True)
class Schemes:
    """What the graph says of the schemes that are published: by id, the properties of each."""

    by_id: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, nodes: Iterable[Mapping[str, Any]]) -> "Schemes":
        return cls({node["id"]: node for node in nodes})

    def notice(self, scheme: str, named: str) -> str | None:
        """The notice, in full, that a row names by its version, or by version and hash."""
        notices = self.by_id.get(scheme, {}).get("notices") or ()
        return next((each for each in notices if named in (each, each.split(" ")[0])), None)

    def minimum_age(self, scheme: str) -> int | None:
        age: int | None = self.by_id[scheme].get("minimum_age")
        return age

    def next_rid(self, scheme: str) -> int:
        return self.by_id[scheme].get("next_rid") or 0


def why_not(row: Row, entity: Row | None, schemes: Schemes, notice: str | None, joined: Row | None) -> Why | None:
    """Why the row is refused; None: it is not.

    row: {entity, scheme, at, notice}. entity, joined: the rows of the entity and of its membership, if there.
    """
    if entity is None:
        return "entity", "there is no such entity"
    if row["scheme"] not in schemes.by_id:
        return "scheme", "no such scheme is published"
    if notice is None:
        return "notice", "the scheme published no such notice"
    if joined is not None:
        if joined["at"] != row["at"]:
            return "at", "the entity joined at another time"
        return ("notice", "the entity agreed to another notice") if joined["notice"] != notice else None
    age = schemes.minimum_age(row["scheme"])
    if age is None or entity["kind"] == "organisation":
        return None
    if entity["born"] is None:
        if entity["kind"] == "person":
            return "entity", f"of unknown age, and a new member must be {age} years old"
        return None
    if _years(date.fromisoformat(entity["born"]), date.fromisoformat(row["at"][:10])) < age:
        return "entity", f"too young: a new member must be {age} years old"
    return None


def _years(born: date, day: date) -> int:
    """Whole years between the two, below 0 for one who is not born."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
