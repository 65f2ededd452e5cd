"""Who left, was erased or objected after a backup is not back in the graph that comes out of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph.errors import NotFound, NotRecorded, RecordError, Refused
from graph.identity import verifying
from graph.rights import erasure, grants, kept_journal, membership
from graph.rights.replay import replay
from graph.store import endings
from graph.store.client import Database
from graph.store.journal import FILE, Journal
from tests.conftest import WIPE
from tests.kept import Content
from tests.worlds.three_in_touch import NOW, SCHEME, open_market, pause

LATER = NOW + timedelta(days=1)
Work = Callable[[Database], Any]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def market(graph: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The market, whose endings are in the journal of this test."""
    open_market(graph, rated=False)
    monkeypatch.setattr(graph, "journal", journal)
    return graph


def erase(entity: str) -> Work:
    return lambda graph: graph.write(lambda t: erasure.erase(t, entity, now=LATER))


def leave(entity: str) -> Work:
    return lambda graph: graph.write(lambda t: membership.leave(t, entity, SCHEME.id, now=LATER))


def object_to(entity: str) -> Work:
    return lambda graph: graph.write(lambda t: membership.object_to_listing(t, entity, now=LATER))


def withdraw(entity: str) -> Work:
    return lambda graph: graph.write(lambda t: membership.withdraw_objection(t, entity, now=LATER))


def give(entity: str, what: grants.What = "points") -> Work:
    more: dict[str, Any] = {"scheme": SCHEME.id, "client": "bank", "purpose": SCHEME.purpose[0], "now": NOW}
    until = NOW + timedelta(days=90)
    return lambda graph: graph.write(partial(grants.grant, entity=entity, what=what, until=until, **more))


def backed_up(graph: Database) -> Content:
    return Content.of(graph)


def restore(graph: Database, backup: Content) -> None:
    graph.statement(WIPE)
    backup.put_back(graph)


def replayed(graph: Database, journal: Journal, after: int = 0) -> dict[str, int]:
    """As a restore does it: into a graph that has no journal."""
    graph.journal = None
    done = replay(graph, [each for each in journal.endings() if each.number > after], journal.secrets())
    graph.journal = journal
    return dict(done)


def members(graph: Database) -> list[str]:
    rows = graph.statement("MATCH (e:Entity)-[:JOINED]->(:Membership) RETURN e.id AS id ORDER BY id")
    return [row["id"] for row in rows]


def entities(graph: Database) -> set[str]:
    return {row["id"] for row in graph.statement("MATCH (e:Entity) WHERE NOT e:Anonymous RETURN e.id AS id")}


# What is noted -----------------------------------------------------------------------------------------


def test_each_ending_is_in_the_journal_when_it_is_told_and_nothing_waits_in_the_graph(
    market: Database, journal: Journal
) -> None:
    granted = give("ann")(market)
    seen = []
    for work in (
        leave("cat"),
        erase("bob"),
        object_to("dan"),
        withdraw("dan"),
        lambda graph: graph.write(lambda t: grants.revoke(t, granted.id, now=LATER)),
        lambda graph: verifying.revoke(graph, "a-token", LATER),
    ):
        work(market)
        seen.append(journal.endings()[-1].kind)
        assert market.run("endings_waiting") == []
    assert seen == ["left", "erased", "objected", "objects-no-more", "grant", "token"]
    assert len(journal.endings()) == 6
    text = (journal.folder / FILE).read_text()
    assert [name for name in ("ann", "bob", "cat", "dan", granted.id) if name in text] == []


def test_what_is_rolled_back_or_refused_is_not_in_the_journal(market: Database, journal: Journal) -> None:
    with pytest.raises(Refused):
        object_to("ann")(market)
    with pytest.raises(NotFound):
        erase("nobody")(market)
    with pytest.raises(NotFound):
        leave("dan")(market)

    def half(transaction: Any) -> None:
        membership.leave(transaction, "ann", SCHEME.id, now=LATER)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        market.write(half)
    assert journal.endings() == []
    assert withdraw("dan")(market) is False
    assert journal.endings() == []


