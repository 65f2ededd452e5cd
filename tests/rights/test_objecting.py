"""Objecting: contacts with an objector are gone and refused, and nothing but a salted hash remembers who it is."""

import csv
import threading
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import graph.facts.load
from graph.errors import Refused
from graph.facts import objections
from graph.rating.apply import apply
from graph.rights import membership
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.facts.looking import whole, written
from tests.worlds.three_in_touch import FACTS, NOW, SCHEME, expect, join, leave, open_market, own, pause, run

HEADER = "id,source,target,at"
OLD = "2026-06-01T09:00:00Z"
EVERYTHING = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN properties(n) AS n, collect(properties(r)) AS r"


@pytest.fixture
def market(graph: Database) -> Database:
    open_market(graph, rated=False)
    return graph


def object_to(database: Database, entity: str) -> int:
    return database.write(lambda tx: membership.object_to_listing(tx, entity, now=NOW))


def withdraw(database: Database, entity: str) -> bool:
    return database.write(lambda tx: membership.withdraw_objection(tx, entity, now=NOW))


def load(
    database: Database, path: Path, *rows: str, kind: str = "contacts", header: str = HEADER, **more: Any
) -> list[str]:
    """The ids and reasons of the rows that are rejected."""
    file = written(path, f"{kind}-new.csv", header, *rows)
    rejects = path / "rejects.csv"
    rejects.unlink(missing_ok=True)
    graph.facts.load.load(database, [file], rejects=rejects, **more)
    if not rejects.exists():
        return []
    with rejects.open(newline="", encoding="utf-8") as stream:
        return [f"{row['line']} {row['column']} {row['value']}: {row['reason']}" for row in csv.DictReader(stream)]


def contacts(database: Database, entity: str) -> int:
    [row] = database.statement("RETURN COUNT { (:Entity {id: $id})-[:CONTACTED]-() } AS contacts", id=entity)
    return int(row["contacts"])


def remembered(database: Database, entity: str) -> bool:
    return f"'{entity}'" in str(database.statement(EVERYTHING))


def test_contacts_with_an_objector_are_gone_and_no_rating_changes(market: Database) -> None:
    run(market)
    others = contacts(market, "ann")
    assert object_to(market, "dan") == 2
    assert (contacts(market, "dan"), contacts(market, "ann")) == (0, others - 2)
    assert own(market, "dan").objects
    assert own(market, "dan").kind == "person", "an obligation names it still"
    stale = "MATCH (e:Entity) WHERE e.changed IS NOT NULL RETURN e.id"
    assert market.statement(stale) == [], "nothing that a rating uses has changed"
    expect(market, FACTS, within=1e-8)
    run(market)
    expect(market, FACTS, within=1e-8)


def test_an_entity_that_nothing_else_is_known_of_is_gone_and_only_a_salted_hash_is_left(
    market: Database, tmp_path: Path
) -> None:
    for id_ in ("eve", "fay"):
        load(market, tmp_path, f"{id_},person,{id_}", kind="entities", header="id,kind,name")
        load(market, tmp_path, f"{id_}-1,ann,{id_},{OLD}", f"{id_}-2,{id_},bob,{OLD}")
        pause(market, "ann", id_)
    before = whole(market)
    assert object_to(market, "eve") == 2
    assert not remembered(market, "eve")
    assert remembered(market, "fay")
    assert [each.contact for each in own(market, "ann").memberships[0].pauses] == ["fay"]
    [row] = market.statement("MATCH (o:Objection) RETURN properties(o) AS o, COUNT { (o)--() } AS ties")
    salt = market.one("secret", name="objections")["value"]
    assert row["ties"] == 0
    assert {**row["o"], "at": None} == {"hash": sha256(bytes.fromhex(salt) + b"eve").hexdigest(), "at": None}
    assert row["o"]["hash"] not in str(before)
    assert market.statement("MATCH (l:Load) WHERE 'eve' IN l.files RETURN l") == []


def test_an_unknown_entity_can_object_and_a_pause_of_it_goes(market: Database, tmp_path: Path) -> None:
    pause(market, "ann", "eve")
    assert object_to(market, "eve") == 0
    assert object_to(market, "eve") == 0, "once more changes nothing"
    assert not remembered(market, "eve")
    assert len(market.statement("MATCH (o:Objection) RETURN o")) == 1
    load(market, tmp_path, "eve,person", kind="entities", header="id,kind")
    assert load(market, tmp_path, f"e1,eve,ann,{OLD}") == [f"2 source eve: {objections.REASON}"]


