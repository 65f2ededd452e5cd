"""What was shown is kept as it was shown: whatever happens later, the history says what page and report said."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby

import pytest

from graph import disclosure
from graph.disclosure.report import make
from graph.errors import NotFound
from graph.model import Changes
from graph.policy.scheme import parse, read
from graph.rating import history
from graph.rating.rerate import passed_on
from graph.store.client import Database
from tests.conftest import WIPE
from tests.storing import leave_one
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, pause, rated, resume, share

TEXT = read("reliability").text.replace("share = 0.2", "share = 0.5")
POLICY = parse(TEXT.replace("known_from", "# known_from"), "half")
MEMBERS = ("a", "b", "c", "d", "e")
FACTS = facts_of(
    {"a": [1.0, 0.5], "b": [0.1] * 5, "c": [0.9] * 5, "d": [0.4], "e": [0.7, 0.2]},
    [
        *contact("a", "b", (1, 2, 3)),
        *contact("a", "c", (2, 3)),
        *contact("b", "c", (1,)),
        *contact("c", "d", (1, 4)),
        *contact("d", "e", (1,)),
        *contact("e", "a", (5,)),
    ],
)
OUTCOME = "MATCH (:Entity {id: $entity})-[o:OWED {id: $id}]->() SET o.outcome = $outcome"


def outcome(database: Database, entity: str, value: float) -> None:
    """An outcome is corrected; what follows is passed on."""
    database.statement(OUTCOME, entity=entity, id=f"{entity}-0", outcome=value)
    changes = Changes()
    changes.add("obligations", [entity])
    assert passed_on(database, changes)


STEPS: tuple[Callable[[Database], None], ...] = (
    lambda database: outcome(database, "b", 0.6),
    lambda database: pause(database, POLICY, "b", "a"),
    lambda database: share(database, POLICY, "c"),
    lambda database: outcome(database, "d", 0.42),
    lambda database: pause(database, POLICY, "c", "d"),
    lambda database: share(database, POLICY, "c", shares=False),
    lambda database: outcome(database, "a", 0.0),
    lambda database: resume(database, POLICY, "b", "a"),
    lambda database: outcome(database, "e", 0.71),
)


@pytest.fixture(scope="module")
def community(database: Database) -> Database:
    database.statement(WIPE)
    database.one("make_secret", name="veil", value="5e" * 32)
    rated(database, FACTS, POLICY)
    return database


def shown(database: Database, entity: str) -> tuple[int, str]:
    """What page, report and API say now, which is one thing."""
    page = disclosure.shown(database, entity, POLICY.id)
    report = make(database, entity, POLICY.id, audience="you", purpose=POLICY.purpose[0], issuer="here", now=AS_OF)
    assert report.rating
    assert (page.whole_points, page.band) == (report.rating.points, report.rating.band)
    return page.whole_points, page.band


def past(database: Database, entity: str) -> list[tuple[int, str]]:
    return [(each.whole_points, each.band) for each in disclosure.history(database, entity, POLICY.id).states]


@pytest.mark.slow
def test_page_report_and_history_say_the_same_of_the_same_moment(community: Database) -> None:
    said = {each: [shown(community, each)] for each in MEMBERS}
    times = [datetime.now(UTC)]
    for step in STEPS:
        step(community)
        times.append(datetime.now(UTC))
        for each in MEMBERS:
            said[each].append(shown(community, each))
            assert past(community, each)[-1] == said[each][-1]
    for each in MEMBERS:
        assert past(community, each) == [look for look, _ in groupby(said[each])], each
        states = disclosure.history(community, each, POLICY.id).states
        for state in states[1:]:  # the day and the time at which it began
            before = sum(time < state.since for time in times)
            assert said[each][before] == (state.whole_points, state.band)
    assert sum(len(set(looks)) > 3 for looks in said.values()) >= 3

    # nothing that is decided later changes it
    kept = {each: past(community, each) for each in ("a", "c", "d")}
    leave_one(community, POLICY, "b")
    share(community, POLICY, "e")
    assert {each: past(community, each) for each in kept} == kept


def test_an_exact_history_has_no_state_that_looks_like_the_one_before(community: Database) -> None:
    for each in ("a", "c", "d"):
        states = history.history(community, each, POLICY.id).states
        looks = [(state.whole_points, state.band) for state in states]
        assert looks == [look for look, _ in groupby(looks)]


def test_what_was_shown_under_an_earlier_veil_is_shown_to_the_operator_alone(graph: Database) -> None:
    rated(graph, FACTS, POLICY)
    outcome(graph, "d", 1.0)
    graph.statement("MATCH (p:Past) REMOVE p.seen, p.shown_points, p.shown")
    assert len(history.history(graph, "d", POLICY.id).states) == 2
    assert past(graph, "d") == [shown(graph, "d")]
    with pytest.raises(NotFound):
        disclosure.history(graph, "shop", POLICY.id)
