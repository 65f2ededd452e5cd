"""A rating opened level by level, down to facts and contacts, against the same rating in networkx."""

import math
from datetime import timedelta

import pytest

from graph import explain
from graph.errors import NotFound
from graph.explain import Explanation
from graph.facts.values import Contact, Fact, Facts, Obligation, Purchase, Visit
from graph.policy import publishing
from graph.policy.scheme import Scheme, parse
from graph.rating import reference
from graph.rating.run import rate
from graph.store.client import Database
from tests.explain.summing import check_levels, check_opened
from tests.storing import store
from tests.strategies import AS_OF, NASTY, PRODUCTS, SITES, make_scheme, numbered

CLOSE = 1e-9


def check_as_reference(database: Database, facts: Facts, scheme: Scheme, expected: reference.Ratings) -> None:
    """Every member's rating opens to the facts and contacts that the reference counts, and to no others."""
    for entity, member in expected.members.items():
        explained = check_opened(database, entity, scheme.id)
        check_facts(explained, facts, member, scheme)
        check_contacts(explained, facts, member)


def check_facts(explained: Explanation, facts: Facts, member: reference.Rating, scheme: Scheme) -> None:
    """Every fact of the member is there once: as the reference counts it, or with a reason."""
    own: list[Fact] = [*facts.obligations, *facts.purchases, *facts.visits]
    found = {fact.fact: fact for factor in explained.factors or () for fact in factor.facts}
    assert sorted(found) == sorted(fact.id for fact in own if fact[0] == explained.entity)
    counted = {event.fact.id: (name, event) for name, rate in member.rates.items() for event in rate.events}
    assert {id_ for id_, fact in found.items() if fact.why is None} == counted.keys()
    share = scheme.circle.share if member.circle else 0.0
    for id_, (name, event) in counted.items():
        fact = found[id_]
        assert (fact.factor, fact.age) == (name, (AS_OF.date() - event.day).days - 1)
        assert (fact.weight, fact.value, fact.part) == pytest.approx(
            (event.weight, event.value, event.part), abs=CLOSE
        )
        points = 600 * (1 - share) * scheme.factors.named()[name].weight * event.part
        assert fact.points == pytest.approx(points, abs=CLOSE)
    for factor in explained.factors or ():
        assert all(part.points == pytest.approx(0, abs=CLOSE) for part in factor.parts if part.source == "changed")


def check_contacts(explained: Explanation, facts: Facts, member: reference.Rating) -> None:
    """Every contact of the member is there once, and only contacts outside the circle have a reason."""
    had = {
        each.target if each.source == explained.entity else each.source
        for each in facts.contacts
        if explained.entity in each[:2]
    }
    found = {tie.entity: tie for tie in explained.contacts or ()}
    assert len(found) == len(explained.contacts or ())
    assert found.keys() == had
    circle = {tie.contact: tie for tie in member.circle}
    assert {entity for entity, tie in found.items() if tie.why is None} == circle.keys()
    for entity, inner in circle.items():
        assert found[entity].strength == pytest.approx(inner.strength)
        assert (found[entity].days, found[entity].last) == (inner.days, inner.last)
    members = {entity for entity, _ in facts.members}
    for entity, tie in found.items():
        assert (tie.why == "not a member") == (entity not in members)
        assert tie.why is None or "new since" not in tie.why


# A triangle: a is in touch with b more than with c.
BUSY = next(each for each in NASTY if each.name == "a cycle").facts


def rated(database: Database, facts: Facts = BUSY, scheme: Scheme | None = None) -> Scheme:
    scheme = scheme or make_scheme(share=0.5)
    store(database, facts, scheme)
    rate(database, scheme.id, as_of=AS_OF)
    return scheme


