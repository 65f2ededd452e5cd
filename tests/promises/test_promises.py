"""The promises of the house, driven at random against a model of them in plain Python.

Members join, leave, pause, dispute, grant, object and are erased; facts are loaded; clients read; reviewers
decide. After each step the graph keeps the model's promises: who is a member is rated, as the reference in
networkx rates what counts by the model, and nobody else is; a client reads what is granted, and each read is on
record; who objects is in no contact; of who is erased no trace is left.

`make test` runs a short one; `make test-all` 500 runs of 50 steps.
"""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from graph import (
    access,
    disputes,
    erasing,
    granted,
    grants,
    ledgers,
    loading,
    membership,
    publishing,
    rating,
    reading,
    reference,
    rerating,
    showing,
)
from graph import scheme as policies
from graph.database import Database
from graph.errors import NotFound, Refused
from graph.reference import Contact, Facts, Obligation
from graph.rerating import Changes
from tests.conftest import WIPE

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
POLICY = policies.read("reliability")
PURPOSE = POLICY.purpose[0]
PEOPLE = [f"person-{letter}" for letter in "abcdef"]
CLIENTS = ["bank", "shop"]
who = st.sampled_from(PEOPLE)
client = st.sampled_from(CLIENTS)
days = st.integers(1, 40)
EVERYTHING = """
MATCH (n) RETURN properties(n) AS said
UNION ALL MATCH ()-[r]->() RETURN properties(r) AS said
"""
TIES = "MATCH (:Entity {id: $id})-[c:CONTACTED]-() RETURN count(c) AS contacts"


