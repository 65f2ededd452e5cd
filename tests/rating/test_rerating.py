"""Re-rating: after any changes, every rating is within the bound that it states of what a fresh run would give."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from benchmarks import held_view
from graph.errors import Refused
from graph.facts.extract import all_facts
from graph.facts.load import load
from graph.facts.store import remove
from graph.facts.values import Contact, Facts, Obligation, Purchase, Visit
from graph.model import Changes
from graph.policy.scheme import Scheme, read
from graph.rating import reference
from graph.rating.rerate import rerate
from graph.rating.run import rate
from graph.rating.voices import founders as in_force
from graph.store.client import Database
from tests.conftest import WIPE, samples
from tests.rating.test_against_reference import hundredths
from tests.storing import found, join_one, leave_one, put, row_of, store
from tests.strategies import AS_OF, communities, everyone, schemes, schemes_with_voice

OTC = Path(__file__).parents[2].parent / "shared" / "data" / "bitcoin-otc"
NOISE = 1e-15
STATES = """
MATCH (m:Membership {scheme: $scheme})
OPTIONAL MATCH (r:Run {id: m.run})
RETURN substring(m.id, size($scheme) + 1) AS entity, m.score AS score, coalesce(r.slack, r.bound) AS bound,
       m.conduct AS conduct, m.used AS used, m.weights AS weights, m.circle AS circle,
       COLLECT { MATCH (m)-[tie:INNER]->(c) RETURN c.rid ORDER BY c.rid } AS ties,
       COLLECT { MATCH (m)-[tie:INNER]->(c) RETURN [tie.place, tie.weight] ORDER BY c.rid } AS drawn
