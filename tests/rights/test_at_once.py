"""What members decide, what others read and what is erased, two at once on one entity: one comes after the other.

Both begin while a third holds what they will wait for, so both find the entity as it was. Whichever goes on first,
the second must see what the first has done.
"""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

from graph.audit import log, refusals
from graph.audit.verify import verify, verify_entity
from graph.disclosure import to_clients
from graph.errors import NotFound, NotRecorded, Refused, StoreConflict, StoreUnavailable
from graph.facts.load import load
from graph.policy import publishing
from graph.policy.scheme import read
from graph.rating.run import rate
from graph.rights import contests, disputes, erasure, founders, grants, membership
from graph.standing import judgments
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.conftest import WIPE

POLICY = read("reliability")
PURPOSE = POLICY.purpose[0]
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
EXPECTED = (NotFound, Refused, NotRecorded, StoreConflict)
Work = Callable[[Database, str], Any]


def _grant_in(transaction: Transaction, entity: str) -> grants.Grant:
    more: dict[str, Any] = {"scheme": POLICY.id, "client": "bank", "purpose": PURPOSE, "what": "points"}
    return grants.grant(transaction, entity, until=NOW + timedelta(days=9), now=NOW, **more)


def _grant(database: Database, entity: str) -> grants.Grant:
    return database.write(lambda t: _grant_in(t, entity))


def _revoke(database: Database, entity: str) -> None:
    for each in grants.given(database, entity, now=NOW):
        database.write(lambda t, id_=each.id: grants.revoke(t, id_, entity=entity, now=NOW))  # type: ignore[misc]


def _look(database: Database, entity: str) -> None:
    to_clients.ask(database, POLICY.id, [entity, "somebody"], client="bank", purpose=PURPOSE, now=NOW)


def _refused(database: Database, entity: str) -> None:
    to_clients.ask(database, POLICY.id, [entity, "somebody"], client="shop", purpose=PURPOSE, now=NOW)


def _looked_at(database: Database, entity: str) -> None:
    said = {"who": "olga", "role": "operator", "purpose": "operation", "what": "show", "now": NOW}
    log.record_reads(database, POLICY.id, [entity], **said)  # type: ignore[arg-type]


def _ask_standing(database: Database, entity: str) -> None:
    judgments.standing_for_client(database, entity, client="bank", purpose=PURPOSE, now=NOW)


def _load(database: Database, entity: str) -> None:
    row = {"id": f"late {entity}", "debtor": entity, "creditor": "mill", "due": "2026-05-01T00:00:00Z", "line": 1}
    row |= dict.fromkeys(("kind", "amount", "currency", "settled", "outcome"))
    database.write(lambda t: t.run("load_obligations", rows=[row], load=None))


IN_ONE: dict[str, Callable[[Transaction, str], Any]] = {
    "join": lambda t, entity: membership.join(t, entity, POLICY.id, notice="1", how="member", now=NOW),
    "leave": lambda t, entity: membership.leave(t, entity, POLICY.id, now=NOW),
    "pause": lambda t, entity: membership.pause(t, entity, POLICY.id, "nobody-yet", now=NOW),
    "resume": lambda t, entity: membership.resume(t, entity, POLICY.id, "nobody-yet"),
    "share": lambda t, entity: membership.share(t, entity, POLICY.id, shares=True),
    "object": lambda t, entity: membership.object_to_listing(t, entity, now=NOW),
    "name a founder": lambda t, entity: founders.name(t, entity, POLICY.id, by="olga", now=NOW),
    "accept": lambda t, entity: founders.accept(t, entity, POLICY.id, now=NOW),
    "decline": lambda t, entity: founders.end(t, entity, POLICY.id, now=NOW),
    "grant": _grant_in,
    "dispute": lambda t, entity: disputes.dispute(
        t, entity, kind="obligations", fact=f"owed {entity}", statement="it was paid", now=NOW
    ),
    "contest": lambda t, entity: contests.contest(t, entity, POLICY.id, statement="it is wrong", now=NOW),
    "erase": lambda t, entity: erasure.erase(t, entity, now=NOW),
}
"What is decided in one transaction."


def _decided(name: str) -> Work:
    return lambda database, entity: database.write(lambda t: IN_ONE[name](t, entity))


WORK: dict[str, Work] = {
    **{name: _decided(name) for name in IN_ONE},
    "revoke": _revoke,
    "look up": _look,
    "be refused": _refused,
    "be looked at": _looked_at,
    "ask for the standing": _ask_standing,
    "load": _load,
}
ERASED_FIRST = [("erase", each) for each in WORK if each != "erase"]
PAIRS = list(dict.fromkeys([*combinations_with_replacement(WORK, 2), *ERASED_FIRST]))
BEFORE = ("a member with a grant", "a stranger")


