"""Founders: the operator names them, a person is one only after it accepted, and who they are is told to few."""

import json
import re
import threading
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.audit import log
from graph.cli.founders import in_words
from graph.errors import NotFound, ParameterError, Refused
from graph.policy import publishing
from graph.policy.scheme import POINTS_RANGE, Scheme, read
from graph.rights import erasure, founders
from graph.rights.founders import Founders, Founding
from graph.store.client import Database
from tests.commands import Run
from tests.storing import join_one, put
from tests.worlds.three_in_touch import ADULTS, NOW, SCHEME, decide, join, leave, open_market, own, run

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def market(graph: Database) -> Database:
    """ann, bob and cat are members, and so are mill, an organisation, and solo, a sole trader; dan is none."""
    open_market(graph, rated=False)
    more = dict.fromkeys(("name", "born", "uscc", "lei"))
    put(
        graph,
        "entities",
        [{"id": "mill", "kind": "organisation"} | more, {"id": "solo", "kind": "sole-trader"} | more],
    )
    for entity in ("mill", "solo"):
        join_one(graph, SCHEME, entity)
    return graph


def name(database: Database, entity: str, *, by: str = "olga", now: datetime = NOW) -> Founding:
    return database.write(lambda tx: founders.name(tx, entity, SCHEME.id, by=by, now=now))


def accept(database: Database, entity: str, *, by: str = "member", now: datetime = LATER) -> Founding:
    return database.write(lambda tx: founders.accept(tx, entity, SCHEME.id, by=by, now=now))


def end(database: Database, entity: str, *, by: str = "member", now: datetime = LATER) -> Founding | None:
    return database.write(lambda tx: founders.end(tx, entity, SCHEME.id, by=by, now=now))


def of(database: Database, policy: Scheme = SCHEME) -> Founders:
    return founders.founders(database, policy)


def states(database: Database) -> list[tuple[str, str]]:
    return [(each.entity, each.state) for each in of(database).founders]


IN_FORCE = """
MATCH (e:Entity)-[f:FOUNDS]->(:Scheme {id: $scheme}) WHERE f.accepted IS NOT NULL AND f.ended IS NULL
RETURN e.id AS entity ORDER BY entity
"""


def in_force(database: Database) -> list[str]:
    """As a run asks for them."""
    return [row["entity"] for row in database.statement(IN_FORCE, scheme=SCHEME.id)]


# Naming ----------------------------------------------------------------------------------------------


def test_an_organisation_is_a_founder_at_once_and_a_person_only_after_it_accepted(market: Database) -> None:
    assert name(market, "mill") == Founding(SCHEME.id, NOW, "olga", NOW, "olga", None, None)
    assert name(market, "ann") == Founding(SCHEME.id, NOW, "olga", None, None, None, None)
    assert in_force(market) == ["mill"]
    assert accept(market, "ann") == Founding(SCHEME.id, NOW, "olga", LATER, "member", None, None)
    assert in_force(market) == ["ann", "mill"]


def test_a_sole_trader_is_asked_as_any_person_is(market: Database) -> None:
    assert name(market, "solo").state == "asked"
    assert in_force(market) == []


@pytest.mark.parametrize("entity", ["ann", "mill"])
def test_one_who_is_named_twice_is_named_once(market: Database, entity: str) -> None:
    first = name(market, entity)
    assert name(market, entity, by="oscar", now=LATER) == first
    assert len(of(market).founders) == 1


def test_one_who_accepts_twice_has_accepted_once(market: Database) -> None:
    name(market, "ann")
    first = accept(market, "ann")
    assert accept(market, "ann", by="olga", now=LATER + timedelta(days=1)) == first
    assert name(market, "ann", now=LATER) == first


def test_who_is_no_member_cannot_be_named_and_the_operator_is_told_why(market: Database) -> None:
    with pytest.raises(Refused, match="'dan' is not a member"):
        name(market, "dan")
    with pytest.raises(NotFound, match="there is no entity 'nobody'"):
        name(market, "nobody")
    with pytest.raises(NotFound, match="no scheme 'lost'"):
        market.write(lambda tx: founders.name(tx, "ann", "lost", by="olga", now=NOW))
    assert of(market).founders == ()


def test_a_founder_of_one_scheme_is_none_of_another(market: Database) -> None:
    publishing.publish(market, ADULTS)
    join_one(market, ADULTS, "mill")
    name(market, "mill")
    assert of(market, ADULTS).founders == ()
    assert [each.founding for each in own(market, "mill").memberships if each.scheme == ADULTS.id] == [None]


# Accepting, declining, giving up ---------------------------------------------------------------------


def test_nobody_accepts_without_being_named(market: Database) -> None:
    with pytest.raises(Refused, match="is not named"):
        accept(market, "bob")
    for entity in ("dan", "nobody"):
        with pytest.raises(NotFound, match="not a member"):
            accept(market, entity)
    assert of(market).founders == ()


