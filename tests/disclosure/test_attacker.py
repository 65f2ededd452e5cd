"""A member asks all that it may, about itself and others, over time and with others: contacts' scores stay hidden.

The attackers know the policy, every fact of their own, how the veil is made but for its secret, and all that any
of them is shown. Each way ends in an estimate of a victim's score in points. What holds: an estimate is the veiled
score, whatever the way, so that asking more does not bring it nearer; and the same questions answered without the
veil give the score away, so that the attack is a real one.

The share is 0.5, the largest that a policy may have: what is shown then tells most of the company.
"""

import math
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations

import numpy
import pytest

from graph import disclosure
from graph.disclosure import ShownRating
from graph.explain.what_if import NewContactDay, WithoutContact
from graph.policy.scheme import parse, read, whole
from graph.rating import offsets, published
from graph.rating.run import rate
from graph.store import secrets
from graph.store.client import Database
from tests.conftest import WIPE
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, pause, rated, resume

SHARE = 0.5
TEXT = read("reliability").text.replace("share = 0.2", f"share = {SHARE}").replace("known_from", "# known_from")
POLICY = parse(TEXT, "attacked")
VICTIMS = [f"v{n}" for n in range(12)]
GROUP = VICTIMS[:4]
ROUNDING = 0.5
"What a whole point leaves open."


def outcomes(n: int) -> list[float]:
    return [[0.0, 0.3, 0.6, 1.0][n % 4]] * (1 + n)


FACTS = facts_of(
    {victim: outcomes(n) for n, victim in enumerate(VICTIMS)}
    | {f"a{n}": [0.5] for n in range(len(VICTIMS))}
    | {"crowd": [0.5]}
    | {f"boss{n}": [0.4, 0.9] for n in range(6)}
    | {f"k{n}": [0.7] for n in range(6)},
    [
        # each of these attackers has one contact, so that its company is that contact's score
        *(each for n, victim in enumerate(VICTIMS) for each in contact(f"a{n}", victim, (1, 2, 3))),
        # this one has four that it can pause
        *(each for victim in GROUP for each in contact("crowd", victim, (4, 5, 6))),
        # a boss looks at its helper alone, and the helper at a victim too: the boss sees the victim through it
        *(each for n in range(6) for each in contact(f"boss{n}", f"k{n}", (1, 2, 3))),
        *(each for n in range(6) for each in contact(f"k{n}", VICTIMS[n], (1, 2, 3))),
    ],
)
Look = Callable[[Database, str], float]
"The points that somebody is shown."


@pytest.fixture(scope="module")
def attacked(database: Database) -> Database:
    database.statement(WIPE)
    database.one("make_secret", name="veil", value="5e" * 32)  # always the same offsets
    rated(database, FACTS, POLICY)
    return database


def as_shown(database: Database, entity: str) -> float:
    return float(disclosure.shown(database, entity, POLICY.id).whole_points)


def unveiled(database: Database, entity: str) -> float:
    return float(published.open_rating(database, entity, POLICY.id).whole_points)


def score(database: Database, entity: str) -> float:
    """The victim's score in points: what the attackers are after."""
    return published.open_rating(database, entity, POLICY.id).points


def offset(database: Database, entity: str) -> float:
    """The offset of a helper, in points: known only to an attacker who found it out before."""
    return 600 * offsets.offset(secrets.salt(database, "veil"), entity, offsets.width(database))


def hidden(database: Database, entity: str) -> float:
    """How far the veiled score is from the score, in points."""
    query = "MATCH (m:Membership {id: $id}) RETURN 600 * (m.veiled - m.score) AS hidden"
    return float(database.statement(query, id=f"{POLICY.id}|{entity}")[0]["hidden"])


def company(database: Database, entity: str, look: Look) -> float:
    """The average score of the attacker's circle, in points: its own part taken off."""
    conduct = disclosure.shown(database, entity, POLICY.id).conduct
    return 350 + (look(database, entity) - 350 - 600 * (1 - SHARE) * conduct) / SHARE


def alone(database: Database, look: Look) -> dict[str, float]:
    """Each victim is the only contact of an attacker."""
    return {victim: company(database, f"a{n}", look) for n, victim in enumerate(VICTIMS)}


def by_pausing(database: Database, look: Look) -> dict[str, float]:
    """None of the four contacts paused, then each: five equations for four scores."""
    rows: list[list[float]] = []
    found: list[float] = []
    for size in (0, 1):
        for paused in combinations(GROUP, size):
            for each in paused:
                pause(database, POLICY, "crowd", each)
            left = [victim for victim in GROUP if victim not in paused]
            rows.append([1 / len(left) if victim in left else 0.0 for victim in GROUP])
            found.append(company(database, "crowd", look))
            for each in paused:
                resume(database, POLICY, "crowd", each)
    solved, *_ = numpy.linalg.lstsq(numpy.array(rows), numpy.array(found), rcond=None)
    return dict(zip(GROUP, map(float, solved), strict=True))


