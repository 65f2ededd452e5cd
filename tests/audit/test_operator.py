"""What the operator reads of a person on the command line is on record before it is printed."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph.audit import log, verify
from graph.audit.log import Access
from graph.errors import NotFound, NotRecorded, ParameterError, StoreUnavailable
from graph.rating import history
from graph.rights import founders
from graph.store.client import Database
from tests.commands import Run
from tests.conftest import WIPE
from tests.worlds.chosen_conduct import contact, facts_of, rated
from tests.worlds.reads_on_record import POLICY, PURPOSE

OUTCOMES = {"ann": [1.0, 0.5], "bob": [0.0] * 4, "cat": [1.0] * 6, "dan": [0.4]}
CONTACTS = [*contact("ann", "bob", (1, 2)), *contact("ann", "cat", (1,)), *contact("bob", "dan", (1, 2))]
FORGET = "MATCH (n:Access|Ledger) DETACH DELETE n"


@pytest.fixture(scope="module")
def rated_ones(database: Database) -> Database:
    database.statement(WIPE)
    rated(database, facts_of(OUTCOMES, CONTACTS), POLICY)
    named = datetime(2026, 6, 1, tzinfo=UTC)
    database.write(lambda tx: founders.name(tx, "ann", POLICY.id, by="olga", now=named))
    return database


@pytest.fixture
def graph(rated_ones: Database) -> Database:
    """Rated members, before any read."""
    rated_ones.statement(FORGET)
    return rated_ones


def reads(database: Database) -> dict[str, list[Access]]:
    """All reads that are on record, by the member that was read."""
    found = {entity: log.accesses(database, entity) for entity in OUTCOMES}
    return {entity: each for entity, each in found.items() if each}


SCHEME = ("--scheme", "reliability")
COMMANDS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "show": (("show", "ann"), {"ann"}),
    "show opened": (("show", "ann", *SCHEME), {"ann"}),
    "explain": (("explain", "ann", *SCHEME), {"ann"}),
    "explain a contact": (("explain", "ann", *SCHEME, "--contact", "bob"), {"ann", "bob"}),
    "explain two": (("explain", "ann", *SCHEME, "--contact", "bob", "--contact", "dan"), {"ann", "bob", "dan"}),
    "explain far": (("explain", "ann", *SCHEME, "--hops"), {"ann", "bob", "cat", "dan"}),
    "explain all": (("explain", "ann", *SCHEME, "--hops", "--facts"), {"ann", "bob", "cat", "dan"}),
    "what-if": (("what-if", "ann", *SCHEME, "--without-contact", "bob"), {"ann"}),
    "lift": (("what-if", "ann", *SCHEME, "--lift"), {"ann"}),
    "history": (("history", "ann", *SCHEME), {"ann"}),
    "founders": (("founders", "list", "reliability"), {"ann"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_read_of_the_operator_is_on_record(graph: Database, command: Run, name: str) -> None:
    arguments, whom = COMMANDS[name]
    assert command(*arguments).output
    found = reads(graph)
    assert set(found) == whom
    for each in (record for records in found.values() for record in records):
        assert (each.who, each.role, each.what, each.outcome) == ("olga", "operator", arguments[0], "answered")
        assert (each.scheme, each.purpose) == ("reliability", "operation")
    command(*arguments, "--purpose", "a question of ann", "--json", operator="oscar")
    newest = reads(graph)["ann"][0]
    assert (newest.who, newest.purpose, newest.number) == ("oscar", "a question of ann", 2)
    assert verify.verify(graph).holds


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_what_cannot_be_recorded_is_not_printed(graph: Database, command: Run, name: str) -> None:
    command(*COMMANDS[name][0])
    graph.statement("MATCH (l:Ledger {id: 'reliability|ann'}) SET l.head = 'x'")
    with pytest.raises(NotRecorded):
        command(*COMMANDS[name][0])


def test_it_is_recorded_first_and_printed_then(
    graph: Database, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr("graph.cli.history.print_json", lambda _: seen.append(len(reads(graph).get("ann", ()))))
    command("history", "ann", *SCHEME, "--json")
    assert seen == [1]


def test_all_that_verify_run_names_were_read(
    graph: Database, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state,) = history.history(graph, "ann", "reliability").states
    command("verify-run", state.run)
    assert reads(graph) == {}
    graph.statement("MATCH (m:Membership {id: 'reliability|cat'}) SET m.score = m.score - 0.1")
    try:
        assert command("verify-run", state.run).exit_code == 2
    finally:
        graph.statement("MATCH (m:Membership {id: 'reliability|cat'}) SET m.score = m.score + 0.1")
    assert {entity: each.what for entity, (each,) in reads(graph).items()} == {"cat": "verify-run"}


def test_what_was_not_read_is_not_on_record(graph: Database, command: Run) -> None:
    for arguments in (("show", "nobody"), ("show", "nobody", *SCHEME), ("history", "shop", *SCHEME)):
        with pytest.raises(NotFound):
            command(*arguments)
    command("show", "shop")
    command("members", "reliability")
    command("query", "rating", "-p", "id=reliability|ann")
    assert graph.statement("MATCH (a:Access) RETURN a") == []


# The commands of the record itself -------------------------------------------------------------------


def test_accesses_shows_who_read_the_newest_first_and_where_the_ledger_ends(graph: Database, command: Run) -> None:
    command("show", "ann")
    command("history", "ann", *SCHEME, "--purpose", "a question of ann")
    found = json.loads(command("accesses", "ann", "--json").output)
    assert [(each["number"], each["what"]) for each in found["accesses"]] == [(2, "history"), (1, "show")]
    assert found["ledgers"] == [
        {"id": "reliability|ann", "scheme": "reliability", "count": 2, "head": found["accesses"][0]["hash"]}
    ]
    assert len(json.loads(command("accesses", "ann", "--limit", "1", "--json").output)["accesses"]) == 1
    text = command("accesses", "ann").output
    assert "a question of ann" in text
    assert found["accesses"][0]["hash"] in text
    assert json.loads(command("accesses", "nobody", "--json").output)["accesses"] == []


def test_verify_access_ends_with_2_and_says_where(graph: Database, command: Run) -> None:
    for _ in range(3):
        command("show", "ann")
        command("show", "bob")
    whole = command("verify-access")
    assert whole.exit_code == 0
    assert "whole: 2 ledgers with 6 records; broken: 0" in whole.output
    graph.statement("MATCH (a:Access {id: 'reliability|ann|2'}) SET a.who = 'nobody'")
    for arguments in ((), ("ann",), SCHEME, ("ann", *SCHEME)):
        broken = command("verify-access", *arguments)
        assert broken.exit_code == 2
        assert "reliability|ann" in broken.output
        found = json.loads(command("verify-access", *arguments, "--json").output)
        assert found["holds"] is False
        assert found["faults"] == [{"ledger": "reliability|ann", "number": 2, "why": "it was altered"}]
    assert command("verify-access", "bob").exit_code == 0
    assert command("verify-access", "--scheme", "own-conduct").exit_code == 0


def test_a_verification_that_was_broken_off_goes_on_where_it_was(
    graph: Database, command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for entity in ("ann", "bob", "ann"):
        command("show", entity)
    place, pieces = tmp_path / "place", list[verify.Place | None]()
    verify_piece = partial(verify.verify_piece, records=1)

    def broken_off(*given: Any, **more: Any) -> verify.Place | None:
        if len(pieces) == 2:
            raise StoreUnavailable("no connection to Neo4j")
        pieces.append(verify_piece(*given, **more))
        return pieces[-1]

    monkeypatch.setattr(verify, "verify_piece", broken_off)
    with pytest.raises(StoreUnavailable):
        command("verify-access", "--place", str(place))
    assert place.stat().st_mode & 0o077 == 0
    with pytest.raises(ParameterError, match="--place"):
        command("verify-access", "--place", str(place), "--scheme", "reliability")
    monkeypatch.setattr(verify, "verify_piece", verify_piece)
    assert json.loads(place.read_text(encoding="utf-8"))["found"]["records"] == 2
    assert "whole: 2 ledgers with 3 records; broken: 0" in command("verify-access", "--place", str(place)).output
    assert not place.exists()
    place.write_text("something else", encoding="utf-8")
    with pytest.raises(ParameterError, match="--place"):
        command("verify-access", "--place", str(place))


def test_grants_are_given_ended_and_listed(graph: Database, command: Run) -> None:
    wanted = ("--client", "bank", "--purpose", PURPOSE, "--what", "points")
    day = json.loads(command("grants", "add", "ann", *SCHEME, *wanted, "--until", later(30), "--json").output)
    assert (day["client"], day["what"], day["by"]) == ("bank", "points", "olga")
    assert day["until"].startswith(later(31))
    text = command("grants", "add", "ann", *SCHEME, *wanted, "--until", f"{later(40)}T12:00:00Z").output
    assert f"bank may read points of ann until {later(40)} 12:00 UTC" in text
    newest = text.partition(":")[0]
    assert "may no longer read points" in command("grants", "revoke", newest).output
    listed: dict[str, Any] = json.loads(command("grants", "list", "ann", "--json").output)
    assert [(each["id"], each["state"]) for each in listed["grants"]] == [
        (newest, "revoked"),
        (day["id"], "revoked"),
    ]
    assert newest in command("grants", "list", "ann").output
    with pytest.raises(NotFound):
        command("grants", "revoke", "no such grant")
    for until in ("soon", f"{later(3)}T12:00:00", later(-2), later(400)):
        with pytest.raises(ParameterError):
            command("grants", "add", "ann", *SCHEME, *wanted, "--until", until)


def later(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"