class Promises(RuleBasedStateMachine):
    """What the model knows: who there is, who takes part, what counts and what is granted."""

    graph: Database

    @initialize()
    def start(self) -> None:
        self.graph.statement(WIPE)
        publishing.publish(self.graph, POLICY)
        self.made = self.turn = 0
        self.clock = datetime(2026, 7, 1, 8, tzinfo=UTC)
        self.people: set[str] = set(PEOPLE)
        self.members: list[str] = []
        self.objecting: set[str] = set()
        self.obligations: dict[str, Obligation] = {}
        self.contacts: dict[str, Contact] = {}
        self.disputed: dict[str, tuple[str, str, str]] = {}
        "dispute -> (who opened it, kind, fact); in the order in which they were made, for their ids are random"
        self.rejected: set[str] = set()
        self.pauses: set[tuple[str, str]] = set()
        self.grants: dict[str, tuple[str, str, str]] = {}
        "grant -> (who gave it, client, what); in that order too"
        self.erased: set[str] = set()
        self.load("entities", "id,kind", [f"{each},person" for each in [*PEOPLE, "creditor"]])
        for each in PEOPLE[:3]:
            self.join(each)
            self.load_obligation(each, 0.3, 9)
        self.load_contacts(PEOPLE[0], PEOPLE[1], 3)
        rating.rate(self.graph, POLICY.id, as_of=AS_OF)

    def now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def pass_on(self, changes: Changes) -> None:
        """What changed has reached every rating; before the first run there is none that it could reach."""
        assert rerating.passed_on(self.graph, changes)

    def load(self, kind: str, header: str, rows: list[str]) -> tuple[int, int]:
        """Rows stored and rejected."""
        changes = Changes()
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / f"{kind}.csv"
            file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
            (loaded,) = loading.load(self.graph, [file], rejects=Path(name) / "r.csv", by="op", touch=changes.add)
        self.pass_on(changes)
        return loaded.stored, loaded.rejected

    # What members decide ---------------------------------------------------------------------------------

    @rule(entity=who)
    def join(self, entity: str) -> None:
        def joining() -> None:
            _, changes = self.graph.write(
                lambda t: membership.join(t, entity, POLICY.id, notice="1", how="member", now=self.now())
            )
            self.pass_on(changes)

        if entity not in self.people:
            with pytest.raises(NotFound):
                joining()
        elif entity in self.objecting:
            with pytest.raises(Refused):
                joining()
        else:
            joining()
            if entity not in self.members:
                self.members.append(entity)

    @rule(entity=who)
    def leave(self, entity: str) -> None:
        if entity not in self.members:
            with pytest.raises(NotFound):
                self.graph.write(lambda t: membership.leave(t, entity, POLICY.id, now=self.now()))
            return
        self.pass_on(self.graph.write(lambda t: membership.leave(t, entity, POLICY.id, now=self.now())))
        self.forget_membership(entity)

    def forget_membership(self, entity: str) -> None:
        self.members.remove(entity)
        self.pauses = {pause for pause in self.pauses if pause[0] != entity}
        self.grants = {id_: grant for id_, grant in self.grants.items() if grant[0] != entity}

    @rule(entity=who, other=who)
    def pause(self, entity: str, other: str) -> None:
        if entity in self.members and entity != other and other in self.people:
            self.pass_on(self.graph.write(lambda t: membership.pause(t, entity, POLICY.id, other, now=self.now())))
            self.pauses.add((entity, other))

    @precondition(lambda self: self.pauses)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        entity, other = data.draw(st.sampled_from(sorted(self.pauses)))
        self.pass_on(self.graph.write(lambda t: membership.resume(t, entity, POLICY.id, other)))
        self.pauses.remove((entity, other))

    @rule(entity=who)
    def object(self, entity: str) -> None:
        if entity in self.members:
            with pytest.raises(Refused):
                self.graph.write(lambda t: membership.object_to_listing(t, entity, now=self.now()))
        elif entity in self.people:
            self.graph.write(lambda t: membership.object_to_listing(t, entity, now=self.now()))
            self.objecting.add(entity)
            self.forget_facts({i for i, fact in self.contacts.items() if entity in (fact.source, fact.target)})
            self.people = {
                each for each in self.people if each != entity or self.graph.optional("entity", id=entity)
            }

    @precondition(lambda self: self.objecting)
    @rule(data=st.data())
    def withdraw_objection(self, data: st.DataObject) -> None:
        entity = data.draw(st.sampled_from(sorted(self.objecting)))
        assert self.graph.write(lambda t: membership.withdraw_objection(t, entity))
        self.objecting.remove(entity)

    # What is loaded --------------------------------------------------------------------------------------

    @rule(entity=who, outcome=st.sampled_from([0.0, 0.3, 0.8, 1.0]), day=days)
    def load_obligation(self, entity: str, outcome: float, day: int) -> None:
        self.made += 1
        id_, due = f"o{self.made}", AS_OF - timedelta(days=day)
        row = f"{id_},{entity},creditor,{due.isoformat()},{outcome}"
        done = self.load("obligations", "id,debtor,creditor,due,outcome", [row])
        if entity in self.people:
            assert done == (1, 0)
            self.obligations[id_] = Obligation(entity, "creditor", due, None, outcome, id_)
        else:
            assert done == (0, 1)

    @rule(one=who, other=who, day=days)
    def load_contacts(self, one: str, other: str, day: int) -> None:
        if one == other:
            return
        self.made += 1
        at = AS_OF - timedelta(days=day, hours=3)
        pairs = {f"c{self.made}": (one, other), f"d{self.made}": (other, one)}
        rows = [f"{id_},{a},{b},{at.isoformat()}" for id_, (a, b) in pairs.items()]
        done = self.load("contacts", "id,source,target,at", rows)
        if {one, other} <= self.people - self.objecting:
            assert done == (2, 0)
            self.contacts |= {id_: Contact(a, b, at, id_) for id_, (a, b) in pairs.items()}
        else:
            assert done == (0, 2)

    # Disputes --------------------------------------------------------------------------------------------

    def facts(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """(kind, fact) -> who may dispute it."""
        return {("obligations", id_): (fact.debtor,) for id_, fact in self.obligations.items()} | {
            ("contacts", id_): (fact.source, fact.target) for id_, fact in self.contacts.items()
        }

    def forget_facts(self, ids: set[str]) -> None:
        self.obligations = {id_: fact for id_, fact in self.obligations.items() if id_ not in ids}
        self.contacts = {id_: fact for id_, fact in self.contacts.items() if id_ not in ids}
        self.disputed = {id_: each for id_, each in self.disputed.items() if each[2] not in ids}

    @precondition(lambda self: self.facts())
    @rule(data=st.data())
    def dispute(self, data: st.DataObject) -> None:
        (kind, fact), owners = data.draw(st.sampled_from(sorted(self.facts().items())))
        entity = data.draw(st.sampled_from([*owners, *owners, *owners, *PEOPLE[:2]]))

        def disputing() -> None:
            id_, changes = self.graph.write(
                lambda t: disputes.dispute(
                    t, entity, kind=kind, fact=fact, statement="this is wrong", now=self.now()
                )
            )
            self.pass_on(changes)
            self.disputed[id_] = (entity, kind, fact)

        if entity not in owners:
            with pytest.raises(NotFound):
                disputing()
        elif fact in self.rejected or any(each[2] == fact for each in self.disputed.values()):
            with pytest.raises(Refused):
                disputing()
        elif entity not in self.members:
            with pytest.raises(NotFound):
                disputing()
        else:
            disputing()

    @precondition(lambda self: self.disputed)
    @rule(data=st.data(), upheld=st.booleans())
    def decide(self, data: st.DataObject, upheld: bool) -> None:
        id_ = data.draw(st.sampled_from(list(self.disputed)))
        entity, _, fact = self.disputed[id_]
        for party in (entity, "op"):
            with pytest.raises(Refused):
                self.deciding(id_, upheld, party)
        self.pass_on(self.deciding(id_, upheld, "a reviewer"))
        del self.disputed[id_]
        if upheld:
            self.forget_facts({fact})
        else:
            self.rejected.add(fact)

    def deciding(self, id_: str, upheld: bool, reviewer: str) -> Changes:
        return self.graph.write(
            lambda t: disputes.decide(
                t, id_, upheld=upheld, reason="as the papers say", reviewer=reviewer, now=self.now()
            )
        )

    # Grants and reads ------------------------------------------------------------------------------------

    @rule(entity=who, to=client, what=st.sampled_from(["band", "points", "reasons"]))
    def grant(self, entity: str, to: str, what: Any) -> None:
        def granting() -> str:
            return self.graph.write(
                lambda t: grants.grant(
                    t,
                    entity,
                    scheme=POLICY.id,
                    client=to,
                    purpose=PURPOSE,
                    what=what,
                    until=self.clock + timedelta(days=5),
                    now=self.now(),
                )
            ).id

        if entity not in self.members:
            with pytest.raises(NotFound):
                granting()
        else:
            self.grants = {id_: each for id_, each in self.grants.items() if each[:2] != (entity, to)}
            self.grants[granting()] = (entity, to, what)

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(list(self.grants)))
        self.graph.write(lambda t: grants.revoke(t, id_, entity=self.grants[id_][0], now=self.now()))
        del self.grants[id_]

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        given = sorted({(giver, to) for giver, to, _ in self.grants.values()})
        entity, by = data.draw(st.sampled_from([*given, *given]) if given else st.tuples(who, client))
        if data.draw(st.booleans()):
            by = data.draw(client)
        whats = [what for giver, to, what in self.grants.values() if (giver, to) == (entity, by)]
        before = len(access.accesses(self.graph, entity))

        def asking() -> granted.Told:
            return granted.ask_one(self.graph, POLICY.id, entity, client=by, purpose=PURPOSE, now=self.now())

        if not whats:
            with pytest.raises(NotFound) as refused:
                asking()
            assert entity not in str(refused.value)
            return
        told = asking()
        shown = showing.shown(self.graph, entity, POLICY.id)
        assert told.band == shown.band
        assert told.whole_points == (None if whats == ["band"] else shown.whole_points)
        assert (told.reasons is not None) == (whats == ["reasons"])
        after = access.accesses(self.graph, entity)
        assert len(after) == before + 1
        assert (after[0].who, after[0].purpose) == (by, PURPOSE)

    # Erasure ---------------------------------------------------------------------------------------------

    @rule(entity=who)
    def erase(self, entity: str) -> None:
        if entity not in self.people:
            with pytest.raises(NotFound):
                self.graph.write(lambda t: erasing.erase(t, entity, now=self.now()))
            return
        self.pass_on(self.graph.write(lambda t: erasing.erase(t, entity, now=self.now())).changes)
        if entity in self.members:
            self.forget_membership(entity)
        self.people.remove(entity)
        self.pauses = {pause for pause in self.pauses if entity not in pause}
        self.disputed = {id_: each for id_, each in self.disputed.items() if each[0] != entity}
        self.forget_facts({fact for (_, fact), owners in self.facts().items() if entity in owners})
        self.erased.add(entity)

    # What holds at every moment --------------------------------------------------------------------------

    @invariant()
    def who_is_a_member_is_rated_as_the_model_says_and_nobody_else_is(self) -> None:
        gone = {fact for _, _, fact in self.disputed.values()}
        paused = {frozenset(pause) for pause in self.pauses}
        facts = Facts(
            obligations=[fact for id_, fact in self.obligations.items() if id_ not in gone],
            contacts=[
                fact
                for id_, fact in self.contacts.items()
                if id_ not in gone and frozenset((fact.source, fact.target)) not in paused
            ],
            members=[(entity, number) for number, entity in enumerate(self.members)],
        )
        expected = reference.rate(facts, POLICY, AS_OF).members
        found = {each.entity: each for each in reading.lookup(self.graph, PEOPLE, POLICY.id)}
        assert set(found) == set(self.members)
        for entity, exact in found.items():
            assert abs(exact.score - expected[entity].score) <= exact.bound + 1e-9, entity
            assert not exact.stale, entity
        self.turn += 1
        entity = PEOPLE[self.turn % len(PEOPLE)]  # one after the other is looked at as others see it
        if entity in found:
            shown = showing.shown(self.graph, entity, POLICY.id)
            assert abs(shown.conduct - expected[entity].conduct) <= 1e-12
            assert abs(shown.whole_points - found[entity].points) <= shown.within_points + 0.5
        else:
            with pytest.raises(NotFound):
                showing.shown(self.graph, entity, POLICY.id)
        rows = self.graph.statement("MATCH (m:Membership) RETURN m.id AS id")
        assert sorted(row["id"] for row in rows) == sorted(f"{POLICY.id}|{each}" for each in self.members)

    @invariant()
    def who_objects_is_in_no_contact(self) -> None:
        for entity in self.objecting:
            assert self.graph.statement(TIES, id=entity)[0]["contacts"] == 0

    @invariant()
    def of_who_is_erased_no_trace_is_left(self) -> None:
        said = repr(self.graph.statement(EVERYTHING)) if self.erased else ""
        for entity in self.erased:
            assert entity not in said

    def teardown(self) -> None:
        if hasattr(self, "members"):
            found = ledgers.verify(self.graph)
            assert found.broken == 0, found


def driven(graph: Database, *, runs: int, steps: int) -> None:
    driver = type("Driver", (Promises,), {"graph": graph})
    run(
        driver,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_the_promises_hold_whatever_happens(graph: Database) -> None:
    driven(graph, runs=3, steps=20)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_promises_hold_whatever_happens_in_500_runs(graph: Database) -> None:
    driven(graph, runs=500, steps=50)
