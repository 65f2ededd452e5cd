"""Attackers look at one score in more than one way: nobody ever sees it under two offsets.

Versions of the policy, schemes of like policy, leaving and joining again, the history, a part that was shown once,
and reports: each is a second look, and all of them together are many. What an attacker makes of its looks is the
middle of the range that they leave to the score if they were under unlike offsets, and the solution if they were
one draw at two widths. Under the veil every look gives the same, and the estimate stays as far off as one look is;
without it, the estimate is the score.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from graph import disclosure
from graph.disclosure import report
from graph.policy import publishing
from graph.policy.scheme import Scheme, parse, read, whole
from graph.rating import published
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.storing import join, leave_one
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, rated, share

SHARE = 0.5
STEADY = (
    read("reliability")
    .text.replace("share = 0.2", f"share = {SHARE}")
    .replace("half_life_days", "# half_life_days")
    .replace("known_from", "# known_from")
)
"Nothing ages, so that a score is the same whenever it is looked at; nobody is new, so that all points are told."
VICTIMS = [f"v{n}" for n in range(12)]
FACTS = facts_of(
    {victim: [[0.0, 0.3, 0.6, 1.0][n % 4]] * (1 + n) for n, victim in enumerate(VICTIMS)}
    | {f"a{n}": [0.5] for n in range(len(VICTIMS))},
    [each for n, victim in enumerate(VICTIMS) for each in contact(f"a{n}", victim, (1, 2, 3))],
)
Look = Callable[[Database, str, Scheme], float]
"The points that somebody is shown in a scheme."
Seen = dict[str, list[float]]
"What each look tells of each victim's score, in points."


def policy(name: str = "reliability", version: str = "1", *, narrowest: int = 50) -> Scheme:
    """One of like policy; narrowest: points of its narrowest band."""
    starts = {550: 600 - narrowest, 650: 600 + narrowest, 700: 600 + 2 * narrowest}
    text = re.sub(r'^version = "\d+"', f'version = "{version}"', STEADY, count=1, flags=re.M)
    text = text.replace('id = "reliability"', f'id = "{name}"')
    for old, new in starts.items():
        text = text.replace(f"from = {old}", f"from = {new}")
    return parse(text, name)


POLICY = policy()
VEILED = """
MATCH (m:Membership)
RETURN m.rid AS rid, m.conduct AS conduct, m.offset AS offset, m.veiled AS veiled, m.seen AS seen,
       m.circle AS circle, m.weights AS weights
"""


def width(scheme: Scheme) -> float:
    """How wide the veil of a version once was: a fifth more than its narrowest band."""
    starts = [*(band.from_points for band in scheme.bands), 950]
    return max(60.0, 1.2 * min(end - start for start, end in pairwise(starts)))


@pytest.fixture
def attacked(database: Database) -> Database:
    database.statement(WIPE)
    database.one("make_secret", name="veil", value="5e" * 32)  # always the same offsets
    rated(database, FACTS, POLICY)
    return database


def on_the_page(database: Database, entity: str, scheme: Scheme) -> float:
    return float(disclosure.shown(database, entity, scheme.id).whole_points)


def in_a_report(database: Database, entity: str, scheme: Scheme) -> float:
    """As it is signed."""
    made = report.make(
        database, entity, scheme.id, audience="a friend", purpose=scheme.purpose[0], issuer="here", now=AS_OF
    )
    assert made.rating
    assert made.rating.points is not None
    return float(made.rating.points)


def exactly(database: Database, entity: str, scheme: Scheme) -> float:
    return float(published.open_rating(database, entity, scheme.id).whole_points)


def company(points: float, conduct: float) -> float:
    """The score of an attacker's only contact, as its points tell of it: its own part taken off."""
    return 350 + (points - 350 - 600 * (1 - SHARE) * conduct) / SHARE


def looks(database: Database, look: Look, scheme: Scheme) -> dict[str, float]:
    return {
        victim: company(look(database, f"a{n}", scheme), disclosure.shown(database, f"a{n}", scheme.id).conduct)
        for n, victim in enumerate(VICTIMS)
    }


def score(database: Database, victim: str) -> float:
    return published.open_rating(database, victim, POLICY.id).points


def errors(database: Database, seen: Seen) -> list[float]:
    """How far the middle of the range that the looks leave is from the score."""
    return [(min(found) + max(found)) / 2 - score(database, victim) for victim, found in seen.items()]


def size(found: Iterable[float]) -> float:
    squares = [each**2 for each in found]
    return math.sqrt(sum(squares) / len(squares))


# The ways ---------------------------------------------------------------------------------------------


def once(database: Database, look: Look) -> Seen:
    return {victim: [found] for victim, found in looks(database, look, POLICY).items()}


def versions(database: Database, look: Look) -> Seen:
    """Two widths of one draw are two equations for a score and its offset."""
    found = [looks(database, look, POLICY)]
    other = policy(version="2", narrowest=75)
    rated_again(database, other)
    found.append(looks(database, look, other))
    wide = [width(POLICY), width(other)]
    assert wide[0] != wide[1]
    return {
        victim: [(wide[1] * found[0][victim] - wide[0] * found[1][victim]) / (wide[1] - wide[0])]
        for victim in VICTIMS
    }


