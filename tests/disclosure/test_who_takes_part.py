"""What is told of whether somebody takes part, and of whether it has paused a tie: see docs/showing.md."""

from typing import Any

import pytest

from graph import disclosure
from graph.errors import ParameterError
from graph.explain.what_if import Change, NewContactDay, Removed, WithoutContact
from graph.policy.scheme import read
from graph.rating.run import rate
from graph.store.client import Database
from tests.storing import leave_one
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, pause, rated

POLICY = read("reliability")
DAY = AS_OF.date().replace(month=6)
FACTS = facts_of(
    {"a": [1.0, 0.5], "b": [0.1] * 5, "c": [0.9] * 5},
    [*contact("a", "b", (1, 2, 3)), *contact("a", "c", (2, 3))],
)
QUESTIONS: tuple[Change, ...] = (
    NewContactDay("c", DAY),
    NewContactDay("c", DAY, "other"),
    WithoutContact("c"),
    Removed("a-c-2", "contacts"),
    WithoutContact("b"),
)


def answers(database: Database) -> list[Any]:
    found = [disclosure.what_if(database, "a", POLICY.id, question) for question in QUESTIONS]
    return [(each.before, each.after, each.parts, each.asked) for each in found]


def test_no_question_tells_that_the_other_end_has_paused_the_tie(graph: Database) -> None:
    """With c's pause, everything is answered as if c had left, or had never joined."""
    rated(graph, FACTS, POLICY)
    counted = answers(graph)
    pause(graph, POLICY, "c", "a")
    rate(graph, POLICY.id, as_of=AS_OF)
    paused = answers(graph)
    assert paused != counted
    leave_one(graph, POLICY, "c")
    rate(graph, POLICY.id, as_of=AS_OF)
    assert answers(graph) == paused
    assert paused[2][0] == paused[2][1]


def test_a_member_that_has_paused_a_tie_itself_is_told_so(graph: Database) -> None:
    rated(graph, FACTS, POLICY)
    pause(graph, POLICY, "a", "c")
    with pytest.raises(ParameterError, match="has paused its tie with 'c'"):
        disclosure.what_if(graph, "a", POLICY.id, NewContactDay("c", DAY))
