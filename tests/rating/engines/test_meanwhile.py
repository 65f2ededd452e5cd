"""What happens while a run is under way, or since another: members leave or are erased, a lock is lost."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from graph.errors import Refused, StoreConflict, StoreUnavailable
from graph.rating import apply, published, reference
from graph.rating.engines.arrays import circles
from graph.rating.engines.choice import ENGINES
from graph.rating.run import rate
from graph.rights import erasure
from graph.store.client import Database
from tests import storing
from tests.rating.engines.test_answers import KEPT, SECRET, differences
from tests.strategies import AS_OF, NASTY, make_scheme
from tests.worlds.chosen_conduct import contact, facts_of

ENGINE = pytest.mark.parametrize("engine", ENGINES)
SPOKEN = make_scheme(
    weights={"obligations": 1.0}, half_life_days=None, voice={"founders_at_least": 1, "outside": 0.25}
)
CHAIN = next(each.facts for each in NASTY if each.name == "promises kept along a chain, and a ring beside it")
PAIRS = [("ann", "bob"), ("ann", "cid"), ("bob", "cid"), ("cid", "dan"), ("ann", "dan")]
FOUR = facts_of(
    {"ann": [1.0], "bob": [0.0], "cid": [0.3], "dan": [0.9]},
    [each for number, pair in enumerate(PAIRS) for each in contact(*pair, range(1, 4 + number))],
)


def once(step: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Tells a run's progress to nobody, and acts when the run comes to this step for the first time."""
    reached: list[str] = []

    def tell(name: str) -> None:
        if name == step and not reached:
            reached.append(name)
            act()

    return tell