def schemes(database: Database, look: Look) -> Seen:
    """The victims have joined three schemes that rate alike."""
    seen = once(database, look)
    for name in ("cousin", "sister"):
        other = policy(name)
        join(database, FACTS, other)
        rate(database, other.id, as_of=AS_OF)
        for victim, found in looks(database, look, other).items():
            seen[victim].append(found)
    return seen


def joining_again(database: Database, look: Look) -> Seen:
    """The victims leave and join again, and the attackers look at what their own ratings were."""
    seen = once(database, look)
    come_again(database, POLICY)
    for n, victim in enumerate(VICTIMS):
        seen[victim] += [looks(database, look, POLICY)[victim], *in_the_past(database, look, f"a{n}")]
    return seen


def shown_once(database: Database, look: Look) -> Seen:
    """The victims show their part for a moment, and do not any more."""
    seen = once(database, look)
    for victim in VICTIMS:
        share(database, POLICY, victim)
    during = looks(database, look, POLICY)
    for victim in VICTIMS:
        share(database, POLICY, victim, shares=False)
        seen[victim].append(during[victim])
    return seen


def together(database: Database, look: Look) -> Seen:
    """All of them, one after the other, and reports too."""
    seen = joining_again(database, look)
    for way in (shown_once, schemes, versions):
        for victim, found in way(database, look).items():
            seen[victim] += found
    if look is on_the_page:
        for victim, found in together_in_reports(database).items():
            seen[victim] += found
    for n, victim in enumerate(VICTIMS):
        seen[victim] += in_the_past(database, look, f"a{n}")
    return seen


def together_in_reports(database: Database) -> Seen:
    return {victim: [found] for victim, found in looks(database, in_a_report, policy(version="2")).items()}


def in_the_past(database: Database, look: Look, attacker: str) -> list[float]:
    """What the attacker's earlier ratings tell, but for those without anybody in the circle."""
    if look is exactly:
        return []
    conduct = disclosure.shown(database, attacker, POLICY.id).conduct
    states = disclosure.history(database, attacker, POLICY.id).states
    alone = whole(350 + 600 * conduct)
    return [company(each.whole_points, conduct) for each in states if each.whole_points != alone]


def rated_again(database: Database, scheme: Scheme) -> None:
    publishing.publish(database, scheme)
    rate(database, scheme.id, as_of=AS_OF)


def come_again(database: Database, scheme: Scheme) -> None:
    """Every victim has left the scheme and joined it again, and the others were rated in between."""
    for victim in VICTIMS:
        leave_one(database, scheme, victim)
    rate(database, scheme.id, as_of=AS_OF)
    join(database, replace(FACTS, members=[(victim, 100 + n) for n, victim in enumerate(VICTIMS)]), scheme)
    rate(database, scheme.id, as_of=AS_OF)


WAYS = {"versions": versions, "schemes": schemes, "joining again": joining_again, "shown once": shown_once,
        "together": together}  # fmt: skip
NEAR = 1.2
"Points: what whole points leave open, multiplied by what taking off the own part does."


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_second_look_tells_no_more_than_the_first(attacked: Database, way: str) -> None:
    first = errors(attacked, once(attacked, on_the_page))
    assert size(first) > 10
    found = errors(attacked, WAYS[way](attacked, on_the_page))
    spread = (
        10 if way in ("versions", "together") else 1
    )  # two looks, each to a whole point, are 60 and 90 times that
    assert size(found) > 0.9 * size(first)
    assert max(abs(a - b) for a, b in zip(first, found, strict=True)) <= spread * NEAR


@pytest.mark.slow
@pytest.mark.parametrize("way", ["versions", "schemes", "joining again"])
def test_the_same_looks_at_exact_ratings_give_the_score_away(attacked: Database, way: str) -> None:
    found = errors(attacked, WAYS[way](attacked, exactly))
    assert max(map(abs, found)) <= (10 * NEAR if way == "versions" else NEAR)


@pytest.mark.parametrize("half", [0.2, 0.5])
def test_an_offset_is_the_same_where_scores_are_settled_before_any_sweep(graph: Database, half: float) -> None:
    """Where all conduct is equal no score moves, and what is made of the offsets does, sweep by sweep."""
    alike = parse(STEADY.replace(f"share = {SHARE}", f"share = {half}"), "alike")
    pairs = [("a", "b"), ("b", "c"), ("c", "d")]
    facts = facts_of({each: [0.3] for each in "abcd"}, [c for pair in pairs for c in contact(*pair, (1, 2))])
    rated(graph, facts, alike)
    rows = {row["rid"]: row for row in graph.statement(VEILED)}
    conducts = {row["conduct"] for row in rows.values()}
    assert len(conducts) == 1
    for row in rows.values():
        company = sum(
            weight * rows[rid]["veiled"] for rid, weight in zip(row["circle"], row["weights"], strict=True)
        )
        exact = (1 - half) * (row["conduct"] + row["offset"]) + half * company
        assert abs(row["veiled"] - exact) <= 2 * alike.solver.tolerance
        seen = [rows[rid]["veiled"] for rid in row["circle"]]
        assert row["seen"] == pytest.approx(seen, abs=2 * alike.solver.tolerance)
