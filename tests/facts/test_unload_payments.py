"""Loads of payments and of what was paid are taken back: debts are as if these had never been."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph import disclosure
from graph.disclosure import archive
from graph.facts import load_records, unload
from graph.policy import publishing
from graph.rating import apply, published
from graph.rating.run import rate
from graph.rights import disputes
from graph.server.local import Server
from graph.store.client import Database
from tests.commands import Run
from tests.facts.unloading import AS_OF, PEOPLE, World, whole
from tests.kept import kept
from tests.strategies import make_scheme

Rows = dict[str, list[str]]


def at(day: int) -> str:
    return f"2026-03-{day:02}T12:00:00Z"


def owed(*, settled: str = "", amount: str = "100,EUR") -> str:
    return f"o1,ann,mill,loan,{amount},{at(1)},{settled},"


MILL: Rows = {"entities": ["mill,organisation,The Mill,,,"]}
OWED: Rows = {"obligations": [owed(), f"o2,bob,ann,,50,EUR,{at(1)},,"]}
FIRST, REST = f"y1,o1,{at(3)},60,EUR", f"y2,o1,{at(5)},40,EUR"
PAID: Rows = {"payments": [FIRST, REST, f"y3,o2,{at(4)},20,EUR"]}
SETTLED = """
MATCH ()-[o:OWED {id: 'o1'}]->()
RETURN o.settled.day AS day, o.parts AS parts, o.zone AS zone, o.lacked AS lacked
"""
LOADS = "MATCH ()-[p:PAID {id: $id}]->() RETURN p.load AS load, p.also AS also, p.before AS before"


@pytest.fixture
def world(graph: Database, tmp_path: Path) -> World:
    """Three people who have joined, and the mill."""
    world = World(graph, tmp_path)

    def make() -> None:
        publishing.publish(graph, make_scheme(known_from=None))
        world.load(PEOPLE)
        world.load(MILL)

    kept(graph, make)
    return world


def unloaded(world: World, id_: str) -> unload.Unloaded:
    """The load is taken back, and a rehearsal has said what comes of it."""
    before = whole(world.database)
    rehearsed = unload.rehearse(world.database, id_)
    assert whole(world.database) == before, "a rehearsal changes nothing"
    done = world.unload(id_)
    assert (rehearsed.removed, rehearsed.stays) == (done.removed, done.stays)
    return done


def told(world: World, text: str, **params: Any) -> dict[str, Any]:
    [row] = world.database.statement(text, **params)
    return row


def test_payments_stay_until_the_last_load_that_says_them_is_gone(world: World) -> None:
    nothing = whole(world.database)
    first = world.load(OWED)
    open_ = whole(world.database)
    second = world.load(PAID)
    paid = whole(world.database)
    assert told(world, SETTLED) == {"day": 5, "parts": 2, "zone": None, "lacked": None}
    third = world.load(PAID, by="max")
    assert third, "a load that only repeats what is known is on record"
    assert told(world, LOADS, id="y1") == {"load": second, "also": [third], "before": None}
    done = unloaded(world, second)
    assert (done.removed, done.stays) == ({}, {"repeated": {"payments": 3}})
    assert whole(world.database) == paid
    assert told(world, LOADS, id="y1") == {"load": third, "also": None, "before": None}
    assert {each.id: each.there for each in load_records.recorded(world.database)}[third] == {"payments": 3}
    assert unloaded(world, third).removed == {"payments": 3}
    assert whole(world.database) == open_
    assert unloaded(world, first).removed == {"obligations": 2}
    assert whole(world.database) == nothing


def test_an_obligation_goes_with_what_other_loads_say_was_paid_of_it(world: World) -> None:
    nothing = whole(world.database)
    first, second, third = world.load(OWED), world.load(PAID), world.load(PAID, by="max")
    done = unloaded(world, first)
    assert (done.removed, done.stays) == ({"obligations": 2, "payments": 3}, {})
    assert whole(world.database) == nothing
    for later in (second, third):
        assert unloaded(world, later).removed == {}
    lost = "MATCH (e)-[lost:LOST]->() RETURN e.id AS id, lost.facts AS facts ORDER BY id"
    assert world.database.statement(lost) == [{"id": "ann", "facts": 3}, {"id": "bob", "facts": 2}]


def test_one_load_of_obligations_and_payments_is_gone_as_a_whole(world: World) -> None:
    nothing = whole(world.database)
    id_ = world.load({"entities": ["shop,organisation,,,,"]} | OWED | PAID)
    assert unloaded(world, id_).removed == {"entities": 1, "obligations": 2, "payments": 3}
    assert whole(world.database) == nothing


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2)], ids=["before", "after"])
def test_an_obligation_that_another_load_says_keeps_its_payments_and_what_they_settled(
    world: World, order: tuple[int, ...]
) -> None:
    """Without an amount nobody says what was paid in full: payments go with it, as they would be refused."""
    other: Rows = {"obligations": [owed(), f"o2,bob,ann,,,,{at(1)},,"]}
    world.anew(PEOPLE, MILL, other, {"payments": [FIRST, REST]})
    expected = whole(world.database)
    _, _, *ids = world.anew(PEOPLE, MILL, *[(OWED, other, PAID)[each] for each in order])
    done = unloaded(world, ids[order.index(0)])
    assert (done.removed, done.stays) == ({"payments": 1}, {"repeated": {"obligations": 2}})
    assert whole(world.database) == expected
    assert told(world, SETTLED) == {"day": 5, "parts": 2, "zone": None, "lacked": None}


@pytest.mark.parametrize("parts", [[FIRST], [FIRST, REST]], ids=["the rest", "the same"])
def test_the_own_word_of_an_obligation_and_its_payments_are_taken_back_apart(
    world: World, parts: list[str]
) -> None:
    paid: Rows = {"payments": parts}
    word: Rows = {"obligations": [owed(settled=at(5))]}
    world.anew(PEOPLE, MILL, OWED, word)
    without_payments = whole(world.database)
    world.anew(PEOPLE, MILL, OWED, paid)
    without_word = whole(world.database)
    *_, second, third = world.anew(PEOPLE, MILL, OWED, paid, word)
    assert told(world, SETTLED) == {"day": 5, "parts": None, "zone": None, "lacked": ["settled"]}
    unloaded(world, second)
    assert whole(world.database) == without_payments
    *_, second, third = world.anew(PEOPLE, MILL, OWED, paid, word)
    unloaded(world, third)
    assert whole(world.database) == without_word


class Breaking(Database):
    """A database whose client ends at one of its transactions."""

    times = 1

    def write(self, *args: Any, **more: Any) -> Any:
        self.times -= 1
        if not self.times:
            raise KeyboardInterrupt
        return super().write(*args, **more)


def breaking(world: World, server: Server, id_: str, times: int) -> None:
    with Breaking(server.uri, server.user, server.password) as database:
        database.times = times
        with pytest.raises(KeyboardInterrupt):
            apply.take_back(database, id_, by="olga")


@pytest.mark.parametrize("times", [1, 2])
def test_broken_off_between_two_pages_the_next_attempt_does_the_rest(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(unload, "PAGE", 1)
    world.load(OWED)
    before = whole(world.database)
    id_ = world.load(PAID)
    breaking(world, server, id_, times)
    assert len(world.database.statement("MATCH ()-[p:PAID]->() RETURN p")) == (3 if times == 1 else 1)
    assert world.unload(id_).removed == {"payments": 3 if times == 1 else 1}
    assert whole(world.database) == before
    lost = "MATCH (e)-[lost:LOST]->() RETURN e.id AS id, lost.facts AS facts ORDER BY id"
    assert world.database.statement(lost) == [{"id": "ann", "facts": 2}, {"id": "bob", "facts": 1}]


def test_broken_off_before_payments_settle_again_what_a_row_had_settled(world: World, server: Server) -> None:
    world.load(OWED)
    world.load(PAID)
    before = whole(world.database)
    id_ = world.load({"obligations": [owed(settled=at(5))]})
    breaking(world, server, id_, 1)
    assert told(world, SETTLED)["day"] is None
    world.unload(id_)
    assert whole(world.database) == before


def test_payments_stay_with_an_obligation_in_dispute_and_one_that_outlived_it(world: World) -> None:
    world.load(OWED)
    id_ = world.load(PAID)
    graph = world.database
    dispute, _ = graph.write(
        lambda tx: disputes.dispute(tx, "ann", kind="obligations", fact="o1", statement="No.", now=AS_OF)
    )
    done = unloaded(world, id_)
    assert (done.removed, done.stays) == ({"payments": 1}, {"disputed": {"payments": 2}})
    assert told(world, SETTLED)["parts"] == 2
    again = world.load({"payments": PAID["payments"][:2]})
    graph.write(lambda tx: disputes.decide(tx, dispute, upheld=False, reviewer="ruth", reason="So.", now=AS_OF))
    assert unloaded(world, again).stays == {"decided": {"payments": 2}}
    assert told(world, SETTLED)["parts"] == 2


def test_a_corrected_payment_stays_whichever_load_goes_first_and_keeps_its_loads_when_its_obligation_is_corrected(
    world: World,
) -> None:
    graph = world.database
    world.load(OWED)
    second, third = world.load(PAID), world.load(PAID, by="max")
    [loaded], _ = apply.apply(graph, [world.files({"payments": [f"y2,o1,{at(8)},40,EUR"]})], by="eve")
    assert loaded.corrected == 1
    [fourth] = [each.id for each in load_records.recorded(graph) if each.by == "eve"]
    expected = [
        {"load": second, "also": [third], "before": None},
        {"load": fourth, "also": None, "before": [second, third]},
    ]
    assert [told(world, LOADS, id=id_) for id_ in ("y1", "y2")] == expected
    [loaded], _ = apply.apply(
        graph, [world.files({"obligations": [f"o1,ann,mill,loan,100,EUR,{at(2)},,"]})], by="kim"
    )
    assert loaded.corrected == 1
    assert [told(world, LOADS, id=id_) for id_ in ("y1", "y2")] == expected
    assert unloaded(world, second).stays == {"repeated": {"payments": 2}, "corrected": {"payments": 1}}
    done = unloaded(world, third)
    assert (done.removed, done.stays) == ({"payments": 2}, {"corrected": {"payments": 1}})
    assert told(world, SETTLED)["day"] is None
    assert unloaded(world, fourth).removed == {"payments": 1}
    assert graph.statement("MATCH ()-[p:PAID]->() RETURN p") == []


@pytest.mark.parametrize("gone", [0, 1])
def test_of_two_loads_that_bring_each_a_half_one_is_taken_back(world: World, gone: int) -> None:
    halves: list[Rows] = [{"payments": [FIRST]}, {"payments": [REST]}]
    world.anew(PEOPLE, MILL, OWED, halves[1 - gone])
    expected = whole(world.database)
    *_, first, second = world.anew(PEOPLE, MILL, OWED, *halves)
    assert told(world, SETTLED)["parts"] == 2
    assert unloaded(world, (first, second)[gone]).removed == {"payments": 1}
    assert whole(world.database) == expected
    assert told(world, SETTLED) == {"day": None, "parts": None, "zone": None, "lacked": None}


def test_a_load_with_a_prefix_takes_none_of_the_other_back(world: World) -> None:
    world.load(OWED)
    world.load(PAID)
    before = whole(world.database)
    ids = [world.load(rows, prefix="north-") for rows in (OWED, PAID)]
    assert told(world, LOADS, id="north-y1")["load"] == ids[1]
    assert unloaded(world, ids[1]).removed == {"payments": 3}
    assert unloaded(world, ids[0]).removed == {"obligations": 2}
    assert whole(world.database) == before


def test_a_zone_that_one_load_says_goes_with_it_and_payments_are_no_column_of_a_load(world: World) -> None:
    header = "id,debtor,creditor,kind,amount,currency,due,settled,outcome,zone"
    zoned: Rows = {"obligations": [header, f"{owed()},Asia/Tokyo"]}
    paid: Rows = {"payments": [FIRST, REST]}
    plain: Rows = {"obligations": [owed()]}
    world.anew(PEOPLE, MILL, zoned, paid)
    only_zoned = whole(world.database)
    for order in ((plain, paid, zoned), (plain, zoned, paid)):
        world.anew(PEOPLE, MILL, plain, paid)
        only_plain = whole(world.database)
        ids = world.anew(PEOPLE, MILL, *order)
        assert told(world, SETTLED) == {"day": 5, "parts": 2, "zone": "Asia/Tokyo", "lacked": ["zone"]}
        done = unloaded(world, ids[2 + order.index(zoned)])
        assert (done.removed, done.stays) == ({}, {"repeated": {"obligations": 1}})
        assert whole(world.database) == only_plain
        ids = world.anew(PEOPLE, MILL, *order)
        unloaded(world, ids[2])
        assert whole(world.database) == only_zoned


def test_who_takes_a_bank_statement_back_to_make_debts_open_does_it_in_the_members_history(
    world: World, command: Run
) -> None:
    graph = world.database
    world.load({"obligations": [f"o{n},ann,mill,loan,100,EUR,{at(1)},," for n in range(9)]})
    id_ = world.load({"payments": [f"y{n},o{n},{at(1)},100,EUR" for n in range(9)]})
    rate(graph, "made-up", as_of=AS_OF)
    before = published.open_rating(graph, "ann", "made-up").points
    assert "would be taken back: 9 payments" in command("unload", id_, "--dry-run").output
    assert published.open_rating(graph, "ann", "made-up").points == before
    assert "is taken back: 9 payments" in command("unload", id_, "--why", "the wrong account").output
    assert published.open_rating(graph, "ann", "made-up").points < before
    [found] = disclosure.history(graph, "ann", "made-up").taken_back
    assert (found.load, found.why, found.facts) == (id_, "the wrong account", 9)
    assert disclosure.history(graph, "bob", "made-up").taken_back == ()
    table = archive.gather(graph, "ann", now=AS_OF).tables["taken_back"]
    assert [(row["load"], row["facts"]) for row in table] == [(id_, 9)]
    [newest, *_] = json.loads(command("loads", "--json").output)["loads"]
    assert (newest["brought"], newest["there"]) == ({"payments": 9}, {})
