"""The drill: a machine is lost after many have left, and in the home made of its backup they are gone too."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph.audit import log
from graph.audit.verify import verify
from graph.facts import synthetic
from graph.facts.load import load
from graph.policy import publishing, scheme
from graph.rating.run import rate
from graph.rights import erasure, grants, membership
from graph.rights.backing_up import back_up
from graph.rights.restoring import restore
from graph.server import local
from graph.server.connect import connect, journal
from graph.settings import Settings
from graph.store.client import Database
from tests.own_home import own_server, with_keys

NOW = synthetic.AS_OF + timedelta(hours=9)
LATER = NOW + timedelta(days=2)
MEMBERS, ERASED, LEFT, OBJECTED, REVOKED = 600, 20, 10, 5, 7
SCHEME, PURPOSE = "reliability", scheme.read("reliability").purpose[0]
JOINED = "MATCH (e:Entity)-[:JOINED]->(m:Membership {scheme: $scheme}) RETURN e.id AS id ORDER BY m.rid"
NOT_JOINED = "MATCH (e:Entity) WHERE NOT (e)-[:JOINED]->() AND NOT e:Anonymous RETURN e.id AS id ORDER BY id"
RATINGS = "MATCH (m:Membership) RETURN m.id AS id, properties(m) AS said ORDER BY id"
ON_RECORD = "MATCH (a:Access) RETURN properties(a) AS said ORDER BY a.id"
OF_THE_RUN = "run", "seal", "since"
EVERY_WORD = """
MATCH (n) RETURN labels(n)[0] AS kind, properties(n) AS said
UNION ALL MATCH ()-[r]->() RETURN type(r) AS kind, properties(r) AS said
"""


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Settings, Settings]:
    """The one that is lost cannot open its own backups; where they are restored is the key to them."""
    return with_keys(tmp_path, "lost", "fresh")


@pytest.fixture
def lost(homes: tuple[Settings, Settings], tmp_path: Path) -> Iterator[Settings]:
    """The home of a community of 600 members, rated, of whom some have granted and been read."""
    lost, _ = homes
    with own_server(lost):
        with connect(lost) as database:
            for each in (SCHEME, "own-conduct"):
                publishing.publish(database, scheme.read(each))
            synthetic.write(tmp_path / "files", members=MEMBERS, contacts=5000, purchases=900, visits=900)
            load(database, [tmp_path / "files"])
            rate(database, SCHEME, as_of=synthetic.AS_OF - timedelta(days=180))
        yield lost


@pytest.fixture
def fresh(homes: tuple[Settings, Settings]) -> Iterator[Settings]:
    """Where the backup is restored: nothing is there yet."""
    _, fresh = homes
    try:
        yield fresh
    finally:
        local.discard(fresh)


def ids(database: Database, query: str, **params: Any) -> list[str]:
    return [row["id"] for row in database.statement(query, **params)]


def granted(database: Database, entity: str) -> str:
    """The member's grant to the bank, which has read its points under it."""
    more: dict[str, Any] = {"scheme": SCHEME, "client": "bank", "purpose": PURPOSE, "what": "points", "now": NOW}
    found = database.write(partial(grants.grant, entity=entity, until=NOW + timedelta(days=90), **more))
    read: dict[str, Any] = {"who": "bank", "role": "client", "purpose": PURPOSE, "what": "points", "now": NOW}
    database.write(lambda t: log.record(t, SCHEME, entity, **read))
    return found.id


def rated(database: Database) -> dict[str, dict[str, Any]]:
    """What a run gives each member, to the bit; the run's own id, and when it was, say nothing of anybody."""
    for each in (SCHEME, "own-conduct"):
        rate(database, each, as_of=synthetic.AS_OF)
    rows = database.statement(RATINGS)
    return {row["id"]: {key: value for key, value in row["said"].items() if key not in OF_THE_RUN} for row in rows}


@pytest.mark.slow
def test_nobody_is_back_on_a_new_home_and_its_ratings_are_those_of_a_home_that_nothing_happened_to(
    lost: Settings, fresh: Settings, tmp_path: Path
) -> None:
    with connect(lost) as database:
        joined = ids(database, JOINED, scheme=SCHEME)
        assert len(joined) == MEMBERS
        gone, left = joined[5 : 5 + ERASED], joined[100 : 100 + LEFT]
        objecting = ids(database, NOT_JOINED)[:OBJECTED]
        given = {each: granted(database, each) for each in joined[300 : 300 + REVOKED + 3]}
        revoked = list(given)[:REVOKED]
        for each in (*gone[:2], *left[:2]):  # what they granted, and what was read of them, goes as well
            granted(database, each)
    done = back_up(lost, tmp_path / "backups", now=NOW)
    assert (done.journal, done.file.stat().st_mode & 0o777) == (1, 0o600)

    with connect(lost) as database:
        for each in gone:
            database.write(partial(erasure.erase, entity=each, now=LATER))
        for each in left:
            database.write(partial(membership.leave, entity=each, scheme=SCHEME, now=LATER))
        for each in objecting:
            database.write(partial(membership.object_to_listing, entity=each, now=LATER))
        for each in revoked:
            database.write(partial(grants.revoke, id_=given[each], now=LATER))
        undisturbed = rated(database)
        on_record = database.statement(ON_RECORD)
        states = {each: [g.state for g in grants.given(database, each, now=LATER)] for each in given}
    ended = ERASED + LEFT + OBJECTED + REVOKED
    assert len(journal(lost).endings()) == ended
    local.stop(lost)
    rescued = tmp_path / "rescued"  # what was copied from the machine before it was lost
    shutil.copytree(journal(lost).folder, rescued)
    local.discard(lost)

    fresh = fresh.model_copy(update={"journal": rescued})
    found = restore(fresh, done.file)
    assert found.repeated == {"erased": ERASED, "left": LEFT, "objected": OBJECTED, "grant": REVOKED}
    with connect(fresh) as database:
        again = ids(database, JOINED, scheme=SCHEME)
        assert again == [each for each in joined if each not in {*gone, *left}]
        assert rated(database) == undisturbed
        assert [e for e in objecting if not membership.taking_part(database, e).objects] == []
        assert {e: [g.state for g in grants.given(database, e, now=LATER)] for e in given} == states
        assert [states[each] for each in given] == [["revoked"]] * REVOKED + [["live"]] * 3
        words = repr(database.statement(EVERY_WORD))
        assert [each for each in gone if each in words] == []
        assert database.statement(ON_RECORD) == on_record
        checked = verify(database)
    assert (checked.holds, checked.broken) == (True, 0)
    assert checked.records == len(on_record) == REVOKED + 3 + 2
