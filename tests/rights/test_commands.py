"""The commands by which the operator does for an entity what it decides about itself."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

import graph.cli  # noqa: F401, it adds the commands to the app
from graph.cli.app import app
from graph.errors import NotFound, ParameterError, Refused
from graph.rating import published
from graph.settings import Settings
from graph.store.client import Database
from tests.worlds.three_in_touch import FACTS, SCHEME, expect, open_market, own, without

CLOSE = 0.05 / 600 + 4e-9


@pytest.fixture
def market(graph: Database) -> Database:
    open_market(graph)
    return graph


@pytest.fixture
def done(settings: Settings) -> Callable[..., str]:
    """What a command prints; in this process, since these are many."""
    runner = CliRunner(env={"INNERCIRCLE_HOME": str(settings.home)})

    def run(*arguments: str) -> str:
        result = runner.invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    return run


@pytest.mark.slow
def test_the_commands_join_pause_share_leave_and_object(market: Database, done: Callable[..., str]) -> None:
    before = datetime.now(UTC)
    joined = json.loads(done("join", "dan", "--scheme", SCHEME.id, "--notice", "1", "--json"))
    assert (joined["membership"]["how"], joined["membership"]["notice"]) == ("operator", SCHEME.notice_id)
    assert datetime.fromisoformat(joined["membership"]["at"]) >= before
    assert joined["passed_on"]
    assert f"is a member of {SCHEME.id} since" in done("join", "dan", "--scheme", SCHEME.id, "--notice", "1")
    assert done("pause", "ann", "dan", "--scheme", SCHEME.id) == f"ann has paused the tie with dan in {SCHEME.id}"
    members = [*FACTS.members, ("dan", 3)]
    expect(market, without(FACTS, {("ann", "dan")}, members), within=CLOSE)
    assert "resumed" in done("pause", "ann", "dan", "--scheme", SCHEME.id, "--resume")
    expect(market, without(FACTS, set(), members), within=CLOSE)
    assert done("share", "ann", "--scheme", SCHEME.id, "--on") == f"ann shows its part in {SCHEME.id}"
    assert own(market, "ann").memberships[0].shares
    assert done("share", "ann", "--scheme", SCHEME.id, "--off") == f"ann does not show its part in {SCHEME.id}"
    assert not own(market, "ann").memberships[0].shares
    assert json.loads(done("leave", "dan", "--scheme", SCHEME.id, "--json"))["passed_on"]
    with pytest.raises(NotFound):
        published.open_rating(market, "dan", SCHEME.id)
    assert json.loads(done("object", "dan", "--json")) == {"entity": "dan", "objects": True, "contacts": 2}
    assert done("object", "dan", "--withdraw") == "dan no longer objects"


def test_what_cannot_be_done_is_said(graph: Database, done: Callable[..., str]) -> None:
    open_market(graph, rated=False)
    with pytest.raises(ParameterError, match="and not '0'"):
        done("join", "dan", "--scheme", SCHEME.id, "--notice", "0")
    with pytest.raises(NotFound, match="'dan' is not a member"):
        done("leave", "dan", "--scheme", SCHEME.id)
    with pytest.raises(Refused, match="takes part"):
        done("object", "ann")


def test_whether_a_part_is_shown_has_to_be_said(settings: Settings) -> None:
    assert CliRunner().invoke(app, ["share", "ann", "--scheme", SCHEME.id]).exit_code == 2


def test_members_are_listed_without_a_rating(market: Database, done: Callable[..., str]) -> None:
    found = json.loads(done("members", SCHEME.id, "--json"))["members"]
    assert [(each["entity"], each["contacts"]) for each in found] == [("ann", 2), ("bob", 2), ("cat", 2)]
    assert {name for each in found for name in each} == {"entity", "joined", "contacts"}
    assert {each["joined"] for each in found} == {"2020-01-01T00:00:00Z"}
    table = done("members", SCHEME.id)
    points = [str(published.open_rating(market, each, SCHEME.id).whole_points) for each, _ in FACTS.members]
    assert not [each for each in (*points, "poor", "fair", "good") if each in table]
