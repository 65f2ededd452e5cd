"""A graph that is moved to another Neo4j, and back, is the same; and nothing else is touched on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph.errors import LocalServerFailed, ParameterError, Refused
from graph.server import local, moving
from graph.server.compaction import Contents, copy, read, schema, whole
from graph.server.connect import connect
from graph.server.moving import MARK, move
from graph.settings import Settings
from graph.store import migrations
from graph.store.client import Database
from tests.own_home import SMALL
from tests.server.test_compaction import ODD
from tests.worlds.all_kept_about_one import build

pytestmark = pytest.mark.slow


def nowhere(_step: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Settings]]:
    """Three managed Neo4j; the first has a community, and every kind of value that a store can have."""
    homes = [Settings(home=tmp_path_factory.mktemp(name) / "home", **SMALL) for name in ("first", "other", "last")]
    try:
        for each in homes:
            local.start(each)
        with connect(homes[0]) as database:
            migrations.apply(database)
            build(database, tmp_path_factory.mktemp("community"))
            database.statement(ODD)
        yield homes
    finally:
        for each in homes:
            local.discard(each)


def beside(home: Settings, other: Settings) -> Settings:
    """The settings of a managed home that name another Neo4j besides."""
    with connect(other) as database:
        uri = database.uri
    secret = (other.home / "password").read_text(encoding="utf-8").strip()
    return Settings(home=home.home, neo4j_uri=uri, neo4j_password=SecretStr(secret), **SMALL)


@pytest.fixture
def first(homes: list[Settings]) -> Settings:
    return homes[0]


@pytest.fixture
def other(homes: list[Settings]) -> Iterator[Settings]:
    """One in which nothing is, and nothing is afterwards."""
    yield homes[1]
    with connect(homes[1]) as database:
        database.run("remove_everything")
        for name in schema(database):
            database.statement(f"DROP CONSTRAINT `{name}` IF EXISTS")
            database.statement(f"DROP INDEX `{name}` IF EXISTS")


def held(settings: Settings) -> tuple[Contents, dict[str, str]]:
    with connect(settings) as database:
        return read(database, nowhere), schema(database)


def everything(settings: Settings) -> tuple[list[str], list[str]]:
    """All nodes and relationships as texts, whatever numbers they have."""
    with connect(settings) as database:
        nodes, ties = whole(database)
    by_number = {
        row["number"]: repr((sorted(row["labels"]), sorted(map(repr, row["properties"])))) for row in nodes
    }
    ends = [
        (by_number[t["source"]], t["type"], sorted(map(repr, t["properties"])), by_number[t["target"]])
        for t in ties
    ]
    return sorted(by_number.values()), sorted(map(repr, ends))


def test_a_graph_that_went_out_and_came_back_is_the_same(homes: list[Settings], other: Settings) -> None:
    first, _, last = homes
    before = held(first)
    out = move(beside(first, other), back=False)
    assert (out.nodes, out.relationships) == (before[0].nodes, before[0].relationships)
    assert out.nodes > 50
    assert everything(other) == everything(first)
    assert held(other)[1] == before[1]
    assert held(first) == before, "where it came from nothing is written"
    move(beside(last, other), back=True)
    assert everything(last) == everything(first)
    with connect(last) as database:
        migrations.require(database)


def test_what_is_not_empty_is_refused_and_stays_as_it_is(first: Settings, other: Settings) -> None:
    with connect(other) as database:
        database.statement("CREATE (:Entity {id: 'somebody'})")
        with pytest.raises(Refused, match=r"is not empty: it has 1 nodes? and 0 constraints"):
            move(beside(first, other), back=False)
        assert database.one("extent")["nodes"] == 1
        database.run("remove_everything")
        migrations.apply(database)
        database.run("remove_everything")
        with pytest.raises(Refused, match="is not empty: it has 0 nodes"):
            move(beside(first, other), back=False)
        assert schema(database)


def test_what_was_broken_off_is_begun_anew(
    first: Settings, other: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in ("read", "copy"):

        def broken_off(*_args: object, **_more: object) -> Contents:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(moving, step, broken_off)
            with pytest.raises(KeyboardInterrupt):
                move(beside(first, other), back=False)
        assert MARK in held_schema(other)
    with pytest.raises(Refused, match="has half a graph itself"):
        move(beside(first, other), back=True)
    move(beside(first, other), back=False)
    assert everything(other) == everything(first)
    assert MARK not in held_schema(other)


def held_schema(settings: Settings) -> dict[str, str]:
    with connect(settings) as database:
        return schema(database)


@pytest.mark.parametrize(
    ("in_the_source", "statement", "words"),
    [
        (True, "MATCH (n:Odd) SET n.later = 1", "the graph was written to meanwhile"),
        (False, "MATCH ()-[owed:OWED {id: 'o2'}]->() SET owed.amount = owed.amount + 0.01", "the two differ"),
    ],
)
def test_whatever_is_not_the_same_on_both_sides_is_found_and_nothing_is_moved(
    first: Settings,
    other: Settings,
    monkeypatch: pytest.MonkeyPatch,
    in_the_source: bool,
    statement: str,
    words: str,
) -> None:
    def meanwhile(old: Database, new: Database, *more: object) -> Contents:
        contents = copy(old, new, *more)  # type: ignore[arg-type]
        (old if in_the_source else new).statement(statement)
        return contents

    monkeypatch.setattr(moving, "copy", meanwhile)
    with pytest.raises(LocalServerFailed, match=words):
        move(beside(first, other), back=False)
    with connect(other) as database:
        assert (database.one("extent")["nodes"], schema(database)) == (0, {})
    with connect(first) as database:
        database.statement("MATCH (n:Odd) REMOVE n.later")


def test_where_no_other_neo4j_is_named_nothing_begins(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="INNERCIRCLE_NEO4J_URI names no Neo4j"):
        move(Settings(home=tmp_path), back=False)
    assert not list(tmp_path.iterdir())
