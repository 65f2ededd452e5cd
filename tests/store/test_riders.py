"""A rider is read with the first read of a block, and judged before the block sees anything."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest

from graph.errors import (
    Forbidden,
    InnerCircleError,
    NotFound,
    ParameterError,
    QueryFileInvalid,
    StoreUnavailable,
    Unauthenticated,
)
from graph.store.client import Database
from graph.store.joined_reads import joined
from graph.store.transaction import Transaction

TWO = """
CREATE (:Secret {name: 'veil', value: '41'})
CREATE (:Scheme {id: 'market', version: '1', hash: 'h', policy: 'p', versions: ['1 h'], notices: []})
"""
Heed = Callable[[list[dict[str, Any]]], None]


def said(value: str) -> dict[str, Any]:
    """A secret as the query `secret` tells of it, of which the journal is no matter."""
    return {"value": value, "number": None, "hash": None}


def refuse(_rows: list[dict[str, Any]]) -> None:
    raise Unauthenticated("no")


def kept(found: list[dict[str, Any]]) -> Heed:
    return found.extend


def test_reads_that_are_joined_say_what_they_say_one_by_one(graph: Database) -> None:
    graph.statement(TWO)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("secret", {"name": "veil"}),
        ("secret", {"name": "cursors"}),
        ("scheme", {"id": "market"}),
    ]
    assert graph.together(*asked) == [graph.run(name, **given) for name, given in asked]


def test_a_query_whose_rows_come_as_one_list_does_and_says_what_it_does_row_by_row(graph: Database) -> None:
    graph.statement(TWO)
    with graph.transaction() as own:
        assert own.many("secret", name="veil") == own.run("secret", name="veil") == [said("41")]
        assert own.many("secret", name="cursors") == []
        assert own.many("make_secret", name="cursors", value="00") == [{"value": "00"}]
        with pytest.raises(ParameterError, match=r"the parameter .name is missing"):
            own.many("secret")
    assert graph.one("secret", name="cursors") == said("00")


def test_a_joined_text_leaves_alone_what_is_no_parameter() -> None:
    text = joined("asked", "members")
    assert "$scheme_0 + '|' + entity" in text
    assert "$scheme_1" in text
    assert "$scheme " not in text.replace("\n", " ")
    assert "@param" not in text


def test_only_reads_are_joined(graph: Database) -> None:
    with pytest.raises(QueryFileInvalid, match="only reads"):
        joined("secret", "make_secret")
    with pytest.raises(ParameterError, match=r"the parameter .name is missing"):
        graph.together(("secret", {}), ("scheme", {"id": "market"}))


def test_a_write_and_the_reads_after_it_are_one_transaction_that_is_asked_once(graph: Database) -> None:
    graph.statement(TWO)
    write = "make_secret", {"name": "cursors", "value": "00"}
    read = "secret", {"name": "cursors"}
    assert graph.write_once(write, read, ("scheme", {"id": "nowhere"})) == [
        [{"value": "00"}],
        [said("00")],
        [],
    ]
    for wrong in ((read, read), (write, write)):
        with pytest.raises(QueryFileInvalid, match="only reads"):
            graph.write_once(*wrong)
    with pytest.raises(ParameterError, match=r"the parameter .id is missing"):
        graph.write_once(write, ("scheme", {}))


def test_the_rider_is_judged_before_the_block_sees_its_own_rows(graph: Database) -> None:
    graph.statement(TWO)
    seen: list[dict[str, Any]] = []
    with graph.first("secret", kept(seen), name="veil"):
        assert seen == []
        assert graph.one("scheme", id="market")["version"] == "1"
        assert seen == [said("41")]
        graph.one("scheme", id="market")
    assert seen == [said("41")]


def write(own: Transaction) -> None:
    own.run("make_secret", name="cursors", value="00")


@pytest.mark.parametrize(
    "work",
    [
        lambda graph: graph.run("scheme", id="market"),
        lambda graph: graph.run("make_secret", name="cursors", value="00"),
        lambda graph: graph.statement("CREATE (:Secret {name: 'cursors'})"),
        lambda graph: graph.write(write),
        lambda graph: graph.write_once(("make_secret", {"name": "cursors", "value": "00"})),
        lambda graph: graph.server(),
    ],
    ids=["a read", "a write", "a statement", "a transaction", "a write once", "the server"],
)
def test_nothing_is_done_in_the_block_of_a_rider_that_refuses(
    graph: Database, work: Callable[[Database], object]
) -> None:
    graph.statement(TWO)
    with pytest.raises(Unauthenticated), graph.first("secret", refuse, name="veil"):
        work(graph)
    assert graph.optional("secret", name="cursors") is None


def test_a_block_that_asks_nothing_is_refused_at_its_end(graph: Database) -> None:
    with pytest.raises(Unauthenticated), graph.first("secret", refuse, name="veil"):
        pass


def test_a_block_that_hides_the_refusal_is_refused_all_the_same(graph: Database) -> None:
    with pytest.raises(Unauthenticated), graph.first("secret", refuse, name="veil"), suppress(InnerCircleError):
        graph.run("scheme", id="market")


@pytest.mark.parametrize(
    "work",
    [lambda graph: graph.run("scheme", id="market"), lambda graph: graph.write(write)],
    ids=["a read", "a transaction"],
)
def test_a_block_that_hides_the_refusal_is_told_and_does_nothing_more(
    graph: Database, work: Callable[[Database], object]
) -> None:
    told: list[InnerCircleError] = []

    def go_on() -> None:
        with graph.first("secret", refuse, name="veil"):
            for ask in (lambda _: graph.run("scheme", id="market"), work):
                try:
                    ask(graph)
                except Unauthenticated as error:
                    told.append(error)
            raise StoreUnavailable("and the database is away")

    graph.statement(TWO)
    with pytest.raises(Unauthenticated):
        go_on()
    assert len(told) == 2
    assert graph.optional("secret", name="cursors") is None


def test_the_refusal_of_the_rider_is_heard_before_that_of_the_block(graph: Database) -> None:
    with pytest.raises(Unauthenticated), graph.first("secret", refuse, name="veil"):
        raise NotFound("nothing of this entity is open to you")
    with pytest.raises(Forbidden), graph.first("secret", kept([]), name="veil"):
        raise Forbidden("not for you")


def test_a_database_that_fails_is_not_asked_again_by_the_rider(graph: Database) -> None:
    with pytest.raises(StoreUnavailable), graph.first("secret", refuse, name="veil"):
        raise StoreUnavailable("it is away")


def test_a_rider_is_of_its_own_block_alone(graph: Database) -> None:
    seen: list[dict[str, Any]] = []
    graph.statement(TWO)

    def elsewhere() -> None:
        graph.run("scheme", id="market")

    with graph.first("secret", kept(seen), name="veil"):
        other = Thread(target=elsewhere)
        other.start()
        other.join()
        assert seen == []
    assert len(seen) == 1
    graph.run("scheme", id="market")
    assert len(seen) == 1


def test_a_rider_whose_read_failed_is_asked_again_at_the_end(graph: Database) -> None:
    seen: list[dict[str, Any]] = []
    graph.statement(TWO)
    with graph.first("secret", kept(seen), name="veil"):
        with suppress(ParameterError):
            graph.run("scheme", id="\ud800")
        assert seen == []
    assert seen == [said("41")]