def test_voices_of_a_run_are_used_after_members_with_the_largest_rids_have_left(graph: Database) -> None:
    kept = {}
    for engine in ENGINES:
        graph.statement("MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
        graph.run("make_secret", name="veil", value=SECRET)
        storing.store(graph, CHAIN, SPOKEN)
        (founder, _), *others = CHAIN.members
        storing.found(graph, SPOKEN, founder)
        first = rate(graph, SPOKEN.id, as_of=AS_OF, engine=engine)
        speakers = graph.one("run_voices", id=first.id)["speakers"]
        for entity, rid in others:
            if rid >= max(speakers):
                storing.leave_one(graph, SPOKEN, entity)
        assert graph.one("member_range", scheme=SPOKEN.id)["range"] <= max(speakers)
        rate(graph, SPOKEN.id, as_of=AS_OF, voices_of=first.id, engine=engine)
        kept[engine] = graph.statement(KEPT)
    assert differences(kept["arrays"], kept["cypher"]) == []


def test_a_contact_that_leaves_before_its_tie_is_made_leaves_circles_whole_and_the_scheme_marked(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = make_scheme()
    storing.store(graph, FOUR, scheme)
    run = Database.run

    def leaving(database: Database, name: str, /, **more: Any) -> Any:
        if name == "packed_contacts_in_dispute":  # contacts were read, and no tie is there yet
            assert storing.leave_one(database, scheme, "dan")["mark"] is None, "nobody had a tie with it"
        return run(database, name, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "run", leaving)
        rate(graph, scheme.id, as_of=AS_OF, engine="arrays")
    for entity in ("ann", "bob", "cid"):
        opened = published.open_rating(graph, entity, scheme.id)
        assert sum(each.weight for each in opened.circle) == pytest.approx(1)
        assert opened.stale, "the circle may lack who would have taken the place"
    _, [said] = apply.remove(graph, "obligations", ["ann-0"])
    assert "left" in said.stale
    rate(graph, scheme.id, as_of=AS_OF)
    remaining = replace(
        FOUR,
        obligations=[each for each in FOUR.obligations if each.id != "ann-0"],
        members=[each for each in FOUR.members if each[0] != "dan"],
    )
    for entity, member in reference.rate(remaining, scheme, AS_OF).members.items():
        opened = published.open_rating(graph, entity, scheme.id)
        assert opened.score == pytest.approx(member.score, abs=1e-9)
        assert not opened.stale


@ENGINE
def test_what_is_left_of_a_circle_weighs_the_whole_however_little_it_weighed(graph: Database, engine: str) -> None:
    scheme = make_scheme(circle_half_life_days=1.0)
    far = contact("ann", "cid", [1_074])  # half of a day, 1,074 times: among the others it weighs 0.0
    near = [each for other in ("bob", "dan") for each in contact("ann", other, range(6))]
    storing.store(graph, facts_of({"ann": [1.0], "bob": [0.0], "cid": [0.3], "dan": []}, near + far), scheme)

    def leave() -> None:
        for entity in ("bob", "dan"):
            storing.leave_one(graph, scheme, entity)

    rate(graph, scheme.id, as_of=AS_OF, engine=engine, progress=once("publish", leave))
    [left] = published.open_rating(graph, "ann", scheme.id).circle
    assert (left.entity, left.weight) == ("cid", 1.0)


@ENGINE
def test_the_record_of_a_run_says_nothing_of_a_member_that_was_erased_meanwhile(
    graph: Database, engine: str
) -> None:
    storing.store(graph, CHAIN, SPOKEN)
    storing.found(graph, SPOKEN, CHAIN.members[0][0])
    first = rate(graph, SPOKEN.id, as_of=AS_OF, engine=engine)
    rid = graph.one("run_voices", id=first.id)["speakers"][-1]
    entity = next(each for each, its in CHAIN.members if its == rid)

    def erase() -> None:
        graph.write(lambda transaction: erasure.erase(transaction, entity, now=AS_OF))

    second = rate(graph, SPOKEN.id, as_of=AS_OF, engine=engine, progress=once("publish", erase))
    said = graph.one("run_voices", id=second.id)
    assert said["speakers"]
    assert rid not in said["speakers"]
    assert len(said["speakers"]) == len(said["quarters"])


@ENGINE
@pytest.mark.parametrize("other", [True, False], ids=["another has begun", "nobody else is there"])
def test_a_run_that_has_lost_its_lock_publishes_nothing(
    graph: Database, engine: str, other: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = make_scheme()
    storing.store(graph, FOUR, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    before = graph.statement(KEPT)
    lock, held = Database.run_lock, list[ExitStack]()

    @contextmanager
    def until_lost(database: Database, tags: dict[str, str]) -> Iterator[None]:
        with ExitStack() as until:
            until.enter_context(lock(database, tags))
            held.append(until)
            yield

    def lose() -> None:
        own = held[0].pop_all()
        if other:
            held[0].enter_context(lock(graph, {"scheme": scheme.id, "run": "another"}))
        own.close()

    with monkeypatch.context() as patched:
        patched.setattr(Database, "run_lock", until_lost)
        with pytest.raises(StoreConflict if other else StoreUnavailable, match="ended the lock"):
            rate(graph, scheme.id, as_of=AS_OF, engine=engine, progress=once("sweep", lose))
    found = graph.statement(KEPT)
    for row in found:
        row["m"] = {name: value for name, value in row["m"].items() if not name.startswith("next_")}
    assert differences(found, before) == []
    assert rate(graph, scheme.id, as_of=AS_OF).finished


def test_a_run_that_has_too_little_memory_says_so_and_leaves_the_old_ratings(
    graph: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = make_scheme()
    storing.store(graph, FOUR, scheme)
    first = rate(graph, scheme.id, as_of=AS_OF, engine="arrays")

    def too_many(*_: object) -> None:
        raise MemoryError("Unable to allocate 12.3 TiB")

    monkeypatch.setattr(circles.Finding, "choose", too_many)
    with pytest.raises(Refused, match=r"needs more memory than this process can have.*--engine cypher"):
        rate(graph, scheme.id, as_of=AS_OF, engine="arrays")
    assert [row["id"] for row in graph.statement("MATCH (r:Run) RETURN r.id AS id")] == [first.id]
    assert published.open_rating(graph, "ann", scheme.id).run == first.id
