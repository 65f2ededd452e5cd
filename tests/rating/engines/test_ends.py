"""Who is at the other end of a fact is known by the store's number, and only while nobody else has that number."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graph.rating import published, reference
from graph.rating.engines.arrays.ends import Ends
from graph.rating.engines.contract import Work
from graph.rating.run import rate
from graph.store.client import Database
from tests import storing
from tests.strategies import AS_OF, make_scheme
from tests.worlds.chosen_conduct import contact, facts_of

SCHEME = make_scheme(size=1)
MEMBERS = {"ann": [1.0], "bob": [0.0], "cid": [0.3], "dan": [0.9]}
FACTS = facts_of(
    MEMBERS,
    [
        each
        for number, pair in enumerate([("ann", "bob"), ("ann", "cid"), ("bob", "cid"), ("ann", "dan")])
        for each in contact(*pair, range(1, 4 + number))
    ]
    + contact("ann", "shop", range(1, 60)),
)
NUMBERS = "MATCH (e:Entity) RETURN e.id AS entity, id(e) AS number"
# To a reader it is the same as where the store gives the number of an entity that was erased to another one.
ANOTHER = "MATCH (e:Entity {id: 'dan'}) SET e.id = 'eve'"


def work(database: Database, members: int) -> Work:
    return Work(database, SCHEME, AS_OF, "a run", AS_OF, members, 10_000, None, {}, lambda step: None)


def numbers(database: Database) -> dict[str, int]:
    return {row["entity"]: row["number"] for row in database.statement(NUMBERS)}


def test_an_end_is_a_member_of_the_run_or_nobody(graph: Database) -> None:
    storing.store(graph, FACTS, SCHEME)
    of, ends = numbers(graph), Ends(work(graph, 3))
    asked = np.array([of[each] for each in ("cid", "ann", "shop", "dan", "ann", "bob")] + [10**12])
    assert ends.rids(asked).tolist() == [2, 0, -1, -1, 0, 1, -1], "dan has joined since"
    assert ends.rids(asked[:0]).tolist() == []
    assert Ends(work(graph, 0)).rids(asked[:2]).tolist() == [-1, -1]


@pytest.mark.parametrize("back", [False, True], ids=["gone", "joined again"])
def test_a_number_that_somebody_else_may_have_by_now_is_nobodys(graph: Database, back: bool) -> None:
    storing.store(graph, FACTS, SCHEME)
    of, ends = numbers(graph), Ends(work(graph, 4))
    storing.leave_one(graph, SCHEME, "dan")
    graph.statement(ANOTHER)
    if back:
        storing.join_one(graph, SCHEME, "eve")
    assert ends.rids(np.array([of["dan"], of["ann"]])).tolist() == [-1, 0]


def test_facts_of_whoever_has_the_number_of_a_leaver_count_for_no_member(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    storing.store(graph, FACTS, SCHEME)
    run, left = Database.run, list[str]()

    def leaving(database: Database, name: str, /, **more: Any) -> Any:
        if name == "packed_contacts" and not left:  # members and their numbers were read
            left.append(name)
            storing.leave_one(database, SCHEME, "dan")
            database.statement(ANOTHER)
        return run(database, name, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "run", leaving)
        rate(graph, SCHEME.id, as_of=AS_OF, engine="arrays")
    remaining = replace(FACTS, members=list(FACTS.members[:3]))
    for entity, member in reference.rate(remaining, SCHEME, AS_OF).members.items():
        opened = published.open_rating(graph, entity, SCHEME.id)
        assert [each.entity for each in opened.circle] == [remaining.members[tie.rid][0] for tie in member.circle]
        assert opened.score == pytest.approx(member.score, abs=1e-9)
        assert not opened.stale
