"""Decisions about an entity take their turn: the second waits, and then sees what the first has done.

The first is held open when all of it is done but the commit; the second begins, and waits. So nothing is left to
chance: without turns, what can go wrong goes wrong every time.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from graph.rights import dispute_records, disputes
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.rights.test_at_once import EXPECTED, IN_ONE, NOW, WORK, Work, check, open_market

BESIDE = [
    *(("leave", each) for each in ("grant", "contest", "pause", "dispute")),
    *(("erase", each) for each in ("grant", "contest", "dispute")),
]
PAIRS = [pair for one, other in BESIDE for pair in ((one, other), (other, one))]
WRONG = [
    ("leave", "grant"),
    ("grant", "leave"),
    ("contest", "leave"),
    ("pause", "leave"),
]
LATER = NOW + timedelta(days=dispute_records.REMINDED_DAYS + 1)
DUE = ("share", "come due")
BLOCKED = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS blocked"
PATIENCE_SECONDS = 30
TURNS = ("hold_entities", "hold_leaving")


def _come_due(database: Database, entity: str) -> disputes.Due:
    return database.write(lambda transaction: disputes.due(transaction, now=LATER))


SECOND: dict[str, Work] = {**WORK, "come due": _come_due}


def _name(pair: tuple[str, str], turns: bool = True) -> str:
    return f"{pair[0]} before {pair[1]}" if turns else f"{pair[1]} whenever it likes after {pair[0]}"


@pytest.fixture(scope="module")
def market(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    members = [_name(DUE), *(_name(pair, turns) for pair in PAIRS for turns in (True, False))]
    open_market(database, tmp_path_factory.mktemp("market"), members, [])
    return database


def in_turn(database: Database, entity: str, first: str, second: str) -> tuple[bool, list[Exception]]:
    """(whether the second had to wait for the first; errors that there may not be)."""
    wrong: list[Exception] = []

    def do() -> None:
        try:
            SECOND[second](database, entity)
        except EXPECTED:
            pass
        except Exception as error:
            wrong.append(error)

    thread, waited = threading.Thread(target=do), False
    with database.transaction() as transaction:
        IN_ONE[first](transaction, entity)
        thread.start()
        until = time.monotonic() + PATIENCE_SECONDS
        while thread.is_alive() and not waited and time.monotonic() < until:
            waited = database.statement(BLOCKED)[0]["blocked"] > 0
            time.sleep(0.02)
    thread.join()
    return waited, wrong


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_the_second_waits_and_sees_what_the_first_did(market: Database, pair: tuple[str, str]) -> None:
    assert in_turn(market, _name(pair), *pair) == (True, [])
    check(market, _name(pair))


def test_what_comes_due_takes_its_turn_too(market: Database) -> None:
    entity = _name(DUE)
    WORK["dispute"](market, entity)
    assert in_turn(market, entity, *DUE) == (True, [])
    check(market, entity)
    [dispute] = dispute_records.of_entity(market, entity, now=LATER)
    assert dispute.reminded == LATER


@pytest.mark.parametrize("pair", WRONG, ids=_name)
def test_without_turns_it_goes_wrong(
    market: Database, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail. Of the other pairs the store itself takes care: what they change is one node,
    or has a lock on one (that a member left is a relationship of its entity)."""
    run: Callable[..., Any] = Transaction.run

    def without(transaction: Transaction, name: str, /, **params: Any) -> Any:
        if name in TURNS:
            return [{"entity": each} for each in params.get("entities", ())]
        return run(transaction, name, **params)

    monkeypatch.setattr(Transaction, "run", without)
    _, wrong = in_turn(market, _name(pair, turns=False), *pair)
    assert wrong == []
    with pytest.raises(AssertionError):
        check(market, _name(pair, turns=False))
    market.statement("MATCH (n:Grant|Contest|Dispute|Absent) DETACH DELETE n")