"""


class World:
    """Facts as they ought to be, changed in step with the graph."""

    def __init__(self, database: Database, facts: Facts, scheme: Scheme, seed: int = 1, as_of: datetime = AS_OF):
        """facts: with the voices of the last run, where the scheme has voices."""
        self.database, self.facts, self.scheme, self.as_of = database, facts, scheme, as_of
        self.random, self.made = random.Random(seed), 0
        self.entities = everyone(facts)
        self.next_rid = max((rid for _, rid in facts.members), default=-1) + 1

    def change(self, changes: Changes) -> None:
        """One random change is in the graph, in `facts` and in `changes`."""
        kinds = ["contacts", "contacts", "obligations", "members"]
        kinds += ["purchases"] if self.facts.products else []
        kinds += ["visits"] if self.facts.sites else []
        kind = self.random.choice(kinds)
        if kind == "members":
            self._join_or_leave(changes)
            return
        known = list(getattr(self.facts, kind))
        if known and self.random.random() < 0.5:
            place = self.random.randrange(len(known))
            old = known.pop(place)
            for row in remove(self.database, kind, [old.id]):
                changes.add(kind, row["touched"])
            if self.random.random() < 0.5:
                known.insert(place, self._put(kind, old.id, changes))
        else:
            self.made += 1
            known.append(self._put(kind, f"new-{self.made}", changes))
        self.facts = replace(self.facts, **{kind: known})  # type: ignore[arg-type]

    def _put(self, kind: str, id_: str, changes: Changes) -> Any:
        one, other = self.random.sample(self.entities, 2)
        at = self.as_of - timedelta(days=self.random.randrange(-2, 40), hours=self.random.randrange(24))
        product, site = (
            self.random.choice(list(each) or [""]) for each in (self.facts.products, self.facts.sites)
        )
        settled = at + timedelta(days=self.random.randrange(-9, 60))
        fact: Any = {
            "contacts": Contact(one, other, at, id_),
            "obligations": Obligation(one, other, at, settled, None, id_),
            "purchases": Purchase(one, product, at, id_),
            "visits": Visit(one, site, at, id_),
        }[kind]
        outcome = put(self.database, kind, [row_of(kind, fact)])
        assert outcome["stored"] == 1
        changes.add(kind, outcome["touched"])
        return fact

    def _join_or_leave(self, changes: Changes) -> None:
        joined = dict(self.facts.members)
        entity = self.random.choice(self.entities)
        if entity in joined:
            left = leave_one(self.database, self.scheme, entity)
            changes.add_leaver(self.scheme.id, [*left["followers"], *left["debtors"]], left["mark"])
            members = [(each, rid) for each, rid in self.facts.members if each != entity]
            if self.facts.voices is not None:  # it has none until the next run, should it join again
                voices = {each: voice for each, voice in self.facts.voices.items() if each != entity}
                self.facts = replace(self.facts, voices=voices)
        else:
            join_one(self.database, self.scheme, entity)
            changes.add("memberships", [self.scheme.id])
            members = [*self.facts.members, (entity, self.next_rid)]
            self.next_rid += 1
        self.facts = replace(self.facts, members=members)

    def deviations(self) -> Iterator[tuple[float, float]]:
        """(how far a rating is from a fresh one, the bound that it states), for every member."""
        fresh = reference.rate(self.facts, self.scheme, self.as_of)
        rows = self.database.statement(STATES, scheme=self.scheme.id)
        assert {row["entity"] for row in rows} == set(fresh.members)
        for row in rows:
            member = fresh.members[row["entity"]]
            assert row["conduct"] == pytest.approx(member.conduct, abs=1e-9)
            assert row["circle"] == row["ties"] == [tie.rid for tie in member.circle]
            assert row["weights"] == pytest.approx([tie.weight for tie in member.circle], abs=1e-9)
            assert row["drawn"] == [[place, hundredths(weight)] for place, weight in enumerate(row["weights"])]
            yield abs(row["score"] - member.score), row["bound"]


@settings(max_examples=samples(2, 12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=communities(), scheme=schemes(), seed=st.integers(0, 1000), tolerance=st.sampled_from([1e-6, 0.05, 30])
)
def test_after_random_changes_every_rating_is_within_its_bound(
    graph: Database, facts: Facts, scheme: Scheme, seed: int, tolerance: float
) -> None:
    graph.statement(WIPE)
    store(graph, facts, scheme)
    rate(graph, scheme.id, as_of=AS_OF)
    world = World(graph, facts, scheme, seed)
    if len(world.entities) < 2:
        return
    for _ in range(4):
        changes = Changes()
        for _ in range(world.random.randrange(1, 4)):
            world.change(changes)
        rerate(graph, changes, tolerance_points=tolerance)
        for deviation, bound in world.deviations():
            assert deviation <= bound + NOISE
            assert bound <= tolerance / 600 + 4e-9


@pytest.mark.slow
@settings(max_examples=samples(2, 8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=communities(), scheme=schemes_with_voice(), seed=st.integers(0, 1000))
def test_after_random_changes_ratings_agree_with_a_fresh_run_with_the_same_voices(
    graph: Database, facts: Facts, scheme: Scheme, seed: int
) -> None:
    founders = [entity for entity, _ in facts.members][: scheme.voice.founders_at_least if scheme.voice else 0]
    assume(scheme.voice and len(founders) == scheme.voice.founders_at_least and len(everyone(facts)) > 1)
    graph.statement(WIPE)
    store(graph, facts, scheme)
    found(graph, scheme, *founders)
    run = rate(graph, scheme.id, as_of=AS_OF)
    voices = reference.rate(facts, scheme, AS_OF, founders=founders).voices
    world = World(graph, replace(facts, voices=voices), scheme, seed)
    for _ in range(3):
        changes = Changes()
        world.change(changes)
        rerate(graph, changes, tolerance_points=1e-6)
        assert all(deviation <= bound + NOISE for deviation, bound in world.deviations())
    if [each.rid for each in in_force(graph, scheme.id)] != list(run.founders or ()):
        with pytest.raises(Refused, match="in force no longer"):  # a founder has left
            rate(graph, scheme.id, as_of=AS_OF, voices_of=run.id)
        return
    again = rate(graph, scheme.id, as_of=AS_OF, voices_of=run.id)
    assert (again.founders, again.voices_of) == (run.founders, run.id)
    assert max((deviation for deviation, _ in world.deviations()), default=0.0) <= again.bound + 1e-9


@pytest.mark.slow
@pytest.mark.usefixtures("roomy")
@pytest.mark.skipif(not OTC.is_dir(), reason="the Bitcoin OTC data are not beside the project")
def test_after_a_thousand_changes_of_bitcoin_otc_every_rating_is_within_its_bound(
    graph: Database, tmp_path: Path
) -> None:
    policy = held_view.with_founders(read("trading"), 1)
    load(graph, [OTC / "otc_network.csv.gz"], mapping="bitcoin-otc")
    held_view.join_everyone(graph, policy, tmp_path, founders=["otc-1"])
    rate(graph, policy.id, as_of=held_view.AS_OF)
    world = World(graph, all_facts(graph, policy.id), policy, as_of=held_view.AS_OF)
    for _ in range(1_000):
        changes = Changes()
        world.change(changes)
        for done in rerate(graph, changes):
            assert done.stale == ""
    found = list(world.deviations())
    assert len(found) > 5_000
    assert max(deviation for deviation, _ in found) <= min(bound for _, bound in found)
    assert max(bound for _, bound in found) <= 0.05 / 600 + 4e-9
    assert max(deviation for deviation, _ in found) > 1e-6, "small differences stay where they are"
