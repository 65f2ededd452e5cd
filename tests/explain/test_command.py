"""innercircle explain."""

import json
import math
import re
from datetime import timedelta
from typing import Any

import pytest

from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import Command
from tests.kept import kept
from tests.storing import store
from tests.strategies import AS_OF, NASTY, make_scheme

ASK = ("explain", "a", "--scheme", "made-up")


@pytest.fixture
def rated(graph: Database) -> Database:
    """A triangle and more of it, where `a` is in touch with `b` and `e`."""

    def make() -> None:
        store(graph, next(each for each in NASTY if each.name == "a cycle").facts, make_scheme())
        rate(graph, "made-up", as_of=AS_OF)

    return kept(graph, make)


def printed(command: Command, *more: str) -> str:
    done = command(*ASK, *more)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def points(lines: list[dict[str, Any]]) -> float:
    return math.fsum(line["points"] for line in lines)


def test_the_lines_that_are_shown_sum_to_the_points_that_are_shown(rated: Database, innercircle: Command) -> None:
    shown = printed(innercircle)
    head = re.match(r"a has (\d+) points in made-up, [a-z ]+: as of 2026-06-30 under policy 1, by run ", shown)
    assert head is not None
    lines = [int(line) for line in re.findall(r"^ (?:base|factor|contact) .* (\d+) $", shown, re.MULTILINE)]
    assert len(lines) == 6
    assert sum(lines) == int(head[1])
    assert "Why it is not higher" in shown
    assert "[few-obligations]" in shown


def test_facts_hops_and_contacts_are_shown_when_they_are_asked_for(rated: Database, innercircle: Command) -> None:
    shown = printed(innercircle, "--contact", "b", "--facts", "--hops", "--largest", "2")
    for wanted in (
        "Inside b: ",
        "obligations: ",
        "in contact with",
        "over all hops (",
        "by fact",
        "everyone else",
    ):
        assert wanted in shown
    assert re.search(r"to bank, due 2026-03-22, settled 2026-04-01 +o1 +", shown)
    assert "Why it is not higher" not in shown


def test_json_has_every_digit(rated: Database, innercircle: Command) -> None:
    shown = json.loads(printed(innercircle, "--json", "--facts", "--hops"))
    (level,) = shown["explanation"]["levels"]
    total = level["rating"]["points"]
    assert points(level["parts"]) == pytest.approx(total, abs=1e-9)
    assert points(shown["reach"]["members"] + shown["reach"]["parts"]) == pytest.approx(total, abs=1e-9)
    why = shown["reasons"]
    assert points(why["reasons"]) + why["rest"] == pytest.approx(950 - total, abs=1e-9)


def test_the_head_says_what_has_happened_to_the_rating_since_its_run(
    rated: Database, innercircle: Command
) -> None:
    rated.statement(
        "MATCH (e:Entity {id: 'a'})-[:JOINED]->(m) SET m.rerated = $at, e.changed = $at + duration({hours: 1})",
        at=AS_OF + timedelta(days=3650),
    )
    shown = printed(innercircle)
    assert ", re-rated 2036-06-28 00:00 UTC after a change, exact to " in shown
    assert "There are newer facts than this rating" in shown


def test_a_contact_outside_the_circle_cannot_be_opened(rated: Database, innercircle: Command) -> None:
    done = innercircle(*ASK, "--contact", "c")
    assert done.returncode == 1
    assert done.stderr == "error: 'c' is not in the inner circle of 'a' in 'made-up'\n"
