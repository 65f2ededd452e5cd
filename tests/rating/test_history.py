"""What a rating was, why it changed, and whether a run can be repeated."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import NotFound
from graph.facts.values import Contact, Facts, Obligation
from graph.model import Changes
from graph.policy import publishing, scheme
from graph.policy.scheme import Scheme
from graph.rating import history, published
from graph.rating.apply import remove
from graph.rating.history import CAUSES
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.rating.verify import CHANGED, DIFFERS, LOST, REACHED, Verified, verify_run
from graph.store.client import Database
from tests import storing
from tests.conftest import WIPE, samples
from tests.kept import kept
from tests.rating.test_rerating import World
from tests.storing import row_of, store
from tests.strategies import AS_OF, communities, make_scheme, numbered, schemes

DAY = timedelta(days=1)


def check_sums(found: history.History) -> None:
    assert tuple(cause.name for cause in found.causes) == CAUSES
    difference = found.after.points - found.before.points
    assert sum(cause.points for cause in found.causes) == pytest.approx(difference, abs=1e-9)
    assert sum(cause.whole for cause in found.causes) == found.after.whole_points - found.before.whole_points


@pytest.mark.slow
@settings(max_examples=samples(2, 8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), policy=schemes(), other=schemes(), seed=st.integers(0, 1000))
def test_the_causes_of_a_change_sum_to_it_whatever_happened(
    graph: Database, facts: Facts, policy: Scheme, other: Scheme, seed: int
) -> None:
    graph.statement(WIPE)
    store(graph, facts, policy)
    rate(graph, policy.id, as_of=AS_OF - 40 * DAY)
    world = World(graph, facts, policy, seed)
    rate(graph, policy.id, as_of=AS_OF - DAY)
    if len(world.entities) > 1:
        changes = Changes()
        world.change(changes)
        rerate(graph, changes)
    publishing.publish(graph, scheme.parse(other.text.replace('version = "1"', 'version = "2"', 1), "other"))
    rate(graph, policy.id, as_of=AS_OF)
    for entity, _ in world.facts.members:
        found = history.history(graph, entity, policy.id)
        check_sums(found)
        present = published.open_rating(graph, entity, policy.id)
        assert found.states[-1].present
        assert found.after.points == present.points
        for one, then in pairwise(found.states):
            # a change that comes back through contacts can end where it began
            assert (one.whole_points, one.band) != (then.whole_points, then.band) or then.rerated is not None


def one_cause(found: history.History) -> dict[str, float]:
    """The causes that took part, by name."""
    check_sums(found)
    return {cause.name: cause.points for cause in found.causes if abs(cause.points) > 1e-9}


def paid(entity: str, age: int, late: int = 0, id: str = "") -> Obligation:
    due = AS_OF - timedelta(days=age, hours=12)
    return Obligation(entity, "bank", due, due + late * DAY, None, id)


def both_ways(one: str, other: str, age: int, id: str = "") -> list[Contact]:
    at = AS_OF - timedelta(days=age, hours=12)
    return [Contact(one, other, at, f"{id}1"), Contact(other, one, at, f"{id}2")]


@pytest.fixture
def rated(graph: Database) -> Database:
    """a, who has b in the circle, and c; rated forty days before AS_OF and at AS_OF."""
    facts = Facts(
        obligations=[paid("a", 200), paid("b", 300, late=3), paid("c", 300, late=60)],
        contacts=both_ways("a", "b", 100),
        members=[("a", 0), ("b", 1), ("c", 2)],
    )

    def make() -> None:
        store(graph, numbered(facts), POLICY)
        rate(graph, POLICY.id, as_of=AS_OF)

    return kept(graph, make)


POLICY = make_scheme(weights={"obligations": 1.0}, prior_weight=1.0, half_life_days=100.0)


def put(database: Database, kind: str, *facts: Contact | Obligation) -> None:
    """The facts are stored, and the members that they touch are re-rated."""
    changes = Changes()
    outcome = storing.put(database, kind, [row_of(kind, fact) for fact in facts])
    assert outcome["stored"] == len(facts)
    changes.add(kind, outcome["touched"])
    rerate(database, changes)


def test_without_new_facts_a_rating_changes_by_ageing_alone(rated: Database) -> None:
    rate(rated, POLICY.id, as_of=AS_OF + 100 * DAY)
    causes = one_cause(history.history(rated, "c", POLICY.id))
    assert list(causes) == [history.AGEING]
    # half of what the late debt took: the rate was 0.5 / (1 + w), and w has halved
    weight = 0.5**3
    assert causes[history.AGEING] == pytest.approx(600 * (0.5 / (1 + weight / 2) - 0.5 / (1 + weight)))


@pytest.mark.slow
def test_a_new_fact_of_its_own_is_its_own_cause_and_reaches_others_by_their_contacts(rated: Database) -> None:
    put(rated, "obligations", paid("b", 5, late=60, id="late"))
    assert list(one_cause(history.history(rated, "b", POLICY.id))) == [history.OWN, history.CONTACTS]
    found = history.history(rated, "a", POLICY.id)
    assert list(one_cause(found)) == [history.CONTACTS]
    assert found.after.rerated is not None
    assert found.before.rerated is None


@pytest.mark.slow
def test_a_new_contact_is_a_change_of_the_circle(rated: Database) -> None:
    put(rated, "contacts", *both_ways("a", "c", 3, id="new"))
    assert history.CIRCLE in one_cause(history.history(rated, "a", POLICY.id))
    assert history.OWN not in one_cause(history.history(rated, "a", POLICY.id))


def test_another_share_is_a_change_of_policy(rated: Database) -> None:
    text = POLICY.text.replace('version = "1"', 'version = "2"', 1).replace("share = 0.2", "share = 0.5")
    publishing.publish(rated, scheme.parse(text, "2"))
    rate(rated, POLICY.id, as_of=AS_OF)
    causes = one_cause(history.history(rated, "a", POLICY.id))
    assert set(causes) <= {history.POLICY, history.CONTACTS}
    assert abs(causes[history.POLICY]) > 1


def test_a_date_names_the_state_that_held_then(rated: Database) -> None:
    for late in (10, 20, 30):
        put(rated, "obligations", paid("a", 5, late=late, id=f"late-{late}"))
    states = history.history(rated, "a", POLICY.id).states
    assert len(states) == 4
    for state in states:
        assert history.history(rated, "a", POLICY.id, since=state.since).before == state
    found = history.history(rated, "a", POLICY.id, since=states[-1].since)
    assert found.before == found.after
    assert {cause.points for cause in found.causes} == {0}


def test_leaving_takes_the_history_along(rated: Database) -> None:
    put(rated, "obligations", paid("a", 5, late=30, id="late"))
    remove(rated, "memberships", [f"{POLICY.id}|a"])
    with pytest.raises(NotFound, match="not a member"):
        history.history(rated, "a", POLICY.id)
    assert rated.statement("MATCH (past:Past) WHERE NOT (past)<-[:WAS]-() RETURN past") == []


# Repeating a run -------------------------------------------------------------------------------------


def reasons(found: Verified) -> dict[str, str]:
    return {each.entity: each.why for each in found.apart}


@pytest.mark.slow
@settings(max_examples=samples(3, 6), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), policy=schemes())
def test_old_runs_can_be_repeated(graph: Database, facts: Facts, policy: Scheme) -> None:
    graph.statement(WIPE)
    store(graph, facts, policy)
    runs = [rate(graph, policy.id, as_of=AS_OF - days * DAY).id for days in (300, 1, 0)]
    for run in runs:
        found = verify_run(graph, run)
        assert found.holds
        assert found.apart == ()
        assert found.equal + found.equal_as_shown == len(facts.members)
    assert found.equal == len(facts.members)


def test_a_rating_that_was_tampered_with_is_found(rated: Database) -> None:
    run = rated.statement("MATCH (s:Scheme) RETURN s.run AS run")[0]["run"]
    rated.statement(
        "MATCH (m:Membership) WHERE m.rid = 2 SET m.score = m.score + 0.001, m.points = m.points + 0.6"
    )
    found = verify_run(rated, run)
    assert not found.holds
    assert reasons(found) == {"c": DIFFERS}


def test_a_policy_that_was_tampered_with_is_found(rated: Database) -> None:
    run = rated.statement("MATCH (s:Scheme) RETURN s.run AS run")[0]["run"]
    rated.statement("MATCH (r:Run) SET r.policy = replace(r.policy, 'late_days = 30', 'late_days = 31')")
    found = verify_run(rated, run)
    assert not found.policy_holds
    assert not found.holds


def test_a_member_that_cannot_be_compared_is_named_with_the_reason(rated: Database) -> None:
    run = rated.statement("MATCH (s:Scheme) RETURN s.run AS run")[0]["run"]
    put(rated, "obligations", paid("b", 5, late=60, id="late"))
    found = verify_run(rated, run)
    assert reasons(found) == {"a": REACHED, "b": CHANGED}
    assert found.holds
    remove(rated, "memberships", [f"{POLICY.id}|b"])
    found = verify_run(rated, run)
    assert reasons(found) == {"a": LOST}
    assert (found.left, found.equal) == (1, 1)


def test_a_run_that_never_finished_cannot_be_repeated(rated: Database) -> None:
    rated.statement("MATCH (r:Run) REMOVE r.finished")
    run = rated.statement("MATCH (r:Run) RETURN r.id AS id")[0]["id"]
    with pytest.raises(NotFound, match="never finished"):
        verify_run(rated, run)