def test_a_person_declines_and_is_never_in_force(market: Database) -> None:
    name(market, "ann")
    assert end(market, "ann") == Founding(SCHEME.id, NOW, "olga", None, None, LATER, "member")
    with pytest.raises(Refused, match="or not any more"):
        accept(market, "ann")
    assert (in_force(market), states(market)) == ([], [("ann", "ended")])


@pytest.mark.parametrize("entity", ["ann", "mill"])
def test_a_founder_gives_it_up_at_any_time_and_that_it_was_one_stays_on_record(
    market: Database, entity: str
) -> None:
    name(market, entity)
    accept(market, entity)
    ended = end(market, entity, now=LATER + timedelta(days=9))
    assert ended is not None
    assert (ended.ended, ended.ended_by) == (LATER + timedelta(days=9), "member")
    assert (in_force(market), states(market)) == ([], [(entity, "ended")])


def test_ending_what_is_over_or_never_was_changes_nothing(market: Database) -> None:
    assert end(market, "bob") is None
    name(market, "ann")
    first = end(market, "ann", by="olga")
    assert end(market, "ann", now=LATER + timedelta(days=1)) is None
    assert [(each.ended, each.ended_by) for each in of(market).founders] == [(LATER, "olga")]
    assert first is not None
    for entity in ("dan", "nobody"):
        with pytest.raises(NotFound, match="not a member"):
            end(market, entity)


def test_one_who_declined_can_be_named_again_and_is_asked_again(market: Database) -> None:
    name(market, "ann")
    accept(market, "ann")
    end(market, "ann")
    again = name(market, "ann", by="oscar", now=LATER + timedelta(days=1))
    assert (again.state, again.named_by) == ("asked", "oscar")
    assert in_force(market) == []
    accept(market, "ann", now=LATER + timedelta(days=2))
    assert states(market) == [("ann", "ended"), ("ann", "in force")]


def test_leaving_ends_what_was_accepted_and_what_was_asked_and_joining_again_brings_nothing_back(
    market: Database,
) -> None:
    for entity in ("ann", "bob", "mill"):
        name(market, entity)
    accept(market, "ann")
    for entity in ("ann", "bob"):
        leave(market, entity)
        join(market, entity)
    assert in_force(market) == ["mill"]
    assert [(each.entity, each.ended_by) for each in of(market).founders if each.ended] == [
        ("ann", "left"),
        ("bob", "left"),
    ]
    with pytest.raises(Refused):
        accept(market, "bob")


@pytest.mark.slow
def test_erasing_takes_every_naming_and_one_who_comes_again_is_asked_again(market: Database) -> None:
    name(market, "ann")
    end(market, "ann")
    name(market, "ann")
    accept(market, "ann")
    erased = decide(market, lambda tx: erasure.erase(tx, "ann", now=LATER).changes)
    assert erased is not None
    assert of(market).founders == ()
    assert market.statement("MATCH ()-[f:FOUNDS]->() RETURN f") == []
    more = dict.fromkeys(("name", "born", "uscc", "lei"))
    put(market, "entities", [{"id": "ann", "kind": "person"} | more])
    join(market, "ann")
    assert name(market, "ann", now=LATER).state == "asked"
    assert in_force(market) == []


