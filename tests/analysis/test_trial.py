"""A policy is tried on a whole scheme beside the published one, and the graph is the same before and after."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from graph.analysis.trial import Move, trial
from graph.errors import NotFound, ParameterError, Refused, SchemeInvalid
from graph.facts.values import Facts
from graph.policy import publishing
from graph.policy.scheme import parse
from graph.rating import reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.commands import Run
from tests.conftest import WIPE
from tests.storing import store
from tests.worlds.kept_and_broken import AS_OF, AT, BAD, DAY, GOOD, POLICY, build, changed, everything, facts

NOW = AS_OF + timedelta(days=1)
HARSH = changed(prior_weight="40.0")
"Nobody is known well: all are near the prior."


@pytest.fixture(scope="module")
def market(database: Database) -> Database:
    database.statement(WIPE)
    build(database)
    return database


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    file = tmp_path / "tried.toml"
    file.write_text(HARSH.text, encoding="utf-8")
    return file


def test_who_would_change_band_is_counted_from_band_to_band_of_twenty_at_least(market: Database) -> None:
    found = trial(market, HARSH, accomplices=5, now=NOW)
    before, after = (reference.rate(facts(), policy, AS_OF).members for policy in (POLICY, HARSH))
    moved = [entity for entity in before if before[entity].band.name != after[entity].band.name]
    assert found.moved == len(moved)
    assert found.members == 70
    assert found.moves
    for move in found.moves:
        assert move.members >= 20
        assert move == Move(
            move.before,
            move.after,
            sum(
                before[entity].band.name == move.before and after[entity].band.name == move.after
                for entity in moved
            ),
        )
    for side in (found.before, found.after):
        assert sum(cell.members for cell in side.bands) == 70
        assert min(cell.members for cell in side.bands) >= 20
    assert (found.before.version, found.after.version) == (POLICY.version, "tried")
    assert found.before.backtest is None


def test_a_policy_that_moves_fewer_than_twenty_tells_nothing_of_them(market: Database) -> None:
    for tried in (changed(), changed(late_days="31")):
        found = trial(market, tried, accomplices=5, now=NOW)
        assert (found.moved, found.moves, found.after.bands) == (None, (), ())
        assert found.before.bands


def test_both_policies_are_looked_back_at_and_priced(market: Database) -> None:
    found = trial(market, HARSH, accomplices=5, at=DAY, days=90, now=NOW)
    for side in (found.before, found.after):
        assert side.backtest
        assert side.price
        assert side.backtest.version == side.price.version == side.version
        assert side.price.accomplices == 5
    assert found.before.price
    assert found.after.price
    assert found.after.price.bounds[0].month < found.before.price.bounds[0].month, (
        "a heavier prior is harder to move"
    )


def test_trying_a_policy_writes_nothing_names_nobody_and_leaves_it_unpublished(
    market: Database, command: Run, policy_file: Path
) -> None:
    before = everything(market)
    said = command("scheme", "try", str(policy_file), "--at", AT).output
    told = json.loads(command("scheme", "try", str(policy_file), "--accomplices", "3", "--json").output)
    assert everything(market) == before
    assert publishing.published(market, POLICY.id).scheme.version == POLICY.version
    for text in (said, json.dumps(told)):
        assert not any(member in text for member in (*GOOD, *BAD))
    assert f"Under the policy that is published, version {POLICY.version}" in said
    assert "Under the policy that is tried, version tried" in said
    assert said.count("the 90 days after it") == 2
    assert told["after"]["price"]["accomplices"] == 3
    assert told["after"]["backtest"] is None
    assert told["moved"]


def test_what_cannot_be_tried_is_refused(market: Database, command: Run, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(HARSH.text.replace(f'id = "{POLICY.id}"', 'id = "elsewhere"', 1), encoding="utf-8")
    with pytest.raises(NotFound, match="no scheme 'elsewhere'"):
        command("scheme", "try", str(file))
    with pytest.raises(NotFound, match=r"nowhere\.toml"):
        command("scheme", "try", str(tmp_path / "nowhere.toml"))
    file.write_text(HARSH.text.replace("late_days = ", "lateness = ", 1), encoding="utf-8")
    with pytest.raises(SchemeInvalid):
        command("scheme", "try", str(file))
    file.write_text(HARSH.text, encoding="utf-8")
    with pytest.raises(ParameterError, match="--accomplices is from 1"):
        command("scheme", "try", str(file), "--accomplices", "0")
    with pytest.raises(ParameterError, match="still to come"):
        command("scheme", "try", str(file), "--at", "2199-01-01")
    with pytest.raises(Refused, match="fewer than 20 members"):
        command("scheme", "try", str(file), "--at", "2020-01-01")


def test_a_policy_with_voices_is_tried_only_with_enough_founders(market: Database) -> None:
    tried = parse(f"{changed().text}\n[voice]\n", "tried")
    with pytest.raises(Refused, match=re.escape(f"innercircle founders add {POLICY.id} ENTITY")):
        trial(market, tried, accomplices=5, now=NOW)


def test_a_scheme_that_was_never_rated_or_has_few_members_cannot_be_tried(graph: Database) -> None:
    few = facts()
    some = Facts(few.obligations[:50], members=few.members[:19])
    store(graph, some, POLICY)
    with pytest.raises(Refused, match="was never rated"):
        trial(graph, HARSH, accomplices=5, now=NOW)
    rate(graph, POLICY.id, as_of=AS_OF)
    with pytest.raises(Refused, match="fewer than 20 members"):
        trial(graph, HARSH, accomplices=5, now=NOW)
