"""A load is taken back: the graph is as if it had never been, but for what others say or decided."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import disclosure
from graph.disclosure import archive
from graph.errors import NotFound, ParameterError, Refused
from graph.facts import load_records, store, unload
from graph.facts.load import load
from graph.policy import publishing
from graph.rating import apply, published
from graph.rating.run import rate
from graph.rights import disputes, erasure
from graph.server.local import Server
from graph.store.client import Database
from tests.commands import Run
from tests.conftest import samples
from tests.facts.unloading import AS_OF, AT, HEADERS, LATER, PEOPLE, World, whole
from tests.kept import kept
from tests.strategies import make_scheme

ALL_KINDS = {
    "entities": ["dan,person,Dan,,,", "mill,organisation,The Mill,,,"],
    "products": ["novel,books"],
    "sites": ["arcade,gaming"],
    "contacts": [f"c1,ann,bob,{AT},mail", f"c2,bob,ann,{AT},", f"c3,dan,ann,{AT},"],
    "obligations": [f"o1,ann,mill,invoice,10,CNY,{AT},{LATER},", f"o2,bob,ann,,,,{AT},,"],
    "purchases": [f"p1,ann,novel,{AT},5,CNY"],
    "visits": [f"v1,cat,arcade,{AT}"],
    "judgments": [f"j1,ann,Court,1/26,10,CNY,{AT},{LATER},"],
}
BOTH = {kind: [*PEOPLE.get(kind, []), *ALL_KINDS.get(kind, [])] for kind in HEADERS if kind in PEOPLE | ALL_KINDS}


@pytest.fixture
def world(graph: Database, tmp_path: Path) -> World:
    publishing.publish(graph, make_scheme(known_from=None))
    return World(graph, tmp_path)


@pytest.fixture
def rated(world: World) -> World:
    """Three people who have joined, and a run of their scheme."""

    def make() -> None:
        world.load(PEOPLE)
        rate(world.database, "made-up", as_of=AS_OF)

    kept(world.database, make)
    return world


def test_a_load_of_every_kind_is_gone_and_the_graph_is_as_before(rated: World) -> None:
    before = whole(rated.database)
    second = rated.load(ALL_KINDS)
    assert whole(rated.database) != before
    rehearsed = unload.rehearse(rated.database, second)
    assert whole(rated.database) != before, "a rehearsal changes nothing"
    done = rated.unload(second)
    assert whole(rated.database) == before
    assert done.removed == {kind: len(rows) for kind, rows in ALL_KINDS.items()}
    assert (rehearsed.removed, rehearsed.stays) == (done.removed, done.stays) == (done.removed, {})


def test_what_a_later_load_says_too_stays_as_that_load_says_it(world: World) -> None:
    """The rows of the later load are fewer, and say less in some cells and more in others."""
    world.load(PEOPLE)
    later = {
        "entities": ["dan,person,,,,", "mill,organisation,The Mill,,,"],
        "contacts": [f"c1,ann,bob,{AT},"],
        "obligations": [f"o1,ann,mill,,10,CNY,{AT},,", f"o2,bob,ann,loan,,,{AT},{LATER},"],
        "judgments": [f"j1,ann,Court,1/26,10,CNY,{AT},{LATER},{LATER}"],
    }
    world.load(later)
    expected = whole(world.database)
    _, first, _ = world.anew(PEOPLE, ALL_KINDS, later)
    done = world.unload(first)
    assert whole(world.database) == expected
    assert done.stays == {"repeated": {"entities": 2, "contacts": 1, "obligations": 2, "judgments": 1}}


def test_what_a_later_load_filled_in_is_empty_again_when_that_is_taken_back(world: World) -> None:
    world.load(PEOPLE)
    world.load(ALL_KINDS)
    before = whole(world.database)
    later = world.load(
        {
            "entities": ["dan,person,Dan,1990-01-02,,"],
            "contacts": [f"c2,bob,ann,{AT},visit"],
            "obligations": [f"o2,bob,ann,loan,7,CNY,{AT},{LATER},0.5"],
            "judgments": [f"j1,ann,Court,1/26,10,CNY,{AT},{LATER},{LATER}"],
        }
    )
    assert whole(world.database) != before
    world.unload(later)
    assert whole(world.database) == before


def test_three_loads_that_say_the_same_hold_it_until_the_last_is_gone(world: World) -> None:
    world.load(PEOPLE)
    empty = whole(world.database)
    rows = [
        f"o1,ann,bob,,,,{AT},{settled},{outcome}" for settled, outcome in (("", ""), (LATER, ""), (LATER, "0.5"))
    ]
    made = [world.load({"obligations": [row]}) for row in rows]
    said = "MATCH ()-[o:OWED]->() RETURN o.settled IS NOT NULL AS settled, o.outcome AS outcome"
    world.unload(made[1])
    assert world.database.statement(said) == [{"settled": True, "outcome": 0.5}]
    world.unload(made[2])
    assert world.database.statement(said) == [{"settled": False, "outcome": None}]
    world.unload(made[0])
    assert whole(world.database) == empty


def test_the_same_files_again_are_the_same_load_and_another_persons_are_another(world: World) -> None:
    first = world.load(BOTH)
    before = world.database.statement("MATCH ()-[f]->() RETURN f {.*} AS f ORDER BY f.id")
    assert world.load(BOTH) == ""
    assert world.database.statement("MATCH ()-[f]->() RETURN f {.*} AS f ORDER BY f.id") == before
    second = world.load(BOTH, by="max")
    assert second
    assert world.unload(first).removed == {}
    assert {each.there["contacts"] for each in load_records.recorded(world.database) if each.id == second} == {3}


def test_loaded_again_it_is_as_it_was_and_a_load_of_its_own(rated: World) -> None:
    first = rated.load(ALL_KINDS)
    rate(rated.database, "made-up", as_of=AS_OF)
    before = whole(rated.database)
    rated.unload(first, why="the wrong file")
    again = rated.load(ALL_KINDS)
    assert again not in ("", first)
    rate(rated.database, "made-up", as_of=AS_OF)
    assert whole(rated.database) == before


def test_memberships_stay_and_the_members_with_them(world: World) -> None:
    id_ = world.load(BOTH)
    done = world.unload(id_)
    assert done.stays == {"joined": {"memberships": 3}, "named": {"entities": 3}}
    assert world.database.statement("MATCH (e:Entity)-[:JOINED]->(m) RETURN e.id AS id ORDER BY id") == [
        {"id": "ann"},
        {"id": "bob"},
        {"id": "cat"},
    ]


def test_a_fact_in_dispute_stays_and_one_that_outlived_a_dispute_and_no_load_lifts_either(rated: World) -> None:
    id_ = rated.load({"obligations": [f"o{n},ann,bob,,,,{AT},," for n in range(4)]})
    graph = rated.database

    def dispute(fact: str) -> str:
        return graph.write(
            lambda tx: disputes.dispute(tx, "ann", kind="obligations", fact=fact, statement="No.", now=AS_OF)
        )[0]

    def decide(id_: str, *, upheld: bool) -> None:
        graph.write(lambda tx: disputes.decide(tx, id_, upheld=upheld, reviewer="ruth", reason="So.", now=AS_OF))

    open_, lost, won = (dispute(f"o{n}") for n in range(3))
    decide(lost, upheld=False)
    decide(won, upheld=True)
    done = rated.unload(id_)
    assert done.stays == {"disputed": {"obligations": 1}, "decided": {"obligations": 1}}
    assert done.removed == {"obligations": 1}
    facts = "MATCH ()-[o:OWED]->() RETURN o.id AS id, o.disputed AS disputed, o.rejected AS rejected ORDER BY id"
    expected = [
        {"id": "o0", "disputed": open_, "rejected": None},
        {"id": "o1", "disputed": None, "rejected": lost},
    ]
    assert graph.statement(facts) == expected
    loaded = load(graph, [rated.files({"obligations": [f"o{n},ann,bob,,,,{AT},," for n in range(3)]})])
    assert (loaded[0].known, loaded[0].rejected) == (2, 1), "what a dispute removed stays away"
    assert graph.statement(facts) == expected


def test_what_a_later_load_corrected_stays_whichever_of_the_two_is_taken_back(rated: World) -> None:
    first = rated.load(
        {"obligations": [f"o1,ann,bob,,,,{AT},,"], "products": ["novel,books"], "entities": ["dan,person,Dan,,,"]}
    )
    graph = rated.database
    file = rated.files(
        {
            "obligations": [f"o1,ann,bob,,,,{LATER},,"],
            "products": ["novel,games"],
            "entities": ["dan,person,Don,,,"],
        }
    )
    [*loaded], _ = apply.apply(graph, [file], by="max")
    assert sum(each.corrected for each in loaded) == 3
    [second] = [each.id for each in load_records.recorded(graph) if each.by == "max"]
    before = whole(graph)
    assert rated.unload(first).stays == {
        "corrected": {"obligations": 1},
        "repeated": {"entities": 1, "products": 1},
    }
    assert whole(graph) == before
    assert rated.unload(second).removed == {"entities": 1, "obligations": 1, "products": 1}


def test_a_correction_that_is_taken_back_does_not_bring_back_what_it_corrected(rated: World) -> None:
    rated.load({"obligations": [f"o1,ann,bob,,,,{AT},,"], "products": ["novel,books"]})
    file = rated.files({"obligations": [f"o1,ann,bob,,,,{LATER},,"], "products": ["novel,games"]})
    apply.apply(rated.database, [file], by="max")
    [second] = [each.id for each in load_records.recorded(rated.database) if each.by == "max"]
    before = whole(rated.database)
    assert rated.unload(second).stays == {"corrected": {"obligations": 1, "products": 1}}
    assert whole(rated.database) == before


NAMED = [
    "MATCH (e:Entity {id: 'dan'}) SET e.subjects = ['oidc|7']",
    "MATCH (e:Entity {id: 'dan'}) CREATE (e)-[:GAVE]->(:Grant {id: 'g', client: 'bank'})",
    "MATCH (e:Entity {id: 'ann'}) CREATE (e)-[:GAVE]->(:Grant {id: 'g', client: 'dan'})",
    "MATCH (e:Entity {id: 'dan'}) MATCH (s:Scheme) CREATE (e)-[:FOUNDS {named: datetime()}]->(s)",
    "MATCH (e:Entity {id: 'dan'}) MATCH (m {id: 'made-up|ann'}) CREATE (m)-[:PAUSED {at: datetime()}]->(e)",
    "CREATE (:Ledger {id: '|dan', head: 'h', count: 1})",
    "CREATE (:Ledger {id: 'made-up|dan', head: 'h', count: 1})",
    "MATCH (e:Entity {id: 'dan'}) CREATE (:Request {key: 'k', at: datetime()})-[:FROM]->(e)",
]


@pytest.mark.parametrize("statement", NAMED)
def test_an_entity_that_anything_names_stays(world: World, statement: str) -> None:
    world.load(PEOPLE)
    id_ = world.load({"entities": ["dan,person,Dan,,,", "eve,person,,,,"]})
    world.database.statement(statement)
    assert world.unload(id_).stays == {"named": {"entities": 1}}
    assert world.database.statement("MATCH (e:Entity {id: 'dan'}) RETURN e.name AS name") == [{"name": "Dan"}]


def test_what_others_owed_to_somebody_erased_goes_with_its_load_and_so_does_nobody(rated: World) -> None:
    before = whole(rated.database)
    id_ = rated.load({"entities": ["dan,person,,,,"], "obligations": [f"o1,ann,dan,,,,{AT},,"]})
    rated.database.write(lambda tx: erasure.erase(tx, "dan", now=AS_OF))
    assert rated.database.statement("MATCH (a:Anonymous) RETURN count(a) AS n") == [{"n": 1}]
    rated.unload(id_, why="dan asked for it")
    assert [line for line in whole(rated.database) if "Lane" not in line] == before


def test_ratings_are_those_of_a_graph_without_the_load(rated: World) -> None:
    graph = rated.database

    def points() -> list[float]:
        return [published.open_rating(graph, who, "made-up").points for who in ("ann", "bob", "cat")]

    before = points()
    id_ = rated.load(ALL_KINDS)
    rate(graph, "made-up", as_of=AS_OF)
    assert points() != pytest.approx(before)
    _, [rerated] = apply.take_back(graph, id_)
    assert rerated.stale == ""
    assert points() == pytest.approx(before, abs=0.06)
    assert not published.open_rating(graph, "ann", "made-up").stale


PAIRS = [(one, other) for one in ("ann", "bob", "cat", "dan") for other in ("ann", "bob", "cat") if one != other]
CELLS = {
    "entities": [["dan", "person", "Dan?", "1990-01-02?", "", ""], ["mill", "organisation", "Mill?", "", "", ""]],
    "products": [["novel", "books"], ["chess", "games"]],
    "contacts": [[f"c{n}", *pair, AT, "mail?"] for n, pair in enumerate(PAIRS)],
    "obligations": [
        [f"o{n}", *pair, "loan?", "", "", AT, f"{LATER}?", f"{n / 10}?"] for n, pair in enumerate(PAIRS)
    ],
    "purchases": [[f"p{n}", "ann", "novel" if n % 2 else "chess", AT, "", ""] for n in range(3)],
    "judgments": [["j0", "bob", "Court", "1", "5", "CNY", AT, LATER, f"{LATER}?"]],
}
"All that there is to say; a load says some of it, and leaves out some cells that end with a question mark."
BASE = {"entities": ["dan", "mill"], "products": ["novel", "chess"]}


@st.composite
def files(draw: st.DrawFn) -> dict[str, list[str]]:
    """What one load says: every row that its facts need, and of each row as much as it likes."""
    said = {}
    for kind, rows in CELLS.items():
        taken = rows if kind in BASE else [row for row in rows if draw(st.booleans())]
        said[kind] = [
            ",".join(cell if not cell.endswith("?") else cell[:-1] if draw(st.booleans()) else "" for cell in row)
            for row in taken
        ]
    return {kind: lines for kind, lines in said.items() if lines}


@settings(
    max_examples=samples(3, 25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(one=files(), other=files(), first=st.booleans())
def test_two_loads_less_one_of_them_are_the_other(
    world: World, one: dict[str, list[str]], other: dict[str, list[str]], first: bool
) -> None:
    """Whichever of the two is taken back, the graph and the ratings are as if it had never been."""
    graph = world.database

    def points() -> list[float]:
        return [published.open_rating(graph, who, "made-up").points for who in ("ann", "bob", "cat")]

    world.anew(PEOPLE, one if first else other)
    rate(graph, "made-up", as_of=AS_OF)
    expected, rated = whole(graph), points()
    _, *ids = world.anew(PEOPLE, one, other)
    if one == other:
        return  # the same files are the same load
    rate(graph, "made-up", as_of=AS_OF)
    world.unload(ids[1 if first else 0])
    assert whole(graph) == expected
    assert points() == pytest.approx(rated, abs=0.06)


def test_a_load_that_is_unknown_or_under_way_is_refused_and_one_that_was_taken_back_is_left_alone(
    rated: World,
) -> None:
    graph = rated.database
    with pytest.raises(NotFound, match="innercircle loads"):
        rated.unload("nonsense")
    id_ = rated.load(ALL_KINDS)
    [digest] = [row["load"]["digest"] for row in graph.run("all_loads") if row["load"]["id"] == id_]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_records, "PATIENCE_SECONDS", 0.1)
        with graph.run_lock({"load": digest}), pytest.raises(Refused, match="is under way"):
            rated.unload(id_)
        with graph.run_lock({"unload": id_, "attempt": "other"}), pytest.raises(Refused, match="being taken back"):
            rated.unload(id_)
    assert {each.taken_back for each in load_records.recorded(graph)} == {None}
    assert rated.unload(id_).already is None
    before = whole(graph)
    assert rated.unload(id_).already is not None
    assert unload.rehearse(graph, id_).already is not None
    assert whole(graph) == before


class Breaking(Database):
    """A database whose client ends as it asks for one query, for the third time or the first."""

    query, times = "", 1

    def run(self, name: str, /, **params: Any) -> Any:
        if name == self.query:
            self.times -= 1
            if not self.times:
                raise KeyboardInterrupt
        return super().run(name, **params)


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("unload_facts", 1),
        ("unload_facts", 3),
        ("unload_judgments", 1),
        ("unload_things", 1),
        ("changed_since", 1),
        ("finish_unload", 1),
    ],
)
def test_broken_off_anywhere_the_next_attempt_does_the_rest(
    rated: World, server: Server, query: str, times: int
) -> None:
    graph, before = rated.database, whole(rated.database)
    id_ = rated.load(ALL_KINDS)
    with Breaking(server.uri, server.user, server.password) as breaking:
        breaking.query, breaking.times = query, times
        with pytest.raises(KeyboardInterrupt):
            apply.take_back(breaking, id_, by="olga", why="wrong")
    [record] = [each for each in load_records.recorded(graph) if each.id == id_]
    assert (record.broken_off, record.why, record.taken_back_by) == (True, "wrong", "olga")
    assert rated.load(BOTH) != id_, "what is being taken back goes on with nothing"
    for each in load_records.recorded(graph):
        if each.at > record.at:
            rated.unload(each.id)
    rated.unload(id_, why="another reason")
    [record] = [each for each in load_records.recorded(graph) if each.id == id_]
    assert (record.broken_off, record.why) == (False, "wrong")
    assert whole(graph) == before
    assert not published.open_rating(graph, "ann", "made-up").stale


def test_loads_are_listed_with_what_they_brought_and_what_is_there(rated: World, command: Run) -> None:
    id_ = rated.load(ALL_KINDS)
    store.remove(rated.database, "contacts", ["c1"])
    found = json.loads(command("loads", "--json").output)["loads"]
    assert [each["by"] for each in found] == ["olga", "olga"]
    newest = found[0]
    assert newest["id"] == id_
    assert newest["brought"] == {kind: len(rows) for kind, rows in ALL_KINDS.items()}
    assert newest["there"] == newest["brought"] | {"contacts": 2}
    assert found[1]["brought"] == {"entities": 3, "memberships": 3}
    assert sorted(newest["files"]) == sorted(f"{kind}.csv" for kind in ALL_KINDS)
    told = command("unload", id_, "--dry-run").output
    assert "would be taken back: 2 contacts" in told
    told = command("unload", id_, "--why", "the wrong file").output
    assert "is taken back: 2 contacts" in told
    assert "re-rated" in told
    assert "taken back already" in command("unload", id_).output
    [newest, _] = json.loads(command("loads", "--json").output)["loads"]
    assert (newest["there"], newest["why"], newest["broken_off"]) == ({}, "the wrong file", False)
    assert newest["taken_back"]
    text = command("loads").output
    assert "nothing" in text
    assert not [word for word in ("ann", "bob", "dan", "mill") if word in text.replace("olga", "").split()]


def test_a_member_finds_in_its_history_and_archive_what_was_taken_back_by_whom_and_why(
    rated: World, command: Run
) -> None:
    """An operator who makes bad reports vanish does not do it unseen."""
    graph = rated.database
    id_ = rated.load({"obligations": [f"o1,ann,bob,,,,{AT},,", f"o2,ann,cat,,,,{AT},,"]})
    rate(graph, "made-up", as_of=AS_OF)
    rated.unload(id_, why="the bank's file was of another year")
    [told] = disclosure.history(graph, "ann", "made-up").taken_back
    assert (told.load, told.by, told.why, told.facts) == (id_, "olga", "the bank's file was of another year", 2)
    assert told.files == ("obligations.csv",)
    assert disclosure.history(graph, "bob", "made-up").taken_back == (), "no fact of bob's is gone"
    table = archive.gather(graph, "ann", now=AS_OF).tables["taken_back"]
    assert [(row["load"], row["facts"]) for row in table] == [(id_, 2)]
    printed = command("history", "ann", "--scheme", "made-up").output
    assert "by olga, and 2 facts of ann with it: the bank's file was of another year" in printed
    found = json.loads(command("history", "ann", "--scheme", "made-up", "--json").output)
    points = [state["whole_points"] for state in found["states"]]
    assert points[1] < points[0] == points[2]
    assert found["taken_back"][0]["load"] == id_
    graph.write(lambda tx: erasure.erase(tx, "ann", now=AS_OF))
    assert graph.statement("MATCH ()-[lost:LOST]->() RETURN lost") == []


def test_a_reason_that_names_somebody_who_is_erased_names_nobody_any_more(rated: World) -> None:
    id_ = rated.load({"entities": ["dominic,person,,,,"], "contacts": [f"c1,dominic,ann,{AT},"]})
    rated.unload(id_, why="dominic asked")
    rated.load({"entities": ["dominic,person,,,,"]})
    rated.database.write(lambda tx: erasure.erase(tx, "dominic", now=AS_OF))
    assert [each.why for each in load_records.recorded(rated.database) if each.id == id_] == ["(erased) asked"]


@pytest.mark.parametrize("why", ["", "  ", "x" * 501])
def test_a_reason_says_something_and_is_short(rated: World, command: Run, why: str) -> None:
    with pytest.raises(ParameterError, match="1 to 500 characters"):
        command("unload", "any", "--why", why)