def _name(pair: tuple[str, str], before: str) -> str:
    return f"{pair[0]} {pair[1]} {before}".replace(" ", "-")


@pytest.fixture(scope="module")
def market(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A member and a stranger for each pair of things that can happen at once, rated."""
    members, strangers = ([_name(pair, before) for pair in PAIRS] for before in BEFORE)
    open_market(database, tmp_path_factory.mktemp("market"), members, strangers)
    return database


def open_market(database: Database, folder: Path, members: list[str], strangers: list[str]) -> None:
    """These have joined, or have not; each owes something and has met somebody; all is rated."""
    everyone = [*members, *strangers]
    due = "2026-05-01T00:00:00Z"
    files = {
        "entities": ["id,kind", "mill,organisation", *(f"{each},person" for each in everyone)],
        "obligations": ["id,debtor,creditor,due", *(f"owed {each},{each},mill,{due}" for each in everyone)],
        "contacts": ["id,source,target,at", *(f"met {each},{each},mill,{due}" for each in everyone)],
        "memberships": [
            "entity,scheme,at,notice",
            *(f"{each},reliability,2026-01-01T00:00:00Z,1" for each in members),
        ],
    }
    database.statement(WIPE)
    for kind, lines in files.items():
        Path(folder / f"{kind}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    publishing.publish(database, POLICY)
    assert not any(each.rejected for each in load(database, [folder]))
    rate(database, POLICY.id, as_of=datetime(2026, 7, 1, tzinfo=UTC))


def both(database: Database, entity: str, pair: tuple[str, str]) -> list[Exception]:
    """Both are done, begun while what they may wait for is held; returns errors that there may not be."""
    wrong: list[Exception] = []

    def do(name: str) -> None:
        try:
            WORK[name](database, entity)
        except EXPECTED:
            pass
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=do, args=[name]) for name in pair]
    with ExitStack() as stack:
        holder = stack.enter_context(database.rolled_back())
        for ledger in (f"{POLICY.id}|{entity}", f"|{entity}"):
            holder.run("hold_ledger", id=ledger)
        holder.run("hold_entities", entities=[entity])
        holder.run("hold_leaving", id=f"{POLICY.id}|{entity}")
        for thread in threads:
            thread.start()
            time.sleep(0.06)
    for thread in threads:
        thread.join()
    return wrong


TRACES = """
MATCH (n) WHERE any(key IN keys(n) WHERE n[key] IS :: STRING AND n[key] CONTAINS $id
                    OR n[key] IS :: LIST<STRING> AND any(each IN n[key] WHERE each CONTAINS $id))
RETURN labels(n) AS labels, properties(n) AS said
UNION ALL
MATCH ()-[r]->() WHERE any(key IN keys(r) WHERE r[key] IS :: STRING AND r[key] CONTAINS $id)
RETURN [type(r)] AS labels, properties(r) AS said
"""
LOOSE = """
MATCH (n) WHERE n:Grant AND NOT (n)<-[:GAVE]-(:Entity) OR n:Past AND NOT (n)<-[:WAS]-()
   OR (n:Dispute OR n:Contest) AND NOT (n)<-[:OPENED]-(:Entity) OR n:Access AND NOT (n)-[:IN]->(:Ledger)
   OR n:Membership AND NOT (n)<-[:JOINED]-(:Entity) OR n:Absent AND NOT (n)<-[:PAUSED]-()
   OR n:Ledger AND n.id <> 'reliability|' AND n.id <> '|' AND NOT (n)-[:ABOUT]->(:Entity)
RETURN labels(n) AS labels, properties(n) AS said
UNION ALL
MATCH (e:Entity)-[:GAVE]->(g:Grant) WHERE g.revoked IS NULL AND NOT (e)-[:JOINED]->(:Membership {scheme: g.scheme})
RETURN ['a grant of no member'] AS labels, properties(g) AS said
UNION ALL
MATCH (e:Entity)-[:OPENED]->(c:Contest {state: 'open'})
WHERE NOT EXISTS { (e)-[:JOINED]->(:Membership {contested: c.id}) }
RETURN ['an open contest of no rating'] AS labels, properties(c) AS said
UNION ALL
MATCH (e:Entity)-[f:FOUNDS]->(s:Scheme) WHERE f.ended IS NULL AND NOT (e)-[:JOINED]->(:Membership {scheme: s.id})
RETURN ['a founder of no member'] AS labels, properties(f) AS said
UNION ALL
MATCH (e:Entity)-[f:FOUNDS]->(s:Scheme) WHERE f.ended IS NULL
WITH e, s, count(f) AS named WHERE named > 1
RETURN ['named twice'] AS labels, {named: named} AS said
UNION ALL
MATCH (r:Refusal) RETURN labels(r) AS labels, properties(r) AS said
"""


def check(database: Database, entity: str) -> None:
    """Nothing hangs in the air, the record is whole, and there is no trace of the erased."""
    refusals.put_on_record(database)
    assert database.statement(LOOSE) == []
    assert verify_entity(database, entity).faults == []
    known = database.optional("entity", id=entity)
    if known is None:
        assert database.statement(TRACES, id=entity) == []
        return
    part = membership.taking_part(database, entity)
    assert not (part.objects and part.memberships)
    if part.objects:
        assert database.statement("MATCH (:Entity {id: $id})-[c:CONTACTED]-() RETURN c", id=entity) == []


@pytest.mark.slow
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_of_any_two_at_once_the_second_sees_what_the_first_did(
    market: Database, pair: tuple[str, str], before: str
) -> None:
    entity = _name(pair, before)
    if before == BEFORE[0]:
        _grant(market, entity)
        _looked_at(market, entity)
        if "name a founder" not in pair:
            _decided("name a founder")(market, entity)
    assert both(market, entity, pair) == []
    check(market, entity)


# Everything at once ----------------------------------------------------------------------------------


def drill(database: Database, folder: Path, rounds: int, members: int = 12) -> None:
    """Members who are read, leave, join, grant, revoke and are erased, all at once, so many times."""
    for number in range(rounds):
        ids = [f"drilled-{number}-{each}-who-is-gone" for each in range(members)]
        _bring(database, folder, ids)
        wrong: list[Exception] = []
        done = threading.Event()
        readers = [
            threading.Thread(target=_go_on, args=[database, work, ids, done, wrong])
            for work in (_look_all, _look_all, _read_all, _leave_all, _grant_all)
        ]
        for each in readers:
            each.start()
        try:
            for entity in ids:
                time.sleep(0.01)
                database.write(lambda t, who=entity: erasure.erase(t, who, now=NOW))  # type: ignore[misc]
        finally:
            done.set()
            for each in readers:
                each.join()
        assert wrong == []
        refusals.put_on_record(database)
        assert database.statement(TRACES, id="who-is-gone") == []
        assert verify(database).faults == []
        assert database.statement(LOOSE) == []


def _bring(database: Database, folder: Path, ids: list[str]) -> None:
    for kind, lines in {
        "entities": ["id,kind", *(f"{each},person" for each in ids)],
        "memberships": [
            "entity,scheme,at,notice",
            *(f"{each},reliability,2026-01-01T00:00:00Z,1" for each in ids),
        ],
    }.items():
        (folder / f"{kind}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not any(each.rejected for each in load(database, [folder]))
    for each in ids:
        _grant(database, each)
    database.statement(
        "MATCH (m:Membership) WHERE m.id STARTS WITH 'reliability|drilled' "
        "SET m.score = 0.5, m.points = 650.0, m.contested = 'so that nothing else of it is asked for'"
    )


def _go_on(
    database: Database,
    work: Callable[[Database, list[str]], None],
    ids: list[str],
    done: threading.Event,
    wrong: list[Exception],
) -> None:
    while not done.is_set():
        try:
            work(database, ids)
        except (*EXPECTED, StoreUnavailable):  # on a busy machine a reader may get no connection in time
            pass
        except Exception as error:
            wrong.append(error)


def _look_all(database: Database, ids: list[str]) -> None:
    to_clients.ask(database, POLICY.id, ids, client="bank", purpose=PURPOSE, now=NOW)


def _read_all(database: Database, ids: list[str]) -> None:
    said = {"who": "olga", "role": "operator", "purpose": "operation", "what": "show", "now": NOW}
    log.record_reads(database, POLICY.id, ids, **said)  # type: ignore[arg-type]


def _leave_all(database: Database, ids: list[str]) -> None:
    for entity in ids:
        for name in ("leave", "join"):
            try:
                WORK[name](database, entity)
            except EXPECTED:
                continue


def _grant_all(database: Database, ids: list[str]) -> None:
    for entity in ids:
        for work in (_grant, _revoke, _grant):
            try:
                work(database, entity)
            except EXPECTED:
                continue


@pytest.mark.slow
def test_a_member_erased_while_everything_else_happens_leaves_no_trace(market: Database, tmp_path: Path) -> None:
    drill(market, tmp_path, rounds=1, members=6)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_drills_leave_no_trace(market: Database, tmp_path: Path) -> None:
    drill(market, tmp_path, rounds=100)
