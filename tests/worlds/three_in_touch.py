"""A small market for what members decide: three in touch with each other, and dan, who has joined nothing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from graph.facts.values import Facts
from graph.model import Changes
from graph.policy import publishing
from graph.policy.scheme import Scheme, parse
from graph.rating import reference
from graph.rating.rerate import passed_on
from graph.rating.run import rate
from graph.rights import membership
from graph.store.client import Database
from graph.store.transaction import Transaction
from tests.kept import kept
from tests.storing import store
from tests.strategies import make_scheme
from tests.worlds.chosen_conduct import AS_OF, contact, obligation

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
SCHEME = make_scheme(weights={"obligations": 1.0}, share=0.3)
ADULTS = parse(f"{SCHEME.text}\n[access]\nminimum_age = 18\n".replace("made-up", "adults"), "adults.toml")
FACTS = Facts(
    obligations=[obligation("ann", 0.9), obligation("bob", 0.2), obligation("cat", 0.6), obligation("dan", 0.4)],
    contacts=[
        *contact("ann", "bob", (1, 2, 3)),
        *contact("ann", "cat", (2, 5)),
        *contact("bob", "cat", (4,)),
        *contact("ann", "dan", (6,)),
    ],
    members=[("ann", 0), ("bob", 1), ("cat", 2)],
)
STATES = """
MATCH (m:Membership {scheme: $scheme})
RETURN substring(m.id, size($scheme) + 1) AS entity, m.score AS score, m.circle AS circle,
       COLLECT { MATCH (m)-[tie:INNER]->(c) RETURN c.rid ORDER BY c.rid } AS ties
"""


def open_market(database: Database, *, rated: bool = True) -> None:
    """The market is in the graph, and rated if it is asked for: that takes most of the time."""

    def make() -> None:
        publishing.publish(database, SCHEME)
        store(database, FACTS, SCHEME)
        if rated:
            run(database)

    kept(database, make, of=rated)


def decide(database: Database, work: Callable[[Transaction], Any]) -> Any:
    """What the work gives, all done; what it changes is passed on."""
    done = database.write(work)
    changes = done[-1] if isinstance(done, tuple) else done
    if isinstance(changes, Changes):
        assert passed_on(database, changes)
    return done


def join(database: Database, entity: str, scheme: Scheme = SCHEME, **differs: Any) -> membership.Membership:
    given: dict[str, Any] = {"notice": scheme.notice.version, "how": "member", "now": NOW} | differs
    found: membership.Membership = decide(database, lambda tx: membership.join(tx, entity, scheme.id, **given))[0]
    return found


def leave(database: Database, entity: str, scheme: Scheme = SCHEME) -> None:
    decide(database, lambda tx: membership.leave(tx, entity, scheme.id, now=NOW))


def pause(database: Database, entity: str, other: str, scheme: Scheme = SCHEME) -> None:
    decide(database, lambda tx: membership.pause(tx, entity, scheme.id, other, now=NOW))


def resume(database: Database, entity: str, other: str, scheme: Scheme = SCHEME) -> None:
    decide(database, lambda tx: membership.resume(tx, entity, scheme.id, other))


def own(database: Database, entity: str) -> membership.TakingPart:
    return membership.taking_part(database, entity)


def without(facts: Facts, pauses: set[tuple[str, str]], members: Sequence[tuple[str, int]]) -> Facts:
    """The facts that count: no contact of a tie that one of its two ends, a member, has paused."""
    joined = dict(members)
    held = {(one, other) for one, other in pauses if one in joined}
    counted = [
        fact for fact in facts.contacts if not {(fact.source, fact.target), (fact.target, fact.source)} & held
    ]
    return Facts(
        facts.obligations, counted, facts.purchases, facts.visits, facts.products, facts.sites, list(members)
    )


def expect(database: Database, facts: Facts, scheme: Scheme = SCHEME, *, within: float) -> None:
    """Every rating and circle is what networkx makes of the facts, to so much of a score."""
    fresh = reference.rate(facts, scheme, AS_OF).members
    rows = {row["entity"]: row for row in database.statement(STATES, scheme=scheme.id)}
    assert rows.keys() == fresh.keys()
    for entity, member in fresh.items():
        assert rows[entity]["circle"] == rows[entity]["ties"] == [tie.rid for tie in member.circle], entity
        assert abs(rows[entity]["score"] - member.score) <= within, entity


def run(database: Database, scheme: Scheme = SCHEME) -> None:
    rate(database, scheme.id, as_of=AS_OF)