def test_a_contact_who_was_rated_again_leaves_a_line_of_what_is_not_passed_on(graph: Database) -> None:
    scheme = rated(graph)
    before = explain.explain(graph, "a", scheme.id, path=["b"])
    graph.statement(
        """MATCH (m:Membership {id: $id}) WITH m, m.score / 2 AS score, 350 + 300 * m.score AS points
           SET m.conduct = m.conduct / 2, m.used = [used IN m.used | used / 2],
               m.obligations = m.obligations / 2, m.purchases = m.purchases / 2, m.visits = m.visits / 2,
               m.score = score, m.points = points, m.seal = m.run + ' ' + toString(score) + ' ' + m.band""",
        id=f"{scheme.id}|b",
    )
    after = explain.explain(graph, "a", scheme.id, path=["b"])
    check_levels(after)
    assert after.levels[0] == before.levels[0]
    assert [each.parts[-1].source for each in (before.levels[1], after.levels[1])] == ["not-passed-on"] * 2
    assert before.levels[1].parts[-1].points == pytest.approx(0, abs=1e-6)
    assert after.levels[1].parts[-1].points == pytest.approx(after.levels[1].points / 2, abs=1e-6)


def test_what_facts_have_changed_since_a_rating_is_a_line_of_its_own(graph: Database) -> None:
    scheme = rated(graph)
    before = explain.explain(graph, "a", scheme.id, facts=True)
    graph.statement("MATCH (:Entity {id: 'a'})-[owed:OWED {id: 'o0'}]->() DELETE owed")
    after = explain.explain(graph, "a", scheme.id, facts=True)
    check_levels(after)
    assert before.factors is not None
    assert after.factors is not None
    changed = [factors[0].parts[1] for factors in (before.factors, after.factors)]
    assert [each.source for each in changed] == ["changed", "changed"]
    assert changed[0].points == pytest.approx(0, abs=1e-9)
    kept = {fact.fact: fact.points for fact in after.factors[0].facts}
    assert changed[1].points == pytest.approx(
        math.fsum(fact.points - kept.get(fact.fact, 0) for fact in before.factors[0].facts), abs=1e-9
    )


def test_each_level_is_explained_under_the_policy_of_its_own_run(graph: Database) -> None:
    """As while a run publishes: a has its rating already, b still that of another policy."""
    old = rated(graph, scheme=make_scheme(share=0.5))
    kept = graph.statement("MATCH (m:Membership {id: $id}) RETURN properties(m) AS m", id=f"{old.id}|b")[0]["m"]
    text = old.text.replace('version = "1"', 'version = "2"', 1).replace("share = 0.5", "share = 0.1")
    publishing.publish(graph, parse(text, "newer.toml"))
    rate(graph, old.id, as_of=AS_OF + timedelta(days=30))
    graph.statement("MATCH (m:Membership {id: $m.id}) SET m += $m", m=kept)
    explained = explain.explain(graph, "a", old.id, path=["b", "a"], facts=True)
    check_levels(explained)
    assert [level.rating.version for level in explained.levels] == ["2", "1", "2"]
    weights = [level.rating.circle for level in explained.levels]
    of = {(i, each.entity): each.weight for i, circle in enumerate(weights) for each in circle}
    assert explained.levels[2].scale == pytest.approx(0.1 * of[0, "b"] * 0.5 * of[1, "a"])


def test_a_contact_who_has_left_keeps_a_line_and_cannot_be_opened(graph: Database) -> None:
    scheme = rated(graph)
    graph.statement("MATCH (m:Membership {id: $id}) DETACH DELETE m", id=f"{scheme.id}|b")
    explained = check_opened(graph, "a", scheme.id)
    assert "" in [part.name for part in explained.levels[0].parts]
    why = {tie.entity: tie.why for tie in explained.contacts or ()}
    assert why["b"] == "not a member"
    for gone in ("b", ""):
        with pytest.raises(NotFound, match="not in the inner circle"):
            explain.explain(graph, "a", scheme.id, path=[gone])