@pytest.mark.parametrize(("batch", "dry_run"), [(10_000, False), (1, False), (10_000, True)])
def test_contacts_that_name_an_objector_are_rejected_and_the_others_load(
    market: Database, tmp_path: Path, batch: int, dry_run: bool
) -> None:
    object_to(market, "dan")
    rows = [
        f"n1,ann,bob,{OLD}",
        f"n2,dan,ann,{OLD}",
        f"n3,bob,dan,{OLD}",
        f"n4,cat,bob,{OLD}",
        f"n5,cat,eve,{OLD}",
    ]
    assert load(market, tmp_path, *rows, batch=batch, dry_run=dry_run) == [
        f"3 source dan: {objections.REASON}",
        f"4 target dan: {objections.REASON}",
        "6 target eve: there is no such entity",
    ]
    stored = {
        row["id"]
        for row in market.statement("MATCH ()-[c:CONTACTED]->() WHERE c.id STARTS WITH 'n' RETURN c.id AS id")
    }
    assert stored == (set() if dry_run else {"n1", "n4"})
    assert contacts(market, "dan") == 0


def test_other_facts_about_an_objector_load_and_a_correction_cannot_name_it(
    market: Database, tmp_path: Path
) -> None:
    object_to(market, "dan")
    owed = f"n1,ann,dan,{OLD},{OLD}"
    assert load(market, tmp_path, owed, kind="obligations", header="id,debtor,creditor,due,settled") == []
    known = market.statement("MATCH (:Entity {id: 'ann'})-[c:CONTACTED]->(:Entity {id: 'bob'}) RETURN c.id AS id")[
        0
    ]["id"]
    before = whole(market)
    file = written(tmp_path, "contacts.csv", HEADER, f"{known},ann,dan,{OLD}")
    [loaded], _ = apply(market, [file])
    assert (loaded.corrected, loaded.rejected) == (0, 1)
    assert whole(market) == before


def test_an_objector_cannot_join_until_it_withdraws(market: Database, tmp_path: Path) -> None:
    object_to(market, "dan")
    with pytest.raises(Refused, match=objections.REASON):
        join(market, "dan")
    row, header = f"dan,{SCHEME.id},{OLD},1", "entity,scheme,at,notice"
    assert load(market, tmp_path, row, kind="memberships", header=header) == [f"2 entity dan: {objections.REASON}"]
    assert withdraw(market, "dan")
    assert not withdraw(market, "dan")
    assert not own(market, "dan").objects
    assert market.statement("MATCH (o:Objection) RETURN o") == []
    assert load(market, tmp_path, f"d1,ann,dan,{OLD}", f"d2,dan,ann,{OLD}") == []
    assert join(market, "dan").how == "member"


def test_a_member_cannot_object_and_nothing_changes(market: Database) -> None:
    pause(market, "bob", "ann")
    before = whole(market)
    with pytest.raises(Refused, match="takes part"):
        object_to(market, "ann")
    assert [row for row in whole(market) if row[1] != ["Secret"]] == [
        row for row in before if row[1] != ["Secret"]
    ]
    leave(market, "ann")
    assert object_to(market, "ann") > 0
    assert own(market, "bob").memberships[0].pauses == ()


def test_earlier_requests_of_an_objector_go_with_it(market: Database) -> None:
    market.statement("CREATE (:Request {key: 'k'})-[:FROM]->(:Entity:Person {id: 'eve'})")
    object_to(market, "eve")
    assert not remembered(market, "eve")
    assert market.statement("MATCH (r:Request) RETURN r") == []


def test_without_any_objection_nothing_is_hashed(
    market: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objections, "hashed", lambda salt, entity: pytest.fail("hashed"))
    assert load(market, tmp_path, f"n1,ann,bob,{OLD}") == []


@pytest.mark.parametrize("first", ["the load", "the objection"])
def test_no_contact_slips_in_beside_an_objection(market: Database, tmp_path: Path, first: str) -> None:
    """Each in turn has done all its queries and not committed when the other begins."""
    rows = [{"line": 1, "id": "late", "source": "ann", "target": "dan", "at": OLD, "channel": None}]
    outcome: list[object] = []

    def storing() -> None:
        from graph.facts.store import store

        outcome.append(market.write(lambda tx: store(tx, "contacts", rows)["stored"]))

    def objecting() -> None:
        object_to(market, "dan")

    works: dict[str, Callable[[], None]] = {"the load": storing, "the objection": objecting}
    other = threading.Thread(target=works["the objection" if first == "the load" else "the load"])
    with market.transaction() as transaction:
        _queries(transaction, first, rows, outcome)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the second waits for the first"
    other.join()
    assert contacts(market, "dan") == 0
    assert outcome == ([1] if first == "the load" else [0])


def _queries(transaction: Transaction, first: str, rows: list[dict[str, object]], outcome: list[object]) -> None:
    from graph.facts.store import store

    if first == "the load":
        outcome.append(store(transaction, "contacts", rows)["stored"])
    else:
        membership.object_to_listing(transaction, "dan", now=NOW + timedelta(seconds=1))