def test_where_the_journal_cannot_be_written_nothing_ends(market: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    market.journal = Journal(tmp_path / "file" / "journal")
    for work in (leave("ann"), erase("bob"), object_to("dan")):
        with pytest.raises(NotRecorded):
            work(market)
    assert members(market) == ["ann", "bob", "cat"]
    assert "dan" in entities(market)


def test_what_a_killed_process_left_in_the_graph_goes_out_with_the_next(
    market: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(endings, "flush", killed)
        with pytest.raises(Killed):
            leave("ann")(market)
    assert (len(market.run("endings_waiting")), journal.endings()) == (1, [])
    leave("bob")(market)
    assert [each.kind for each in journal.endings()] == ["left", "left"]
    assert market.run("endings_waiting") == []


def test_a_grant_that_a_newer_one_replaced_is_an_ending(market: Database, journal: Journal) -> None:
    give("ann", "reasons")(market)
    backup = backed_up(market)
    give("ann", "band")(market)
    assert [each.kind for each in journal.endings()] == ["grant"]
    restore(market, backup)
    assert replayed(market, journal) == {"grant": 1}
    assert market.run("ids_of_live_grants", after="", limit=10) == []


# What is repeated --------------------------------------------------------------------------------------


def test_nobody_is_back_and_all_others_are(market: Database, journal: Journal) -> None:
    pause(market, "ann", "dan")
    granted = give("ann")(market)
    backup = backed_up(market)
    leave("cat")(market)
    erase("bob")(market)
    object_to("dan")(market)
    market.write(lambda t: grants.revoke(t, granted.id, now=LATER))
    verifying.revoke(market, "a-token", LATER)
    live = market.statement("MATCH (o:Objection) RETURN o.hash AS hash, o.at AS at")
    restore(market, backup)
    assert members(market) == ["ann", "bob", "cat"]
    done = replayed(market, journal)
    assert done == {"left": 1, "erased": 1, "objected": 1, "grant": 1, "token": 1}
    assert members(market) == ["ann"]
    assert "bob" not in entities(market)
    assert not membership.taking_part(market, "cat").memberships
    assert market.statement("MATCH (o:Objection) RETURN o.hash AS hash, o.at AS at") == live
    assert membership.taking_part(market, "dan").objects
    [grant] = grants.given(market, "ann", now=LATER)
    assert (grant.state, grant.revoked) == ("revoked", LATER)
    assert market.statement("MATCH (r:Revocation {id: 'a-token'}) RETURN count(r) AS n") == [{"n": 1}]
    assert (
        market.statement("MATCH (:Membership {id: 'made-up|ann'})-[:PAUSED]->(x:Entity) RETURN x.id AS id") == []
    )
    # who left cannot come back by an old file either
    [left] = market.statement("MATCH (:Entity {id: 'cat'})-[gone:LEFT]->() RETURN gone.at AS at")
    assert left["at"].to_native() == LATER


def test_repeating_it_again_changes_nothing(market: Database, journal: Journal) -> None:
    backup = backed_up(market)
    for work in (leave("cat"), erase("bob"), object_to("dan")):
        work(market)
    restore(market, backup)
    replayed(market, journal)
    first = Content.of(market)
    assert set(replayed(market, journal)) <= {"objected"}
    assert sorted(map(repr, Content.of(market).nodes)) == sorted(map(repr, first.nodes))


def test_what_ended_before_the_backup_is_left_alone(market: Database, journal: Journal) -> None:
    leave("cat")(market)
    before = journal.end().number
    market.write(
        lambda t: membership.join(t, "cat", SCHEME.id, notice=SCHEME.notice.version, how="member", now=LATER)
    )
    backup = backed_up(market)
    leave("ann")(market)
    restore(market, backup)
    assert replayed(market, journal, after=before) == {"left": 1}
    assert members(market) == ["bob", "cat"]


def test_an_objector_that_the_backup_does_not_know_objects_still(market: Database, journal: Journal) -> None:
    backup = backed_up(market)
    object_to("stranger")(market)
    restore(market, backup)
    assert replayed(market, journal) == {"objected": 1}
    assert membership.taking_part(market, "stranger").objects
    restore(market, backup)
    withdraw("stranger")(market)  # of the graph before: it did not object here
    restore(market, backup)
    replayed(market, journal)
    assert membership.taking_part(market, "stranger").objects


def test_an_objection_that_was_taken_back_is_none(market: Database, journal: Journal) -> None:
    object_to("stranger")(market)
    backup, before = backed_up(market), journal.end().number
    withdraw("stranger")(market)
    restore(market, backup)
    assert membership.taking_part(market, "stranger").objects
    assert replayed(market, journal, after=before) == {"objects-no-more": 1}
    assert not membership.taking_part(market, "stranger").objects


def test_an_entity_that_is_called_like_a_membership_is_not_taken_for_one(
    market: Database, journal: Journal
) -> None:
    market.statement("CREATE (:Entity:Person {id: 'made-up|ann'})")
    backup = backed_up(market)
    erase("made-up|ann")(market)
    restore(market, backup)
    assert replayed(market, journal) == {"erased": 1}
    assert members(market) == ["ann", "bob", "cat"]
    restore(market, backup)
    (journal.folder / FILE).unlink()
    leave("ann")(market)
    restore(market, backup)
    assert replayed(market, journal) == {"left": 1}
    assert "made-up|ann" in entities(market)


# What is refused ---------------------------------------------------------------------------------------


def test_a_journal_of_another_graph_ends_nothing_here(market: Database, journal: Journal) -> None:
    leave("ann")(market)
    foreign, secrets = journal.endings(), journal.secrets()
    open_again = Content.of(market)
    restore(market, open_again)
    market.statement("MATCH (s:Secret {name: 'journal'}) SET s.value = $value", value="ab" * 32)
    market.journal = None
    assert not replay(market, foreign, secrets)
    assert members(market) == ["bob", "cat"]


def test_without_the_secrets_nobody_can_be_found_and_so_it_is_refused(market: Database, journal: Journal) -> None:
    leave("ann")(market)
    market.journal = None
    with pytest.raises(Refused, match=r"keys\.json lacks the key"):
        replay(market, journal.endings(), {})


def test_endings_of_several_graphs_are_refused_by_one_that_does_not_say_which_it_is(
    market: Database, journal: Journal
) -> None:
    backup = backed_up(market)
    leave("ann")(market)
    restore(market, backup)
    leave("bob")(market)  # another secret is made
    restore(market, backup)
    market.journal = None
    with pytest.raises(Refused, match="several graphs"):
        replay(market, journal.endings(), journal.secrets())
    assert members(market) == ["ann", "bob", "cat"]


def test_a_kind_that_is_not_known_is_refused(market: Database, journal: Journal) -> None:
    leave("ann")(market)
    secrets = journal.secrets()
    with journal.alone():
        journal.append(
            [{"kind": "married", "who": "x", "at": datetime.now(UTC), "told": {}}], next(iter(secrets.values()))
        )
    market.journal = None
    with pytest.raises(
        Refused, match="line 3 of the journal is of a kind that this version does not know: 'married'"
    ):
        replay(market, journal.endings(), secrets)


# A journal that lacks what the graph knows ---------------------------------------------------------------


def removed(journal: Journal) -> None:
    (journal.folder / FILE).unlink()


def cut_off(journal: Journal) -> None:
    lines = (journal.folder / FILE).read_bytes().splitlines(keepends=True)
    (journal.folder / FILE).write_bytes(b"".join(lines[:-1]))


def altered(journal: Journal) -> None:
    text = (journal.folder / FILE).read_text()
    (journal.folder / FILE).write_text(text.replace('"left"', '"erased"'))


@pytest.mark.parametrize("do", [removed, cut_off, altered])
def test_nobody_leaves_until_the_journal_is_back(
    market: Database, journal: Journal, do: Callable[[Journal], None]
) -> None:
    leave("cat")(market)
    whole = (journal.folder / FILE).read_bytes()
    do(journal)
    for work in (leave("ann"), erase("bob"), object_to("dan")):
        with pytest.raises((NotRecorded, RecordError), match="journal"):
            work(market)
    assert members(market) == ["ann", "bob"]
    assert market.run("endings_waiting") == []
    (journal.folder / FILE).write_bytes(whole)
    erase("bob")(market)
    assert [each.kind for each in journal.endings()] == ["left", "erased"]


def test_one_that_is_lost_for_good_is_gone_on_without_when_somebody_says_so(
    market: Database, journal: Journal
) -> None:
    leave("cat")(market)
    known = endings.remembered(market)
    assert known == journal.end()
    removed(journal)
    with pytest.raises(Refused, match=r"lacks line 2, which the graph knows.*--as-it-is"):
        kept_journal.check(market, journal)
    kept_journal.go_on(market, journal)
    kept_journal.check(market, journal)
    with pytest.raises(Refused, match="lacks no line"):
        kept_journal.go_on(market, journal)
    leave("ann")(market)
    assert [each.kind for each in journal.endings()] == ["left"]
    assert not journal.has(known)


# A graph that is older than its journal: somebody loaded a dump into a Neo4j that is not managed --------------


def test_an_older_graph_says_so_until_what_has_ended_since_is_repeated(market: Database, journal: Journal) -> None:
    leave("cat")(market)
    backup = backed_up(market)
    erase("bob")(market)
    object_to("dan")(market)
    kept_journal.check(market, journal)
    restore(market, backup)
    assert members(market) == ["ann", "bob"]
    older = "has {} endings that this graph does not know, from line 3 on.*journal --repeat"
    with pytest.raises(Refused, match=older.format(2)):
        kept_journal.check(market, journal)
    leave("ann")(market)  # somebody uses it before that: what is missed is not forgotten
    with pytest.raises(Refused, match=older.format(3)):
        kept_journal.check(market, journal)
    assert kept_journal.repeat(market, journal) == {"erased": 1, "objected": 1}
    assert members(market) == []
    assert "bob" not in entities(market)
    kept_journal.check(market, journal)
    assert kept_journal.repeat(market, journal) == {}
    assert market.journal is journal


def test_what_a_killed_process_wrote_and_did_not_take_out_of_the_graph_is_not_missed(
    market: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(endings, "remember", killed)
        with pytest.raises(Killed):
            leave("ann")(market)
    assert [each.kind for each in journal.endings()] == ["left"]
    kept_journal.check(market, journal)
    leave("bob")(market)
    kept_journal.check(market, journal)
    assert endings.remembered(market) == journal.end()


def test_a_graph_in_which_nothing_had_ended_is_repeated_into_as_well(market: Database, journal: Journal) -> None:
    backup = backed_up(market)
    leave("cat")(market)
    restore(market, backup)
    assert kept_journal.repeat(market, journal) == {"left": 1}
    assert members(market) == ["ann", "bob"]
    kept_journal.check(market, journal)