def test_a_contact_outside_the_circle_has_a_reason(graph: Database) -> None:
    day = [AS_OF - timedelta(days=age, hours=-12) for age in (3, 4, 5, 0, -5)]
    both = [("a", "b"), ("b", "a")]
    facts = numbered(
        Facts(
            contacts=[
                *(Contact(one, other, at) for one, other in both for at in day[:2]),
                *(Contact(one, other, day[0]) for one, other in (("a", "c"), ("c", "a"))),
                Contact("a", "d", day[0]),
                Contact("e", "a", day[0]),
                *(Contact(one, other, day[4]) for one, other in (("a", "f"), ("f", "a"))),
                *(Contact(one, other, day[1]) for one, other in (("a", "g"), ("g", "a"))),
            ],
            members=[(entity, rid) for rid, entity in enumerate("abcdef")],
            products=PRODUCTS,
            sites=SITES,
        )
    )
    scheme = rated(graph, facts, make_scheme(size=1))
    graph.statement(
        """MATCH (a:Entity {id: 'a'}) CREATE (h:Entity {id: 'h'})-[:JOINED {at: $at}]->
             (:Membership {id: $scheme + '|h', scheme: $scheme, rid: 99})
           FOREACH (n IN range(1, 9) |
             CREATE (a)-[:CONTACTED {id: 'x' + n, at: $at - duration({days: n})}]->(h),
                    (h)-[:CONTACTED {id: 'y' + n, at: $at - duration({days: n})}]->(a))""",
        at=day[0],
        scheme=scheme.id,
    )
    found = explain.explain(graph, "a", scheme.id, facts=True).contacts or ()
    assert {tie.entity: tie.why for tie in found} == {
        "b": None,
        "c": "weaker than the circle's last",
        "d": "one-sided: the contact has not begun any",
        "e": "one-sided: the member has not begun any",
        "f": "after as_of",
        "g": "not a member",
        "h": "new since this rating",
    }


def test_a_fact_that_does_not_count_says_why(graph: Database) -> None:
    days = {age: AS_OF - timedelta(days=age + 1, hours=-12) for age in (-3, 0, 9)}
    owed = [
        Obligation("a", "b", days[-3]),
        Obligation("a", "b", days[0]),
        Obligation("a", "b", days[9]),
        Obligation("a", "b", days[-3], days[0]),
    ]
    bought = [Purchase("a", "bread", days[9]), Purchase("a", "widget", days[9]), Purchase("a", "bread", days[-3])]
    facts = Facts(
        obligations=owed,
        purchases=bought,
        visits=[Visit("a", "gazette", days[9])],
        members=[("a", 0)],
        products=PRODUCTS,
        sites=SITES,
    )
    scheme = rated(graph, numbered(facts), make_scheme(weights={"obligations": 0.5, "purchases": 0.5}))
    explained = explain.explain(graph, "a", scheme.id, facts=True)
    check_levels(explained)
    assert {fact.fact: fact.why for factor in explained.factors or () for fact in factor.facts} == {
        "o0": "not yet due",
        "o1": "not yet late",
        "o2": None,
        "o3": None,
        "p0": None,
        "p1": "unknown category",
        "p2": "after as_of",
        "v0": "not in the policy",
    }


def test_a_path_that_leaves_the_circle_is_refused(graph: Database) -> None:
    scheme = rated(graph)
    with pytest.raises(NotFound, match="'c' is not in the inner circle of 'a'"):
        explain.explain(graph, "a", scheme.id, path=["c"])
    with pytest.raises(NotFound, match="not a member"):
        explain.explain(graph, "nobody", scheme.id)


def test_a_fact_that_a_cap_holds_says_what_it_weighs_and_why(graph: Database) -> None:
    many = [Obligation("a", "b", AS_OF - timedelta(days=3, hours=hour), None, 1.0) for hour in range(5)]
    alone = Obligation("a", "c", AS_OF - timedelta(days=3), None, 1.0)
    scheme = make_scheme(weights={"obligations": 1.0}, half_life_days=None, partner_month=1.0, partner_year=0.5)
    facts = numbered(Facts(obligations=[*many, alone], members=[("a", 0)]))
    store(graph, facts, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    explained = explain.explain(graph, "a", scheme.id, facts=True)
    assert explained.factors
    found = {fact.fact: fact for fact in explained.factors[0].facts}
    assert found["o0"].weight == pytest.approx(0.1)
    assert found["o0"].weighs == (
        "weighs a fifth: five with the same partner in that month, "
        "and of that half: five with the same partner in that year"
    )
    assert found["o5"].weighs == "weighs half: one with the same partner in that year"
    check_levels(explained)
