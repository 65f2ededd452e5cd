"""Two communities look the same if some scores in one are others, and their offsets as much the other way.

That is what the veil promises: more conduct and as much less offset give the same answers, to everybody else,
whatever is asked. So nothing that attackers do, alone or together, can tell in which of the two they are.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from graph import disclosure
from graph.disclosure import report
from graph.explain.what_if import Change, NewContactDay, Removed, WithoutContact, under_share
from graph.facts.values import Facts
from graph.policy import publishing
from graph.policy.scheme import Scheme, parse, read
from graph.rating import published
from graph.rating.run import rate
from graph.store.client import Database
from tests.conftest import WIPE
from tests.storing import join, leave_one, store
from tests.worlds.chosen_conduct import AS_OF, contact, facts_of, pause, resume, share

VICTIMS = ("v0", "v1", "v2")
ATTACKERS = ("a0", "a1", "a2", "helper")
HIGHER = 0.2
"By how much each outcome of a victim's six obligations is better in the second world."
CONDUCT = 0.8 * 6 * HIGHER / (4 + 6)
"What that makes of its conduct: obligations weigh 0.8, and the prior 4."
DAY = AS_OF.date().replace(month=6)


def policy(name: str = "reliability", version: str = "1", share_of_others: float = 0.5, band: int = 550) -> Scheme:
    text = read("reliability").text
    for old, new in (
        ('id = "reliability"', f'id = "{name}"'),
        ('version = "2"', f'version = "{version}"'),
        ("known_from", "# known_from"),  # clients see the points of all
        ("half_life_days", "# half_life_days"),  # nothing ages, so that CONDUCT holds on every day
        ("share = 0.2", f"share = {share_of_others}"),
        ("from = 550", f"from = {band}"),
    ):
        text = text.replace(old, new, 1 if old.startswith("version") else -1)
    return parse(text, name)


def facts(better: float) -> Facts:
    """The victims' outcomes are so much better than in the first world."""
    return facts_of(
        {victim: [0.3 + n / 10 + better] * 6 for n, victim in enumerate(VICTIMS)}
        | {attacker: [0.2 * n, 0.7] for n, attacker in enumerate(ATTACKERS)},
        [
            *(each for n in range(3) for each in contact(f"a{n}", f"v{n}", (1, 2, 3))),
            *contact("v0", "v1", (2, 3)),
            *contact("helper", "v1", (1, 2)),
            *contact("helper", "v2", (1, 4, 5)),
            *contact("a0", "helper", (3, 4)),
        ],
    )


def rated(database: Database, scheme: Scheme, better: float, day: int = 0) -> None:
    """The scheme is rated; its members who are victims have the offset that makes up for their outcomes."""
    publishing.publish(database, scheme)
    database.statement(
        "MATCH (e:Entity)-[:JOINED]->(m:Membership) WHERE e.id IN $victims SET m.offset = $offset",
        victims=list(VICTIMS),
        offset=CONDUCT / 2 - CONDUCT * better / HIGHER,
    )
    rate(database, scheme.id, as_of=AS_OF + timedelta(days=day))


def look(database: Database, scheme: Scheme, *, ask: bool = False) -> list[Any]:
    """What the attackers are shown of their ratings, but for runs and times; ask: all that there is."""
    seen: list[Any] = []
    for attacker in ATTACKERS:
        it = disclosure.shown(database, attacker, scheme.id)
        seen += [(it.whole_points, it.band, it.within_points, it.parts, it.conduct)]
        past = disclosure.history(database, attacker, scheme.id)
        seen += [(each.whole_points, each.band) for each in past.states] + [past.causes]
        if not ask:
            continue
        found = disclosure.explain(database, attacker, scheme.id).reasons
        seen += [(each.code, each.whole, each.sentence, each.advice) for each in found.reasons] + [
            found.rest_whole
        ]
        changes: list[Change] = [Removed(f"{attacker}-0"), under_share(database, attacker, scheme.id, 0.1)]
        for other in met(attacker):
            changes += [WithoutContact(other), NewContactDay(other, DAY)]
        for change in changes:
            answer = disclosure.what_if(database, attacker, scheme.id, change)
            seen += [(answer.before, answer.after, answer.parts)]
        made = report.make(
            database, attacker, scheme.id, audience="you", purpose=scheme.purpose[0], issuer="here", now=AS_OF
        )
        seen += [made.rating, made.factors, made.circle, made.not_used]
    return seen


def met(attacker: str) -> list[str]:
    ends = [(fact.source, fact.target) for fact in facts(0).contacts]
    return sorted({other for one, other in ends if one == attacker})


def exact(database: Database, scheme: Scheme) -> list[float]:
    return [published.open_rating(database, each, scheme.id).points for each in (*ATTACKERS, *VICTIMS)]


def play(database: Database, better: float) -> tuple[list[Any], list[float]]:
    """What is shown in one world, whatever is done there; and the exact points at its end."""
    database.statement(WIPE)
    database.one("make_secret", name="veil", value="5e" * 32)
    first, second = policy(), policy(version="2", share_of_others=0.2, band=575)
    cousin = policy("cousin", share_of_others=0.3)
    store(database, facts(better), first)
    rated(database, first, better)
    seen = look(database, first, ask=True)
    pause(database, first, "helper", "v1")
    share(database, first, "v2")
    seen += look(database, first)
    share(database, first, "v2", shares=False)
    resume(database, first, "helper", "v1")
    rated(database, second, better, day=1)
    seen += look(database, second)
    for victim in VICTIMS[:2]:
        leave_one(database, second, victim)
    rated(database, second, better, day=2)
    seen += look(database, second)
    join(database, replace(facts(better), members=[("v0", 20), ("v1", 21)]), second)
    rated(database, second, better, day=3)
    seen += look(database, second)
    join(database, facts(better), cousin)
    rated(database, cousin, better)
    seen += look(database, cousin)
    rated(database, policy(version="3", share_of_others=0.4), better, day=4)
    return seen + look(database, second, ask=True), exact(database, second)


@pytest.mark.slow
def test_whatever_attackers_do_they_are_shown_the_same_in_both_worlds(database: Database) -> None:
    one, other = play(database, 0.0), play(database, HIGHER)
    differ = [abs(a - b) for a, b in zip(one[1], other[1], strict=True)]
    assert min(differ[len(ATTACKERS) :]) > 30
    assert min(differ[: len(ATTACKERS)]) > 5
    assert len(one[0]) > 100
    for here, there in zip(one[0], other[0], strict=True):
        assert here == there
