"""Copies into another store the part of a graph that is open to people who may not look at persons.

Only what is named here and in cypher/analysis is copied. Nothing is written in the order in which it was read:
Neo4j numbers what it stores, and the numbers would tell the order of the files that were loaded.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.analysis.anonymised_copy import merging
from graph.analysis.anonymised_copy.pseudonyms import OTHER, about, drawn, rounded, shuffled
from graph.analysis.anonymised_copy.selection import BY_TYPE, ENTITIES, Everyone, Key, Row, parts, read
from graph.disclosure.band_counts import SMALLEST
from graph.policy.scheme import Band
from graph.server.compaction import Progress
from graph.store.client import Database
from graph.text.counts import counted

ROWS = 10_000
"Nodes or relationships that are written in one transaction."


@dataclass(frozen=True)
class Contents:
    """What a copy has."""

    schemes: list[str]
    entities: int
    memberships: int
    facts: int
    ties: int


def copy(source: Database, target: Database, progress: Progress, *, fewest: int = SMALLEST) -> Contents:
    """The copy of `source` is in `target`, which had all migrations and nothing else.

    fewest: members of every scheme that is copied, and holders of every word that stays as it is.
    Raises Refused where no scheme has so many members.
    """
    everyone = read(source, fewest)
    words = merging.words(source, everyone, fewest)
    progress(f"copying: {counted(len(everyone.people), 'entities')}")
    nodes = _write_nodes(target, everyone, words, merging.bands(source, everyone, fewest), fewest)
    facts = ties = 0
    for entities in parts(shuffled(everyone.people), ENTITIES):
        found = [_fact(row, words) for row in everyone.facts(source, entities)]
        tied = [_tie(row) for row in source.run("copied_ties", ids=entities, schemes=list(everyone.schemes))]
        _write_relationships(target, [*found, *tied], nodes)
        facts, ties = facts + len(found), ties + len(tied)
        progress(f"copying: {counted(facts, 'facts')}, {counted(ties, 'ties')}")
    _write_relationships(target, [_joined(*each) for each in everyone.memberships.items()], nodes)
    return Contents(sorted(everyone.schemes), len(everyone.people), len(everyone.memberships), facts, ties)


# Writing -----------------------------------------------------------------------------------------------


def _write_nodes(
    target: Database,
    everyone: Everyone,
    words: Mapping[str, frozenset[str]],
    bands: Mapping[Key, str],
    fewest: int,
) -> dict[Key, str]:
    """Neo4j's own ids of the nodes of the copy, by what they stand for."""
    names, kinds = drawn(everyone.people), merging.kinds(everyone, fewest)
    rows: dict[Key, Row] = {}
    for id_, row in everyone.people.items():
        rows["Entity", id_] = {"labels": kinds[row["kind"]], "properties": {"id": names[id_]}}
    for (label, id_), row in everyone.things.items():
        category = _word(row["category"], words.get(label))
        rows[label, id_] = {"labels": [label], "properties": {"id": secrets.token_hex(8), "category": category}}
    numbers = dict.fromkeys(everyone.schemes, 0)
    for scheme, entity in shuffled(everyone.memberships):
        properties = {"id": f"{scheme}|{names[entity]}", "scheme": scheme, "rid": numbers[scheme]}
        numbers[scheme] += 1
        labels = ["Membership"]
        if band := bands.get((scheme, entity)):
            labels.append(Band(name=band, from_points=0).label)
            properties |= {"band": band, "caption": band}
        rows[scheme, entity] = {"labels": labels, "properties": properties}
    for row in everyone.schemes.values():
        public = {key: row[key] for key in ("id", "version", "hash", "title")}
        rows["Scheme", row["id"]] = {"labels": ["Scheme"], "properties": public}
    found: dict[Key, str] = {}
    for keys in parts(shuffled(rows), ROWS):
        ids = target.one("paste_nodes", rows=[rows[key] | {"instants": []} for key in keys])["ids"]
        found |= dict(zip(keys, ids, strict=True))
    return found


def _write_relationships(target: Database, rows: Sequence[Row], nodes: Mapping[Key, str]) -> None:
    """The relationships whose ends are in the copy: an end may have joined since."""
    there = [row for row in shuffled(rows) if row["source"] in nodes and row["target"] in nodes]
    for part in parts(there, ROWS):
        ends = [row | {end: nodes[row[end]] for end in ("source", "target")} for row in part]
        target.run("paste_relationships", rows=ends)


def _fact(row: Row, words: Mapping[str, frozenset[str]]) -> Row:
    stored = BY_TYPE[row["type"]]
    properties: Row = {"id": secrets.token_hex(8)}
    if row["word"] is not None:
        place = merging.PLACES[row["type"]]
        properties[place] = _word(row["word"], words.get(place))
    if row["amount"] is not None:
        properties |= {"amount": about(row["amount"]), "currency": _word(row["currency"], words.get("currency"))}
    return {
        "type": row["type"],
        "source": ("Entity", row["source"]),
        "target": (stored.other, row["target"]),
        "properties": properties,
        "instants": [[stored.time, row["day"]]],
    }


def _tie(row: Row) -> Row:
    return {
        "type": "INNER",
        "source": (row["scheme"], row["source"]),
        "target": (row["scheme"], row["target"]),
        "properties": {
            "weight": rounded(row["weight"], 2),
            "strength": rounded(row["strength"], 2),
            "days": row["days"],
            "last": row["last"],
        },
        "instants": [],
    }


def _joined(key: Key, row: Row) -> Row:
    ends = {"source": ("Entity", row["entity"]), "target": key}
    return ends | {"type": "JOINED", "properties": {}, "instants": [["at", row["joined"]]]}


def _word(word: str, stay: frozenset[str] | None) -> str:
    return word if stay and word in stay else OTHER