def through_a_helper(database: Database, look: Look) -> dict[str, float]:
    """The boss's only contact is the helper, whose own conduct it knows and whose offset it has found out before.

    The helper's contacts are the boss and the victim, half and half. What the helper is shown itself is the
    victim's score under the veil anyhow; the boss hopes that the helper's score has the victim's in it as it is.
    """
    found = {}
    for n in range(6):
        boss, helper = f"boss{n}", f"k{n}"
        of_helper = company(database, boss, look)
        of_both = 350 + (of_helper - 350 - _own_part(database, helper, look)) / SHARE
        # the boss's own score as it comes back through the helper
        of_boss = 350 + _own_part(database, boss, look) + SHARE * (of_helper - 350)
        found[VICTIMS[n]] = 2 * of_both - of_boss
    return found


def _own_part(database: Database, entity: str, look: Look) -> float:
    """What own conduct adds to the score that others see of one of the attackers, who know all of each other."""
    own = 600 * disclosure.shown(database, entity, POLICY.id).conduct
    return (1 - SHARE) * (own + (offset(database, entity) if look is as_shown else 0.0))


def errors(database: Database, found: dict[str, float]) -> list[float]:
    return [estimate - score(database, victim) for victim, estimate in found.items()]


# How near each way comes without a veil, in points: what whole points leave open, as it is multiplied on the way.
WAYS = {
    "alone": (alone, ROUNDING / SHARE + 0.1),
    "by pausing": (by_pausing, 12.0),  # the scores move as their circles do
    "through a helper": (through_a_helper, 2 * ROUNDING / SHARE**2 + 0.5),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_without_the_veil_this_way_gives_the_score_away(attacked: Database, way: str) -> None:
    attack, near = WAYS[way]
    assert max(map(abs, errors(attacked, attack(attacked, unveiled)))) <= near


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_under_the_veil_this_way_finds_the_veiled_score_and_no_more(attacked: Database, way: str) -> None:
    """Off by as much as the veil is, no less: so any score within it fits what the attackers have seen."""
    attack, near = WAYS[way]
    found = attack(attacked, as_shown)
    for victim, error in zip(found, errors(attacked, found), strict=True):
        assert abs(error - hidden(attacked, victim)) <= near + 0.5
        # of its own offset, at least as much as its own conduct has of its score
        assert abs(hidden(attacked, victim)) <= offsets.width(attacked) / 2


def test_no_estimate_is_within_a_band_more_often_than_the_veil_lets_it(attacked: Database) -> None:
    """The narrowest band is 50 points wide: to know it is to be within 25. Offsets go up to 60 and are even."""
    found = errors(attacked, alone(attacked, as_shown))
    assert max(map(abs, found)) > 25
    assert math.sqrt(sum(error**2 for error in found) / len(found)) > 10


@pytest.mark.slow
def test_asking_every_day_averages_nothing_out(attacked: Database) -> None:
    """The estimate moves as the victim's score does, and stays as far off."""
    first = alone(attacked, as_shown)
    before = errors(attacked, first)
    for day in (1, 2, 3):
        rate(attacked, POLICY.id, as_of=AS_OF + timedelta(days=day))
        after = errors(attacked, alone(attacked, as_shown))
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= 2 * ROUNDING / SHARE + 0.5
    states = disclosure.history(attacked, "a1", POLICY.id).states
    assert {state.whole_points for state in states} >= {disclosure.shown(attacked, "a1", POLICY.id).whole_points}


def test_what_ifs_tell_no_more_than_the_rating_as_it_is_shown(attacked: Database) -> None:
    """Each answer follows from what is shown already, by arithmetic that the attacker can do itself."""
    crowd: ShownRating = disclosure.shown(attacked, "crowd", POLICY.id)
    line = sum(part.whole for part in crowd.parts if part.source == "contacts")
    for victim in GROUP:
        answer = disclosure.what_if(
            attacked, "crowd", POLICY.id, NewContactDay(victim, AS_OF.date() - timedelta(days=1))
        )
        moved = [each for each in answer.parts if each.source == "contacts"]
        assert all(each.before == line for each in moved)
    for n, victim in enumerate(VICTIMS):
        answer = disclosure.what_if(attacked, f"a{n}", POLICY.id, WithoutContact(victim))
        conduct = disclosure.shown(attacked, f"a{n}", POLICY.id).conduct
        assert answer.after.whole_points == whole(350 + 600 * conduct)