def test_two_operators_at_once_name_once(market: Database) -> None:
    found: list[Founding] = []

    def work(operator: str) -> None:
        found.append(name(market, "ann", by=operator))

    threads = [threading.Thread(target=work, args=[by]) for by in ("olga", "oscar", "otto", "olaf")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len(set(map(repr, found))) == 1
    assert states(market) == [("ann", "asked")]


# What is told ----------------------------------------------------------------------------------------


def test_each_is_told_about_itself_and_nobody_about_others(market: Database) -> None:
    before = {entity: own(market, entity) for entity in ("bob", "cat", "dan")}
    name(market, "ann")
    accept(market, "ann", by="olga")
    [found] = own(market, "ann").memberships
    assert found.founding == Founding(SCHEME.id, NOW, "olga", LATER, "olga", None, None)
    assert {entity: own(market, entity) for entity in before} == before
    end(market, "ann")
    assert own(market, "ann").memberships[0].founding is None, "what is over is in the archive"
    assert [each.ended_by for each in founders.foundings_of(market, "ann")] == ["member"]


@pytest.mark.slow
def test_how_many_there_are_is_told_as_of_the_last_run_so_that_no_single_decision_shows(market: Database) -> None:
    assert publishing.published(market, SCHEME.id).founders is None
    run(market)
    for entity in ("ann", "bob", "mill"):
        name(market, entity, now=_now(market))
    accept(market, "ann", now=_now(market))
    assert publishing.published(market, SCHEME.id).founders == 0
    run(market)
    assert publishing.published(market, SCHEME.id).founders == 2
    end(market, "ann", now=_now(market))
    leave_now(market, "mill")
    accept(market, "bob", now=_now(market))
    assert publishing.published(market, SCHEME.id).founders == 2
    run(market)
    assert publishing.published(market, SCHEME.id).founders == 1


def _now(database: Database) -> datetime:
    """By the clock of the server, as a run has it."""
    [row] = database.statement("RETURN datetime() AS now")
    now: datetime = row["now"].to_native()
    return now


def leave_now(database: Database, entity: str) -> None:
    database.one("leave", id=f"{SCHEME.id}|{entity}", now=_now(database))


def test_the_operator_sees_how_many_reports_name_a_founder_and_who_loaded_them(market: Database) -> None:
    name(market, "mill")
    late = {"debtor": "bob", "creditor": "mill", "due": "2026-03-01T00:00:00Z", "settled": None, "outcome": None}
    more = dict.fromkeys(("kind", "amount", "currency"))
    put(market, "obligations", [late | more | {"id": f"o-{n}"} for n in range(3)])
    [found] = of(market).founders
    assert (found.kind, found.reports, found.loaded_by) == ("organisation", 3, ("the tests",))


# Commands --------------------------------------------------------------------------------------------


def test_the_commands_name_accept_end_and_list(market: Database, command: Run) -> None:
    assert "is asked" in command("founders", "add", SCHEME.id, "ann").output
    assert "named on" in command("founders", "add", SCHEME.id, "ann", operator="oscar").output
    assert "is a founder" in command("founders", "add", SCHEME.id, "mill").output
    assert "1 founder in force, 1 asked" in command("founders", "list", SCHEME.id).output
    accepted = json.loads(command("founders", "accept", SCHEME.id, "ann", "--json").output)
    assert (accepted["state"], accepted["founding"]["accepted_by"]) == ("in force", "olga")
    removed = json.loads(command("founders", "remove", SCHEME.id, "mill", "--json").output)
    assert (removed["state"], removed["founding"]["ended_by"]) == ("ended", "olga")
    assert "was neither" in command("founders", "remove", SCHEME.id, "mill").output
    listed = json.loads(command("founders", "list", SCHEME.id, "--json").output)
    assert (listed["in_force"], listed["asked"], listed["at_least"]) == (1, 0, None)
    assert [each["entity"] for each in listed["founders"]] == ["ann"]
    ended = json.loads(command("founders", "list", SCHEME.id, "--ended", "--json").output)
    assert [(each["entity"], each["state"]) for each in ended["founders"]] == [
        ("ann", "in force"),
        ("mill", "ended"),
    ]


def test_a_list_of_founders_is_a_read_of_each_of_them(market: Database, command: Run) -> None:
    name(market, "ann")
    name(market, "bob")
    end(market, "bob")
    command("founders", "list", SCHEME.id, "--purpose", "a question of ours")
    [read] = log.accesses(market, "ann")
    assert (read.who, read.role, read.what, read.purpose) == ("olga", "operator", "founders", "a question of ours")
    assert log.accesses(market, "bob") == []
    command("founders", "list", SCHEME.id, "--ended")
    assert [read.what for read in log.accesses(market, "bob")] == ["founders"]


@pytest.mark.parametrize("operator", ["member", "left", "Member", "LEFT ", "mem\u200bber", "\uff4dember"])
def test_no_operator_passes_for_a_member_that_decided_itself(
    market: Database, command: Run, operator: str
) -> None:
    name(market, "ann")
    for what in ("add", "accept", "remove"):
        with pytest.raises(ParameterError, match="give your own name"):
            command("founders", what, SCHEME.id, "ann", operator=operator)
    assert states(market) == [("ann", "asked")]


def test_what_the_list_says_of_a_policy_that_asks_for_founders() -> None:
    def told(**differs: Any) -> str:
        some: dict[str, Any] = {"scheme": "x", "in_force": 2, "asked": 1, "at_least": 3, "founders": ()}
        return in_words(Founders(**some | differs))

    assert told().endswith("Its policy asks for 3: it is not rated until 1 more accept.")
    assert told(in_force=3) == "x: 3 founders in force, 1 asked. Its policy asks for 3."
    assert told(at_least=None).endswith("so founders count for nothing in it.")


def test_the_page_says_how_many_points_founders_in_league_can_move() -> None:
    policy = read("trading")
    factor = policy.factors.obligations
    assert factor is not None

    def moved(league: int, others: int) -> int:
        middling = factor.prior_weight * factor.prior + 0.5 * others
        rate = (middling + league) / (factor.prior_weight + others + league)
        before = middling / (factor.prior_weight + others)
        return round(POINTS_RANGE * (1 - policy.circle.share) * (rate - before))

    page = Path("docs/founders.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    assert [tuple(map(int, row)) for row in table] == [
        (league, moved(league, 0), moved(league, 20)) for league in (1, 3, 10)
    ]


def test_a_naming_says_in_which_state_it_is() -> None:
    naming = Founding(SCHEME.id, NOW, "olga", None, None, None, None)
    assert naming.state == "asked"
    assert Founding(**asdict(naming) | {"accepted": NOW}).state == "in force"
    assert Founding(**asdict(naming) | {"accepted": NOW, "ended": NOW}).state == "ended"
