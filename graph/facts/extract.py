"""Facts as plain values, out of the graph: those of a few entities, or all that a run of a scheme would read.

graph/rating/reference.py rates them, and gives what the queries of cypher/rating give.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from graph.errors import NotFound
from graph.facts.kinds import FACTORS, STORED, FactorKind
from graph.facts.values import MADE, Contact, Fact, Facts
from graph.policy.publishing import row_of
from graph.store.client import Database

PAGE = 5_000
"Rids in one query."
INSTANTS = ("at", "due", "settled")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def facts_of(database: Database, scheme_id: str, entities: Sequence[str]) -> Facts:
    """The own facts and the contacts of these entities, whether members or not, and nothing of others.

    members: those of the entities, and of their contacts, that have joined the scheme.
    Raises NotFound for an unknown entity.
    """
    wanted = sorted(set(entities))
    kinds = {STORED[kind].type: kind for kind in FACTORS}
    rows = database.run("gather_facts", scheme=scheme_id, entities=wanted, types=list(kinds))
    for missing in sorted(set(wanted).difference(row["entity"] for row in rows)):
        raise NotFound(f"there is no entity {missing!r}")
    rids: dict[str, int] = {}
    contacts: dict[str, Contact] = {}
    voices: dict[str, float] = {}
    own, categories = _by_kind(), _by_kind_of_things()
    for row in rows:
        entity = row["entity"]
        rids |= {entity: row["rid"]} if row["rid"] is not None else {}
        voices |= _voice(entity, row)
        for each in row["facts"]:
            kind, other = kinds[each["type"]], each["other"]
            own[kind].append(MADE[kind](entity, other, _with_instants(each)))
            categories[kind][other] = each["category"]
            voices |= _voice(other, each)
        for each in row["contacts"]:
            voices |= _voice(each["other"], each)
            rids |= {each["other"]: each["rid"]} if each["rid"] is not None else {}
            contacts |= {fact.id: fact for fact in _contacts(entity, each)}
    members = sorted(rids.items(), key=lambda member: member[1])
    return Facts.of(own, categories, list(contacts.values()), members, voices)


def _voice(entity: str, row: dict[str, Any]) -> dict[str, float]:
    return {} if row["voice"] is None else {entity: row["voice"]}


def own_ties(database: Database, scheme_id: str, entity: str) -> tuple[list[Contact], set[str]]:
    """An entity's contacts, as far as it may know itself, and the ids that it has paused.

    Disputed contacts are left out, and so are those of ties that it paused, but not of ties that the other end
    paused.
    """
    rows = database.run("own_ties", scheme=scheme_id, entity=entity)
    kept = [
        contact
        for row in rows
        if not row["paused"]
        for contact in _contacts(entity, {"other": row["other"], "times": [row]})
    ]
    return kept, {row["other"] for row in rows if row["paused"]}


def _contacts(entity: str, with_one: dict[str, Any]) -> Iterator[Contact]:
    for time in with_one["times"]:
        other = with_one["other"]
        source, target = (entity, other) if time["began"] else (other, entity)
        yield Contact(source, target, _instant(time["at"]), time["id"])


def all_facts(database: Database, scheme_id: str, *, below: int | None = None, rated_only: bool = False) -> Facts:
    """Everything that a run of the scheme would read now: the facts of its members, page by page.

    below:      only members with a smaller rid, as they were when an earlier run started.
    rated_only: only members that a run has rated.
    Takes time and memory in proportion to the facts: 100,000 members with 1.2 million facts took 85 s and 460 MiB,
    on two cores with other work to do.
    Raises NotFound (no such scheme).
    """
    end = extent(database, scheme_id)
    end = end if below is None else min(end, below)

    def rows(name: str) -> Iterator[dict[str, Any]]:
        for page in pages(database, name, scheme_id, end=end):
            yield from page

    one = _interned()  # an id is one object, however many facts name it
    members: list[tuple[str, int]] = []
    voices: dict[str, float] = {}
    for row in rows("gather_members"):
        if row["rated"] or not rated_only:
            members.append((one(row["entity"]), row["rid"]))
            voices |= _voice(one(row["entity"]), row)
    joined = {entity for entity, _ in members}
    contacts = [
        Contact(one(row["source"]), one(row["target"]), _instant(row["at"]), row["id"])
        for row in rows("gather_contacts")
        if row["target"] in joined
    ]
    own, categories = _by_kind(), _by_kind_of_things()
    for kind in FACTORS:
        source, target = STORED[kind].ends
        for row in rows(f"gather_{kind}"):
            other = one(row[target])
            own[kind].append(MADE[kind](one(row[source]), other, _with_instants(row)))
            if "category" in row:
                categories[kind][other] = one(row["category"])
    return Facts.of(own, categories, contacts, members, voices)


def _by_kind() -> dict[FactorKind, list[Fact]]:
    return {kind: [] for kind in FACTORS}


def _by_kind_of_things() -> dict[FactorKind, dict[str, str]]:
    return {kind: {} for kind in FACTORS}


def extent(database: Database, scheme_id: str) -> int:
    """The largest rid of the scheme + 1; 0 where nobody has joined. Raises NotFound (no such scheme)."""
    row_of(database, scheme_id)
    end: int = database.one("member_range", scheme=scheme_id)["range"]
    return end


def pages(database: Database, name: str, scheme_id: str, *, end: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of a gathering query, a page of rids at a time; `end`: the largest rid + 1."""
    for first in range(0, end, PAGE):
        yield database.run(name, scheme=scheme_id, first=first, end=min(first + PAGE, end))


def _interned() -> Callable[[str], str]:
    known: dict[str, str] = {}
    return lambda text: known.setdefault(text, text)


def _with_instants(said: dict[str, Any]) -> dict[str, Any]:
    """What a query says of a fact, with its times as instants."""
    return said | {name: _instant(said[name]) for name in INSTANTS if name in said}


def _instant(microseconds: Any) -> Any:
    """The instant so many microseconds after 1970; None for None."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
